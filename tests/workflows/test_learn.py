"""Learn: versions that are whole or not there, labels that find their outputs, slices that are never learned from."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lesionstudio.cli import run
from lesionstudio.errors import ModelProblem, NotEnoughExamples, ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.imaging.chest import Chest
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scan
from lesionstudio.learning import calibration
from lesionstudio.learning.inference import Predictor
from lesionstudio.model_card import ChestRule, read_card, write_card
from lesionstudio.progress import Cancelled, Progress, silent
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf, check_model
from lesionstudio.project.versions import version_draft
from lesionstudio.project.worklist import Role
from lesionstudio.workflows import at_work, lessons
from lesionstudio.workflows.learn import learn
from lesionstudio.workflows.learn_here import learn_here
from lesionstudio.workflows.seen import with_looks
from lesionstudio.workflows.segment import Choices, Segmenting
from tests import phantoms
from tests.studies import DISC, SIDE, SQUARE, check, checked_study, held_out, make_study, scene
from tests.tiny_model import save_tiny_model, tiny_card

MOST_STEPS = "lesionstudio.workflows.learn.MOST_STEPS"


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of two small steps."""
    monkeypatch.setattr(MOST_STEPS, 2)


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of so many small steps that a little network learns something."""
    monkeypatch.setattr(MOST_STEPS, 240)


def no_ranges(_model: object, _pictures: object, beat: Callable[[], None]) -> dict[str, list[float]]:
    """Ranges for eight bits without measuring them, which tests/learning does."""
    beat()
    return {"convolution": [0.0, 1.0]}


@pytest.fixture(autouse=True)
def quick_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "eight_bit_ranges", no_ranges)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checked study and a model: each test gets a copy."""
    place = tmp_path_factory.mktemp("once")
    checked_study(place / "scans", 20)
    save_tiny_model(place / "tiny", tiny_card(long_side=(SIDE, SIDE), licence="CC0-1.0"))
    return place


@pytest.fixture
def study(made_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_once / "scans", tmp_path / "scans"))


@pytest.fixture
def model(made_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_once / "tiny", tmp_path / "tiny"))


def learned(study: Path, model: Path | str, **more: Any) -> dict[str, Any]:
    """One Learn on the processor."""
    wanted = {"device": "cpu", "minutes": 0.0, "seed": 0, "tables": {}, "report": silent} | more
    return learn(str(study), str(model), **wanted)


def on_the_shelf(study: Path) -> list[str]:
    """Names of everything in the study's folder of models, hidden things too."""
    shelf = study / "lesionstudio" / "models"
    return sorted(path.name for path in shelf.iterdir()) if shelf.is_dir() else []


# What a version is


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """Two lessons in one study, the second from what the first made, and what the first one told meanwhile."""

    study: Path
    first: dict[str, Any]
    second: dict[str, Any]
    told: list[Progress]


@pytest.fixture(scope="module")
def two_versions(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoVersions]:
    place = tmp_path_factory.mktemp("two")
    study, model = (
        shutil.copytree(made_once / "scans", place / "scans"),
        shutil.copytree(made_once / "tiny", place / "tiny"),
    )
    (model / "LICENSE").write_text("Free.\n", encoding="utf-8")
    told: list[Progress] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MOST_STEPS, 4)
        patch.setattr(calibration, "eight_bit_ranges", no_ranges)
        first = learned(study, model, report=told.append)
        yield TwoVersions(study, first, learned(study, first["folder"]), told)


def test_a_version_has_a_number_a_parent_a_date_and_whole_weights(two_versions: TwoVersions) -> None:
    first, second = two_versions.first, two_versions.second
    assert [first["model"], second["model"]] == ["tiny-v1", "tiny-v2"] == on_the_shelf(two_versions.study)
    assert (first["parent"], second["parent"]) == ("tiny", "tiny-v1")
    assert (first["version"], second["version"]) == (1, 2)
    card = check_model(Path(second["folder"]))
    assert card.title == "Version 2"
    assert card.licence == "CC0-1.0"
    assert card.made.startswith("20") and "T" in card.made
    assert card.training["lineage"] == "tiny"
    assert card.training["slices"] == second["slices"] == 16
    assert (Path(second["folder"]) / "LICENSE").read_text(encoding="utf-8") == "Free.\n"
    assert card.training["ranges"]["weights"] == card.sha256
    assert card.training["fingerprints"]


