"""Work of all kinds, cut off or refused at every single call to the disk: nothing that was acknowledged is lost."""

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.journal import Record
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask
from lesionstudio.project.project import Project
from tests.disks import Full, PowerCut, instead
from tests.project.conftest import COLUMNS, ROWS, axial_grid, found_picture, found_volume, scans_in

VOLUME, PICTURE = "ct.nii.gz", "a.png"
SOURCE = DraftSource("lung-v1", 0.5, "2026-01-01T00:00:00+00:00")
SLICES = 4
State = tuple[bytes, ...]
Copies = tuple[NDArray[Any], ...]


def state(mask: Mask) -> State:
    """All that a mask is."""
    return (
        *(mask.volume(layer).tobytes() for layer in LAYERS),
        mask.statuses.tobytes(),
        repr(mask.draft_source).encode(),
    )


class Hand:
    """One mask of a study and what is done to it; each step is acknowledged when its journal says so.

    `states`: what the mask was after each step; `sure`: the last of them that is promised to come back.
    """

    def __init__(self, project: Project, item_id: str, grid: Geometry) -> None:
        self.project, self.item_id = project, item_id
        self.mask = project.load_mask(item_id, grid)
        self.history = EditHistory(self.mask)
        self.history.on_step = lambda step: self._write(Record.of_step(step.kind, step.edit))
        self.states, self.sure = [state(self.mask)], 0
        self._waiting: list[Record] = []

    def _write(self, record: Record) -> None:
        self._waiting.append(record)

    def do(self, step: Callable[[], object]) -> None:
        """Makes a step and tries until the journal has it."""
        step()
        self.states.append(state(self.mask))
        kept = self.project.kept
        again(lambda: kept.keep(self.item_id, kept.generation(self.item_id), self._waiting))
        self._waiting = []
        self.sure = len(self.states) - 1

    def paint(self, k: int, row: int, label: int) -> None:
        stroke = self.history.stroke("Brush")
        stroke.paint(k, row, 3, np.ones((4, 5), bool), label)
        stroke.commit()

    def step(self, name: str, *numbers: int) -> None:
        """One step by its name."""
        if name == "accept":
            self.history.accept("Accept")
        else:
            getattr(self.history if name in ("undo", "redo") else self, name)(*numbers)

    def segment(self, k: int) -> None:
        labels = np.zeros((1, ROWS, COLUMNS), np.uint8)
        labels[0, 12:17, 10:20] = 1
        self.history.put_draft(labels, labels * np.uint8(180), SOURCE, "Segment", first_slice=k)

    def save(self) -> None:
        snapshot, generation = self.mask.snapshot(), self.project.kept.next_generation(self.item_id)
        again(lambda: self.project.save_mask(self.item_id, snapshot, generation))


def again(call: Callable[[], object]) -> None:
    """Tries until the disk takes it, as the window does."""
    for _try in range(10):
        try:
            call()
            return
        except ProjectProblem as problem:
            assert "disk is full" in problem.message
    raise AssertionError("it was refused ten times")


def a_day_of_work(
    project: Project, items: Sequence[str] = (VOLUME, PICTURE), tell: Callable[[Hand], None] = lambda _hand: None
) -> list[Hand]:
    """Strokes, undo and redo, a draft and answers to it, checking, saving in between, on each of these items."""
    grids = {VOLUME: axial_grid(SLICES), PICTURE: Geometry.pixels((1, ROWS, COLUMNS))}
    again(project.save)
    hands = [work_on(Hand(project, item, grids[item]), grids[item].shape[0] - 1, tell) for item in items]
    again(project.save)
    return hands


def work_on(hand: Hand, last: int, tell: Callable[[Hand], None]) -> Hand:
    """One mask's share of the day."""
    tell(hand)
    hand.do(lambda: hand.paint(0, 2, 1))
    hand.do(lambda: hand.paint(last, 4, 2))
    hand.do(hand.history.undo)
    hand.save()
    hand.do(hand.history.redo)
    hand.do(lambda: hand.segment(last))
    hand.do(lambda: hand.history.accept("Accept", Box.of_slice(hand.mask.shape, last)))
    hand.save()
    again(lambda: hand.project.update_record(hand.item_id, last_slice=last))
    hand.do(hand.history.undo)
    hand.do(lambda: hand.paint(last, 12, 3))
    hand.do(lambda: hand.history.check([last], "Check"))
    hand.save()
    hand.do(lambda: hand.paint(0, 8, 4))
    return hand


def begun(folder: Path) -> Project:
    project = Project.open(folder)
    project.add(found_volume(folder, SLICES))
    project.add(found_picture(folder, PICTURE))
    return project


def found_in(folder: Path, item_id: str, shape: tuple[int, ...]) -> State:
    """The mask as the program finds it when it is started anew on this folder."""
    project = begun(folder)
    grid = axial_grid(SLICES) if item_id == VOLUME else Geometry.pixels((1, ROWS, COLUMNS))
    mask = project.load_mask(item_id, grid)
    assert mask.shape == shape
    assert project.record(item_id).statuses == tuple(mask.status(k) for k in range(shape[0]))
    assert all(restored.aside == () for restored in project.kept.restored.values())
    project.close()
    return state(mask)


