"""Learning along: slices join, a killed process goes on, what was refused is forgotten, nothing held out is taught."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from lesionstudio.imaging import disk
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.learning import calibration, going_on
from lesionstudio.model_card import read_card
from lesionstudio.progress import Cancelled, Progress, silent
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role
from lesionstudio.workflows import at_work, lessons, yardstick
from lesionstudio.workflows.gate import verdict
from lesionstudio.workflows.held_out import SliceScore
from lesionstudio.workflows.learn_along import learn_along, more_lessons
from lesionstudio.workflows.segment import loaded
from tests.studies import SIDE, check, make_study, scene
from tests.tiny_model import save_tiny_model, tiny_card

WORKING, IN_USE = 0.8, 0.5


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little to learn from each slice, and models that do as well as it says here."""
    monkeypatch.setattr(going_on, "BUDGET_S", 0.3)
    monkeypatch.setattr(calibration, "eight_bit_ranges", lambda *_what: {"convolution": [0.0, 1.0]})
    monkeypatch.setattr(yardstick, "scores_of_each", scores_by_folder)


def scores_by_folder(_study: Project, model: Path, _table: Any, slices: list[Any], *_rest: Any) -> list[SliceScore]:
    is_new = model.name == at_work.LEARNING_NAME
    return [SliceScore(WORKING, 105, 100) if is_new else SliceScore(IN_USE, 80, 100)] * len(slices)


class Study:
    """A study in which three slices of each kind are checked, and what was told of learning in it."""

    def __init__(self, folder: Path) -> None:
        project = make_study(folder / "scans", 20)
        self.home, self.model = project.home, save_tiny_model(folder / "tiny", tiny_card(long_side=(SIDE, SIDE)))
        roles = {item: project.record(item).roles[0] for item in project.items}
        self.learn = [item for item, role in roles.items() if role == Role.LEARN]
        self.held_out = [item for item, role in roles.items() if role == Role.HELD_OUT]
        for item in self.learn[:3] + self.held_out[:3]:
            self._check(project, item)
        project.close()
        self.told: list[Progress] = []

    def check(self, item: str) -> None:
        project = Project.open(self.home)
        self._check(project, item)
        project.close()

    @staticmethod
    def _check(project: Project, item: str) -> None:
        check(project, item, scene(int(item[1:3]), (1,))[1])

    def choose(self, **settings: Any) -> None:
        project = Project.open(self.home)
        project.settings.update(settings)
        project.close()

    def along(self, report: Callable[[Progress], None] | None = None, model: Path | None = None) -> dict[str, Any]:
        def both(progress: Progress) -> None:
            self.told.append(progress)
            (report or silent)(progress)

        return learn_along(str(self.home), str(model or self.model), "cpu", 0, {}, both)

    def partials(self, name: str) -> list[Any]:
        return [one.partial[name] for one in self.told if isinstance(one.partial, dict) and name in one.partial]

    @property
    def working(self) -> Any:
        return at_work.at_work(self.home)


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    made = Study(tmp_path)
    yield made
    at_work.forget(made.home)


def test_a_slice_checked_meanwhile_joins_without_a_new_start_and_held_out_ones_are_never_taught(study: Study) -> None:
    late = study.learn[5]

    def check_one_more(progress: Progress) -> None:
        if late not in done and study.working is not None and study.working.learner.steps >= 1:
            done.append(late)
            study.check(late)
            assert more_lessons(str(study.home), silent) == {"is_at_work": True}

    done: list[str] = []
    ended = study.along(check_one_more)
    assert ended["lessons"] == 4
    assert study.partials("along")[-1]["lessons"] == 4
    assert set(study.working.added) == {f"{item}:0" for item in [*study.learn[:3], late]}
    steps = [said["steps"] for said in study.partials("along")]
    assert steps == sorted(steps), "one run, from the first slice to the last"


def test_what_was_learned_goes_on_when_the_process_was_killed(study: Study) -> None:
    def stop_soon(_progress: Progress) -> None:
        if study.working is not None and study.working.learner.steps >= 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        study.along(stop_soon)
    before = study.working.learner
    steps, moments = before.steps, before.state()
    at_work.forget(study.home)
    study.told.clear()
    study.along()
    assert study.partials("along")[0]["steps"] == steps >= 1
    assert study.working.learner is not before
    assert study.working.learner.steps >= steps
    assert any(name.startswith("optimizer.") for name in moments)


