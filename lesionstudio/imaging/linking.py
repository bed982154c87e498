"""Link: which place of another scan belongs to a place of this one, by patient millimetres or by share of the grid.

Places are (slice, row, column) of the scans' own grids, fractions between voxel centres.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.planes import Place, Plane

Places = NDArray[np.float64]
Moved = tuple[float, float, float]
NOT_MOVED: Moved = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False, slots=True)
class Link:
    """`moved` is what lies between a place here and the one that belongs to it there: RAS+ mm where both scans have an
    orientation, else slices, rows and columns of the other scan."""

    here: Geometry
    there: Geometry
    moved: Moved = NOT_MOVED

    @property
    def is_by_mm(self) -> bool:
        """Whether positions in the patient link the two, and not the order of slices and the share of rows."""
        return self.here.has_orientation and self.there.has_orientation

    @property
    def overlaps(self) -> bool:
        """Whether the middle of either scan lies in the other."""
        over, back = self.over(_middle(self.here)), self.back(_middle(self.there))
        return _lies_in(over, self.there) or _lies_in(back, self.here)

    def over(self, place: Place) -> Place:
        """The place there that belongs to one here; perhaps outside of the scan."""
        return _place(self.over_all(np.array(place, np.float64)))

    def back(self, place: Place) -> Place:
        """The place here that belongs to one there."""
        return _place(self.back_all(np.array(place, np.float64)))

    def over_all(self, places: Places) -> Places:
        """The same for many places (..., 3)."""
        if self.is_by_mm:
            return _beyond_the_ends(self.there, self.here.to_mm(places) + self.moved)
        return (places + 0.5) * self._shares - 0.5 + self.moved

    def back_all(self, places: Places) -> Places:
        """The places here that belong to places there (..., 3)."""
        if self.is_by_mm:
            return _beyond_the_ends(self.here, self.there.to_mm(places) - self.moved)
        return (places - self.moved + 0.5) / self._shares - 0.5

    def joining(self, here: Place, there: Place) -> "Link":
        """The link in which these two places belong together."""
        if self.is_by_mm:
            apart = self.there.to_mm(there) - self.here.to_mm(here)
        else:
            apart = np.array(there) - Link(self.here, self.there).over(here)
        return Link(self.here, self.there, (float(apart[0]), float(apart[1]), float(apart[2])))

    @property
    def _shares(self) -> Places:
        """Slices are counted, rows and columns go by their share."""
        rows, columns = (there / here for there, here in zip(self.there.shape[1:], self.here.shape[1:]))
        return np.array([1.0, rows, columns])


def plane_like(there: Geometry, shown_here: Geometry, otherwise: Plane) -> Plane:
    """The plane of a scan whose pictures look most like those that are shown of another; `otherwise` where a scan
    without orientation does not tell."""
    if not (there.has_orientation and shown_here.has_orientation):
        return otherwise
    along = _directions(shown_here).T @ _directions(there)
    axes = max(permutations(range(3)), key=lambda order: sum(abs(along[i, axis]) for i, axis in enumerate(order)))
    first, down, right = axes
    return Plane((first, down, right), (False, bool(along[1, down] < 0), bool(along[2, right] < 0)))


def _directions(geometry: Geometry) -> Places:
    steps: Places = geometry.affine[:3, :3] / np.linalg.norm(geometry.affine[:3, :3], axis=0)
    return steps


def _beyond_the_ends(geometry: Geometry, mm: Places) -> Places:
    """Indices of positions. Where slices are uneven the grid itself answers with its first or last slice for all that
    lies beyond; here it goes on at the usual distance, so that nothing is linked to an end it does not lie at."""
    index = geometry.to_index(mm)
    if geometry.positions_mm is None or geometry.shape[0] < 2:
        return index
    at_mm = (mm - geometry.affine[:3, 3]) @ np.linalg.inv(geometry.affine[:3, :3]).T[:, 0] * geometry.spacing_mm[0]
    step, last = geometry.spacing_mm[0], geometry.positions_mm[-1]
    index[..., 0] += np.minimum(at_mm - geometry.positions_mm[0], 0) / step + np.maximum(at_mm - last, 0) / step
    return index


def _middle(geometry: Geometry) -> Place:
    slices, rows, columns = ((length - 1) / 2 for length in geometry.shape)
    return slices, rows, columns


def _lies_in(place: Place, geometry: Geometry) -> bool:
    return all(-0.5 <= at <= length - 0.5 for at, length in zip(place, geometry.shape))


def _place(found: Places) -> Place:
    slice_, row, column = (float(at) for at in found)
    return slice_, row, column
