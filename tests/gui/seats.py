"""One window for many tests of tools: a made-up CT is open, and hands that press, drag and type on the picture."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from lesionstudio.gui.app import Desk
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolKind
from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import Mask
from lesionstudio.settings import Settings
from tests.stand_in import StandIn

LEFT = Qt.MouseButton.LeftButton
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
_WAIT_MS, _WAKES_MS = 10_000, 5


class Hands:
    """A person before the window."""

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        self.window, self.desk, self.session = window, desk, desk.session
        self.on: SliceView | None = None
        """The view the hands are on; None: the main one."""

    @property
    def picture(self) -> SliceView:
        return self.on or self.window.draw_page.picture

    @property
    def mask(self) -> Mask:
        assert self.session.mask is not None
        return self.session.mask

    @property
    def history(self) -> EditHistory:
        assert self.session.history is not None
        return self.session.history

    def until(self, true: Callable[[], bool]) -> None:
        """Lets the window work until this holds; in between it sleeps, as a window's loop does."""
        clock, wakes = QElapsedTimer(), QTimer(interval=_WAKES_MS)
        clock.start()
        wakes.start()
        while not true():
            assert clock.elapsed() < _WAIT_MS, "waited too long"
            # Not with a longest time: Qt looks without waiting then, and holds the processor others need.
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def open(self, folder: Path) -> None:
        """Opens a folder and waits for its scan."""
        self.session.open_folder(folder)
        self.until(lambda: self.session.open is not None and self.session.reading() is None)
        self.picture.setFocus()
        QApplication.processEvents()

    def afresh(self, k: int = 0) -> None:
        """Everything undone, nothing waiting, the brush in the hand, on slice k."""
        self.desk.parts.proposals.reject()
        self.session.edited(self.history.go_to(0))
        self.session.go_to_slice(k)
        self.do("brush")
        self.picture.setFocus()

    def do(self, verb: str) -> None:
        """Does what a menu entry does."""
        assert self.window.actions_by_verb[verb].isEnabled(), verb
        self.window.actions_by_verb.trigger(verb)
        QApplication.processEvents()

    def kind(self, verb: str) -> ToolKind:
        """A tool's kind, with its options."""
        return self.desk.wiring.toolbox.kinds[verb]

    def field(self, name: str) -> QLineEdit:
        found = self.window.findChild(QLineEdit, name)
        assert found is not None, name
        return found

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """Presses a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def button(self, name: str) -> QAbstractButton:
        found = self.window.findChild(QAbstractButton, name)
        assert found is not None, name
        return found

    def type(self, name: str, text: str) -> None:
        """Types into a field and leaves it."""
        field = self.field(name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.picture.setFocus()

    def point(self, row: float, column: float) -> QPoint:
        assert self.picture.view_state is not None
        x, y = self.picture.view_state.to_point(row, column)
        return QPoint(round(x), round(y))

    def press(self, row: float, column: float, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseMove(self.picture, self.point(row, column))
        QTest.mousePress(self.picture, LEFT, held, self.point(row, column))

    def move(self, row: float, column: float, held: Qt.KeyboardModifier = NONE) -> None:
        """A move with the left button down."""
        self.move_to(self.point(row, column), held)

    def move_to(self, point: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        at = QPointF(point)
        there = self.picture.mapToGlobal(at)
        moved = QMouseEvent(QEvent.Type.MouseMove, at, there, Qt.MouseButton.NoButton, LEFT, held)
        QApplication.sendEvent(self.picture, moved)

    def release(self, row: float, column: float, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.picture, LEFT, held, self.point(row, column))
        QApplication.processEvents()

    def drag(self, *places: tuple[float, float], held: Qt.KeyboardModifier = NONE) -> None:
        self.press(*places[0], held)
        for place in places[1:]:
            self.move(*place, held)
        self.release(*places[-1], held)

    def paint(self, k: int, rows: slice, columns: slice, label: int = 1) -> None:
        """A mark by hand without the mouse."""
        stroke = self.history.stroke("Brush")
        cover: NDArray[np.bool_] = np.ones((rows.stop - rows.start, columns.stop - columns.start), bool)
        stroke.paint(k, rows.start, columns.start, cover, label)
        stroke.commit()
        self.session.edited(self.history.steps.last_done.box)  # type: ignore[union-attr]

    def lock(self, *numbers: int) -> None:
        """Locks these labels and no others."""
        for label in self.session.labels:
            self.desk.parts.marking.change_label(label.number, locked=label.number in numbers)


@contextmanager
def hands_on(look: Look, folder: Path, labels: int = 2, compute: Callable[[Any], StandIn] = StandIn) -> Iterator[Hands]:
    """A window with the folder's first scan open and so many labels; put away at the end."""
    window = MainWindow(look)
    desk = Desk(window, Settings(hold_out_slices=False), compute)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    hands = Hands(window, desk)
    hands.until(window.isActiveWindow)
    hands.open(folder)
    while len(desk.session.labels) < labels:
        desk.parts.marking.add_label()
    desk.parts.marking.choose_label(1)
    try:
        yield hands
    finally:
        desk.session.close_folder()
        hands.until(lambda: desk.parts.runner.is_idle)
        desk.close()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
