"""Earlier saved states: the last ten of each mask, whole, however the disk and the scan have changed since."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask, SliceStatus
from lesionstudio.project import states as module
from lesionstudio.project.states import KEPT, States

SHAPE = (4, 30, 40)
SOURCE = DraftSource("modèle", 0.5, "2026-01-01T00:00:00+00:00")
Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the time that states are made at."""
    now = [1_000_000.0]
    monkeypatch.setattr(module.time, "time", lambda: now[0])

    def at(seconds: float) -> None:
        now[0] = 1_000_000.0 + seconds

    return at


@pytest.fixture
def worked_on() -> Mask:
    """Something in every layer."""
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    draft = np.zeros(SHAPE, np.uint8)
    draft[1:3, 4:9, 5:9] = 2
    history.put_draft(draft, draft * 100, SOURCE, "Segment")
    history.check([1], "Check")
    paint(mask, 3, 5)
    return mask


def paint(mask: Mask, k: int, at: int, label: int = 1) -> None:
    stroke = EditHistory(mask).stroke("Brush")
    stroke.paint(k, at, at, np.ones((3, 3), bool), label)
    stroke.commit()


def everything(mask: Mask) -> list[object]:
    layers = [mask.volume(layer).tobytes() for layer in LAYERS]
    return [*layers, mask.statuses.tolist(), mask.draft_source, dict(mask.makers)]


def test_a_state_gives_back_every_layer_and_fact(tmp_path: Path, worked_on: Mask) -> None:
    states = States(tmp_path)
    kept = states.keep("a/b", worked_on.snapshot(), "Import masks")
    assert kept is not None and states.of("a/b") == (kept,)
    assert (kept.why, kept.marked, kept.checked) == ("Import masks", 2, 1)
    assert everything(Mask.restore(states.read(kept))) == everything(worked_on)


def test_bringing_a_state_back_is_one_step_that_can_be_undone(tmp_path: Path, worked_on: Mask) -> None:
    states = States(tmp_path)
    kept = states.keep("a", worked_on.snapshot())
    assert kept is not None
    then = everything(worked_on)
    history = EditHistory(worked_on, locked=frozenset({1}))
    history.reject("Reject")
    paint(worked_on, 0, 20, 2)
    now = everything(worked_on)
    history.restore(states.read(kept), "Earlier state")
    assert everything(worked_on) == then and history.undo_title == "Earlier state"
    history.undo()
    assert everything(worked_on) == now


def test_the_same_state_is_not_kept_twice_and_an_empty_mask_not_at_all(tmp_path: Path) -> None:
    states, mask = States(tmp_path), Mask(SHAPE)
    assert states.keep("a", mask.snapshot()) is None
    paint(mask, 0, 5)
    assert states.keep("a", mask.snapshot()) is not None
    assert states.keep("a", mask.snapshot()) is None
    paint(mask, 0, 5, 0)
    assert states.keep("a", mask.snapshot()) is not None
    assert [state.marked for state in states.of("a")] == [0, 1]


def test_a_state_with_another_status_is_another_state(tmp_path: Path) -> None:
    states, mask = States(tmp_path), Mask(SHAPE)
    paint(mask, 0, 5)
    states.keep("a", mask.snapshot())
    EditHistory(mask).set_status([2], SliceStatus.CHECKED, "Check")
    assert states.keep("a", mask.snapshot()) is not None


def test_the_last_ten_are_kept_newest_first(tmp_path: Path, clock: Clock) -> None:
    states, mask = States(tmp_path), Mask(SHAPE)
    for n in range(KEPT + 4):
        clock(3600 * n)
        paint(mask, 0, n)
        states.keep("a", mask.snapshot())
    made = [state.made - 1_000_000 for state in states.of("a")]
    assert made == [3600 * n for n in range(KEPT + 3, 3, -1)]


def test_states_minutes_apart_go_before_the_oldest_goes(tmp_path: Path, clock: Clock) -> None:
    states, mask = States(tmp_path), Mask(SHAPE)
    for n, seconds in enumerate([0, 3600, 3660, *range(7200, 7200 + 10 * 3600, 3600)]):
        clock(seconds)
        paint(mask, 0, n)
        states.keep("a", mask.snapshot())
    made = [int(state.made - 1_000_000) for state in states.of("a")]
    assert made == [3600 * n for n in range(11, 1, -1)]
    clock(11 * 3600 + 60)
    paint(mask, 1, 5)
    states.keep("a", mask.snapshot(), "Import")
    assert int(states.of("a")[1].made - 1_000_000) == 11 * 3600


def test_states_older_than_ninety_days_go_but_never_the_last_one(tmp_path: Path, clock: Clock) -> None:
    states, mask = States(tmp_path), Mask(SHAPE)
    for n, day in enumerate((0, 1, 80)):
        clock(day * 86400)
        paint(mask, 0, n)
        states.keep("a", mask.snapshot())
    assert len(states.of("a")) == 3
    clock(90.5 * 86400)
    paint(mask, 0, 9)
    states.keep("a", mask.snapshot())
    assert len(states.of("a")) == 3
    clock(500 * 86400)
    paint(mask, 0, 12)
    states.keep("a", mask.snapshot())
    assert len(states.of("a")) == 1


def test_a_damaged_state_is_said_to_be_damaged_and_the_others_stay(tmp_path: Path, worked_on: Mask) -> None:
    states = States(tmp_path)
    older = states.keep("a", worked_on.snapshot())
    paint(worked_on, 0, 20)
    newer = states.keep("a", worked_on.snapshot())
    assert older is not None and newer is not None
    content = newer.path.read_bytes()
    newer.path.write_bytes(content[:-5] + b"12345")
    with pytest.raises(ProjectProblem, match="damaged"):
        states.read(newer)
    newer.path.write_bytes(b"LSS9" + content[4:])
    assert states.of("a") == (older,)
    newer.path.write_bytes(content[:20])
    assert states.of("a") == (older,)
    assert everything(Mask.restore(states.read(older))) != everything(worked_on)


def test_slices_find_their_place_again_when_files_were_added_or_lost(tmp_path: Path, worked_on: Mask) -> None:
    states = States(tmp_path)
    kept = states.keep("a", worked_on.snapshot(), slice_ids=["p", "q", "r", "s"])
    assert kept is not None
    back = Mask.restore(states.read(kept, ["new", "s", "r", "p", "new too"]))
    assert back.shape == (5, 30, 40)
    assert (back.labels(1) == worked_on.labels(3)).all() and back.marked(1) and not back.marked(4)
    assert [int(status) for status in back.statuses] == [
        int(worked_on.statuses[k]) if k >= 0 else 0 for k in (-1, 3, 2, 0, -1)
    ]
    assert set(back.makers) == {1, 2, 3}


def test_states_of_a_volume_take_little_room(tmp_path: Path) -> None:
    mask = Mask((60, 256, 256))
    rows, columns = np.ogrid[:256, :256]
    blob = ((rows - 128) ** 2 + (columns - 100) ** 2 < 60**2).astype(np.uint8)
    EditHistory(mask).replace(np.stack([blob] * 60), "Import")
    kept = States(tmp_path).keep("a", mask.snapshot())
    assert kept is not None and kept.path.stat().st_size < 60 * 256 * 256 // 100
