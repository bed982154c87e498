"""What stands in the corners."""

import numpy as np
import pytest

from lesionstudio.gui.viewer.notes import name_lines, scale_bar, slice_lines, value_text, view_lines
from lesionstudio.gui.viewer.view_state import Screen, ViewState
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window

AXIAL = Geometry.from_axes((31, 512, 512), (200, 200, -67.5), (0, 0, -5), (0, -0.8, 0), (-0.8, 0, 0))


def view_of(geometry: Geometry, zoom: float = 1.0, scale: float = 1.0) -> ViewState:
    rows, columns = geometry.shape[1:]
    return ViewState.fitted(Screen(600, 600, scale), rows, columns, geometry.spacing_mm[1:]).at_zoom(zoom)


def test_a_slice_is_numbered_from_one_and_lies_at_a_letter() -> None:
    assert slice_lines(AXIAL, 15) == ["Slice 16 of 31", "I 142.5 mm, every 5.0 mm"]


def test_a_picture_has_no_slices_and_a_stack_without_orientation_no_place() -> None:
    assert slice_lines(Geometry.pixels((1, 10, 10)), 0) == []
    assert slice_lines(Geometry.pixels((25, 10, 10)), 4) == ["Slice 5 of 25"]


def test_window_zoom_and_value_are_said_with_a_true_minus() -> None:
    lines = view_lines(Window(1500, -600), "Lung", 1.3, "\N{MINUS SIGN}612 HU")
    assert lines == ["W 1500  L \N{MINUS SIGN}600  Lung", "Zoom 1.3×", "\N{MINUS SIGN}612 HU"]


def test_a_value_has_the_unit_of_the_scan_or_the_channels_of_a_picture() -> None:
    ct = Scan.of_array(np.full((1, 2, 2), -612, np.int16), unit="HU")
    photo = Scan.of_array(np.full((1, 2, 2, 3), 7, np.uint8))
    assert value_text(ct, ct.slice(0)[0, 0]) == "\N{MINUS SIGN}612 HU"
    assert value_text(photo, photo.slice(0)[0, 0]) == "7  7  7"


def test_names_say_the_plane_where_it_is_known_and_else_the_size() -> None:
    voxels = np.zeros((1, 20, 30), np.uint8)
    assert name_lines(Scan.of_array(voxels, name="cell.png")) == ["cell.png", "30 × 20"]
    assert name_lines(Scan.of_array(np.zeros((31, 512, 512), np.int16), AXIAL, name="CT 031", modality="CT")) == [
        "CT 031",
        "CT, axial",
    ]


@pytest.mark.parametrize(
    ("mm", "zoom", "says", "points"),
    [(0.8, 1.0, "5 cm", 62.5), (0.8, 8.0, "1 cm", 100.0), (4e-6, 1.0, "200 nm", 50.0), (0.0005, 1.0, "50 µm", 100.0)],
)
def test_the_scale_bar_is_one_two_or_five_of_a_unit_and_truly_so_long(
    mm: float, zoom: float, says: str, points: float
) -> None:
    geometry = Geometry.from_axes((1, 512, 512), (0, 0, 0), (0, 0, 1), (0, -mm, 0), (-mm, 0, 0))
    length, text = scale_bar(view_of(geometry, zoom), geometry)
    assert (text, length) == (says, pytest.approx(points))


def test_without_a_spacing_the_bar_is_in_pixels_and_says_so() -> None:
    geometry = Geometry.pixels((1, 512, 512))
    assert scale_bar(view_of(geometry, 2.0), geometry) == (pytest.approx(100.0), "50 px")


def test_the_bar_is_as_long_in_points_on_a_screen_with_twice_the_dots() -> None:
    assert scale_bar(view_of(AXIAL, 1.0, 2.0), AXIAL)[0] == pytest.approx(scale_bar(view_of(AXIAL), AXIAL)[0])
