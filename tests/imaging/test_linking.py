"""Two scans linked by position: places, planes, and the mask of one on the other. Grids small enough to count."""

import numpy as np
import pytest

from lesionstudio.imaging.carried import CarriedMask
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.linking import Link, plane_like
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.planes import Plane
from tests.phantoms import Plane as PlaneName
from tests.phantoms import grid

AXIAL = Geometry((10, 20, 24), grid("axial", (10, 20, 24), (4.0, 2.0, 2.0)))
FINE = Geometry((40, 40, 48), grid("axial", (40, 40, 48), (1.0, 1.0, 1.0)))
CORONAL = Geometry((20, 10, 24), grid("coronal", (20, 10, 24), (2.0, 4.0, 2.0)))


def painted(geometry: Geometry, box: Box, label: int = 1) -> tuple[Mask, EditHistory]:
    mask = Mask(geometry.shape)
    history = EditHistory(mask)
    paint(history, box, label)
    return mask, history


def paint(history: EditHistory, box: Box, label: int = 1) -> None:
    stroke = history.stroke("Brush")
    stroke.paint_block(box, np.ones(box.shape, bool), label)
    stroke.commit()


@pytest.mark.parametrize("there", [FINE, CORONAL, Geometry((9, 31, 17), grid("oblique", (9, 31, 17), (3.0, 1.5, 2.5)))])
def test_places_that_belong_together_lie_at_the_same_millimetres(there: Geometry) -> None:
    link, place = Link(AXIAL, there), (3.0, 7.0, 11.0)
    assert there.to_mm(link.over(place)) == pytest.approx(AXIAL.to_mm(place))
    assert link.back(link.over(place)) == pytest.approx(place)


def test_slices_link_to_the_nearest_of_another_thickness() -> None:
    # Both stacks have their middle at the origin: slice 4 of 4 mm lies 2 mm over it, fine slices 0.5 mm beside theirs.
    assert Link(AXIAL, FINE).over((4, 0, 0))[0] == pytest.approx(17.5)
    assert Link(AXIAL, FINE).back((17, 0, 0))[0] == pytest.approx(3.875)


def test_two_places_can_be_said_to_belong_together() -> None:
    link = Link(AXIAL, FINE).joining((4, 10, 10), (30, 5, 9))
    assert link.over((4, 10, 10)) == pytest.approx((30, 5, 9))
    assert link.over((5, 10, 10)) == pytest.approx((34, 5, 9))
    assert Link(AXIAL, FINE, link.moved).back((34, 5, 9)) == pytest.approx((5, 10, 10))


def test_without_orientation_slices_are_counted_and_rows_go_by_their_share() -> None:
    link = Link(Geometry.pixels((10, 20, 20)), Geometry.pixels((12, 40, 20)))
    assert not link.is_by_mm
    assert link.over((3, 0, 7)) == pytest.approx((3, 0.5, 7))
    moved = link.joining((3, 0, 7), (5, 0.5, 7))
    assert moved.over((4, 0, 7)) == pytest.approx((6, 0.5, 7))
    assert moved.back((6, 0.5, 7)) == pytest.approx((4, 0, 7))


def test_beyond_an_uneven_stack_slices_go_on_and_do_not_stick_to_its_end() -> None:
    uneven = Geometry(AXIAL.shape, AXIAL.affine, tuple(4.0 * k + (k > 4) for k in range(10)))
    link = Link(uneven, AXIAL)
    assert link.back((-2, 0, 0))[0] == pytest.approx(-2)
    assert link.back((12.25, 0, 0))[0] == pytest.approx(12)


@pytest.mark.parametrize(
    ("name", "shape"), [("coronal", (9, 10, 11)), ("sagittal", (9, 10, 11)), ("axial", (9, 10, 11))]
)
def test_another_acquisition_plane_is_cut_so_that_it_looks_alike(name: PlaneName, shape: tuple[int, int, int]) -> None:
    there = Geometry(shape, grid(name, shape, (2.0, 2.0, 2.0)))
    shown = plane_like(there, AXIAL, Plane()).geometry(there)
    assert (shown.plane, shown.edge_letters()) == ("axial", AXIAL.edge_letters())


