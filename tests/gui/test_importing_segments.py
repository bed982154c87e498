"""Masks of named segments in the import sheet: labels by name and colour, which one wins, and what the study keeps."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel

from lesionstudio.gui.dialogs.import_table import CONTENT, SCAN
from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.reference import of_file
from lesionstudio.gui.scan_facts import ScanFacts
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.formats import read_mask, read_scan, write_mask
from lesionstudio.imaging.found_masks import FoundMask, Matched
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask_values import LEFT_OUT, NEW, Census
from lesionstudio.imaging.segments import Segment
from tests import phantoms
from tests.gui.seats import Hands, hands_on
from tests.gui.test_importing import Importer, pictures


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    with hands_on(look, pictures(tmp_path_factory.mktemp("first") / "scans", 1), labels=1) as made:
        yield made


def test_a_segmentation_goes_to_its_series_and_asks_which_segment_wins(
    hands: Hands, tmp_path: Path, shared_data: Path
) -> None:
    source = shared_data / "formats/dicom/dcmqi_segmentations"
    shutil.copytree(source / "ct-3slice", tmp_path / "scans" / "ct")
    shutil.copytree(source / "24x38x3/image", tmp_path / "scans" / "other")
    (tmp_path / "masks").mkdir()
    shutil.copyfile(source / "partial_overlaps.dcm", tmp_path / "masks" / "drawn")  # its name says nothing
    person = Importer(hands, tmp_path / "scans")
    person.show(tmp_path / "masks")
    assert (person.cell(0, SCAN), person.cell(0, CONTENT)) == ("Series 2", "5 segments, overlapping")
    assert person.reason() == "Say first which segment wins."
    assert not person.part(QAbstractButton, "import_files_button").isEnabled()
    assert not person.part(QAbstractButton, "mask_values_white_button").isVisible()
    green, purple = person.part(QComboBox, "label_of_value_GREEN"), person.part(QComboBox, "label_of_value_PURPLE")
    assert green.currentText() == "A new label"
    purple.setCurrentIndex(purple.findData(LEFT_OUT))
    purple.activated.emit(purple.currentIndex())
    person.click("overlap_wins_first_button")
    person.go()
    labels = {label.name: (label.number, label.colour) for label in hands.session.labels}
    assert labels["GREEN"] == (2, "#80AE80") and labels["DARK_BLUE"][1] == "#0097CE" and "PURPLE" not in labels
    scan = read_scan(source / "ct-3slice")
    first = read_mask(source / "partial_overlaps.dcm", scan, overlap="first")
    item = next(item for item in hands.session.items if item.name == "Series 2")
    project = person.project
    assert project is not None
    hands.session.autosave.flush()
    hands.until(lambda: hands.session.autosave.is_settled and hands.desk.parts.runner.is_idle)
    mask = project.load_mask(item.id, scan.geometry, scan.slice_ids)
    np.testing.assert_array_equal(mask.volume("labels") == labels["GREEN"][0], first == 1)
    hands.do("undo")
    assert "GREEN" not in {label.name for label in hands.session.labels}


def test_what_was_said_of_segments_is_kept_for_their_folder(hands: Hands, tmp_path: Path) -> None:
    phantom = phantoms.ct_phantom(shape=(6, 20, 24))
    phantoms.write_nifti(tmp_path / "scans" / "head.nii.gz", phantom.voxels, phantom.affine)
    geometry = read_scan(tmp_path / "scans" / "head.nii.gz").geometry
    marks = np.zeros(geometry.shape, np.uint8)
    marks[2, 4:8, 4:8], marks[3, 4:8, 4:8] = 1, 2
    (tmp_path / "masks").mkdir()
    write_mask(tmp_path / "masks" / "head.seg.nrrd", marks, geometry, colours={1: "#102030", 2: "#405060"},
               names={1: "Core", 2: "Rim"})  # fmt: skip
    person = Importer(hands, tmp_path / "scans")
    person.show(tmp_path / "masks")
    assert person.cell(0, CONTENT) == "2 segments" and person.reason() == ""
    rim = person.part(QComboBox, "label_of_value_Rim")
    rim.setCurrentIndex(rim.findData(LEFT_OUT))
    rim.activated.emit(rim.currentIndex())
    person.go()
    assert [(label.name, label.colour) for label in hands.session.labels][-1] == ("Core", "#102030")
    core = hands.session.labels.labels[-1].number
    np.testing.assert_array_equal(hands.mask.volume("labels"), (marks == 1) * core)
    person.show(tmp_path / "masks")
    assert person.part(QComboBox, "label_of_value_Rim").currentText() == "Leave out"
    assert person.part(QComboBox, "label_of_value_Core").currentText() == "Core"
    person.leave()


def test_broken_references_are_said_where_the_mask_is_shown(hands: Hands, tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "formats/masks/rtstruct_phantom_rt-utils"
    (tmp_path / "scans").mkdir()
    for name in ("ct_1.dcm", "ct_2.dcm"):
        shutil.copyfile(source / name, tmp_path / "scans" / name)
    person = Importer(hands, tmp_path / "scans")
    person.show(source / "non_existent_reference_rt.dcm")
    hands.until(lambda: person.part(QLabel, "mask_notes").isVisible())
    assert "does not name the pictures it was drawn on" in person.part(QLabel, "mask_notes").text()
    assert person.cell(0, CONTENT) == "4 segments"
    person.leave()


def plan_of(*censuses: Census, labels: LabelSet | None = None) -> ImportPlan:
    scans = [ScanFacts(f"s{n}", f"s{n}", (1, 4, 4)) for n in range(len(censuses))]
    plan = ImportPlan(scans, labels or LabelSet().add("Lesion").add("Liver"))
    masks = tuple(FoundMask.of(Path(f"m{n}.dcm")) for n in range(len(censuses)))
    plan.take(Matched(masks, tuple(scan.id for scan in scans)))
    for n, census in enumerate(censuses):
        plan.heard(n, census)
    return plan


def named(*names: str, clashes: frozenset[tuple[int, int]] = frozenset()) -> Census:
    segments = tuple(Segment(n, name, "#112233") for n, name in enumerate(names, 1))
    return Census((1, 4, 4), tuple(range(len(names) + 1)), 0.2, segments=segments, clashes=clashes)


def test_segments_of_one_name_become_one_label_whatever_their_numbers() -> None:
    plan = plan_of(named("Tumour", "liver"), named("liver", "Tumour"))
    assert plan.shown_values == ["Tumour", "liver"] and plan.reason == ""
    assert (plan.label_of("Tumour"), plan.label_of("liver")) == (NEW, 2)  # a label of that name, whatever its case
    table, colours = plan.preview_table()
    assert table == {"Tumour": 3, "liver": 2} and colours[3] == "#112233"
    assert [dict(wish.by_segment or {}) for wish in plan.wishes(table).values()] == [{"Tumour": 3, "liver": 2}] * 2


def test_one_segment_and_one_label_belong_together() -> None:
    assert plan_of(named("GTV-1"), labels=LabelSet().add("Lesion")).label_of("GTV-1") == 1


def test_nothing_is_asked_where_segments_that_overlap_are_left_out_or_become_one_label() -> None:
    plan = plan_of(named("Tumour", "Liver", clashes=frozenset({(1, 2)})))
    assert plan.overlapping == 1 and plan.reason == "Say first which segment wins."
    plan.map("Tumour", 2)
    assert plan.overlapping == 0 and plan.reason == ""
    plan.map("Tumour", LEFT_OUT)
    assert plan.overlapping == 0
    plan.map("Tumour", NEW)
    plan.segments.overlap = "last"
    assert plan.reason == "" and plan.wish(0, {"Tumour": 3, "Liver": 2}).overlap == "last"


def test_named_segments_and_plain_values_are_asked_for_side_by_side() -> None:
    plan = plan_of(named("Tumour"), Census((1, 4, 4), (0, 255), 0.2))
    assert plan.shown_values == ["Tumour", 1] and plan.kind == "white" and plan.has_plain_values


def test_a_mask_file_is_compared_label_by_label_where_its_segments_are_called_alike(tmp_path: Path) -> None:
    phantom = phantoms.ct_phantom(shape=(6, 20, 24))
    phantoms.write_nifti(tmp_path / "head.nii.gz", phantom.voxels, phantom.affine)
    scan = read_scan(tmp_path / "head.nii.gz")
    marks = np.zeros(scan.geometry.shape, np.uint8)
    marks[2, 4:8, 4:8], marks[3, 4:8, 4:8] = 1, 2
    (path,) = write_mask(tmp_path / "a.seg.nrrd", marks, scan.geometry, names={1: "Rim", 2: "Core"})
    reference = of_file(path, scan, {"core": 7})
    assert reference.numbers == (1, 7)
    np.testing.assert_array_equal(reference.mask.volume("labels") == 7, marks == 2)
