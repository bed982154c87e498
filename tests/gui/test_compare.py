"""Mask against reference in the real window: colours, figures counted by hand, painting meanwhile, the way on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui.panels.compare_bar import CompareBar
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.picture_view import PictureView
from lesionstudio.imaging.formats import write_mask
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import DraftSource
from lesionstudio.metrics.comparison import ANY_MARK, EVERY_LABEL, FALSE, MISSED
from tests import phantoms
from tests.gui.seats import Hands, hands_on

SHAPE = (6, 64, 64)
SPACING = (5.0, 2.0, 2.0)
VOXEL_ML = 5 * 2 * 2 / 1000


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("compare") / "ct"
    phantom = phantoms.ct_phantom(SHAPE, SPACING)
    phantoms.write_nifti(folder / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Label 1: 20 x 20 voxels on slices 1 and 2; label 2: 5 x 5 on slice 4."""
    wanted = np.zeros(SHAPE, np.uint8)
    wanted[1:3, 10:30, 10:30] = 1
    wanted[4, 50:55, 50:55] = 2
    geometry = Geometry(SHAPE, phantoms.grid("axial", SHAPE, SPACING))
    return write_mask(tmp_path / "reader.nii.gz", wanted, geometry, values="index")[0]


@pytest.fixture
def hands(window: Hands) -> Iterator[Hands]:
    window.afresh()
    yield window
    window.desk.parts.comparing.stop()
    window.afresh()


def compare(hands: Hands, path: Path) -> None:
    if not hands.desk.parts.comparing.is_on:
        hands.do("compare")
    comparing = hands.desk.parts.comparing
    comparing.choose_file(path)
    hands.until(lambda: comparing.reference is not None and comparing.reference.words == path.name)
    counted(hands)


def counted(hands: Hands) -> None:
    """Waits until regions are known as they are now."""
    comparing = hands.desk.parts.comparing
    hands.until(lambda: comparing.reference is not None and comparing.found is not None and not comparing.is_counting)


def figure(hands: Hands, name: str) -> str:
    found = hands.window.findChild(QLabel, f"{name}_figure")
    assert found is not None
    return found.text()


def colour_at(hands: Hands, row: int, column: int) -> QColor:
    """The dot in the middle of a voxel; the pointer is elsewhere."""
    picture = hands.picture.grab().toImage()
    return picture.pixelColor(hands.point(row, column) * picture.devicePixelRatio())


def test_missed_false_and_agreed_are_counted_as_by_hand(hands: Hands, reference: Path) -> None:
    hands.paint(1, slice(10, 30), slice(10, 30))
    hands.paint(2, slice(10, 20), slice(10, 30))
    hands.paint(5, slice(40, 44), slice(40, 45))
    compare(hands, reference)
    # Marked 400 + 200 + 20; wanted 400 + 400 + 25; agreed 600.
    assert figure(hands, "dice") == "– slice, 0.83 scan" and round(2 * 600 / (620 + 825), 2) == 0.83
    assert figure(hands, "missed") == "4.5 ml, lesions 1 of 2" and 225 * VOXEL_ML == 4.5
    assert figure(hands, "false") == "0.4 ml, lesions 1 of 2" and 20 * VOXEL_ML == 0.4
    assert figure(hands, "agreed") == "12.0 ml"
    assert figure(hands, "volume") == "12.4 ml, 16.5 ml"
    hands.session.go_to_slice(2)
    assert figure(hands, "dice") == "0.67 slice, 0.83 scan"


def test_the_picture_shows_what_is_missed_in_amber_and_marks_as_ever_when_it_is_over(
    hands: Hands, reference: Path
) -> None:
    hands.paint(1, slice(10, 30), slice(20, 40))
    hands.session.go_to_slice(1)
    before = colour_at(hands, 20, 25)
    compare(hands, reference)
    missed, agreed, false = (colour_at(hands, 20, column) for column in (14, 25, 36))
    assert missed.red() > missed.green() > missed.blue() + 60
    assert agreed.green() > agreed.red()
    assert abs(false.red() - false.blue()) < 90 and agreed != before
    hands.do("compare")
    assert colour_at(hands, 20, 25) == before
    bar = hands.window.findChild(CompareBar)
    assert bar is not None and not bar.isVisible()


def test_painting_goes_on_and_counts_at_once(hands: Hands, reference: Path) -> None:
    compare(hands, reference)
    hands.session.go_to_slice(1)
    amber = colour_at(hands, 20, 20)
    hands.drag((20, 14), (20, 26))
    figures = hands.desk.parts.comparing.figures
    assert figures is not None
    painted = int(np.count_nonzero(hands.mask.labels(1)))
    assert painted > 30 and figures.here.true_positives == painted
    assert figures.here.false_negatives == 400 - painted
    assert colour_at(hands, 20, 20) != amber


