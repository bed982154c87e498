"""doctor --project: what is wrong with a study is named, mended when asked, and nothing is thrown away."""

import json
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.cli import run
from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import write_mask
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.journal import Record
from lesionstudio.imaging.mask import Mask, SliceStatus
from lesionstudio.project.project import Project
from lesionstudio.project.states import States
from lesionstudio.workflows.check_project import check_project
from lesionstudio.workflows.export import ExportOrder, export_masks
from tests.workflows.conftest import open_mask, paint

VOLUME, PICTURE = "ct.nii.gz", "sub/b.png"


def files(study: Path) -> dict[str, bytes]:
    home = study / "lesionstudio"
    kept = (path for path in home.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in kept}


def work_that_was_killed(study: Path) -> Mask:
    project = Project.open(study)
    mask = open_mask(project, VOLUME)
    history = EditHistory(mask)
    kept = project.kept
    history.on_step = lambda step: kept.keep(VOLUME, kept.generation(VOLUME), [Record.of_step(step.kind, step.edit)])
    stroke = history.stroke("Brush")
    stroke.paint(5, 2, 2, np.ones((4, 4), bool), 1)
    stroke.commit()
    assert project._lock is not None
    project._lock.release()
    return mask


def test_a_sound_study_is_found_sound_and_left_as_it_is(study: Path) -> None:
    before = files(study)
    found = check_project(study)
    assert found["sound"] and found["findings"] == [] and found["scans"] == 3
    assert check_project(study, mend=True)["sound"]
    assert {name: content for name, content in files(study).items() if name != "project.json"} == {
        name: content for name, content in before.items() if name != "project.json"
    }


def test_a_journal_is_said_to_wait_and_mending_writes_it_into_the_mask(study: Path) -> None:
    mask = work_that_was_killed(study)
    found = check_project(study)
    assert not found["sound"] and [one["problem"] for one in found["findings"]] == ["1 step waits in the journal."]
    mended = check_project(study, mend=True)
    assert mended["sound"] and len(mended["findings"][0]["kept"]) == 1
    assert (study / "lesionstudio" / mended["findings"][0]["kept"][0]).is_file()
    assert check_project(study)["findings"] == []
    again = open_mask(Project.open(study, write=False), VOLUME)
    assert (again.volume("labels") == mask.volume("labels")).all() and again.status(5) == SliceStatus.CORRECTED


def test_an_export_after_a_kill_has_the_strokes_that_were_never_saved(study: Path, tmp_path: Path) -> None:
    work_that_was_killed(study)
    done = export_masks(ExportOrder(study, tmp_path / "out"))
    assert any(Path(name).name == "ct_0006.png" for name in done["files"])


def test_a_damaged_mask_is_set_aside_and_the_last_saved_state_comes_back(study: Path) -> None:
    project = Project.open(study)
    mask = open_mask(project, VOLUME)
    States(project.home).keep(VOLUME, mask.snapshot())
    project.close()
    path = study / "lesionstudio" / "masks" / VOLUME
    path = path.with_name(VOLUME + ".nii.gz")
    content = path.read_bytes()[:60]
    path.write_bytes(content)
    assert "Sets the file aside and brings back the state" in check_project(study)["findings"][0]["mend"]
    mended = check_project(study, mend=True)
    assert mended["sound"] and (study / "lesionstudio" / mended["findings"][0]["kept"][0]).read_bytes() == content
    assert check_project(study)["findings"] == []
    assert (open_mask(Project.open(study, write=False), VOLUME).volume("labels") == mask.volume("labels")).all()


def test_a_mask_of_another_grid_is_named_with_both_sizes(study: Path) -> None:
    project = Project.open(study)
    open_mask(project, PICTURE)
    mask = Mask((1, 10, 10))
    paint(mask, 0)
    path = project.home / "masks" / (PICTURE + ".png")
    path.parent.mkdir(parents=True)
    write_mask(path, mask.volume("labels"), Geometry.pixels((1, 10, 10)))
    project.close()
    finding = check_project(study)["findings"][0]
    assert finding["item"] == PICTURE and "10 × 10" in finding["problem"] and "30 × 20" in finding["problem"]


def test_a_damaged_record_is_set_aside_and_the_marks_stay(study: Path) -> None:
    path = study / "lesionstudio" / "items" / (VOLUME + ".json")
    path.write_text('{"statuses": ')
    assert "is damaged" in check_project(study)["findings"][0]["problem"]
    assert check_project(study, mend=True)["sound"]
    assert check_project(study)["findings"] == []
    assert open_mask(Project.open(study, write=False), VOLUME).marked(1)


def test_what_interrupted_writing_left_is_found_and_set_aside(study: Path) -> None:
    (study / "lesionstudio" / "masks" / ".0123456789ab.ct.nii.gz").write_bytes(b"half")
    assert len(check_project(study)["findings"]) == 1
    assert check_project(study, mend=True)["sound"] and check_project(study)["findings"] == []


def test_a_study_that_another_program_has_is_looked_at_and_not_mended(study: Path) -> None:
    work_that_was_killed(study)
    window = Project.open(study)
    assert not check_project(study)["sound"]
    with pytest.raises(ProjectProblem, match="open elsewhere"):
        check_project(study, mend=True)
    window.close()


def test_the_command_line_says_it_in_json_and_by_its_exit_code(study: Path, tmp_path: Path) -> None:
    work_that_was_killed(study)
    told = tmp_path / "told.json"
    words = ["doctor", "--project", str(study)]
    assert run([*words, "--json", str(told)], lambda _project, _screenshot: None) == 1
    assert json.loads(told.read_text())["sound"] is False
    assert run([*words, "--mend", "--json", str(told)], lambda _project, _screenshot: None) == 0
    assert json.loads(told.read_text())["findings"][0]["mended"] is True
    assert run(["doctor", "--mend"], lambda _project, _screenshot: None) == 2
