"""A real DICOM series: its mask finds its slices again, whatever happens to the files around them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.project import Project


@pytest.fixture
def series(shared_data: Path, tmp_path: Path) -> Path:
    """A copy of a chest CT."""
    folder = tmp_path / "chest"
    shutil.copytree(shared_data / "chest_ct" / "lambin_pat_3", folder / "ct", ignore=shutil.ignore_patterns("*.nii*"))
    return folder


def opened(project: Project, folder: Path) -> tuple[str, Scan]:
    """The CT of the folder, as a search finds it now."""
    found = max(find_scans(folder, salt=project.salt), key=lambda one: one.shape[0])
    return project.add(found).id, read_scan(found.source)


def test_a_lost_file_takes_its_own_slice_away_and_shifts_no_other(series: Path) -> None:
    project = Project.open(series)
    item_id, scan = opened(project, series)
    names, source = scan.slice_ids, project.items[item_id].source
    marked, lost = scan.slices - 3, 2
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    stroke = EditHistory(mask).stroke("Brush")
    stroke.paint(marked, 10, 12, np.ones((4, 5), bool), 1)
    stroke.commit()
    EditHistory(mask).check([marked], "Check")
    project.save_mask(item_id, mask.snapshot())
    project.close()

    source.files[lost].unlink()
    again = Project.open(series)
    same_id, shorter = opened(again, series)
    assert same_id == item_id
    assert shorter.slice_ids == (*names[:lost], *names[lost + 1 :])
    found = again.load_mask(item_id, shorter.geometry, shorter.slice_ids)
    assert [k for k in range(shorter.slices) if found.marked(k)] == [marked - 1]
    assert np.array_equal(found.labels(marked - 1), mask.labels(marked))
    assert found.status(marked - 1) == SliceStatus.CHECKED
    again.close()


def test_a_study_of_a_patient_names_neither_the_patient_nor_a_path(series: Path) -> None:
    import pydicom

    project = Project.open(series)
    item_id, _scan = opened(project, series)
    header = pydicom.dcmread(project.items[item_id].source.files[0], stop_before_pixels=True)
    project.close()
    kept = (series / "lesionstudio" / "project.json").read_text(encoding="utf-8")
    assert f'"{header.PatientID}"' not in kept
    assert str(header.PatientName) not in kept
    assert str(series) not in kept
