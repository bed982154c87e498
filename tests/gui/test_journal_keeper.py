"""Work is on the disk as it is done: killed at any time the window gives it back, and says how much it was."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.journal import Record
from lesionstudio.imaging.mask import Mask, SliceStatus
from lesionstudio.project.project import Project
from tests import phantoms
from tests.disks import Full, instead, slow
from tests.gui.desk import Desk, desk


@pytest.fixture
def here(qtbot: QtBot) -> Iterator[Desk]:
    with desk(qtbot) as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for n in range(2):
        phantoms.write_png(folder / f"p{n}.png", phantoms.picture_phantom())
    return folder


def as_found(here: Desk, item_id: str) -> Mask:
    """The mask as another program would find it now."""
    project, looking = here.session.project, Project.open(here.session.folder, write=False)  # type: ignore[arg-type]
    assert project is not None and here.session.scan is not None
    looking.items = dict(project.items)
    return looking.load_mask(item_id, here.session.scan.geometry)


def check_it(history: EditHistory) -> None:
    history.check([0], "Check")


def journals(here: Desk) -> list[str]:
    assert here.session.project is not None
    return [path.name for path in here.session.project.kept.journals.all()]


def die(here: Desk) -> None:
    """What a kill leaves: the lock let go, nothing saved."""
    project = here.session.project
    assert project is not None and project._lock is not None
    here.until(lambda: here.session.autosave.journal.is_settled)
    here.session.autosave._watched = None
    project._lock.release()
    here.session.project = None
    here.session.open = None
    here.session.autosave.write_into(None)


def test_a_stroke_is_on_the_disk_before_any_mask_is_written(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.paint(5, 5)
    here.until(lambda: here.session.autosave.journal.is_settled)
    assert journals(here) == ["p0.png.000000.journal"] and here.session.mask is not None
    assert here.session.project is not None and here.session.project.masks.path("p0.png", "labels") is None
    assert (as_found(here, "p0.png").labels(0) == here.session.mask.labels(0)).all()
    assert here.session.saved.kind == "saved"


def test_a_stroke_under_the_mouse_is_written_in_parts(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    history = here.session.history
    assert history is not None
    stroke = history.stroke("Brush")
    stroke.paint(0, 5, 5, np.ones((4, 4), bool), 1)
    here.until(lambda: journals(here) != [])
    here.until(lambda: here.session.autosave.journal.is_settled)
    assert np.count_nonzero(as_found(here, "p0.png").labels(0)) == 16
    stroke.abandon()
    here.until(lambda: here.session.autosave.journal.is_settled)
    assert not as_found(here, "p0.png").labels(0).any()


def test_a_reopened_window_says_how_many_strokes_it_restored(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    for row in (5, 15, 25):
        here.paint(row, 5)
    before = here.session.mask
    here.travel.undo()
    die(here)
    here.open(pictures)
    assert [notice.title for notice in here.notices if notice.kind == "good"] == ["2 strokes restored."]
    assert before is not None and here.session.mask is not None
    assert (here.session.mask.labels(0) == before.labels(0)).all() and before.marked(0)
    here.saved()
    assert journals(here) == []


def test_a_reopened_window_shows_the_slice_whose_strokes_it_restored(here: Desk, tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "ct", phantoms.ct_phantom())
    here.open(tmp_path / "ct")
    here.session.go_to_slice(3)
    here.paint(5, 5)
    die(here)
    here.open(tmp_path / "ct")
    assert here.session.slice_number == 3 and here.session.mask is not None and here.session.mask.marked(3)


def test_a_mask_that_was_saved_is_not_told_as_restored(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.paint(5, 5)
    here.saved()
    here.session.open_folder(pictures)
    here.until(lambda: here.session.open is not None)
    assert here.session.mask is not None and here.session.mask.marked(0) and here.session.saved.kind != "read_only"
    assert not [notice for notice in here.notices if notice.kind == "good"]


def test_a_change_to_a_scan_that_is_not_on_screen_is_in_its_journal_too(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    kept = here.session.autosave.save
    here.session.autosave.save = lambda item_id, snapshot: None  # type: ignore[method-assign]
    ClosedMasks(here.session).change("p1.png", check_it)
    here.until(lambda: journals(here) == ["p1.png.000000.journal"])
    here.session.autosave.save = kept  # type: ignore[method-assign]


def test_a_mask_is_not_written_before_its_journal_holds_all_that_is_in_it(
    here: Desk, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a crash between labels and origins would leave a mask that never was."""
    here.open(pictures)
    at_save: list[int] = []
    really = Project.save_mask

    def look_first(project: Project, *args: Any) -> None:
        at_save.append(len(as_found(here, "p0.png").labels(0).nonzero()[0]))
        really(project, *args)

    monkeypatch.setattr(Project, "save_mask", look_first)
    with instead(slow(0.05)):
        here.paint(5, 5)
        here.session.autosave.flush()
        here.until(lambda: here.session.autosave.is_settled)
    assert at_save == [16]


def test_a_full_disk_is_said_once_and_what_waits_is_written_when_there_is_room(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.until(lambda: here.session.autosave.is_settled)
    here.session.autosave.journal._again.setInterval(10)
    full = Full(at=0, times=1 << 30)
    with instead(full.calls()):
        here.paint(5, 5)
        here.until(lambda: here.session.saved.kind == "failed" and full.asked > 2)
        assert here.session.saved.text == "Not saved: the disk is full, trying again"
        here.paint(15, 5)
    here.until(lambda: here.session.saved.kind == "saved")
    assert here.session.mask is not None
    assert (as_found(here, "p0.png").labels(0) == here.session.mask.labels(0)).all()
    assert here.notices == []


def test_leaving_a_folder_whose_disk_is_full_keeps_the_strokes_until_it_is_not(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.until(lambda: here.session.autosave.is_settled)
    with instead(Full(at=0, times=1 << 30).calls()):
        here.paint(5, 5)
        here.until(lambda: here.session.autosave.journal.problem is not None)
        here.session.autosave.journal._again.setInterval(10)
        here.session.close_folder()
        here.until(lambda: here.runner._running <= 1)
    here.until(lambda: here.session.autosave.journal.is_settled)
    here.open(pictures)
    assert here.session.mask is not None and here.session.mask.marked(0)


def test_the_second_program_is_told_who_has_the_study_and_sees_what_is_in_its_journal(
    here: Desk, pictures: Path
) -> None:
    here.open(pictures)
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    first = Project.open(pictures)
    mask = first.load_mask("p0.png", Geometry.pixels(first.items["p0.png"].shape))
    history = EditHistory(mask)
    history.on_step = lambda step: first.kept.keep("p0.png", 0, [Record.of_step(step.kind, step.edit)])
    check_it(history)
    here.open(pictures)
    told = [notice for notice in here.notices if notice.title == "Opened for looking only."]
    assert len(told) == 1 and f"process {os.getpid()}" in told[0].text
    assert here.session.saved.kind == "read_only" and not here.session.can_edit
    assert here.session.mask is not None and here.session.mask.status(0) == SliceStatus.CHECKED
    first.close()
