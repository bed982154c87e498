"""The main job, once through, as a person does it: open, look, paint, Segment, correct, check, export. Real window."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from lesionstudio.gui.app import Desk, make_application
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.mask import Origin, SliceStatus
from lesionstudio.settings import Settings
from tests import phantoms
from tests.gui.desk import put_model_on_shelf
from tests.stand_in import StandIn

WAIT_MS = 15_000
NO_KEY, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
CTRL, CTRL_SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)


class Person:
    """Hands and eyes at a real window."""

    def __init__(self, bot: QtBot, app: QApplication) -> None:
        put_model_on_shelf()
        settings = Settings(hold_out_slices=False)
        make_application(settings)
        self.bot, self.window = bot, MainWindow(Look(app, "dark"))
        self.window.look.icons.load()
        self.desk = Desk(self.window, settings, StandIn)
        self.window.show()
        bot.waitExposed(self.window)
        self.session = self.desk.session

    def until(self, true: object) -> None:
        self.bot.waitUntil(true, timeout=WAIT_MS)

    def open(self, folder: Path) -> None:
        self.window.dropped.emit([folder])
        self.until(lambda: self.session.open is not None and self.session.reading() is None)
        self.picture.setFocus()

    @property
    def picture(self) -> object:
        return self.window.draw_page.picture

    def at(self, row: float, column: float) -> QPoint:
        """The point of the picture at which a voxel's centre is shown."""
        x, y = self.picture.view_state.to_point(row, column)
        return QPoint(round(x), round(y))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.keyClick(self.picture, key, modifiers)
        QApplication.processEvents()

    def point_at(self, row: float, column: float) -> None:
        QTest.mouseMove(self.picture, self.at(row, column))
        QApplication.processEvents()

    def drag(self, *places: tuple[float, float], modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        """One stroke through these voxels."""
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self.picture, left, modifiers, self.at(*places[0]))
        for place in places[1:]:
            self.move_with_button(self.at(*place), modifiers)
        QTest.mouseRelease(self.picture, left, modifiers, self.at(*places[-1]))
        QApplication.processEvents()

    def move_with_button(self, to: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        from PySide6.QtCore import QEvent, QPointF
        from PySide6.QtGui import QMouseEvent

        left = Qt.MouseButton.LeftButton
        where, everywhere = QPointF(to), QPointF(self.picture.mapToGlobal(to))
        event = QMouseEvent(QEvent.Type.MouseMove, where, everywhere, Qt.MouseButton.NoButton, left, modifiers)
        QApplication.sendEvent(self.picture, event)

    def press(self, name: str) -> None:
        """Clicks the button of this name, wherever it is."""
        buttons = [one for one in QApplication.allWidgets() if one.objectName() == name and one.isVisible()]
        assert buttons, name
        assert isinstance(buttons[0], QPushButton) or buttons[0].isEnabled(), name
        QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def leave(self) -> None:
        self.session.close_folder()
        self.until(lambda: self.desk.parts.runner.is_idle)
        self.desk.close()
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Iterator[Person]:
    someone = Person(qtbot, qapp)
    yield someone
    someone.leave()


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    phantoms.write_dicom(tmp_path / "chest", phantoms.ct_phantom((16, 96, 96), (5.0, 2.0, 2.0)))
    return tmp_path / "chest"


def test_the_main_job(person: Person, chest: Path, tmp_path: Path) -> None:
    originals = {path: path.read_bytes() for path in chest.rglob("*.dcm")}
    person.open(chest)
    mask = person.session.mask

    # Look: the wheel goes towards the feet, PgUp back, a preset by its key.
    for _step in range(8):
        person.key(Qt.Key.Key_PageDown)
    assert person.session.slice_number == 8
    person.key(Qt.Key.Key_2)
    assert person.session.preset == "mediastinum"

    # Paint: one drag is one step, without gaps however fast the hand.
    person.key(Qt.Key.Key_B)
    person.drag((48, 20), (48, 70))
    assert (mask.labels(8)[48, 20:71] == 1).all() and person.session.history.undo_title == "Brush"
    assert mask.status(8) == SliceStatus.CORRECTED
    before_erasing = mask.labels(8).copy()
    person.drag((48, 40), (48, 44), modifiers=ALT)
    assert mask.labels(8)[48, 42] == 0
    person.key(Qt.Key.Key_Z, CTRL)
    assert (mask.labels(8) == before_erasing).all()

    # Segment: the draft leaves the hand-painted voxels alone, and is no mark yet.
    person.key(Qt.Key.Key_S)
    person.until(lambda: mask.has_draft(8))
    person.until(lambda: not person.desk.parts.models.is_busy)
    assert not mask.draft(8)[before_erasing > 0].any()
    assert (mask.labels(8) == before_erasing).all()

    # Accept the lesion under the pointer, undo, redo.
    row, column = (int(n[0]) for n in np.nonzero(mask.draft(8)))
    person.point_at(row, column)
    person.until(lambda: person.window.actions_by_verb["accept"].isEnabled())
    person.key(Qt.Key.Key_A)
    assert mask.labels(8)[row, column] == 1 and mask.origin(8)[row, column] == Origin.DRAFT_ACCEPTED
    person.key(Qt.Key.Key_Z, CTRL)
    assert mask.labels(8)[row, column] == 0 and mask.draft(8)[row, column] == 1
    person.key(Qt.Key.Key_Z, CTRL_SHIFT)
    assert mask.labels(8)[row, column] == 1

    # Check and go on.
    person.key(Qt.Key.Key_Return)
    assert mask.status(8) == SliceStatus.CHECKED and person.session.slice_number == 9

    # Export what is checked; the picture shows what the mask holds and nothing else was touched.
    out = tmp_path / "masks"
    person.key(Qt.Key.Key_E, CTRL)
    field = next(one for one in QApplication.allWidgets() if one.objectName() == "export_folder" and one.isVisible())
    field.setText(str(out))
    person.press("export_files_button")
    person.until(lambda: (out / "index.csv").exists())
    (written,) = out.rglob("*.png")
    with Image.open(written) as picture:
        assert (np.asarray(picture) == np.where(mask.labels(8) > 0, 255, 0)).all()
    with (out / "index.csv").open(encoding="utf-8", newline="") as file:
        (row_of_index,) = csv.DictReader(file)
    assert row_of_index["slice"] == "9" and row_of_index["status"] == "checked"
    assert {path: path.read_bytes() for path in originals} == originals
