"""What the window shows of a model: judged on a study's own slices, on a folder, and looked at before training."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lesionstudio.errors import ModelProblem, NotEnoughExamples
from lesionstudio.model_card import IntensityRule, ModelInput
from lesionstudio.progress import Progress, silent
from lesionstudio.project.openings import openings
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role
from lesionstudio.workflows import folder_results as folder_verb
from lesionstudio.workflows import study_results as study_verb
from lesionstudio.workflows.data_page import data_page, data_warnings
from lesionstudio.workflows.folder_results import folder_results
from lesionstudio.workflows.kept_marks import read_marks
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.study_results import study_results
from lesionstudio.workflows.training_preview import training_preview
from tests.studies import DISC, SIDE, SQUARE, check, make_study, scene
from tests.tiny_model import save_tiny_model, tiny_card

GREY = (ModelInput(IntensityRule("window", 0, 255)),)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = tiny_card(labels=("Square",), long_side=(SIDE, SIDE), inputs=GREY)
    return save_tiny_model(tmp_path_factory.mktemp("model") / "tiny", card)


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes no time: the real one has tests of its own."""

    def write(path: Path, *_facts: object) -> None:
        path.write_text("<html>", encoding="utf-8")

    monkeypatch.setattr(study_verb, "write_slices_report", write)
    monkeypatch.setattr(folder_verb, "write_report", write)


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Project]:
    """Four checked pictures with square and disc: the first two set aside for testing, the third held out."""
    project = make_study(tmp_path / "scans", 4, names=("Square", "Disc"))
    roles = (Role.TEST, Role.TEST, Role.HELD_OUT, Role.LEARN)
    for n, (item_id, role) in enumerate(zip(project.items, roles)):
        check(project, item_id, scene(n, (SQUARE, DISC))[1])
        project.update_record(item_id, roles=(role,))
    project.save()
    yield project
    project.close()


def judged(project: Project, model: Path, out: Path, role: Role) -> tuple[dict[str, Any], Path]:
    """The results and the page."""
    out.mkdir()
    partial: list[dict[str, Any]] = []

    def listen(progress: Progress) -> None:
        if progress.partial:
            partial.append(progress.partial["results"])

    done = study_results(str(project.home), str(model), role, {}, "cpu", str(out), listen, opened=2)
    return json.loads(json.dumps(partial[0])), Path(done["page"])


@pytest.mark.usefixtures("no_page")
def test_only_slices_of_the_role_asked_for_are_judged_and_what_was_marked_is_kept(
    study: Project, model: Path, tmp_path: Path
) -> None:
    found, page = judged(study, model, tmp_path / "out", Role.TEST)
    assert page.is_file()
    first, second, _third, _fourth = study.items
    assert [(case["item"], case["slice"]) for case in found["cases"]] == [(first, 0), (second, 0)]
    marked, wanted = read_marks(tmp_path / "out" / found["cases"][0]["marks"])
    assert np.array_equal(wanted, scene(0, (SQUARE,))[1])  # The model knows no discs: they are not judged.
    both = int(np.count_nonzero((marked == 1) & (wanted == 1)))
    dice = 2 * both / (np.count_nonzero(marked) + np.count_nonzero(wanted))
    assert found["cases"][0]["dice"] == pytest.approx(dice) and 0 < dice < 1
    assert found["left_out"] == ["Disc"] and list(found["labels"]) == ["Square"]
    assert found["curves"]["Square"]["precision_recall"]


@pytest.mark.slow
def test_the_page_on_a_studys_slices_says_how_often_they_were_judged_by(
    study: Project, model: Path, tmp_path: Path
) -> None:
    _found, page = judged(study, model, tmp_path / "out", Role.TEST)
    assert "opened 2 times" in page.read_text(encoding="utf-8")


def test_a_study_without_checked_slices_of_that_role_says_so(study: Project, model: Path, tmp_path: Path) -> None:
    study.update_record(list(study.items)[2], roles=(Role.LEARN,))
    with pytest.raises(NotEnoughExamples):
        judged(study, model, tmp_path / "out", Role.HELD_OUT)


def test_a_model_that_knows_none_of_the_labels_is_refused(study: Project, model: Path, tmp_path: Path) -> None:
    study.labels = study.labels.changed(1, name="Effusion")
    study.save()
    with pytest.raises(ModelProblem, match="labels"):
        judged(study, model, tmp_path / "out", Role.TEST)


def folder(place: Path) -> Path:
    rows = ["file,split"]
    for n, part in enumerate(("train", "train", "test")):
        for kind, pixels in zip(("images", "masks"), scene(n, (SQUARE,))):
            (place / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(place / kind / f"p{n}.png")
        rows.append(f"p{n}.png,{part}")
    (place / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    return place


@pytest.mark.usefixtures("no_page")
def test_a_folders_test_part_is_judged_and_its_opening_written_down(model: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    told: list[Progress] = []
    data = folder(tmp_path / "data")
    done = folder_results(str(model), str(data), "test", "cpu", str(tmp_path / "out"), told.append)
    found = next(one.partial["results"] for one in told if one.partial)
    assert [case["name"] for case in found["cases"]] == ["p2"] and found["opened"] == 1 == len(openings())
    _marked, wanted = read_marks(tmp_path / "out" / found["cases"][0]["marks"])
    assert np.array_equal(wanted > 0, scene(2, (SQUARE,))[1] > 0)
    assert Path(found["cases"][0]["path"]).name == "p2.png" and Path(done["page"]).is_file()


def test_the_preview_shows_pictures_as_the_network_sees_and_as_training_changes_them(tmp_path: Path) -> None:
    data, out = folder(tmp_path / "data"), tmp_path / "out"
    out.mkdir()
    changes = {"long_side": [32, 32], "intensity": "auto"}
    found = training_preview("", "", "", str(data), "", changes, str(out), silent)
    assert len(found["pictures"]) == 3
    with np.load(out / found["pictures"][0]["file"]) as kept:
        assert kept["original"].shape == kept["marks"].shape == (SIDE, SIDE)
        assert kept["seen"].shape == kept["seen_marks"].shape == (32, 32)
        assert kept["changed"].dtype == np.uint8 and kept["changed_marks"].any()


def test_the_data_page_warns_of_what_is_odd(tmp_path: Path) -> None:
    data = folder(tmp_path / "data")
    (data / "images" / "alone.png").write_bytes((data / "images" / "p0.png").read_bytes())
    page = data_page(Places(data=data), silent)
    assert len(page.contact) == 3 and page.contact[0].wanted.any()
    assert any("alone.png" in sentence for sentence in page.warnings)
    facts = {**page.facts, "near_duplicates": [["a.png", "b.png"]], "unpaired": []}
    assert any("a.png = b.png" in sentence for sentence in data_warnings(facts))
    empty = {**facts, "labels": [], "near_duplicates": []}
    assert data_warnings(empty)[0].startswith("No mask has a mark")