def test_held_out_slices_are_measured_and_never_learned_from(two_versions: TwoVersions) -> None:
    made = two_versions.first
    project = Project.open(two_versions.study, write=False)
    names = held_out(project)
    project.close()
    assert len(names) == 4
    assert [one["item"] for one in made["held_out"]["each"]] == names
    assert made["held_out"]["slices"] == 4
    assert made["slices"] == 20 - 4
    for one in made["held_out"]["each"]:
        assert 0 <= one["before"] <= 1
        assert 0 <= one["after"] <= 1
    assert read_card(Path(made["folder"])).scores["held_out"] == made["held_out"]


def test_the_curve_begins_with_what_the_parent_does_and_it_is_never_further_back(two_versions: TwoVersions) -> None:
    made, told = two_versions.first, two_versions.told
    points = [point for one in told if one.partial for point in one.partial.get("curve", ())]
    assert points == read_card(Path(made["folder"])).training["curve"]
    assert points[0][0] == 0 and points[0][1] is not None and points[0][2] is None, "before the first step"
    fractions = [one.fraction for one in told if one.fraction is not None]
    assert fractions == sorted(fractions) and fractions[-1] <= 1


def test_what_the_parent_knew_stays_known_where_these_pictures_are_like_it(two_versions: TwoVersions) -> None:
    both = (two_versions.first, two_versions.second)
    known = [read_card(Path(made["folder"])).training["fingerprints"] for made in both]
    assert set(known[0]) <= set(known[1])


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_versions_come_newest_first_and_then_what_they_came_from(study: Path, model: Path) -> None:
    ModelShelf().add(model)
    learned(study, model)
    learned(study, model)
    project = Project.open(study)
    shelf = ModelShelf(project)
    assert [one.card.id for one in shelf.versions()] == ["tiny-v2", "tiny-v1", "tiny"]
    assert shelf.next_version() == 3
    project.close()


@pytest.mark.usefixtures("few_steps")
def test_two_checked_held_out_slices_are_too_few_to_measure_on(tmp_path: Path, model: Path) -> None:
    project = make_study(tmp_path / "scans", 20)
    free = [one for one in project.items if one not in held_out(project)]
    for item_id in free[:3] + held_out(project)[:2]:
        check(project, item_id, scene(1, (SQUARE,))[1])
    project.close()
    found = learned(tmp_path / "scans", model)["held_out"]
    assert found["slices"] == 2
    assert found["before"] is found["after"] is found["interval"] is None


@pytest.mark.usefixtures("few_steps")
def test_slices_between_and_for_testing_are_neither_learned_from_nor_measured_on(study: Path, model: Path) -> None:
    project = Project.open(study)
    free = [one for one in project.items if one not in held_out(project)]
    for item_id, role in zip([*free[:2], held_out(project)[0]], (Role.BETWEEN, Role.TEST, Role.TEST)):
        project.update_record(item_id, roles=(role,))
    project.close()
    made = learned(study, model)
    assert made["slices"] == 14
    assert made["held_out"]["slices"] == 3


def test_one_checked_slice_with_a_mark_is_too_little(tmp_path: Path, model: Path) -> None:
    project = make_study(tmp_path / "scans", 4)
    first, second, *_rest = project.items
    check(project, first, scene(0, (SQUARE,))[1])
    check(project, second, np.zeros((SIDE, SIDE), np.uint8))
    project.close()
    with pytest.raises(NotEnoughExamples, match="there are 1"):
        learned(tmp_path / "scans", model)
    assert on_the_shelf(tmp_path / "scans") == []


def test_when_no_scan_can_be_read_the_reason_is_said(study: Path, model: Path) -> None:
    for path in study.glob("*.png"):
        path.write_bytes(b"not a picture")
    with pytest.raises(NotEnoughExamples) as told:
        learned(study, model)
    assert "p00 was left out" in told.value.hint


