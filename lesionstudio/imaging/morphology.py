"""Growing, shrinking and smoothing what is marked by mm, in voxels that need not be cubes.

A cover is a block of bools (slice, row, column), a spacing what lies between neighbours along its axes. Distances are
those of voxel centres, so the structuring element is the ball |offset * spacing| <= mm: a slice further away than mm is
not reached. With `in_3d` off every slice is worked on by itself. The edge of the block is not background: nothing is
eaten away from there. Work is done piece by piece, in the box around each.
"""

from collections.abc import Iterator
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Index
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.words import _

Cover = NDArray[np.bool_]
Spacing = tuple[float, float, float]
_Region = tuple[slice, slice, slice]

_SLACK = 1e-6
_BLUR_REACH = 4.0
"""Standard deviations that a blur looks at, as in scipy.ndimage.gaussian_filter."""


def reach(mm: float, spacing: Spacing, *, in_3d: bool) -> Index:
    """How many slices, rows and columns away a voxel may lie to be within mm."""
    k, row, column = (floor(mm / step + _SLACK) for step in spacing)
    return k if in_3d else 0, row, column


def pieces(cover: Cover, *, in_3d: bool) -> tuple[NDArray[np.int32], int]:
    """Numbers what hangs together from 1 on, and says how many there are: 26 neighbours, or 8 in each slice."""
    from scipy import ndimage

    together = np.ones((3, 3, 3), bool)
    if not in_3d:
        together[[0, 2]] = False
    numbered, count = ndimage.label(cover, together)
    return numbered, int(count)


def grown(cover: Cover, mm: float, spacing: Spacing, *, in_3d: bool, report: Reporter = silent) -> Cover:
    """All voxels within mm of a covered one (dilation by a ball)."""
    from scipy import ndimage

    more = cover.copy()
    around = reach(mm, spacing, in_3d=in_3d)
    for region, _own in _each_piece(cover, around, report, in_3d=in_3d):
        away = ndimage.distance_transform_edt(~cover[region], sampling=_sampling(spacing, in_3d=in_3d))
        more[region] |= away <= mm + _SLACK
    return more


def shrunk(cover: Cover, mm: float, spacing: Spacing, *, in_3d: bool, report: Reporter = silent) -> Cover:
    """The covered voxels that have no other within mm (erosion by a ball)."""
    from scipy import ndimage

    less = np.zeros_like(cover)
    for region, own in _each_piece(cover, (1 if in_3d else 0, 1, 1), report, in_3d=in_3d):
        inside = ndimage.distance_transform_edt(own, sampling=_sampling(spacing, in_3d=in_3d))
        less[region] |= own if own.all() else inside > mm + _SLACK
    return less


def opened(cover: Cover, mm: float, spacing: Spacing, *, in_3d: bool, report: Reporter = silent) -> Cover:
    """What a ball of this radius reaches inside: bridges and spikes thinner than twice mm are gone."""
    core = shrunk(cover, mm, spacing, in_3d=in_3d, report=report)
    return grown(core, mm, spacing, in_3d=in_3d, report=report) & cover


def closed(cover: Cover, mm: float, spacing: Spacing, *, in_3d: bool, report: Reporter = silent) -> Cover:
    """The cover and all that a ball of this radius outside of it cannot reach: gaps under twice mm are filled."""
    # One voxel more than the ball reaches, so that its outer side is seen to be background.
    around = tuple((n + 1, n + 1) for n in reach(mm, spacing, in_3d=in_3d))
    wide = grown(np.pad(cover, around), mm, spacing, in_3d=in_3d, report=report)
    back = shrunk(wide, mm, spacing, in_3d=in_3d, report=report)
    inner: _Region = tuple(slice(a, a + n) for (a, _b), n in zip(around, cover.shape))  # type: ignore[assignment]
    return back[inner] | cover


def smoothed(cover: Cover, mm: float, spacing: Spacing, *, in_3d: bool) -> Cover:
    """The cover with its edge drawn smoother: details smaller than about mm go, a straight edge stays in place.

    A Gaussian of standard deviation mm / 2, cut at one half. Small round marks lose a little, sharp corners more.
    """
    from scipy import ndimage

    sigma = [mm / 2 / step for step in spacing]
    if not in_3d:
        sigma[0] = 0.0
    blurred = ndimage.gaussian_filter(cover.astype(np.float32), sigma, mode="nearest", truncate=_BLUR_REACH)
    return np.asarray(blurred > 0.5)


def blur_reach(mm: float, spacing: Spacing, *, in_3d: bool) -> Index:
    """How many slices, rows and columns away smoothing by mm looks."""
    k, row, column = (floor(_BLUR_REACH * mm / 2 / step + 0.5) for step in spacing)
    return k if in_3d else 0, row, column


def filled(cover: Cover, *, in_3d: bool) -> Cover:
    """The cover and what it encloses: background that no way of face neighbours leads out of, at least to the edge."""
    from scipy import ndimage

    if in_3d:
        return np.asarray(ndimage.binary_fill_holes(cover))
    return np.stack([ndimage.binary_fill_holes(one) for one in cover])


def _each_piece(cover: Cover, around: Index, report: Reporter, *, in_3d: bool) -> Iterator[tuple[_Region, Cover]]:
    """The box of each piece with so many more voxels on each side, and the piece in it."""
    from scipy import ndimage

    numbered, count = pieces(cover, in_3d=in_3d)
    for n, region in enumerate(ndimage.find_objects(numbered), 1):
        report(Progress((n - 1) / count, _("Clean up")))
        wide = _widened(region, around, cover.shape)
        yield wide, numbered[wide] == n


def _widened(region: _Region, around: Index, shape: tuple[int, ...]) -> _Region:
    return tuple(  # type: ignore[return-value]
        slice(max(part.start - n, 0), min(part.stop + n, end)) for part, n, end in zip(region, around, shape)
    )


def _sampling(spacing: Spacing, *, in_3d: bool) -> Any:
    return spacing if in_3d else (1.0, *spacing[1:])
