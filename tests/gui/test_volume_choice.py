"""A file of several volumes: each is reached by two keys, the mask stays, and the choice is kept."""

from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.gui.viewer.notes import name_lines
from lesionstudio.project.project import Project
from tests import phantoms
from tests.test_story import Person


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Iterator[Person]:
    someone = Person(qtbot, qapp)
    yield someone
    someone.leave()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three volumes in one file, whose values say which; and a file of one."""
    values = np.stack([np.full((16, 16, 4), 100 * n, np.int16) for n in range(3)], axis=3)
    (tmp_path / "scans").mkdir()
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), tmp_path / "scans" / "moments.nii.gz")
    phantoms.write_nifti(tmp_path / "scans" / "one.nii", np.zeros((4, 16, 16), np.int16), np.eye(4))
    return tmp_path / "scans"


def shown(person: Person) -> tuple[int, int]:
    """Which volume is on screen, by its number and by its values."""
    assert person.session.scan is not None
    return person.session.scan.volume_number, int(person.session.scan.slice(0)[0, 0])


def test_two_keys_go_through_the_volumes_in_a_circle(person: Person, folder: Path) -> None:
    person.open(folder)
    assert shown(person) == (0, 0) and "volume 1 of 3" in name_lines(person.session.scan)[1]
    person.window.actions_by_verb["next_volume"].trigger()
    person.until(lambda: shown(person) == (1, 100))
    assert "volume 2 of 3" in name_lines(person.session.scan)[1]
    person.window.actions_by_verb["next_volume"].trigger()
    person.window.actions_by_verb["next_volume"].trigger()
    person.until(lambda: shown(person) == (0, 0))
    person.window.actions_by_verb["previous_volume"].trigger()
    person.until(lambda: shown(person) == (2, 200))


def test_the_mask_and_its_undo_stay_when_another_volume_is_shown(person: Person, folder: Path) -> None:
    person.open(folder)
    history = person.session.history
    assert history is not None
    stroke = history.stroke("Brush")
    person.session.mask_changed(stroke.paint(0, 2, 2, np.ones((4, 4), bool), 1))
    stroke.commit()
    person.window.actions_by_verb["next_volume"].trigger()
    person.until(lambda: shown(person) == (1, 100))
    assert person.session.history is history and history.undo_title == "Brush"
    assert person.session.open is not None and person.session.open.mask.labels(0).sum() == 16


def test_the_volume_that_was_chosen_is_on_screen_again_and_what_workflows_read(person: Person, folder: Path) -> None:
    person.open(folder)
    person.window.actions_by_verb["previous_volume"].trigger()
    person.until(lambda: shown(person) == (2, 200))
    person.session.close_folder()
    person.until(lambda: person.desk.parts.runner.is_idle)
    project = Project.open(folder, write=False)
    assert int(project.read_scan(project.items["moments.nii.gz"]).slice(0)[0, 0]) == 200
    project.close()
    person.open(folder)
    assert shown(person) == (2, 200)


def test_a_file_of_one_volume_offers_no_other(person: Person, folder: Path) -> None:
    person.open(folder)
    action = person.window.actions_by_verb["next_volume"]
    assert action.isEnabled()
    person.session.open_item("one.nii")
    person.until(lambda: person.session.current_id == "one.nii")
    assert not action.isEnabled() and "one volume" in action.toolTip()