def test_a_version_that_gains_is_placed_once_and_knows_its_parent_and_its_lessons(study: Study) -> None:
    study.along()
    (made,) = study.partials("version")
    assert (made["model"], made["parent"], made["slices"], made["passes"]) == ("tiny-v1", "tiny", 3, True)
    assert (made["held_out"]["before"], made["held_out"]["after"]) == (IN_USE, WORKING)
    assert made["held_out"]["volume"] == {"before": -0.2, "after": 0.05}
    assert yardstick.learned_from(Path(made["folder"])) == {f"{item}:0" for item in study.learn[:3]}
    assert read_card(Path(made["folder"])).training["curve"]
    study.told.clear()
    study.choose(candidate="tiny-v1")
    study.along()
    assert study.partials("version") == [], "nothing is new"


def test_after_use_it_goes_on_with_the_same_weights_and_after_keep_with_the_model_in_use(study: Study) -> None:
    study.along()
    (made,) = study.partials("version")
    weights = study.working
    study.choose(candidate="", model="tiny-v1")
    study.check(study.learn[4])
    study.along(model=Path(made["folder"]))
    assert study.working is weights, "its own last checkpoint"
    study.choose(candidate="", model="tiny")
    study.check(study.learn[6])
    study.along()
    assert study.working is not weights, "never a version that was refused"
    assert set(study.working.added) == {f"{item}:0" for item in [*study.learn[:3], study.learn[4], study.learn[6]]}


def test_a_full_disk_is_told_once_and_the_last_checkpoint_stays(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    study.along()
    checkpoint = study.home / "learning" / "checkpoint.safetensors"
    before = checkpoint.read_bytes()

    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lesionstudio.workflows.learn_along.KEEP_EVERY_S", 0.0)
    study.check(study.learn[7])
    monkeypatch.setattr(disk, "flush", full)
    study.along()
    told = [sentence for notes in study.partials("notes") for sentence in notes]
    assert told[0].startswith("What was learned could not be saved: No space left on device")
    assert len(told) == len(set(told)) <= 2
    assert checkpoint.read_bytes() == before
    assert [path.name for path in checkpoint.parent.iterdir()] == [checkpoint.name]


def test_where_memory_is_short_it_goes_on_with_less_and_says_so_in_a_line(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned, refusals = going_on.Learner._learned, [torch.OutOfMemoryError("CUDA out of memory")]

    def short_of_memory(learner: going_on.Learner, beat: Callable[[], None]) -> float:
        if refusals:
            raise refusals.pop()
        return learned(learner, beat)

    monkeypatch.setattr(going_on.Learner, "_learned", short_of_memory)
    assert study.along()["steps"] > 0
    ((told,),) = study.partials("notes")
    assert told.startswith("Memory ran out: the batch is computed")


def test_only_one_study_at_a_time_is_kept_in_memory(tmp_path: Path) -> None:
    first, second = (SimpleNamespace(home=tmp_path / name) for name in "ab")
    at_work.put_to_work(first)  # type: ignore[arg-type]
    at_work.put_to_work(second)  # type: ignore[arg-type]
    assert at_work.at_work(first.home) is None and at_work.at_work(second.home) is second
    at_work.forget(second.home)


def test_drafts_are_made_with_the_weights_of_this_moment(study: Study) -> None:
    study.along()
    predictor = loaded(study.home / "learning", "cpu")
    assert predictor is study.working.predictor
    assert predictor.card.id == "working"


def test_a_slice_that_is_not_checked_is_learned_from_only_where_it_was_judged(study: Study) -> None:
    project, item = Project.open(study.home), study.learn[8]
    scan = project.read_scan(project.items[item])
    history = EditHistory(project.load_mask(item, scan.geometry, scan.slice_ids))
    stroke = history.stroke("Brush")
    stroke.paint(0, 10, 12, np.ones((3, 5), bool), 1)
    stroke.commit()
    project.save_mask(item, history.mask.snapshot())
    found = lessons.Reading(project, tiny_card(), "").lessons(silent)
    project.close()
    (half,) = [one for one in found.learned if not one.is_whole]
    assert half.key == f"{item}:0"
    judged = half.marks != lessons.NOT_JUDGED
    assert judged.sum() == 15 and (half.marks[judged] == 1).all()
    assert found.checked == 3 and item not in {one.item for one in found.corrected}


@pytest.mark.parametrize(
    ("held_out", "earlier", "passes"),
    [
        ((0.5, 0.6), None, True),
        ((0.5, 0.6), (0.8, 0.8), True),
        ((0.5, 0.6), (0.8, 0.79), False),
        ((0.5, 0.5), (0.8, 0.9), False),
        ((0.6, 0.5), None, False),
        ((None, None), None, False),
    ],
)
def test_only_what_gains_and_forgets_nothing_passes(held_out: Any, earlier: Any, passes: bool) -> None:
    back = earlier and {"slices": 5, "before": earlier[0], "after": earlier[1]}
    found, why = verdict({"before": held_out[0], "after": held_out[1]}, back)
    assert found is passes and why
