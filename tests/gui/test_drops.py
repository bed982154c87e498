"""Segmentations dropped on the window, and marks exported through its sheet in every format, on real files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from lesionstudio.gui.dialogs.export_sheet import ExportSheet
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.formats import read_mask, read_scan, segments_in
from lesionstudio.imaging.formats.mask_kinds import ENDINGS
from tests.gui.seats import LEFT, NONE, Hands, hands_on
from tests.gui.test_importing import Importer, pictures
from tests.imaging.formats.test_amira import saved


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    with hands_on(look, pictures(tmp_path_factory.mktemp("first") / "scans", 1), labels=1) as made:
        yield made


def drop(hands: Hands, path: Path) -> Importer:
    """A person lets go of a file over the window; the import sheet opens on it."""
    held, copy = QMimeData(), Qt.DropAction.CopyAction
    held.setUrls([QUrl.fromLocalFile(str(path))])
    QApplication.sendEvent(hands.window, QDragEnterEvent(QPoint(500, 400), copy, held, LEFT, NONE))
    QApplication.sendEvent(hands.window, QDropEvent(QPointF(500, 400), copy, held, LEFT, NONE))
    person = Importer.__new__(Importer)
    person.hands = hands
    hands.until(lambda: person.wiring is not None and person.wiring.sheet is not None)
    hands.until(lambda: bool(person.plan.masks) and not person.plan.unlooked)
    assert [mask.name for mask in person.plan.masks] == [path.name]
    return person


def taken_in(person: Importer) -> dict[str, int]:
    """Imports it as trusted; gives how many voxels of the scan on screen then have each label, by name."""
    person.click("trust_masks")
    person.go()
    hands = person.hands
    hands.until(lambda: any(mark for mark in hands.mask.marks().values()))
    marks = hands.mask.volume("labels")
    return {label.name: count for label in hands.session.labels if (count := int((marks == label.number).sum()))}


def export(hands: Hands, kind: str, folder: Path) -> list[Path]:
    """Exports all marks in this format through the sheet; gives the files."""
    hands.do("export")
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, ExportSheet)
    QTest.mouseClick(part(sheet, f"export_format_{kind}_button"), LEFT, pos=QPoint(12, 12))
    field = sheet.findChild(QLineEdit, "export_folder")
    assert field is not None
    field.setText(str(folder))
    QTest.mouseClick(part(sheet, "export_files_button"), LEFT)
    hands.until(lambda: hands.desk.parts.exporting._job is None)
    return sorted(path for path in folder.rglob("*") if path.name.endswith(ENDINGS[kind]))  # type: ignore[index]


def part(sheet: ExportSheet, name: str) -> QAbstractButton:
    found = sheet.findChild(QAbstractButton, name)
    assert found is not None and found.isEnabled(), name
    return found


def test_a_segmentation_of_slicer_dropped_on_the_window_comes_in_and_goes_out_in_every_format(
    hands: Hands, shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "formats/masks/seg_nrrd_slicerio"
    (tmp_path / "case").mkdir()
    for name in ("CTChest4.nrrd", "Segmentation.seg.nrrd"):
        shutil.copyfile(source / name, tmp_path / "case" / name)
    hands.session.close_folder()
    # nothing is open: its folder is opened first
    person = drop(hands, tmp_path / "case" / "Segmentation.seg.nrrd")
    assert hands.session.folder == tmp_path / "case"
    voxels = taken_in(person)
    assert voxels["ribs"] == 8487 and voxels["right lung"] == 34450 and voxels["tissue"] == 154589 and len(voxels) == 7
    marks, scan = hands.mask.volume("labels").copy(), hands.session.scan
    assert scan is not None
    for kind in ("nifti", "tiff", "nrrd", "seg-nrrd"):
        (path,) = export(hands, kind, tmp_path / kind)
        np.testing.assert_array_equal(read_mask(path, scan.geometry), marks, kind)
    assert {segment.name for segment in segments_in(path) or ()} == {*voxels, "Lesion"}
    slices = export(hands, "png", tmp_path / "png")
    assert len(slices) == int(marks.any(axis=(1, 2)).sum())


def test_an_amira_label_field_dropped_on_the_window_comes_in_and_goes_out_as_a_dicom_segmentation(
    hands: Hands, shared_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(shared_data / "formats/dicom/dcmqi_segmentations/ct-3slice", tmp_path / "case")
    scan = read_scan(tmp_path / "case")
    labels = np.zeros(scan.geometry.shape, np.uint8)
    labels[1, 20:40, 30:60], labels[2, 50:52, 5:9] = 1, 2
    hands.open(tmp_path / "case")
    person = drop(hands, saved(tmp_path / "drawn.am", labels, "runs"))
    assert hands.session.folder == tmp_path / "case"  # from elsewhere: into the study that is open
    voxels = taken_in(person)
    assert sorted(voxels.values()) == [8, 600] and set(voxels) == {"Left lung", "Tumour"}
    marks = hands.mask.volume("labels").copy()
    (path,) = export(hands, "dicom-seg", tmp_path / "out")
    np.testing.assert_array_equal(read_mask(path, scan) > 0, marks > 0)
    assert {segment.name for segment in segments_in(path) or ()} == {*voxels, "Lesion"}
