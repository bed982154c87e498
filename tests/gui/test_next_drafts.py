"""Drafts made ahead, in the real window: Enter brings the next slice with its draft; nothing judged is ever touched."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look
from lesionstudio.gui.what_next import Place
from lesionstudio.imaging.mask import LAYERS, SliceStatus
from lesionstudio.model_card import read_card, write_card
from lesionstudio.project.worklist import Role
from tests import phantoms
from tests.gui.desk import put_model_on_shelf
from tests.gui.seats import Hands, hands_on
from tests.stand_in import StandIn

Key = Qt.Key


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ahead") / "scans"
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(made / "chest.nii.gz", phantom.voxels, phantom.affine)
    return made


class Seat:
    """A window with a volume of which slices are drafted by a stand-in."""

    def __init__(self, hands: Hands, compute: StandIn) -> None:
        self.hands, self.compute, self.session = hands, compute, hands.session
        self.drafts = hands.desk.parts.next_drafts

    def begin(self, k: int) -> None:
        """A person asks for the draft of slice k; those of the next three are ready."""
        self.session.go_to_slice(k)
        self.hands.key(Key.Key_S)
        self.hands.until(lambda: self.hands.mask.has_draft(k))
        self.settle()

    def settle(self) -> None:
        self.hands.until(lambda: not self.drafts._soon.isActive() and self.drafts._running is None)

    def asked(self) -> list[list[int]]:
        return [
            given["slices"] for verb, given, urgent in self.compute.submitted if verb == "segment_scan" and not urgent
        ]

    @property
    def k(self) -> int:
        return self.session.slice_number

    def place(self, k: int) -> Place:
        return Place(self.session.current_id, k)


@pytest.fixture
def seat(look: Look, folder: Path, tmp_path: Path) -> Iterator[Seat]:
    put_model_on_shelf()
    made: list[StandIn] = []

    def start(listener: Any) -> StandIn:
        made.append(StandIn(listener))
        return made[0]

    copy = tmp_path / "scans"
    copy.mkdir()
    (copy / "chest.nii.gz").write_bytes((folder / "chest.nii.gz").read_bytes())
    with hands_on(look, copy, compute=start) as hands:
        hands.desk.parts.models.choose_model("stand-in")
        yield Seat(hands, made[0])


def test_enter_brings_the_next_slice_with_the_draft_that_was_made_meanwhile(seat: Seat) -> None:
    seat.begin(4)
    assert seat.drafts.kept == (seat.place(5), seat.place(6), seat.place(7))
    assert not seat.hands.mask.has_draft(5), "it is not there before the slice is"
    seat.hands.key(Key.Key_Return)
    assert seat.k == 5 and seat.hands.mask.has_draft(5), "at once, in the same event"
    assert seat.hands.mask.status(4) == SliceStatus.CHECKED
    assert seat.hands.mask.status(5) == SliceStatus.DRAFT
    seat.settle()
    assert seat.drafts.kept == (seat.place(6), seat.place(7), seat.place(8))


def test_nobody_gets_drafts_ahead_before_asking_for_one(seat: Seat) -> None:
    seat.session.go_to_slice(4)
    seat.hands.key(Key.Key_Return)
    seat.settle()
    assert seat.k == 5 and seat.asked() == [] and not seat.hands.mask.has_draft(5)


def test_a_draft_that_comes_late_is_shown_when_it_comes(seat: Seat) -> None:
    seat.begin(4)
    seat.session.go_to_slice(9)
    seat.compute.let_go.clear()
    seat.hands.key(Key.Key_Return)
    assert seat.k == 10 and not seat.hands.mask.has_draft(10)
    seat.compute.let_go.set()
    seat.hands.until(lambda: seat.hands.mask.has_draft(10))


def test_turning_the_wheel_to_a_slice_brings_no_draft(seat: Seat) -> None:
    seat.begin(4)
    steps = len(seat.hands.history.steps)
    seat.hands.key(Key.Key_PageDown)
    assert seat.k == 5 and not seat.hands.mask.has_draft(5) and len(seat.hands.history.steps) == steps


def test_enter_passes_over_slices_that_are_checked(seat: Seat) -> None:
    seat.begin(4)
    seat.session.edited(seat.hands.history.check([5, 6], "Check"))
    before = [seat.hands.mask.layer(layer, 5).copy() for layer in LAYERS]
    seat.session.go_to_slice(4)
    seat.hands.key(Key.Key_Return)
    assert seat.k == 7 and seat.hands.mask.has_draft(7)
    assert all((old == seat.hands.mask.layer(layer, 5)).all() for old, layer in zip(before, LAYERS))


def test_a_held_out_slice_comes_without_a_draft_and_none_is_made_of_it(seat: Seat) -> None:
    record = seat.session.record(seat.session.current_id)
    roles = tuple(Role.HELD_OUT if k in (5, 6) else Role.LEARN for k in range(len(record.roles)))
    project = seat.session.project
    assert project is not None
    project.records[seat.session.current_id] = replace(record, roles=roles)
    seat.session.settings = replace(seat.session.settings, hold_out_slices=True)
    seat.begin(4)
    assert seat.drafts.kept == (seat.place(7),) and all(not {5, 6} & set(slices) for slices in seat.asked())
    seat.hands.key(Key.Key_Return)
    seat.settle()
    assert seat.k == 5 and not seat.hands.mask.has_draft(5)


def test_a_stroke_on_the_next_slice_keeps_it_free_of_a_draft_and_is_not_touched(seat: Seat) -> None:
    seat.session.go_to_slice(5)
    seat.hands.drag((40, 40), (40, 60))
    seat.begin(4)
    painted = [seat.hands.mask.layer(layer, 5).copy() for layer in LAYERS]
    assert painted[0].any()
    seat.hands.key(Key.Key_Return)
    seat.settle()
    assert seat.k == 5
    assert all((old == seat.hands.mask.layer(layer, 5)).all() for old, layer in zip(painted, LAYERS))


def test_drafts_of_another_model_are_thrown_away(seat: Seat) -> None:
    seat.begin(4)
    folder = seat.hands.desk.parts.models.model_in_use
    assert folder is not None
    other = folder.folder.parent / "other"
    other.mkdir()
    write_card(replace(read_card(folder.folder), id="other", title="Other"), other)
    seat.hands.desk.parts.models.look_again()
    seat.hands.desk.parts.models.choose_model("other")
    seat.settle()
    assert seat.drafts.kept == (), "and none are made with it: nobody asked it for a draft yet"
    seat.hands.key(Key.Key_Return)
    assert not seat.hands.mask.has_draft(5)


def test_switched_off_in_the_menu_none_come(seat: Seat) -> None:
    seat.begin(4)
    seat.hands.do("drafts_ahead")
    seat.settle()
    seat.hands.key(Key.Key_Return)
    assert seat.k == 5 and seat.drafts.kept == () and not seat.hands.mask.has_draft(5)


def test_one_undo_takes_back_an_enter_with_the_draft_that_it_brought_and_loses_no_stroke(seat: Seat) -> None:
    seat.session.go_to_slice(4)
    seat.hands.drag((40, 40), (40, 60))
    painted = seat.hands.mask.labels(4).copy()
    seat.begin(4)
    drafted = seat.hands.mask.draft(4).copy()
    seat.hands.key(Key.Key_Return)
    assert seat.k == 5 and seat.hands.mask.has_draft(5) and seat.hands.history.undo_title == "Check slice"
    seat.hands.do("undo")
    assert seat.k == 4 and seat.hands.mask.status(4) != SliceStatus.CHECKED, "it is seen where it happened"
    assert (seat.hands.mask.draft(4) == drafted).all() and not seat.hands.mask.has_draft(5)
    seat.hands.do("undo")
    assert not seat.hands.mask.has_draft(4) and (seat.hands.mask.labels(4) == painted).all()
    for _step in range(2):
        seat.hands.do("redo")
    assert seat.hands.mask.status(4) == SliceStatus.CHECKED and seat.hands.mask.has_draft(5)


def test_two_enters_are_two_steps_and_a_late_draft_joins_only_the_enter_it_followed(seat: Seat) -> None:
    seat.begin(4)
    steps = len(seat.hands.history.steps)
    seat.hands.key(Key.Key_Return)
    seat.settle()
    seat.hands.key(Key.Key_Return)
    assert seat.k == 6 and len(seat.hands.history.steps) == steps + 2
    seat.settle()
    seat.session.go_to_slice(11)
    seat.compute.let_go.clear()
    seat.hands.key(Key.Key_Return)
    seat.session.edited(seat.hands.history.check([2], "Check"))
    seat.compute.let_go.set()
    seat.hands.until(lambda: seat.hands.mask.has_draft(12))
    assert seat.hands.history.undo_title == "Draft made ahead", "something was done between"


def test_drafting_a_scan_again_asks_nothing_and_touches_no_stroke(seat: Seat) -> None:
    seat.session.go_to_slice(6)
    seat.hands.drag((50, 20), (50, 90))
    seat.begin(6)
    seat.hands.drag((44, 44), (48, 60))
    seat.session.edited(seat.hands.history.check([8], "Check"))
    strokes = {k: (seat.hands.mask.labels(k).copy(), seat.hands.mask.origin(k).copy()) for k in (6, 8)}
    seat.hands.key(Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    seat.hands.until(lambda: not seat.hands.desk.parts.models.is_busy)
    assert [one for one in seat.hands.window.findChildren(object) if getattr(one, "isModal", bool)()] == []
    for k, (labels, origin) in strokes.items():
        assert (seat.hands.mask.labels(k) == labels).all() and (seat.hands.mask.origin(k) == origin).all()
    judged = seat.hands.mask.origin(6) > 0
    assert not seat.hands.mask.draft(6)[judged].any() and not seat.hands.mask.has_draft(8)
    seat.hands.do("undo")
    assert np.array_equal(seat.hands.mask.labels(6), strokes[6][0])


def test_pictures_of_one_slice_get_theirs_when_they_are_opened(look: Look, tmp_path: Path) -> None:
    put_model_on_shelf()
    for n in range(4):
        phantoms.write_png(tmp_path / "scans" / f"p{n}.png", phantoms.picture_phantom())
    with hands_on(look, tmp_path / "scans") as hands:
        hands.desk.parts.models.choose_model("stand-in")
        first, drafts = hands.session.current_id, hands.desk.parts.next_drafts
        hands.key(Key.Key_S)
        hands.until(lambda: hands.mask.has_draft(0) and len(drafts.kept) == 3)
        hands.key(Key.Key_Return)
        hands.until(lambda: hands.session.current_id != first and hands.mask.has_draft(0))
