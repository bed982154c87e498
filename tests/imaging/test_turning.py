"""What is shown turned and mirrored: letters by hand, and no way that does not lead back."""

import numpy as np
import pytest

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.turning import Turn, as_agreed
from tests.phantoms import grid

AXIAL = Geometry((3, 4, 5), grid("axial", (3, 4, 5), (5.0, 1.0, 1.0)))
PICTURE = np.arange(60).reshape(3, 4, 5)


def letters(turn: Turn) -> str:
    """Top, right, bottom, left."""
    return "".join(turn.of(Plane()).geometry(AXIAL).edge_letters())


def test_letters_follow_what_is_shown() -> None:
    assert letters(Turn()) == "ALPR"
    assert letters(Turn().turned()) == "RALP"
    assert letters(Turn().mirror()) == "ARPL"
    assert letters(Turn().flip()) == "PLAR"
    assert letters(Turn().turned().mirror()) == "RPLA"


@pytest.mark.parametrize("start", [Turn(q, mirrored) for q in range(4) for mirrored in (False, True)])
def test_each_step_does_to_what_is_shown_what_it_says(start: Turn) -> None:
    shown = start.of(Plane()).cut(PICTURE, 1)
    assert np.array_equal(start.turned().of(Plane()).cut(PICTURE, 1), np.rot90(shown, -1))
    assert np.array_equal(start.mirror().of(Plane()).cut(PICTURE, 1), shown[:, ::-1])
    assert np.array_equal(start.flip().of(Plane()).cut(PICTURE, 1), shown[::-1])
    assert start.mirror().mirror() == start.flip().flip() == start.turned().turned().turned().turned() == start


def test_a_neurologist_sees_the_left_at_the_left() -> None:
    assert as_agreed(Plane(), AXIAL, neurological=True).geometry(AXIAL).edge_letters() == ("A", "R", "P", "L")
    assert as_agreed(Plane(), AXIAL, neurological=False) == Plane()


def test_pictures_without_sides_stay_as_they_are() -> None:
    sagittal = Geometry((3, 4, 5), grid("sagittal", (3, 4, 5), (5.0, 1.0, 1.0)))
    for geometry in (sagittal, Geometry.pixels((1, 4, 5))):
        assert as_agreed(Plane(), geometry, neurological=True) == Plane()
