"""The time on each slice is counted while somebody is there, comes back after a kill, and is exported."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lesionstudio.gui.time_spent import TimeSpent
from lesionstudio.project.project import Project
from lesionstudio.workflows.export import ExportOrder, export_masks
from lesionstudio.workflows.export_files import read_index
from tests import phantoms
from tests.gui.desk import Desk, desk

ITEM = "chest.nii.gz"


class Clock:
    """Goes on when it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def here(qtbot: QtBot) -> Iterator[Desk]:
    with desk(qtbot) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    phantom = phantoms.ct_phantom((6, 64, 64), (5.0, 2.0, 2.0))
    phantoms.write_nifti(tmp_path / "scans" / ITEM, phantom.voxels, phantom.affine)
    return tmp_path / "scans"


def seconds(here: Desk) -> dict[int, float]:
    return dict(here.session.record(ITEM).seconds)


def test_time_counts_for_the_slice_on_screen_and_a_minute_without_a_sign_does_not(here: Desk, folder: Path) -> None:
    clock = Clock()
    spent = TimeSpent(here.session, here.session, clock)
    here.open(folder)
    for wait_s in (3.0, 4.0, 61.0, 2.0):
        clock.now += wait_s
        spent.note()
    clock.now += 5.0
    here.session.go_to_slice(3)
    clock.now += 7.0
    here.paint(5, 5)
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    looking = Project.open(folder, write=False)
    assert looking.record(ITEM).seconds == {0: 14.0, 3: 7.0}


def test_time_is_written_into_the_journal_with_the_strokes_and_adds_up_over_openings(here: Desk, folder: Path) -> None:
    clock = Clock()
    spent = TimeSpent(here.session, here.session, clock)
    here.open(folder)
    here.paint(5, 5)
    clock.now += 12.0
    spent.note()
    here.until(lambda: here.session.autosave.journal.is_settled)
    assert here.session.project is not None
    assert Project.open(folder, write=False).record(ITEM).seconds == {0: 12.0}
    here.session.open_folder(folder)
    here.until(lambda: here.session.open is not None)
    clock.now += 8.0
    here.session.step_slice(1)
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    assert Project.open(folder, write=False).record(ITEM).seconds[0] == 20.0


def test_the_time_on_a_slice_is_exported_with_it(here: Desk, folder: Path, tmp_path: Path) -> None:
    clock = Clock()
    TimeSpent(here.session, here.session, clock)
    here.open(folder)
    here.paint(5, 5)
    clock.now += 31.0
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    export_masks(ExportOrder(folder, tmp_path / "out"))
    assert [row.seconds for row in read_index(tmp_path / "out" / "index.csv")] == ["31"]
