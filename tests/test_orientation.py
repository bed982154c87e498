"""A lesion only in the patient's left-front-top stays there the whole way: opened, marked, saved, opened, exported.

What each file format does with it alone is in tests/imaging/formats/test_orientation.py.
"""

import csv
from pathlib import Path

import nibabel
import numpy as np
import pytest
from nibabel.affines import apply_affine
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.project import Project
from lesionstudio.workflows.export import ExportOrder, export_masks
from tests.phantoms import LESION_HU, PLANES, Phantom, Plane, orientation_phantom, write_dicom, write_nifti

AXIS = {"axial": 2, "coronal": 1, "sagittal": 0, "oblique": 2}


@pytest.fixture(params=["dicom", "PIR", "LSA"])
def study(request: pytest.FixtureRequest, tmp_path: Path, plane: Plane) -> tuple[Path, Phantom]:
    """A folder with the phantom in it: a DICOM series in no order, or a NIfTI with its axes turned."""
    phantom, folder = orientation_phantom(plane), tmp_path / "scans"
    if request.param == "dicom":
        write_dicom(folder / "series", phantom, order="shuffled")
    else:
        write_nifti(folder / "scan.nii.gz", phantom.voxels, phantom.affine, axes=request.param)
    return folder, phantom


def open_study(folder: Path) -> tuple[Project, str, Scan]:
    """The study, the id of its only scan, and that scan."""
    project = Project.open(folder)
    (item,) = (project.add(found) for found in find_scans(folder, salt=project.salt))
    return project, item.id, read_scan(item.source)


def mark_what_is_seen(folder: Path) -> None:
    """Marks the bright voxels of every slice, checks all slices, saves and closes."""
    project, item_id, scan = open_study(folder)
    history = EditHistory(project.load_mask(item_id, scan.geometry, scan.slice_ids))
    stroke = history.stroke("Brush")
    for k in range(scan.slices):
        stroke.paint(k, 0, 0, scan.slice(k) == LESION_HU, 1)
    stroke.commit()
    history.check(range(scan.slices), "Check")
    project.save_mask(item_id, history.mask.snapshot())
    project.close()


def middle_mm(path: Path) -> NDArray[np.float64]:
    """The middle of what a NIfTI file marks, in RAS+ mm, by nibabel alone."""
    image = nibabel.load(path)
    marked = np.argwhere(np.asarray(image.dataobj) > 0)
    return np.asarray(apply_affine(image.affine, marked).mean(axis=0))


def truth_mm(phantom: Phantom) -> NDArray[np.float64]:
    middle = np.argwhere(phantom.lesion).mean(axis=0)
    return np.asarray(phantom.affine[:3, :3] @ middle + phantom.affine[:3, 3])


@pytest.mark.parametrize("plane", PLANES)
def test_what_was_marked_comes_back_on_the_same_voxels(study: tuple[Path, Phantom]) -> None:
    folder, phantom = study
    mark_what_is_seen(folder)
    project, item_id, scan = open_study(folder)
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    project.close()
    seen = scan.volume() == LESION_HU
    assert seen.sum() == phantom.lesion.sum()
    for k in range(scan.slices):
        np.testing.assert_array_equal(mask.labels(k) > 0, seen[k])


@pytest.mark.parametrize("plane", PLANES)
def test_the_saved_and_the_exported_mask_lie_left_front_and_top_for_any_other_program(
    study: tuple[Path, Phantom], tmp_path: Path
) -> None:
    folder, phantom = study
    mark_what_is_seen(folder)
    exported = export_masks(ExportOrder(folder, tmp_path / "out", format="nifti"))["files"]
    (saved,) = (folder / "lesionstudio" / "masks").rglob("*.nii.gz")
    for path in (saved, *map(Path, exported)):
        np.testing.assert_allclose(middle_mm(path), truth_mm(phantom), atol=1e-3)


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_exported_pictures_are_numbered_as_the_slices_are_shown_and_know_where_they_lie(
    study: tuple[Path, Phantom], tmp_path: Path, plane: Plane
) -> None:
    folder, phantom = study
    mark_what_is_seen(folder)
    done = export_masks(ExportOrder(folder, tmp_path / "out"))
    with Path(done["index"]).open(encoding="utf-8", newline="") as file:
        rows = {int(row["slice"]): row for row in csv.DictReader(file)}
    assert sorted(rows) == list(range(1, len(phantom.voxels) + 1))
    for number, row in rows.items():
        pixels = np.asarray(Image.open(tmp_path / "out" / row["file"]))
        np.testing.assert_array_equal(pixels > 0, phantom.lesion[number - 1] > 0)
        assert Path(row["file"]).stem.endswith(f"{number:04d}")
        assert float(row["position_mm"]) == pytest.approx(centre_of_slice(phantom, number - 1)[AXIS[plane]], abs=1e-3)


def centre_of_slice(phantom: Phantom, k: int) -> NDArray[np.float64]:
    _, rows, columns = phantom.voxels.shape
    return np.asarray(phantom.affine @ [k, (rows - 1) / 2, (columns - 1) / 2, 1])[:3]


@pytest.mark.parametrize("plane", PLANES)
def test_the_letters_beside_the_lesion_name_the_patients_left_front_and_top(study: tuple[Path, Phantom]) -> None:
    project, _item_id, scan = open_study(study[0])
    project.close()
    top, right, bottom, left = scan.geometry.edge_letters()
    _slice, row, column = np.argwhere(scan.volume() == LESION_HU).mean(axis=0)
    _, rows, columns = scan.geometry.shape
    beside = {top if row < (rows - 1) / 2 else bottom, left if column < (columns - 1) / 2 else right}
    assert beside < {"L", "A", "S"} and len(beside) == 2
