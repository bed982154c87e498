"""A person who paints at random in the real window until the process is killed, and writes down what each step gave.

Each line of the log is written with one call to the system, so a kill does not take it back: the moment, the item, the
fingerprint of its mask after the step, and whether it was a part of a stroke still under the mouse.
"""

import json
import os
import random
import time
import zlib
from pathlib import Path

from lesionstudio.imaging.mask import LAYERS, Layer, Mask

MOVE_MS = 4
"""Between two events of a mouse; while it rests, so does the processor."""


def fingerprint(mask: Mask, *, with_facts: bool = True) -> str:
    """Tells masks apart by all their layers and, with facts, by statuses and the makers of drafts."""
    total = 0
    for layer in LAYERS:
        total = _over(mask, layer, total)
    if with_facts:
        total = zlib.crc32(mask.statuses.tobytes(), total)
        total = zlib.crc32(repr((mask.draft_source, sorted(mask.makers.items()))).encode(), total)
    return f"{total:08x}"


def _over(mask: Mask, layer: Layer, total: int) -> int:
    for k in mask.touched(layer):
        if mask.layer(layer, k).any():
            total = zlib.crc32(mask.layer(layer, k).tobytes(), zlib.crc32(f"{layer} {k}".encode(), total))
    return total


def paint_until_killed(folder: Path, seed: int, log: Path) -> None:
    """Opens the folder in a window that no screen shows, and works on it without end."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from lesionstudio.gui import autosave
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import Settings
    from tests.stand_in import StandIn

    chance = random.Random(seed)
    # Masks are written while the hand goes on, so that many a kill falls into the middle of one.
    autosave.LONGEST_S = chance.choice((0.05, 0.2, 1.0))
    settings = Settings(hold_out_slices=False)
    window = MainWindow(Look(make_application(settings), "dark"))
    window.look.icons.load()
    desk = Desk(window, settings, StandIn)
    window.show()
    Painter(desk, window, chance, os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)).work(folder)


class Painter:
    """Hands at the mouse and at the keys."""

    def __init__(self, desk: object, window: object, chance: random.Random, log: int) -> None:
        from lesionstudio.gui.app import Desk
        from lesionstudio.gui.main_window import MainWindow

        assert isinstance(desk, Desk) and isinstance(window, MainWindow)
        self.desk, self.window, self.session = desk, window, desk.session
        self.chance, self.log = chance, log

    def work(self, folder: Path) -> None:
        """Opens the folder, then never stops."""
        self.session.open_folder(folder)
        self.wait(lambda: self.session.open is not None and self.session.reading() is None)
        assert self.session.can_edit, self.session.saved.text
        self.write_down_steps()
        while True:
            self.chance.choices((self.stroke, self.key, self.turn, self.other_scan), (12, 5, 2, 1))[0]()

    def wait(self, until: object) -> None:
        from PySide6.QtTest import QTest

        while not until():  # type: ignore[operator]
            QTest.qWait(5)

    def write_down_steps(self) -> None:
        """Logs each record as it is handed to the journal: that is the moment a step counts as done."""
        from lesionstudio.imaging.editing import EditHistory
        from lesionstudio.imaging.journal import Kind, Record

        journal = self.session.autosave.journal
        add, listen = journal._add, journal.listen
        not_on_screen: dict[str, Mask] = {}

        def log_and_add(item_id: str, record: Record) -> None:
            mask = self.session.mask if item_id == self.session.current_id else not_on_screen[item_id]
            if record.kind != Kind.TIME and mask is not None:
                self.note(item_id, mask, is_part=record.kind == Kind.PART)
            add(item_id, record)

        def remember_and_listen(item_id: str, history: EditHistory) -> None:
            not_on_screen[item_id] = history.mask
            listen(item_id, history)

        journal._add = log_and_add  # type: ignore[method-assign]
        journal.listen = remember_and_listen  # type: ignore[method-assign]
        self.session.scan_opened.connect(self.note_on_screen)
        self.note_on_screen()

    def note_on_screen(self) -> None:
        """One line for a mask that was just opened."""
        if self.session.mask is not None:
            self.note(self.session.current_id, self.session.mask)

    def note(self, item_id: str, mask: Mask, *, is_part: bool = False) -> None:
        """One line for a step."""
        found = fingerprint(mask, with_facts=not is_part)
        line = {"t": time.monotonic(), "item": item_id, "mask": found, "part": is_part}
        os.write(self.log, json.dumps(line).encode() + b"\n")

    def stroke(self) -> None:
        """One stroke, now and then one that lasts for more than a second, or one that is given up."""
        from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        picture, left = self.window.draw_page.picture, Qt.MouseButton.LeftButton
        held = self.chance.choice((Qt.KeyboardModifier.NoModifier,) * 3 + (Qt.KeyboardModifier.AltModifier,))
        place = QPoint(
            self.chance.randrange(80, picture.width() - 80), self.chance.randrange(80, picture.height() - 80)
        )
        QTest.mousePress(picture, left, held, place)
        end = time.monotonic() + self.chance.choices((0.03, 0.15, 1.6), (10, 4, 1))[0]
        while time.monotonic() < end:
            place += QPoint(self.chance.randrange(-25, 26), self.chance.randrange(-25, 26))
            where, everywhere = QPointF(place), QPointF(picture.mapToGlobal(place))
            event = QMouseEvent(QEvent.Type.MouseMove, where, everywhere, Qt.MouseButton.NoButton, left, held)
            QApplication.sendEvent(picture, event)
            QTest.qWait(MOVE_MS)
        if self.chance.random() < 0.1:
            QTest.keyClick(picture, Qt.Key.Key_Escape)
        QTest.mouseRelease(picture, left, held, place)
        QApplication.processEvents()

    def key(self) -> None:
        """Undo, redo, a draft of this slice, an answer to it, a slice checked."""
        self.window.actions_by_verb.trigger(
            self.chance.choices(
                ("undo", "redo", "segment_slice", "accept", "reject", "check_slice"), (6, 3, 2, 2, 1, 1)
            )[0]
        )
        self.breathe()

    def turn(self) -> None:
        """Another slice."""
        self.session.step_slice(self.chance.choice((-1, 1, 2)))
        self.breathe()

    def other_scan(self) -> None:
        """Another scan: the mask of this one is written."""
        self.session.open_item(self.chance.choice(self.session.items).id)
        self.breathe()

    def breathe(self) -> None:
        """Lets the window work for a moment."""
        from PySide6.QtTest import QTest

        QTest.qWait(10)
