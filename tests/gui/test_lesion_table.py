"""The lesion table in the real window: N opens it, a click goes there, edits show, and it is saved as CSV."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui import lesion_wiring
from lesionstudio.gui.panels.lesion_table import LesionTable
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.mask import SliceStatus
from tests import phantoms
from tests.gui.seats import LEFT, NONE, Hands, hands_on

SHAPE = (12, 64, 64)


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("lesions") / "ct"
    phantom = phantoms.ct_phantom(shape=SHAPE)
    phantoms.write_nifti(folder / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.afresh()
    return window


def table(hands: Hands) -> LesionTable:
    lesions = hands.desk.wiring.lesions
    assert lesions is not None and lesions.popup is not None
    return lesions.popup.table


@pytest.fixture
def opened(hands: Hands) -> Iterator[Hands]:
    """Two lesions of label 1 and one of label 2, and the table open on them."""
    hands.paint(2, slice(10, 20), slice(10, 14))
    hands.paint(3, slice(10, 20), slice(10, 14))
    hands.paint(7, slice(40, 44), slice(40, 44))
    hands.paint(9, slice(50, 51), slice(5, 11), label=2)
    hands.key(Qt.Key.Key_N)
    hands.until(lambda: len(table(hands).rows) == 3)
    yield hands
    if table(hands).isVisible():
        hands.do("lesions")


def texts(hands: Hands, key: str) -> list[str]:
    return [row.cells[key].text for row in table(hands).rows]


def click(hands: Hands, row: int) -> None:
    view = table(hands).view
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), LEFT, NONE, place)
    QApplication.processEvents()


def test_each_lesion_is_a_row_with_its_figures_the_largest_first(opened: Hands) -> None:
    step, down, across = opened.session.scan.geometry.spacing_mm
    assert texts(opened, "slices") == ["3 to 4", "8", "10"]
    (first, *_rest) = table(opened).rows
    assert first.cells["volume"].rank == pytest.approx(80 * step * down * across / 1000)
    assert first.cells["area"].rank == pytest.approx(40 * down * across)
    values = opened.session.scan.volume()[2:4, 10:20, 10:14]
    assert first.cells["mean"].rank == pytest.approx(values.mean())
    assert texts(opened, "label")[2] == opened.session.labels.by_number(2).name


def test_a_click_goes_to_the_lesions_slice_and_brings_it_into_sight(opened: Hands) -> None:
    opened.picture.show_part(opened.picture.view_state.zoomed(6, 5, 5))
    click(opened, 1)
    assert opened.session.slice_number == 7
    row, column = opened.picture.view_state.to_voxel(opened.picture.width() / 2, opened.picture.height() / 2)
    assert abs(row - 42) < 20 and abs(column - 42) < 20
    opened.do("fit")


def test_enter_goes_there_too_and_esc_closes_the_table(opened: Hands) -> None:
    view = table(opened).view
    view.setFocus()
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_Return)
    (chosen,) = view.selectionModel().selectedRows()
    assert opened.session.slice_number == table(opened).rows[chosen.row()].place[0] != 0
    assert not opened.desk.parts.proposals.stands and opened.mask.status(0) == SliceStatus.NEW
    opened.key(Qt.Key.Key_Escape)
    assert not table(opened).isVisible() and not opened.window.actions_by_verb["lesions"].isChecked()
    assert opened.picture.hasFocus()


def test_an_edit_shows_in_the_table_and_so_does_its_undo(opened: Hands) -> None:
    opened.paint(5, slice(30, 33), slice(30, 33))
    opened.until(lambda: len(table(opened).rows) == 4)
    opened.do("undo")
    opened.until(lambda: len(table(opened).rows) == 3)


def test_a_head_sorts_by_its_column_and_again_the_other_way_round(opened: Hands) -> None:
    across = table(opened).view.horizontalHeader()
    at = list(table(opened).rows[0].cells).index("slices")
    place = across.rect().center()
    place.setX(across.sectionViewportPosition(at) + 10)
    QTest.mouseClick(across.viewport(), LEFT, NONE, place)
    assert texts(opened, "slices") == ["3 to 4", "8", "10"]
    QTest.mouseClick(across.viewport(), LEFT, NONE, place)
    assert texts(opened, "slices") == ["10", "8", "3 to 4"]
    opened.paint(5, slice(30, 33), slice(30, 33))
    opened.until(lambda: len(table(opened).rows) == 4)
    assert texts(opened, "slices") == ["10", "8", "6", "3 to 4"]


def test_nothing_marked_is_a_sentence(hands: Hands) -> None:
    hands.key(Qt.Key.Key_N)
    sentence = table(hands).findChild(QLabel, "no_lesions")
    hands.until(lambda: sentence.text() == "Nothing is marked in this scan.")
    assert sentence.isVisible() and not hands.button("lesions_csv_button").isEnabled()
    hands.do("lesions")


def test_the_table_is_saved_with_the_labels_names(
    opened: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lesions.csv"
    monkeypatch.setattr(lesion_wiring, "choose_new_file", lambda *_words: str(path))
    opened.button("lesions_csv_button").click()
    opened.until(path.exists)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["slices"] for row in rows] == ["2", "1", "1"]
    assert {row["name"] for row in rows} == {label.name for label in opened.session.labels}
    opened.until(lambda: opened.desk.parts.runner.is_idle)


def test_a_deleted_labels_lesions_are_not_listed(opened: Hands) -> None:
    opened.desk.parts.marking.delete_label(2)
    opened.until(lambda: len(table(opened).rows) == 2)
    opened.do("undo")
    opened.until(lambda: len(table(opened).rows) == 3)
    assert np.count_nonzero(opened.mask.volume("labels") == 2) == 6


def test_the_table_beside_three_views_takes_the_place_of_the_one_over_the_picture(opened: Hands) -> None:
    over_the_picture = table(opened)
    opened.do("three_views")
    opened.until(lambda: any(one.isVisible() for one in opened.window.findChildren(LesionTable)))
    assert not over_the_picture.isVisible()
    opened.do("lesions")  # The keys go to the table beside the views.
    opened.do("one_view")
    assert not opened.window.actions_by_verb["lesions"].isChecked()
