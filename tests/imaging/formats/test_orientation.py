"""A lesion only in the patient's left-front-top is found there: through read, every plane, write and read again."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.imaging.formats import find_scans, read_mask, read_scan, write_mask
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from tests.phantoms import LESION_HU, PLANES, FileOrder, Plane, orientation_phantom, write_dicom, write_nifti

AXES = ("RAS", "LPS", "RPI", "LAS", "AIL", "SAR", "PIR", "ILP", "PSL", "ASR", "SPL", "LSA")
OPENS_AT = {"axial": 2, "coronal": 1, "sagittal": 0}


def lesion_of(scan: Scan) -> NDArray[np.bool_]:
    return np.asarray(scan.volume() == LESION_HU)


def middle_mm(marked: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.float64]:
    """The middle of what is marked, in RAS+ mm."""
    return np.asarray(geometry.to_mm(np.argwhere(marked)).mean(axis=0))


def assert_left_front_top(marked: NDArray[np.bool_], geometry: Geometry, expected_mm: NDArray[np.float64]) -> None:
    middle = middle_mm(marked, geometry)
    assert middle[0] < 0 < middle[1] and middle[2] > 0
    np.testing.assert_allclose(middle, expected_mm, atol=1e-3)


@pytest.mark.parametrize("order", ["displayed", "reversed", "shuffled"])
@pytest.mark.parametrize("plane", PLANES)
def test_a_dicom_lesion_stays_at_its_place(tmp_path: Path, plane: Plane, order: FileOrder) -> None:
    phantom = orientation_phantom(plane)
    displayed = write_dicom(tmp_path / "series", phantom, order=order)
    truth = middle_mm(phantom.lesion > 0, Geometry(phantom.lesion.shape, phantom.affine))
    scan = read_scan(tmp_path / "series")
    assert_left_front_top(lesion_of(scan), scan.geometry, truth)
    np.testing.assert_array_equal(scan.volume(), phantom.voxels)
    found = next(iter(find_scans(tmp_path)))
    assert found.source.files == displayed


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_a_nifti_lesion_stays_at_its_place_whatever_order_the_axes_have(
    tmp_path: Path, plane: Plane, axes: str
) -> None:
    phantom = orientation_phantom(plane)
    path = write_nifti(tmp_path / "scan.nii.gz", phantom.voxels, phantom.affine, axes=axes)
    truth = middle_mm(phantom.lesion > 0, Geometry(phantom.lesion.shape, phantom.affine))
    scan = read_scan(path)
    assert scan.geometry.plane == plane
    assert_left_front_top(lesion_of(scan), scan.geometry, truth)
    np.testing.assert_array_equal(scan.volume(), phantom.voxels)


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_slices_open_at_the_head_the_front_or_the_right(tmp_path: Path, plane: Plane) -> None:
    phantom = orientation_phantom(plane)
    write_dicom(tmp_path / "series", phantom, order="shuffled")
    geometry = read_scan(tmp_path / "series").geometry
    first, last = geometry.to_mm((0, 0, 0)), geometry.to_mm((geometry.shape[0] - 1, 0, 0))
    assert first[OPENS_AT[plane]] > last[OPENS_AT[plane]]


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("plane", PLANES)
def test_a_mask_comes_back_from_a_file_in_the_scans_own_grid(tmp_path: Path, plane: Plane, axes: str) -> None:
    import nibabel

    phantom = orientation_phantom(plane)
    path = write_nifti(tmp_path / "scan.nii.gz", phantom.voxels, phantom.affine, axes=axes)
    scan = read_scan(path)
    marked = lesion_of(scan).astype(np.uint8)
    (written,) = write_mask(tmp_path / "out.nii.gz", marked, scan.geometry)
    source, mask = nibabel.load(path), nibabel.load(written)
    assert mask.shape == source.shape
    np.testing.assert_array_equal(mask.affine, source.affine)
    np.testing.assert_array_equal(np.asarray(mask.dataobj) > 0, np.asarray(source.dataobj) == LESION_HU)
    np.testing.assert_array_equal(read_mask(written, scan.geometry), marked)


@pytest.mark.parametrize("plane", PLANES)
def test_a_nifti_mask_of_a_dicom_scan_lies_on_the_lesion(tmp_path: Path, plane: Plane) -> None:
    phantom = orientation_phantom(plane)
    write_dicom(tmp_path / "series", phantom)
    scan = read_scan(tmp_path / "series")
    marked = lesion_of(scan).astype(np.uint8)
    (written,) = write_mask(tmp_path / "mask.nii.gz", marked, scan.geometry)
    np.testing.assert_array_equal(read_mask(written, scan.geometry), marked)
    again = read_scan(written)
    truth = middle_mm(phantom.lesion > 0, Geometry(phantom.lesion.shape, phantom.affine))
    assert_left_front_top(again.volume() > 0, again.geometry, truth)


@pytest.mark.parametrize("axes", ["RAS", "LPS", "PIR"])
def test_a_mask_another_program_wrote_in_its_own_axes_fits_the_dicom_scan(tmp_path: Path, axes: str) -> None:
    phantom = orientation_phantom("axial")
    write_dicom(tmp_path / "series", phantom)
    mask = write_nifti(tmp_path / "mask.nii", phantom.lesion, phantom.affine, axes=axes)
    scan = read_scan(tmp_path / "series")
    np.testing.assert_array_equal(read_mask(mask, scan.geometry), phantom.lesion)
