"""Lesions one by one: how large each is, how bright, where; and which of them another mask found.

A lesion is what hangs together of one label: by faces, edges or corners (26 neighbours; 8 in a picture of one slice).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lesionstudio.imaging.geometry import Box, Geometry, Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.metrics.axes import long_and_short_axis
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.words import _

Values = Callable[[int], NDArray[Any]]
"""The values of slice k (rows, columns), or with channels behind them."""

_TOGETHER = np.ones((3, 3, 3), bool)


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion. Areas and axes are those of its slice of largest area (the first of several), `place[0]`.

    Lengths are mm, areas mm2 where the scan has a spacing, else pixels. `volume_ml` None without a spacing and in a
    picture of one slice. `mean`: of the finite values in it; None where there is none, or no scan. `slices`: first and
    last, from 0. `centre`: mean (slice, row, column). `place`: a voxel of it, near the middle of that slice's part.
    """

    label: int
    voxels: int
    area: float
    volume_ml: float | None
    long_axis: float
    short_axis: float
    mean: float | None
    slices: tuple[int, int]
    centre: tuple[float, float, float]
    place: Index
    box: Box


def measured(
    marked: Marked,
    geometry: Geometry,
    values: Values | None = None,
    labels: tuple[int, ...] = (),
    report: Reporter = silent,
) -> list[Lesion]:
    """The lesions of these labels (of all, without any), the largest first; an empty list where nothing is marked."""
    found = []
    for label in labels or marked.numbers():
        box = marked.box((label,))
        if not box.is_empty:
            found += list(_of_label(marked, geometry, values, label, box, report))
    return sorted(found, key=lambda lesion: (-lesion.voxels, lesion.label, lesion.place))


@dataclass(frozen=True, slots=True)
class Detection:
    """Lesions of a reference that a prediction found and missed, and those it invented; adding pools them.

    `sensitivity`: found of all in the reference; `precision`: predicted lesions that are none invented. Both are 1.0
    where both masks are empty; where only one is, the share of the other's lesions, 0.0, stands for both.
    """

    found: int
    missed: int
    invented: int
    predicted: int

    def __add__(self, other: "Detection") -> "Detection":
        return Detection(
            self.found + other.found,
            self.missed + other.missed,
            self.invented + other.invented,
            self.predicted + other.predicted,
        )

    @property
    def sensitivity(self) -> float:
        """found / (found + missed)."""
        wanted = self.found + self.missed
        return self.found / wanted if wanted else float(self.predicted == 0)

    @property
    def precision(self) -> float:
        """(predicted - invented) / predicted."""
        return 1 - self.invented / self.predicted if self.predicted else float(self.found + self.missed == 0)


def detected(prediction: NDArray[np.generic], reference: NDArray[np.generic], least_overlap: float = 0.0) -> Detection:
    """Lesion by lesion, masks (slice, row, column) of one shape; what is not zero is marked.

    A reference lesion is found when the prediction marks more than this share of its voxels: with 0, any voxel (the
    rule of the ISBI 2015 lesion challenge, Carass et al. 2017). A predicted lesion is invented when it touches no
    marked voxel of the reference. One predicted lesion may find several.
    """
    marked, wanted = prediction != 0, reference != 0
    lesions, n_wanted = ndimage.label(wanted, _TOGETHER)
    answers, n_marked = ndimage.label(marked, _TOGETHER)
    sizes, hits = np.bincount(lesions.ravel()), np.bincount(lesions[marked], minlength=n_wanted + 1)
    found = int(np.count_nonzero(hits[1:] > least_overlap * sizes[1:]))
    touching = np.bincount(answers[wanted], minlength=n_marked + 1)[1:]
    return Detection(found, n_wanted - found, int(np.count_nonzero(touching == 0)), int(n_marked))


def _of_label(
    marked: Marked, geometry: Geometry, values: Values | None, label: int, box: Box, report: Reporter
) -> Iterator[Lesion]:
    numbered, count = ndimage.label(marked.block(box) == label, _TOGETHER)
    means = _means(numbered, count, box, values, report)
    for n, region in enumerate(ndimage.find_objects(numbered), 1):
        if n % 50 == 0:
            report(Progress(n / count, _("Measuring")))
        corner = tuple(part.start + start for part, start in zip(region, box.start))
        yield _measure(numbered[region] == n, corner, geometry, label, means[n])


def _measure(own: NDArray[np.bool_], corner: Index, geometry: Geometry, label: int, mean: float | None) -> Lesion:
    per_slice = np.count_nonzero(own, axis=(1, 2))
    voxels, best = int(per_slice.sum()), int(per_slice.argmax())
    steps = geometry.spacing_mm[1:] if geometry.has_spacing else (1.0, 1.0)
    long_axis, short_axis = long_and_short_axis(own[best], steps)
    row, column = _near_middle(own[best])
    is_solid = geometry.has_spacing and geometry.shape[0] > 1
    centre = [float(np.average(np.arange(n), weights=own.sum(axis=rest))) for n, rest in zip(own.shape, _OTHERS)]
    stop = tuple(a + n for a, n in zip(corner, own.shape))
    return Lesion(
        label=label,
        voxels=voxels,
        area=float(per_slice[best] * steps[0] * steps[1]),
        volume_ml=voxels * geometry.voxel_volume_mm3 / 1000 if is_solid else None,
        long_axis=long_axis,
        short_axis=short_axis,
        mean=mean,
        slices=(corner[0], corner[0] + len(own) - 1),
        centre=tuple(a + at for a, at in zip(corner, centre)),  # type: ignore[arg-type]
        place=(corner[0] + best, corner[1] + row, corner[2] + column),
        box=Box(corner, stop),
    )


_OTHERS = ((1, 2), (0, 2), (0, 1))


def _near_middle(cover: NDArray[np.bool_]) -> tuple[int, int]:
    """The covered pixel nearest to the middle of all of them: the middle itself may lie beside a bent lesion."""
    places = np.argwhere(cover)
    nearest = places[((places - places.mean(axis=0)) ** 2).sum(axis=1).argmin()]
    return int(nearest[0]), int(nearest[1])


def _means(
    numbered: NDArray[np.int32], count: int, box: Box, values: Values | None, report: Reporter
) -> list[float | None]:
    """The mean value of each piece, by its number."""
    total, finite = np.zeros(count + 1), np.zeros(count + 1)
    region = box.slices()[1:]
    for i, pieces in enumerate(numbered if values is not None else ()):
        report(Progress(i / len(numbered), _("Measuring")))
        inside = pieces > 0
        if values is None or not inside.any():
            continue
        there = values(box.start[0] + i)[region][inside].astype(np.float64)
        there = there.mean(axis=1) if there.ndim == 2 else there
        good = np.isfinite(there)
        total += np.bincount(pieces[inside][good], there[good], count + 1)
        finite += np.bincount(pieces[inside][good], minlength=count + 1)
    return [float(total[n] / finite[n]) if finite[n] else None for n in range(count + 1)]
