"""Segment in a box, in the real window: drawn with the mouse, answered inside it alone, taken back as one step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.tools.box import BoxTool
from lesionstudio.gui.viewer.tools.tool import Held, Spot
from tests import phantoms
from tests.gui.seats import Hands, hands_on
from tests.stand_in import StandIn, bright_is_lesion

BOX = (slice(10, 31), slice(20, 41))
"""What a drag from pixel (10, 20) to pixel (30, 40) holds."""


stand_ins: list[StandIn] = []


def made(listener: Any) -> StandIn:
    stand_ins.append(StandIn(listener, {"segment_scan": all_in_a_box}))
    return stand_ins[-1]


def all_in_a_box(*, out: str, box: list[int] | None = None, **arguments: Any) -> dict[str, Any]:
    """What is bright is lesion; asked in a box, everything is, also beside it."""
    answer = bright_is_lesion(out=out, **arguments)
    if box is not None:
        np.lib.format.open_memmap(Path(out) / "labels.npy", "r+")[...] = 1
    return answer


def asked() -> list[tuple[str, dict[str, Any], bool]]:
    """What was asked in a box; drafts of the next slices are made ahead beside it."""
    return [one for one in stand_ins[-1].submitted if one[1].get("box")]


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("box") / "ct"
    phantom = phantoms.ct_phantom(shape=(12, 64, 64))
    phantoms.write_nifti(folder / "a.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder, compute=made) as hands:
        hands.desk.parts.models.once_mapped(lambda: None)
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.afresh(5)
    return window


def drafted(hands: Hands) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    return hands.mask.draft(5) > 0


def draw(hands: Hands) -> None:
    before = len(asked())
    hands.do("segment_box")
    hands.drag((10, 20), (25, 30), (30, 40))
    hands.until(lambda: len(asked()) > before and not hands.desk.parts.models.is_busy and drafted(hands).any())


def test_the_draft_lies_in_the_box_and_nowhere_else(hands: Hands) -> None:
    draw(hands)
    inside = np.zeros((64, 64), bool)
    inside[BOX] = True
    assert (drafted(hands) == inside).all()
    verb, arguments, is_urgent = asked()[-1]
    assert (verb, arguments["box"], is_urgent) == ("segment_scan", [10, 20, 31, 41], True)


def test_one_undo_takes_it_back_and_says_its_name(hands: Hands) -> None:
    draw(hands)
    assert hands.history.undo_title == "Segment in a box"
    hands.do("undo")
    assert not drafted(hands).any()


def test_drafts_beside_the_box_stay_and_what_was_judged_in_it_too(hands: Hands) -> None:
    hands.do("segment_slice")
    hands.until(lambda: bool(drafted(hands).any()) and not hands.desk.parts.models.is_busy)
    beside = drafted(hands)
    hands.paint(5, slice(10, 20), slice(20, 30))
    draw(hands)
    now = drafted(hands)
    outside = np.ones((64, 64), bool)
    outside[BOX] = False
    assert (now[outside] == beside[outside]).all()
    assert not now[10:20, 20:30].any() and hands.mask.labels(5)[10:20, 20:30].all()
    assert now[20:31, 30:41].all() and not beside[20:31, 30:41].all()


def test_the_key_takes_it_into_the_hand_and_a_click_asks_for_nothing(hands: Hands) -> None:
    hands.key(Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert hands.desk.wiring.toolbox.tool == "segment_box"
    before = len(asked())
    hands.press(10, 20)
    hands.release(10, 20)
    assert len(asked()) == before


def test_esc_drops_a_box_half_drawn(hands: Hands) -> None:
    hands.do("segment_box")
    before = len(asked())
    hands.press(10, 20)
    hands.move(30, 40)
    hands.key(Qt.Key.Key_Escape)
    hands.release(30, 40)
    assert len(asked()) == before


def test_a_box_drawn_beyond_the_picture_ends_at_its_edge() -> None:
    told: list[tuple[int, tuple[int, int, int, int]]] = []
    tool = BoxTool((12, 64, 48), lambda k, corners: told.append((k, corners)))
    tool.press(Spot(3, 50.2, 40.0), Held())
    tool.move(Spot(3, 99.0, -7.0), Held())
    assert tool.sketch is not None and tool.sketch.lines
    tool.finish()
    assert told == [(3, (50, 0, 64, 41))]
    assert tool.sketch is not None and tool.sketch.dashed and not tool.sketch.lines


def test_where_segment_is_off_the_box_says_why() -> None:
    tool = BoxTool((1, 64, 64), lambda _k, _corners: pytest.fail("it was asked"), "Choose a model first.")
    tool.press(Spot(0, 5, 5), Held())
    tool.move(Spot(0, 50, 50), Held())
    tool.finish()
    assert tool.message == "Choose a model first."
