"""Pictures that look like CT with a number added: asked once a folder, in a real window; the answer holds."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from lesionstudio.gui.dialogs.values_sheet import ValuesSheet
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.imaging.formats import find_scans
from lesionstudio.imaging.windowing import Window
from lesionstudio.project.project import Project
from tests import phantoms
from tests.test_story import Person

QUESTION = "These pictures look like CT with 1024 added to the values."


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Iterator[Person]:
    someone = Person(qtbot, qapp)
    yield someone
    someone.leave()


@pytest.fixture
def raised(tmp_path: Path) -> Path:
    """Three slices of a chest as 16-bit PNG of HU + 1024, and an 8-bit picture beside them."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for k, hu in enumerate(chest()):
        Image.fromarray((hu + 1024).astype(np.uint16)).save(folder / f"slice_{k}.png")
    Image.fromarray(np.full((20, 20), 90, np.uint8)).save(folder / "zz_photo.png")
    return folder


def chest() -> np.ndarray:
    voxels = phantoms.ct_phantom((16, 96, 96), (5.0, 2.0, 2.0)).voxels[5:8].astype(int)
    return voxels + np.random.default_rng(0).integers(-15, 15, voxels.shape)


def asked(person: Person) -> list[str]:
    return [notice.title for notice in person.window.draw_page.banners.notices if notice.action == "read_as_ct"]


def test_the_guess_is_shown_and_changes_nothing_by_itself(person: Person, raised: Path) -> None:
    person.open(raised)
    assert asked(person) == [QUESTION]
    assert person.session.scan.unit == "" and "hu_offset" not in person.session.study_settings


def test_read_as_ct_shows_the_open_scan_and_all_others_in_hu_and_keeps_the_work(person: Person, raised: Path) -> None:
    person.open(raised)
    person.drag((40, 30), (40, 60))
    mask, history = person.session.mask, person.session.history
    marked = mask.labels(0).copy()
    person.press("banner_read_as_ct_button")
    person.until(lambda: person.session.scan.unit == "HU")
    np.testing.assert_array_equal(person.session.scan.slice(0), chest()[0])
    assert person.session.window == Window(1500, -600) and not asked(person)
    assert person.session.mask is mask and person.session.history is history and (mask.labels(0) == marked).all()
    person.session.next_item()
    person.until(lambda: person.session.current_id == "slice_1.png")
    assert person.session.scan.unit == "HU" and not asked(person)
    person.session.open_item("zz_photo.png")
    person.until(lambda: person.session.current_id == "zz_photo.png")
    assert person.session.scan.unit == ""


def test_segment_and_the_next_start_know_the_answer(person: Person, raised: Path) -> None:
    person.open(raised)
    person.press("banner_read_as_ct_button")
    person.until(lambda: person.session.scan.unit == "HU")
    person.desk.parts.models.segment_slice()
    person.until(lambda: not person.desk.parts.models.is_busy)
    submitted = person.desk.parts.lane._compute.submitted
    ((_verb, arguments, _urgent),) = [one for one in submitted if one[0] == "segment_scan" and one[2]]
    assert arguments["hu_offset"] == 1024
    person.session.close_folder()
    person.until(lambda: person.desk.parts.runner.is_idle)
    assert json.loads((raised / "lesionstudio" / "project.json").read_text())["settings"]["hu_offset"] == 1024
    person.open(raised)
    assert person.session.scan.unit == "HU" and not asked(person)


def test_a_model_that_worked_on_values_left_as_they_are_says_so_in_amber_and_offers_the_way_out(
    person: Person, raised: Path
) -> None:
    person.open(raised)
    person.press("banner_leave_values_button")
    order = person.desk.parts.models._order_for_open("Segment")
    person.desk.parts.models._doubted(order, {"doubts": [QUESTION], "hu_offset_guess": 1024})
    person.desk.parts.models._scan_finished(order, {"warnings": [QUESTION, "Other."], "doubts": [QUESTION]})
    kinds = {notice.title: (notice.kind, notice.action) for notice in person.window.draw_page.banners.notices}
    assert kinds == {QUESTION: ("warning", "read_as_ct"), "Other.": ("warning", "")}
    person.press("banner_read_as_ct_button")
    person.until(lambda: person.session.scan.unit == "HU")


def test_left_as_they_are_is_an_answer_too(person: Person, raised: Path) -> None:
    person.open(raised)
    person.press("banner_leave_values_button")
    person.until(lambda: "hu_offset" in person.session.study_settings and person.desk.parts.runner.is_idle)
    assert person.session.scan.unit == "" and person.session.study_settings["hu_offset"] is None
    person.session.next_item()
    person.until(lambda: person.session.current_id == "slice_1.png")
    assert not asked(person)


def test_without_an_answer_it_is_asked_once_and_again_when_the_folder_is_opened_again(
    person: Person, raised: Path
) -> None:
    person.open(raised)
    assert person.window.draw_page.banners.dismiss_top()
    person.session.next_item()
    person.until(lambda: person.session.current_id == "slice_1.png")
    assert not asked(person)
    person.open(raised)
    assert asked(person) == [QUESTION]


def test_small_pictures_of_the_list_follow_the_answer(person: Person, raised: Path) -> None:
    person.open(raised)
    thumbnails = person.desk.parts.thumbnails
    person.until(lambda: thumbnails.image("slice_1.png") is not None)
    before = thumbnails.image("slice_1.png").copy()
    person.press("banner_read_as_ct_button")
    person.until(lambda: thumbnails.image("slice_1.png") not in (None, before))


def test_a_study_read_by_a_program_has_its_values_in_hu(raised: Path) -> None:
    project = Project.open(raised)
    items = [project.add(found) for found in find_scans(raised)]
    project.settings["hu_offset"] = 1024
    assert [project.read_scan(item).unit for item in items] == ["HU", "HU", "HU", ""]
    project.close()


def sheet() -> ValuesSheet:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, ValuesSheet) and one.isVisible())


def test_the_answer_can_be_changed_and_another_number_typed(person: Person, raised: Path) -> None:
    person.open(raised)
    person.window.actions_by_verb.trigger("stored_values")
    is_ct, added = sheet().findChild(QCheckBox, "values_are_ct"), sheet().findChild(NumberField, "values_added")
    assert not is_ct.isChecked() and not added.isEnabled() and added.value == 1024
    is_ct.click()
    added.setFocus()
    added.clear()
    QTest.keyClicks(added, "1000")
    QTest.keyClick(added, Qt.Key.Key_Return)
    person.until(lambda: person.session.scan.unit == "HU")
    np.testing.assert_array_equal(person.session.scan.slice(0), chest()[0] + 24)
    assert not asked(person)
    person.window.actions_by_verb.trigger("stored_values")
    assert sheet().findChild(NumberField, "values_added").value == 1000
    sheet().findChild(QCheckBox, "values_are_ct").click()
    person.press("apply_values_button")
    person.until(lambda: person.session.scan.unit == "")
    assert person.session.study_settings["hu_offset"] is None