def test_d_goes_to_the_largest_difference_first_and_comes_round(hands: Hands, reference: Path) -> None:
    hands.paint(1, slice(10, 30), slice(10, 30))
    hands.paint(5, slice(40, 44), slice(40, 45))
    compare(hands, reference)
    seen = []
    for _step in range(4):
        hands.key(Qt.Key.Key_D)
        place = hands.desk.parts.comparing.place
        found = hands.desk.parts.comparing.found
        assert found is not None
        seen.append((hands.session.slice_number, found.differences[place].kind, found.differences[place].voxels))
    assert seen == [(2, MISSED, 400), (4, MISSED, 25), (5, FALSE, 20), (2, MISSED, 400)]
    hands.key(Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert hands.session.slice_number == 5


def test_what_is_mended_is_no_difference_any_more_and_the_next_one_follows(hands: Hands, reference: Path) -> None:
    hands.paint(1, slice(10, 30), slice(10, 30))
    compare(hands, reference)
    hands.key(Qt.Key.Key_D)
    hands.paint(2, slice(10, 30), slice(10, 30))
    counted(hands)
    assert hands.desk.parts.comparing.place == -1
    hands.key(Qt.Key.Key_D)
    assert hands.session.slice_number == 4


def test_one_label_can_be_compared(hands: Hands, reference: Path) -> None:
    hands.paint(4, slice(50, 55), slice(50, 55), label=1)
    compare(hands, reference)
    comparing = hands.desk.parts.comparing
    assert [name for _n, name in comparing.labels] == [
        "Any mark",
        "Every label",
        *(one.name for one in hands.session.labels),
    ]
    expected = {ANY_MARK: (25, 0), EVERY_LABEL: (0, 25), 1: (0, 25), 2: (0, 0)}
    for label, (agreed, false) in expected.items():
        comparing.choose_label(label)
        assert comparing.figures is not None
        counts = comparing.figures.here if hands.session.slice_number == 4 else comparing.figures.whole
        assert (counts.true_positives, counts.false_positives) == (agreed, false)


def test_an_earlier_saved_state_is_offered_and_is_the_first_choice(hands: Hands) -> None:
    hands.paint(3, slice(0, 10), slice(0, 10))
    parts, opened = hands.desk.parts, hands.session.open
    assert opened is not None
    parts.saved_states.keep(opened.item.id, hands.mask, "", opened.scan.slice_ids)
    hands.until(lambda: bool(parts.saved_states.states))
    hands.paint(3, slice(5, 10), slice(0, 10), label=0)
    hands.do("compare")
    counted(hands)
    figures = parts.comparing.figures
    assert figures is not None and (figures.whole.wanted, figures.whole.predicted) == (100, 50)


def test_the_open_draft_is_compared_as_if_it_were_accepted(hands: Hands) -> None:
    hands.paint(0, slice(0, 10), slice(0, 10))
    draft = np.zeros((1, 64, 64), np.uint8)
    draft[0, 20:30, 20:30] = 1
    hands.history.put_draft(draft, draft * 255, DraftSource("m", 0.5, "2026-01-01"), "Segment", first_slice=2)
    hands.session.edited(hands.history.steps.last_done.box)  # type: ignore[union-attr]
    hands.do("compare")
    counted(hands)
    figures = hands.desk.parts.comparing.figures
    assert figures is not None
    assert (figures.whole.true_positives, figures.whole.false_negatives, figures.whole.false_positives) == (100, 100, 0)


def test_a_mask_of_another_size_is_refused_with_a_sentence_and_the_comparison_stays(
    hands: Hands, reference: Path, tmp_path: Path
) -> None:
    compare(hands, reference)
    small = Geometry((6, 32, 32), phantoms.grid("axial", (6, 32, 32), SPACING))
    other = write_mask(tmp_path / "small.nii.gz", np.ones((6, 32, 32), np.uint8), small, values="index")[0]
    told: list[str] = []
    hands.session.notice.connect(lambda notice: told.append(notice.title))
    hands.desk.parts.comparing.choose_file(other)
    hands.until(lambda: bool(told))
    assert "does not fit the scan" in told[0]
    kept = hands.desk.parts.comparing.reference
    assert kept is not None and kept.words == "reader.nii.gz"


def test_escape_ends_the_comparison_when_nothing_else_waits(hands: Hands, reference: Path) -> None:
    compare(hands, reference)
    hands.window.draw_page.banners.clear()
    hands.picture.setFocus()
    hands.key(Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert not hands.desk.parts.comparing.is_on and not hands.window.actions_by_verb["compare"].isChecked()


def test_all_three_views_show_the_comparison_in_their_plane(hands: Hands, reference: Path) -> None:
    compare(hands, reference)
    hands.key(Qt.Key.Key_D)
    hands.do("three_views")
    try:
        for view in hands.window.draw_page.views.views:
            missed = np.argwhere(_codes(view) == MISSED)
            missed = missed[(missed != np.array(view._cross)).all(axis=1)]  # beside the crosshair
            row, column = missed[len(missed) // 3]
            assert view.view_state is not None
            point = QPoint(*(round(at) for at in view.view_state.to_point(float(row), float(column))))
            colour = view.grab().toImage().pixelColor(point)
            assert colour.red() > colour.green() > colour.blue() + 60
    finally:
        hands.do("one_view")


def _codes(view: PictureView) -> np.ndarray:
    """What is compared on the picture that a view shows."""
    layer = view._picture._errors
    assert layer is not None
    view.grab()
    assert layer._codes is not None
    return layer._codes