@pytest.mark.usefixtures("few_steps")
def test_a_version_does_not_doubt_the_very_scan_it_learned_from(tmp_path: Path, model: Path) -> None:
    volume = np.stack([np.full((SIDE, SIDE), 20 + 2 * k) + scene(k)[0] // (1 + k // 8) for k in range(24)])
    path = phantoms.write_nifti(
        tmp_path / "scans" / "v.nii.gz", volume.astype(np.int16), phantoms.grid("axial", volume.shape, (5.0, 1.0, 1.0))
    )
    project = Project.open(path.parent)
    item = project.add(find_scan(path))
    scan = project.read_scan(item)
    mask = project.load_mask(item.id, scan.geometry, scan.slice_ids)
    history = EditHistory(mask)
    for k in (3, 4, 5):
        stroke = history.stroke("Brush")
        stroke.paint(k, 0, 0, scene(k)[1] == SQUARE, 1)
        stroke.commit()
    history.check([3, 4, 5], "Check")
    project.save_mask(item.id, mask.snapshot())
    project.close()
    made = learned(path.parent, model)
    told = Segmenting(scan, Choices(Path(made["folder"]), device="cpu")).warnings(range(24))
    assert not any("does not look like" in sentence for sentence in told)


def test_what_the_parent_knew_is_forgotten_where_these_pictures_are_nothing_like_it() -> None:
    rng = np.random.default_rng(0)
    noise = [rng.random((1, SIDE, SIDE), np.float32) for _n in range(6)]
    parent = with_looks(tiny_card(), noise)
    smooth = [np.full((1, SIDE, SIDE), 0.2 + 0.01 * n, np.float32) for n in range(6)]
    card = with_looks(tiny_card(), smooth, parent)
    assert len(card.training["fingerprints"]) == 6
    assert not set(card.training["fingerprints"]) & set(parent.training["fingerprints"])


# Labels


@pytest.mark.usefixtures("few_steps")
def test_a_marked_label_that_the_model_lacks_gets_an_output_of_its_own(tmp_path: Path, model: Path) -> None:
    study = checked_study(tmp_path / "scans", labels=(SQUARE, DISC), names=("Lesion", "Effusion"))
    made = learned(study, model)
    assert made["labels"] == ["Lesion", "Effusion"]
    assert made["table"] == {"1": SQUARE, "2": DISC}
    assert read_card(Path(made["folder"])).training["labels"] == ["Lesion", "Effusion"]


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_the_studys_table_says_which_output_is_which_label(tmp_path: Path) -> None:
    two = save_tiny_model(tmp_path / "two", tiny_card(id="two", labels=("Nodule", "Fluid"), long_side=(SIDE, SIDE)))
    study = checked_study(tmp_path / "scans", labels=(SQUARE, DISC), names=("Square", "Disc"))
    made = learned(study, two, tables={"two": {"1": DISC, "2": SQUARE}})
    assert made["labels"] == ["Disc", "Square"]
    assert made["table"] == {"1": DISC, "2": SQUARE}


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_an_unnamed_scar_of_a_deleted_label_is_not_learned(tmp_path: Path, model: Path) -> None:
    study = checked_study(tmp_path / "scans", labels=(SQUARE, DISC), names=("Lesion", "Effusion"))
    project = Project.open(study)
    project.labels = project.labels.changed(DISC, deleted=True)
    project.close()
    assert learned(study, model)["labels"] == ["Lesion"]


@pytest.mark.slow
@pytest.mark.usefixtures("lesson")
def test_a_label_that_nobody_marked_keeps_its_answers_while_another_learns(tmp_path: Path) -> None:
    labels = ("Square", "Disc")
    study = checked_study(tmp_path / "scans", labels=(SQUARE, DISC), names=labels)
    start = save_tiny_model(tmp_path / "tiny", tiny_card(labels=labels, long_side=(SIDE, SIDE)))
    knows_both = learned(study, start)
    project = Project.open(study)
    for n, item_id in enumerate(project.items):
        check_again(project, item_id, scene(n, (SQUARE,))[1])
    project.close()
    later = learned(study, knows_both["folder"])
    card = read_card(Path(later["folder"]))
    assert card.training["labels"] == ["Square"]
    discs = [dice_of(Path(one["folder"]), DISC) for one in (knows_both, later)]
    assert discs[0] > 0.6
    assert discs[1] > discs[0] - 0.1


@pytest.mark.slow
@pytest.mark.usefixtures("lesson")
def test_two_labels_are_learned_together_from_nothing_and_both_are_found(tmp_path: Path) -> None:
    study = checked_study(tmp_path / "scans", 20, labels=(SQUARE, DISC), names=("Square", "Disc"))
    made = learned(study, "")
    assert made["model"] == "study-v1"
    assert made["parent"] == ""
    assert made["held_out"]["before"] == 0
    assert made["held_out"]["after"] > 0.6
    assert made["held_out"]["better"] == 4


# Disk, kill, cancel


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_a_full_disk_while_saving_leaves_the_shelf_as_it_was(
    study: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned(study, model)

    def full(*_anything: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for room, name in ((disk, "flush"), (disk, "flush_folder"), (Path, "write_bytes"), (Path, "rename")):
        with monkeypatch.context() as patched:
            patched.setattr(room, name, full)
            with pytest.raises(ProjectProblem, match="The disk is full") as told:
                learned(study, model)
        assert "earlier versions are as they were" in told.value.hint
        assert on_the_shelf(study) == ["tiny-v1"], name


def test_a_disk_with_no_room_left_is_said_before_learning_begins(
    study: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    told: list[Progress] = []
    with pytest.raises(ProjectProblem, match="not enough room"):
        learned(study, model, report=told.append)
    assert not any("loss" in one.message for one in told)
    assert on_the_shelf(study) == []


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("when", ["Reading", "Learning, loss", "Measuring the new"])
def test_cancelled_at_any_point_it_leaves_nothing(study: Path, model: Path, when: str) -> None:
    def cancel(progress: Progress) -> None:
        if progress.message.startswith(when):
            raise Cancelled

    with pytest.raises(Cancelled):
        learned(study, model, report=cancel)
    assert on_the_shelf(study) == []


@pytest.mark.usefixtures("few_steps")
def test_what_was_cancelled_goes_on_from_its_checkpoint_when_learn_is_pressed_again(study: Path, model: Path) -> None:
    home = study / "lesionstudio"

    def cancel(_progress: Progress) -> None:
        working = at_work.at_work(home)
        if working is not None and working.learner.steps == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        learned(study, model, report=cancel)
    at_work.forget(home)
    made = learned(study, model)
    assert read_card(Path(made["folder"])).training["steps"] == 3, "one, and then the two of a run"


HANG = """
import sys
from pathlib import Path
from lesionstudio.imaging import disk
from lesionstudio.imaging.chest import Chest
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scan
from lesionstudio.workflows import lessons
from lesionstudio.workflows import learn as learning
study, model, where = sys.argv[1:]
learning.MOST_STEPS = 2

def hang(path):
    print("here", flush=True)
    sys.stdin.read()

def watch(progress):
    if where == "learning" and progress.message.startswith("Learning, loss"):
        hang(None)

def flush(path):
    if ".learning-" in str(path):
        hang(path)
    flushed(path)

flushed = disk.flush
if where == "saving":
    disk.flush = flush
learning.learn(study, model, "cpu", 0, 0, {}, watch)
"""


@pytest.mark.slow
@pytest.mark.parametrize("where", ["learning", "saving"])
def test_killed_it_leaves_no_version_and_the_next_learn_sweeps_the_rest(
    study: Path, model: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HANG, str(study), str(model), where], **pipes) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "here\n"
        os.kill(program.pid, signal.SIGKILL)
    rest = on_the_shelf(study)
    assert bool(rest) is (where == "saving")
    assert all(name.startswith(".learning-") for name in rest)
    project = Project.open(study)
    assert [one for one in ModelShelf(project).models() if one.place == "study"] == []
    project.close()
    monkeypatch.setattr(MOST_STEPS, 2)
    assert learned(study, model)["version"] == 1
    assert on_the_shelf(study) == ["tiny-v1"]


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_a_draft_of_a_program_that_lives_is_not_swept(study: Path, model: Path) -> None:
    with version_draft(study / "lesionstudio") as another:
        assert learned(study, model)["version"] == 1
        assert another.is_dir()
    assert on_the_shelf(study) == ["tiny-v1"]


@pytest.mark.usefixtures("few_steps")
def test_weights_that_are_not_the_cards_are_refused(study: Path, model: Path) -> None:
    card = read_card(model)
    write_card(type(card)(**{name: getattr(card, name) for name in card.__slots__} | {"sha256": "0" * 64}), model)
    with pytest.raises(ModelProblem, match="not those its card was written for"):
        learned(study, model)
    assert on_the_shelf(study) == []


# The command line's way


@pytest.mark.usefixtures("few_steps")
def test_a_version_waits_for_a_choice_and_its_labels_are_kept(study: Path, model: Path) -> None:
    made = learn_here(study, model_from=str(model), device="cpu")
    assert made["used"] is False
    project = Project.open(study)
    assert project.settings["candidate"] == "tiny-v1"
    assert "model" not in project.settings
    assert project.settings["label_tables"]["tiny-v1"] == {"1": SQUARE}
    project.close()
    json.dumps(made, allow_nan=False)


@pytest.mark.parametrize(
    ("passes", "wanted", "why"), [(True, True, "gate"), (True, False, "waits"), (False, True, "gate")]
)
def test_use_if_better_uses_only_what_passes_the_gate(
    study: Path, model: Path, monkeypatch: pytest.MonkeyPatch, passes: bool, wanted: bool, why: str
) -> None:
    made = {"model": "tiny-v1", "table": {"1": 1}, "passes": passes, "why": "So says the gate."}
    monkeypatch.setattr("lesionstudio.workflows.learn_here.learn", lambda *words: made)
    found = learn_here(study, model_from=str(model), use_if_better=wanted)
    assert found["used"] is (passes and wanted) and why in found["why"]
    project = Project.open(study)
    assert project.settings.get("model") == ("tiny-v1" if found["used"] else None)
    project.close()


def test_a_study_that_is_open_elsewhere_is_left_alone(study: Path, model: Path) -> None:
    holder = Project.open(study)
    with pytest.raises(ProjectProblem, match="open elsewhere"):
        learn_here(study, model_from=str(model))
    holder.close()


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_a_new_model_takes_the_channel_that_was_chosen(tmp_path: Path) -> None:
    from PIL import Image

    study = checked_study(tmp_path / "scans", 4)
    for path in study.glob("*.png"):
        with Image.open(path) as picture:
            Image.merge("RGB", [Image.new("L", picture.size, 40), picture, picture]).save(path)
    made = learn_here(study, model_from="none", channels="1", device="cpu")
    card = read_card(Path(made["folder"]))
    assert [one.channel for one in card.inputs] == [1]
    assert made["model"] == "study-v1"
    assert "Lung lesions" in card.notes[0]
    assert card.licence


@pytest.mark.slow
@pytest.mark.usefixtures("few_steps")
def test_the_command_line_prints_what_the_contract_promises(
    study: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["learn", str(study), "--from", str(model), "--device", "cpu", "--json"], lambda *_: None) == 0
    made = json.loads(capsys.readouterr().out)
    assert {"model", "parent", "slices", "held_out", "used", "why", "seconds"} <= made.keys()
    assert {"slices", "before", "after"} <= made["held_out"].keys()
    assert made["why"]


# Whole chests


def chest_where(hull: Any, box: tuple[slice, slice]) -> Any:
    """What stands in for the search for lungs."""
    return lambda picture, card: Chest(np.full(picture.shape[1:], hull), True, box, 100.0) if card.chest else None


@pytest.mark.parametrize(("hull", "shape"), [(True, (40, 50)), (False, (SIDE, SIDE))])
def test_a_chest_is_learned_as_segment_will_cut_it_unless_that_hides_what_is_marked(
    study: Path, monkeypatch: pytest.MonkeyPatch, hull: bool, shape: tuple[int, int]
) -> None:
    monkeypatch.setattr(lessons, "chest_in", chest_where(hull, (slice(0, 40), slice(0, 50))))
    project = Project.open(study, write=False)
    reading = lessons.Reading(project, tiny_card(chest=ChestRule(-500, 0.1)), "")
    learned_from = reading.lessons(silent).learned
    assert {picture.marks.shape for picture in learned_from} == {shape}
    assert {picture.pixels.shape[1:] for picture in learned_from} == {shape}
    assert (reading.card.chest is not None) is hull


# Helpers of the slow ones


def check_again(project: Project, item_id: str, marks: np.ndarray[Any, Any]) -> None:
    """Replaces the marks of a slice and checks it."""
    scan = project.read_scan(project.items[item_id])
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    history = EditHistory(mask)
    stroke = history.stroke("Eraser")
    stroke.paint(0, 0, 0, np.ones((SIDE, SIDE), bool), 0)
    stroke.commit()
    stroke = history.stroke("Brush")
    stroke.paint(0, 0, 0, marks > 0, SQUARE)
    stroke.commit()
    history.check([0], "Check")
    project.save_mask(item_id, mask.snapshot())


def dice_of(model: Path, label: int, seeds: Sequence[int] = range(100, 106)) -> float:
    """Mean Dice of one label on pictures that are in no study."""
    predictor, found = Predictor.open(model, "cpu", exact=True), []
    for seed in seeds:
        pixels, marks = scene(seed)
        answer = predictor.predict((pixels / np.float32(255))[None, None].astype(np.float32))[label - 1, 0] >= 0.5
        found.append(2 * (answer & (marks == label)).sum() / (answer.sum() + (marks == label).sum()))
    return float(np.mean(found))
