"""The shipped sample study: what is in it, and that the generator still makes it."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests import sample_study
from tests.sample_study import PICTURES

SAMPLE = Path(__file__).parents[1] / "resources" / "sample"
NAMES = ["chest_ct.nii.gz", *(f"pictures/chest_{n}.png" for n in range(1, len(PICTURES) + 1))]


def shipped_picture(part: str, number: int) -> NDArray[np.uint8]:
    return np.asarray(Image.open(SAMPLE / part / "pictures" / f"chest_{number}.png"))


def shipped_volume(part: str) -> NDArray[np.int16]:
    """The volume head first, as (slice, row, column)."""
    stored = np.asarray(nibabel.load(SAMPLE / part / "chest_ct.nii.gz").dataobj)
    return stored[::-1, ::-1, ::-1].transpose(2, 1, 0)


def test_the_sample_stays_under_ten_megabytes_and_every_scan_has_a_reference_of_its_name() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 10e6
    for part in ("study", "reference"):
        files = (path for path in (SAMPLE / part).rglob("*") if path.is_file())
        assert sorted(path.relative_to(SAMPLE / part).as_posix() for path in files) == NAMES


def test_the_volume_is_an_axial_ct_in_hu_that_knows_right_front_and_head() -> None:
    image = nibabel.load(SAMPLE / "study" / "chest_ct.nii.gz")
    assert "".join(nibabel.aff2axcodes(image.affine)) == "RAS"
    assert image.header.get_zooms() == pytest.approx((0.9, 0.9, 5.0))
    assert image.get_data_dtype() == np.int16 and image.shape == (384, 384, 44)


def test_lungs_lesions_liver_and_bone_have_the_hu_of_their_kind() -> None:
    hu, lesion = shipped_volume("study"), shipped_volume("reference").astype(bool)
    lung = (hu[20] > -940) & (hu[20] < -700)
    assert -880 < np.median(hu[20][lung & ~lesion[20]]) < -830
    assert -600 < hu[lesion].mean() < -350
    assert np.median(hu[40, 190:210, 100:120]) == pytest.approx(60, abs=6)
    assert np.percentile(hu, 99.9) > 400


def test_the_heart_lies_on_the_left_and_the_liver_on_the_right_of_the_patient() -> None:
    hu = shipped_volume("study")
    soft = (hu > 20) & (hu < 90)
    heart, low = soft[28, 100:200], soft[40, 120:260]
    assert heart[:, 192:260].sum() > 1.3 * heart[:, 124:192].sum()
    assert low[:, 60:192].sum() > 1.5 * low[:, 192:324].sum()


@pytest.mark.slow
def test_the_first_picture_is_made_again_by_its_seed() -> None:
    grey, lesion = sample_study.picture(PICTURES[0])
    assert_alike(grey, shipped_picture("study", 1))
    assert_alike(lesion * np.uint8(255), shipped_picture("reference", 1))


@pytest.mark.slow
def test_the_whole_sample_is_made_again_by_its_seeds() -> None:
    _name, hu, lesion, _affine = next(sample_study.volumes())
    assert_alike(hu, shipped_volume("study"))
    assert_alike(lesion.astype(np.int16) * 255, shipped_volume("reference").astype(np.int16) * 255)
    for number, plan in enumerate(PICTURES, start=1):
        grey, marked = sample_study.picture(plan)
        assert_alike(grey, shipped_picture("study", number))
        assert_alike(marked * np.uint8(255), shipped_picture("reference", number))


def assert_alike(made: NDArray[np.generic], shipped: NDArray[np.generic]) -> None:
    """Equal but for the last bit of another processor's sine: one step of grey or HU, one voxel in ten thousand."""
    off = np.abs(made.astype(np.int32) - shipped.astype(np.int32)) > 1
    assert made.shape == shipped.shape and off.mean() < 1e-4
