"""What is shown turned and mirrored, in the real window: marks land in the file's own grid, letters follow."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look
from lesionstudio.imaging.geometry import Box, Index
from tests import phantoms
from tests.gui.seats import Hands, hands_on

SHAPE = (4, 40, 60)
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("turning") / "study"
    for name in ("a", "b"):
        phantom = phantoms.ct_phantom(SHAPE, (5.0, 2.0, 2.0))
        phantoms.write_nifti(folder / f"{name}.nii.gz", phantom.voxels, phantom.affine)
        phantoms.write_png(folder / "photos" / f"{name}.png", phantoms.picture_phantom(30, 50, 6.0))
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Iterator[Hands]:
    show(window, "a.nii.gz")
    window.afresh()
    window.desk.parts.turning.reset()
    yield window
    window.session.apply_settings(replace(window.session.settings, neurological=False))
    window.desk.parts.turning.reset()


def show(hands: Hands, item_id: str) -> None:
    hands.session.open_item(item_id)
    hands.until(lambda: hands.session.current_id == item_id)
    hands.picture.setFocus()


def letters(hands: Hands) -> str:
    """Top, right, bottom, left, as the picture shows them."""
    scan = hands.picture.scan
    assert scan is not None
    return "".join(scan.geometry.edge_letters())


def dab(hands: Hands, row: int, column: int) -> set[Index]:
    """One click on the shown picture with a brush of one voxel; the voxels of the file that it marked."""
    hands.type("brush_diameter", "1.5")
    hands.drag((row, column))
    return {(int(k), int(r), int(c)) for k, r, c in np.argwhere(hands.mask.volume("labels"))}


def test_a_click_on_a_turned_picture_marks_the_voxel_that_is_seen_there(hands: Hands) -> None:
    hands.key(Qt.Key.Key_R, SHIFT)
    assert hands.picture.scan is not None and hands.picture.scan.geometry.shape == (4, 60, 40)
    # Turned clockwise the first column of the file, from its last row up, is the top row.
    assert dab(hands, 10, 5) == {(0, 39 - 5, 10)}


def test_a_click_on_a_mirrored_picture_marks_the_other_side_of_the_file(hands: Hands) -> None:
    hands.key(Qt.Key.Key_M, SHIFT)
    assert dab(hands, 10, 5) == {(0, 10, 59 - 5)}


def test_a_click_on_a_picture_that_is_upside_down_marks_the_row_from_below(hands: Hands) -> None:
    hands.key(Qt.Key.Key_U, SHIFT)
    assert dab(hands, 10, 5) == {(0, 39 - 10, 5)}


def test_a_stroke_on_a_turned_and_mirrored_picture_is_one_step_and_undo_takes_it_back(hands: Hands) -> None:
    hands.do("turn_shown")
    hands.do("mirror_shown")
    hands.type("brush_diameter", "1.5")
    hands.drag((10, 5), (10, 15))
    # Turned, then mirrored: rows of the screen are columns of the file, from the same corner on.
    marked = hands.mask.labels(0)
    assert marked[39 - 34 : 39 - 23, 10].all() and int(marked.sum()) == 11
    assert hands.history.steps.position == 1
    hands.do("undo")
    assert not hands.mask.marked(0)


def test_letters_follow_and_the_note_says_how_it_is_turned(hands: Hands) -> None:
    assert letters(hands) == "ALPR"
    hands.button("turn_shown_button").click()
    assert letters(hands) == "RALP" and hands.picture.remark == "Turned 90°"
    hands.button("mirror_shown_button").click()
    assert letters(hands) == "RPLA" and hands.picture.remark == "Turned 270°, mirrored"
    hands.do("as_in_file")
    assert letters(hands) == "ALPR" and hands.picture.remark == ""
    assert not hands.window.actions_by_verb["as_in_file"].isEnabled()


def test_each_scan_remembers_how_it_was_turned(hands: Hands) -> None:
    hands.do("turn_shown")
    show(hands, "b.nii.gz")
    assert letters(hands) == "ALPR"
    show(hands, "a.nii.gz")
    assert letters(hands) == "RALP"


def test_pictures_without_orientation_are_turned_together_with_their_folder(hands: Hands) -> None:
    show(hands, "photos/a.png")
    hands.do("flip_shown")
    show(hands, "photos/b.png")
    assert hands.picture.remark == "Upside down"
    assert dab(hands, 3, 7) == {(0, 29 - 3, 7)}
    hands.do("as_in_file")
    hands.session.edited(hands.history.go_to(0))
    show(hands, "a.nii.gz")
    assert hands.picture.remark == ""


def test_a_stroke_in_the_making_is_taken_back_when_the_picture_is_turned(hands: Hands) -> None:
    changed: list[Box] = []
    hands.press(10, 45)
    hands.move(10, 55)
    hands.session.region_changed.connect(changed.append)
    hands.do("turn_shown")
    hands.session.region_changed.disconnect(changed.append)
    assert not hands.mask.marked(0) and not hands.history.is_open
    # The stroke reached to a column that is no row: what changed is said in the file's own grid.
    assert changed and all(box == box.intersect(Box.whole(SHAPE)) for box in changed)


def test_a_neurologist_sees_left_at_the_left_and_marks_the_same_voxels(hands: Hands) -> None:
    hands.session.apply_settings(replace(hands.session.settings, neurological=True))
    assert letters(hands) == "ARPL" and hands.picture.remark == ""
    assert dab(hands, 10, 5) == {(0, 10, 59 - 5)}
    show(hands, "b.nii.gz")
    assert letters(hands) == "ARPL"


def test_the_slice_on_screen_and_the_comparison_stay_when_the_picture_is_turned(hands: Hands) -> None:
    hands.session.go_to_slice(2)
    hands.do("mirror_shown")
    assert hands.picture.slice_number == 2
    hands.session.go_to_slice(3)
    assert hands.picture.slice_number == 3


def test_turning_is_kept_in_the_study(hands: Hands) -> None:
    hands.do("turn_shown")
    hands.do("mirror_shown")
    project = hands.session.project
    assert project is not None and project.settings["shown_turned"] == {"a.nii.gz": [3, True]}