def test_what_is_shown_turned_is_turned_in_the_other_scan_too() -> None:
    turned = Plane().turned(1).mirrored()
    other = plane_like(FINE, turned.geometry(AXIAL), Plane())
    assert other.geometry(FINE).edge_letters() == turned.geometry(AXIAL).edge_letters() != AXIAL.edge_letters()
    assert plane_like(Geometry.pixels((2, 3, 4)), AXIAL, turned) == turned


def test_a_voxel_of_four_by_two_by_two_mm_is_sixteen_voxels_of_one_mm() -> None:
    mask, _history = painted(AXIAL, Box((3, 5, 6), (4, 6, 7)))
    carried = CarriedMask(mask, Link(AXIAL, FINE), Plane())
    volume = np.stack([carried.labels(k) for k in range(40)])
    assert np.argwhere(volume).min(axis=0).tolist() == [12, 10, 12]
    assert int(volume.sum()) == 4 * 2 * 2


def test_the_mask_is_carried_into_a_stack_of_another_acquisition_plane() -> None:
    mask, _history = painted(AXIAL, Box((2, 4, 8), (5, 9, 12)))
    plane = plane_like(CORONAL, AXIAL, Plane())
    carried = CarriedMask(mask, Link(AXIAL, CORONAL), plane)
    volume = np.stack([carried.labels(k) for k in range(carried.shape[0])])
    assert carried.shape == AXIAL.shape
    assert np.array_equal(volume, mask.volume("labels"))


def test_an_oblique_stack_shows_each_of_its_voxels_the_nearest_label() -> None:
    there = Geometry((9, 31, 17), grid("oblique", (9, 31, 17), (3.0, 1.5, 2.5)))
    mask, _history = painted(AXIAL, Box((2, 4, 8), (7, 15, 18)), 3)
    carried = CarriedMask(mask, Link(AXIAL, there), Plane())
    places = np.stack(np.meshgrid(*(np.arange(n) for n in there.shape), indexing="ij"), axis=-1)
    nearest = np.floor(AXIAL.to_index(there.to_mm(places)) + 0.5).astype(int)
    inside = ((nearest >= 0) & (nearest < AXIAL.shape)).all(axis=-1)
    at = np.clip(nearest, 0, np.array(AXIAL.shape) - 1)
    wanted = np.where(inside, mask.volume("labels")[at[..., 0], at[..., 1], at[..., 2]], 0)
    assert wanted.any()
    assert np.array_equal(np.stack([carried.labels(k) for k in range(9)]), wanted)


def test_an_uneven_stack_is_carried_by_the_places_of_its_slices() -> None:
    uneven = Geometry(AXIAL.shape, AXIAL.affine, tuple(4.0 * k + (6.0 if k > 4 else 0.0) for k in range(10)))
    mask, _history = painted(uneven, Box((5, 0, 0), (6, 20, 24)))
    carried = CarriedMask(mask, Link(uneven, AXIAL), Plane())
    assert [k for k in range(10) if carried.labels(k).any()] == [6]


@pytest.mark.parametrize("plane", [Plane(), Plane().turned(1), Plane().mirrored()])
def test_only_what_was_painted_is_carried_again_and_the_kept_picture_is_right(plane: Plane) -> None:
    mask, history = painted(AXIAL, Box((3, 5, 6), (4, 6, 7)))
    carried = CarriedMask(mask, Link(AXIAL, FINE), plane)
    assert int(carried.labels(13).sum()) == 4
    more = Box((3, 8, 8), (4, 10, 9))
    paint(history, more)
    there = carried.box_of(more)
    carried.take_in(there)
    afresh = CarriedMask(mask, Link(AXIAL, FINE), plane).labels(13)
    assert np.array_equal(carried.labels(13), afresh) and int(afresh.sum()) == 4 + 8
    assert max(there.shape) < 12


def test_nothing_is_marked_where_the_scan_of_the_mask_does_not_reach() -> None:
    mask, _history = painted(AXIAL, Box.whole(AXIAL.shape))
    far = Link(AXIAL, FINE, (100.0, 0.0, 0.0))
    assert not far.overlaps and Link(AXIAL, FINE).overlaps
    assert not CarriedMask(mask, far, Plane()).labels(20).any()
