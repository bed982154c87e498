"""The phantoms themselves: a test that leans on them leans on these."""

from pathlib import Path

import numpy as np
import pytest

from tests.phantoms import (
    LESION_HU,
    PLANES,
    Plane,
    ct_phantom,
    orientation_phantom,
    picture_phantom,
    write_dicom,
    write_nifti,
    write_png,
    write_tiff_stack,
)


def test_the_spheres_voxels_count_to_its_volume_within_four_percent() -> None:
    phantom = ct_phantom()
    assert phantom.volume_ml == pytest.approx(33.51, abs=0.01)
    assert phantom.counted_ml == pytest.approx(phantom.volume_ml, rel=0.04)
    assert (phantom.voxels[phantom.lesion > 0] == LESION_HU).all()


@pytest.mark.parametrize("plane", PLANES)
def test_the_orientation_lesion_lies_only_in_the_patients_left_front_top(plane: Plane) -> None:
    phantom = orientation_phantom(plane)
    indices = np.argwhere(phantom.lesion)
    mm = indices @ phantom.affine[:3, :3].T + phantom.affine[:3, 3]
    assert len(mm) > 20
    assert (mm[:, 0] < 0).all()
    assert (mm[:, 1:] > 0).all()
    assert mm.mean(axis=0) == pytest.approx(phantom.centre_mm, abs=2.5)


def test_an_axial_stack_shows_that_lesion_early_high_and_at_the_right_edge_of_the_screen() -> None:
    phantom = orientation_phantom("axial")
    slices, rows, columns = (float(n) for n in np.argwhere(phantom.lesion).mean(axis=0))
    assert slices < 6.5 and rows < 19.5 and columns > 21.5


@pytest.mark.parametrize("plane", PLANES)
def test_pydicom_finds_each_slice_where_the_phantom_has_it(tmp_path: Path, plane: Plane) -> None:
    import pydicom

    phantom = orientation_phantom(plane)
    paths = write_dicom(tmp_path / "series", phantom, order="shuffled")
    assert sorted(paths) != list(paths)
    first, last = pydicom.dcmread(paths[0]), pydicom.dcmread(paths[-1])
    corner = (phantom.affine @ [len(paths) - 1, 0, 0, 1])[:3] * [-1, -1, 1]
    assert [float(x) for x in last.ImagePositionPatient] == pytest.approx(corner)
    assert (first.pixel_array.astype(int) - 1024 == phantom.voxels[0]).all()


@pytest.mark.parametrize("axes", ["RAS", "LPS", "SAL", "PIR", "ILA"])
def test_nibabel_finds_the_same_volume_whatever_the_order_of_the_files_axes(tmp_path: Path, axes: str) -> None:
    import nibabel

    phantom = orientation_phantom("axial")
    image = nibabel.load(write_nifti(tmp_path / "scan.nii.gz", phantom.voxels, phantom.affine, axes=axes))
    assert "".join(nibabel.aff2axcodes(image.affine)) == axes
    upright = nibabel.as_closest_canonical(image)
    expected = phantom.voxels.transpose(2, 1, 0)[::-1, ::-1, ::-1]
    assert (np.asarray(upright.dataobj) == expected).all()


def test_the_three_pngs_and_the_tiff_hold_the_same_picture(tmp_path: Path) -> None:
    import tifffile
    from PIL import Image

    picture = picture_phantom()
    assert picture.lesion.sum() == pytest.approx(picture.area_px, rel=0.02)
    eight = np.asarray(Image.open(write_png(tmp_path / "8.png", picture)))
    sixteen = np.asarray(Image.open(write_png(tmp_path / "16.png", picture, kind="16-bit")))
    colour = np.asarray(Image.open(write_png(tmp_path / "rgb.png", picture, kind="rgb")))
    stack = tifffile.imread(write_tiff_stack(tmp_path / "stack.tif", np.stack([picture.grey, picture.lesion])))
    assert eight.dtype == np.uint8 and sixteen.dtype == np.uint16 and colour.shape == (96, 120, 3)
    assert (sixteen // 257 == eight).all() and (colour[..., 1] == eight).all() and (stack[0] == eight).all()
