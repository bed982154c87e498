"""The map of slices: what it shows, and where it leads."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from lesionstudio.gui.viewer.slice_map import SliceMap
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask
from lesionstudio.imaging.scan import Scan

SHAPE = (20, 40, 40)
LABELS = LabelSet.first().add("Edema")


@pytest.fixture
def mask() -> Mask:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    labels = np.zeros((6, 40, 40), np.uint8)
    labels[2, :20], labels[3, :10], labels[3, 10:20] = 1, 1, 2
    history.replace(labels, "Import", first_slice=0)
    draft = np.zeros((1, 40, 40), np.uint8)
    draft[0, :20] = 1
    history.put_draft(draft, draft * 200, DraftSource("m", 0.5, ""), "Segment", first_slice=10)
    history.check([2], "Check slice")
    return mask


@pytest.fixture
def slice_map(qtbot: QtBot, mask: Mask) -> SliceMap:
    shown = SliceMap()
    qtbot.addWidget(shown)
    shown.setFixedHeight(300)
    shown.set_labels(LABELS)
    shown.set_scan(Scan.of_array(np.zeros(SHAPE, np.int16)), mask)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def colour(shown: SliceMap, k: int, x: float) -> QColor:
    QApplication.processEvents()
    return shown.grab().toImage().pixelColor(int(x), int(shown.row_of(k).center().y()))


def middle(shown: SliceMap, k: int) -> QPoint:
    return QPoint(12, int(shown.row_of(k).center().y()))


def test_a_bar_has_the_colours_of_its_labels_in_their_shares(slice_map: SliceMap) -> None:
    slice_map.set_slice(15)
    assert colour(slice_map, 2, 18).name() == "#f5a539"
    assert (colour(slice_map, 3, 9).name(), colour(slice_map, 3, 18).name()) == ("#f5a539", "#a082fb")
    assert colour(slice_map, 6, 12).name() == "#121417"


def test_a_draft_is_paler_than_what_is_marked(slice_map: SliceMap) -> None:
    slice_map.set_slice(15)
    assert colour(slice_map, 10, 12).lightness() < colour(slice_map, 2, 12).lightness() - 30


def test_a_checked_slice_has_a_green_tick(slice_map: SliceMap) -> None:
    slice_map.set_slice(15)
    ticks = [colour(slice_map, k, 4).name() == "#5cc8a4" for k in range(20)]
    assert ticks == [k == 2 for k in range(20)]


def test_a_click_goes_to_the_slice_and_dragging_scrolls(slice_map: SliceMap) -> None:
    wanted: list[int] = []
    slice_map.slice_wanted.connect(wanted.append)
    slice_map.slice_wanted.connect(slice_map.set_slice)
    QTest.mousePress(slice_map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(slice_map, 7))
    for k in (8, 9):
        QTest.mouseMove(slice_map, middle(slice_map, k))
    QTest.mouseRelease(slice_map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(slice_map, 9))
    assert wanted == [7, 8, 9]


def test_hovering_says_the_number_beside_the_row(slice_map: SliceMap) -> None:
    QTest.mouseMove(slice_map, middle(slice_map, 4))
    QTest.mouseMove(slice_map, middle(slice_map, 6))
    told = slice_map.window().findChild(QLabel, "slice_map_number")
    assert told is not None and told.isVisible() and told.text() == "Slice 7 of 20"


def test_every_slice_can_be_reached_and_the_ends_are_the_ends(slice_map: SliceMap) -> None:
    assert [slice_map.slice_at(slice_map.row_of(k).center().y()) for k in range(20)] == list(range(20))
    assert (slice_map.slice_at(-50), slice_map.slice_at(5000)) == (0, 19)


def test_an_edit_changes_the_bar_of_its_slice(qtbot: QtBot, slice_map: SliceMap, mask: Mask) -> None:
    slice_map.set_slice(15)
    assert colour(slice_map, 12, 12).name() == "#121417"
    stroke = EditHistory(mask).stroke("Brush")
    slice_map.refresh(stroke.paint(12, 0, 0, np.ones((20, 40), bool), 2))
    qtbot.waitUntil(lambda: colour(slice_map, 12, 12).name() == "#a082fb")


def test_hidden_labels_are_not_counted(slice_map: SliceMap) -> None:
    slice_map.set_slice(15)
    slice_map.set_labels(LABELS.changed(1, visible=False))
    assert colour(slice_map, 2, 12).name() == "#121417"
    assert colour(slice_map, 3, 9).name() == "#a082fb"


def test_a_single_picture_has_no_map(slice_map: SliceMap) -> None:
    slice_map.set_scan(Scan.of_array(np.zeros((1, 40, 40), np.uint8)), Mask((1, 40, 40)))
    slice_map.refresh(Box.whole((1, 40, 40)))
    shot = slice_map.grab().toImage()
    assert {shot.pixelColor(12, y).name() for y in range(shot.height())} == {"#121417"}


def test_five_thousand_slices_are_counted_without_holding_up_the_window(qtbot: QtBot) -> None:
    mask = Mask((5000, 8, 8))
    EditHistory(mask).replace(np.ones((5000, 8, 8), np.uint8), "Import")
    shown = SliceMap()
    qtbot.addWidget(shown)
    shown.set_labels(LABELS)
    shown.set_scan(Scan.of_array(np.zeros((5000, 8, 8), np.uint8)), mask)
    assert len(shown._to_count) > 4000
    qtbot.waitUntil(lambda: not shown._to_count, timeout=10_000)
