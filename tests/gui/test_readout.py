"""What the status bar says of a voxel; numbers counted by hand."""

import numpy as np

from lesionstudio.gui.readout import histogram, position_text, read_out
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.scan import Scan

MINUS = "\N{MINUS SIGN}"


def axial() -> Geometry:
    return Geometry.from_axes((3, 4, 5), (50, 20, 100), (0, 0, -5), (0, -1, 0), (-2, 0, 0))


def test_a_position_is_said_with_the_patients_letters() -> None:
    assert position_text(axial(), 0, 0, 0) == "R 50.0  A 20.0  S 100.0 mm"
    assert position_text(axial(), 2, 3, 4) == "R 42.0  A 17.0  S 90.0 mm"


def test_a_picture_without_geometry_has_no_position() -> None:
    assert position_text(Geometry.pixels((1, 4, 5)), 0, 1, 1) == ""


def test_a_ct_voxel_is_said_from_one_with_its_value_in_hu() -> None:
    voxels = np.full((3, 4, 5), -612, np.int16)
    scan = Scan.of_array(voxels, axial(), modality="CT", unit="HU")
    told = read_out(scan, Mask((3, 4, 5)), LabelSet.first(), 1, 2, 3)
    assert (told.voxel, told.value, told.label) == ("Slice 2, row 3, column 4", f"{MINUS}612 HU", "")


def test_a_colour_picture_says_its_three_values() -> None:
    scan = Scan.of_array(np.full((1, 2, 2, 3), (10, 20, 30), np.uint8))
    told = read_out(scan, Mask((1, 2, 2)), LabelSet.first(), 0, 0, 0)
    assert (told.voxel, told.value) == ("Row 1, column 1", "RGB 10 20 30")


def test_the_histogram_counts_every_voxel_of_a_small_slice() -> None:
    voxels = np.zeros((1, 10, 10), np.uint8)
    voxels[0, :3] = 255
    scan = Scan.of_array(voxels)
    scan.slice(0)
    counted = histogram(scan, 0)
    assert (counted.low, counted.high) == (0, 255)
    assert counted.counts[0] == 70 and counted.counts[-1] == 30 and counted.counts.sum() == 100


def test_a_slice_of_one_value_has_a_histogram_too() -> None:
    scan = Scan.of_array(np.full((1, 4, 4), 7, np.uint8))
    scan.slice(0)
    assert histogram(scan, 0).counts.sum() == 16