def test_after_a_power_cut_at_any_call_to_the_disk_every_state_opens_and_holds_what_was_promised(
    in_memory: Path,
) -> None:
    scans = scans_in(in_memory)
    cut, hands, looked = PowerCut(scans), list[Hand](), 0

    def look(_call: str) -> None:
        nonlocal looked
        for torn in (False, True):
            looked += 1
            place = in_memory / "left"
            cut.after_each = lambda _call: None
            cut.rebuild(place, torn=torn)
            for hand in hands:
                assert found_in(place, hand.item_id, hand.mask.shape) in hand.states[hand.sure :]
            shutil.rmtree(place)
            cut.after_each = look

    cut.after_each = look
    with instead(cut.calls()):
        a_day_of_work(begun(scans), tell=hands.append)
    assert looked > 150


@pytest.mark.parametrize("items", [(PICTURE,), pytest.param((VOLUME, PICTURE), marks=pytest.mark.slow)])
def test_a_disk_that_is_full_at_any_single_call_costs_nothing(in_memory: Path, items: tuple[str, ...]) -> None:
    scans = scans_in(in_memory)
    calls = Full(at=1 << 30)
    first = in_memory / "first"
    shutil.copytree(scans, first)
    with instead(calls.calls()):
        expected = [hand.states[-1] for hand in a_day_of_work(begun(first), items)]
    for n in range(calls.asked):
        folder = in_memory / str(n)
        shutil.copytree(scans, folder)
        full = Full(at=n, times=1 + n % 3)
        with instead(full.calls()):
            project = begun(folder)
            hands = a_day_of_work(project, items)
        assert full.was_full
        assert project._lock is not None
        project._lock.release()
        assert [found_in(folder, hand.item_id, hand.mask.shape) for hand in hands] == expected
        assert not list(folder.rglob(".*.png")) + list(folder.rglob(".*.gz"))
        shutil.rmtree(folder)


STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("paint"), some.integers(0, SLICES - 1), some.integers(0, ROWS - 4), some.integers(0, 3)),
        some.tuples(some.just("segment"), some.integers(0, SLICES - 1)),
        some.tuples(some.sampled_from(["undo", "redo", "accept", "save", "kill"])),
    ),
    max_size=25,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_steps_with_undo_redo_save_kill_and_reopen_equal_the_same_on_plain_arrays(
    in_memory: Path, steps: list[tuple[Any, ...]]
) -> None:
    folder = Path(mkdtemp(dir=in_memory))
    project = begun(folder)
    hand = Hand(project, VOLUME, axial_grid(SLICES))
    plain = Plain()
    for name, *numbers in steps:
        if name == "kill":
            assert project._lock is not None
            project._lock.release()
            project = begun(folder)
            hand = Hand(project, VOLUME, axial_grid(SLICES))
            plain.forget()
        elif name == "save":
            hand.save()
        else:
            hand.do(partial(hand.step, name, *numbers))
            getattr(plain, name)(*numbers)
        assert (hand.mask.volume("labels") == plain.labels).all()
        assert (hand.mask.volume("draft") == plain.draft).all()
    project.close()


class Plain:
    """The same work on two plain arrays, each step kept as whole copies."""

    def __init__(self) -> None:
        self.labels = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
        self.draft, self.judged = self.labels.copy(), self.labels.astype(bool)
        self.forget()

    def forget(self) -> None:
        self._done, self._undone = list[Copies](), list[Copies]()

    def _now(self) -> Copies:
        return self.labels.copy(), self.draft.copy(), self.judged.copy()

    def _step(self, before: Copies) -> None:
        if any((one != now).any() for one, now in zip(before, self._now())):
            self._done.append(before)
            self._undone.clear()

    def paint(self, k: int, row: int, label: int) -> None:
        before, where = self._now(), (k, slice(row, row + 4), slice(3, 8))
        self.labels[where], self.draft[where], self.judged[where] = label, 0, True
        self._step(before)

    def segment(self, k: int) -> None:
        before, wanted = self._now(), np.zeros((ROWS, COLUMNS), bool)
        wanted[12:17, 10:20] = True
        self.draft[k] = wanted & ~self.judged[k]
        self._step(before)

    def accept(self) -> None:
        before, opened = self._now(), self.draft > 0
        self.labels[opened] = self.draft[opened]
        self.draft[:] = 0
        self.judged |= opened
        self._step(before)

    def undo(self) -> None:
        if self._done:
            self._undone.append(self._now())
            self.labels, self.draft, self.judged = self._done.pop()

    def redo(self) -> None:
        if self._undone:
            self._done.append(self._now())
            self.labels, self.draft, self.judged = self._undone.pop()
