"""How somebody who knows what is to be marked on a slice would go about it: ways for a brush, outlines for a lasso."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import dist

import cv2
import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.brush import capsule
from lesionstudio.imaging.lasso import inside

Cover = NDArray[np.bool_]
Place = tuple[float, float]
_TOLERANCES = (3.0, 2.0, 1.4, 1.0, 0.7, 0.45, 0.3, 0.05)
_REACHES = (0, 2, 4, 7)
_FIT, _FIT_OF_REST = 0.98, 0.85
_SMALLEST_GAIN = 0.25


def dice(one: Cover, other: Cover) -> float:
    """Overlap of two masks; 1 for two empty ones."""
    both = np.count_nonzero(one) + np.count_nonzero(other)
    return 2 * np.count_nonzero(one & other) / both if both else 1.0


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed way (row, column) whose inside is marked, or taken away."""

    places: tuple[Place, ...]
    erases: bool = False

    @property
    def length(self) -> float:
        """Voxels around."""
        return sum(dist(one, other) for one, other in zip(self.places, (*self.places[1:], self.places[0])))


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What is wanted on a slice."""

    wanted: Cover

    def of_waste(self, there: Cover, allowed: int) -> "tuple[Sheet, Cover, float]":
        """The same slice for an eraser: what is to be without marks, what is so already, and how much is enough where
        so many wrong voxels may stay.
        """
        near = cv2.dilate((self.wanted | there).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
        empty = near & ~self.wanted
        size = int(np.count_nonzero(empty))
        return Sheet(empty), empty & ~there, 2 * (size - allowed) / max(2 * size - allowed, 1)

    def after(self, there: Cover, outline: Outline) -> Cover:
        """What is there once this outline was drawn."""
        drawn, made = inside(outline.places, even_odd=False), there.copy()
        part, cover = _within(made.shape, drawn.row, drawn.column, drawn.cover)
        made[part] = made[part] & ~cover if outline.erases else made[part] | cover
        return made

    def outlines(self, there: Cover, good_enough: float) -> list[Outline]:
        """The fewest outlines after which what is there has this Dice at least."""
        found, now = list[Outline](), there.copy()
        shapes = [] if there.any() else [(piece, False) for piece in _pieces(_filled(self.wanted))]
        for areas in (shapes, None):
            for area, erases in self._to_mend(now) if areas is None else areas:
                if dice(self.wanted, now) >= good_enough:
                    return found
                outline = self._roughest(area, erases, _FIT if areas is shapes else _FIT_OF_REST)
                if outline is not None:
                    found.append(outline)
                    now = self.after(now, outline)
        return found

    def _to_mend(self, now: Cover) -> list[tuple[Cover, bool]]:
        """What is missing and what is too much, the largest first."""
        missing, wrong = self.wanted & ~now, now & ~self.wanted
        areas = [(piece, False) for piece in _pieces(missing)] + [(piece, True) for piece in _pieces(wrong)]
        return sorted(areas, key=lambda area: -int(area[0].sum()))

    def _roughest(self, area: Cover, erases: bool, fit: float) -> Outline | None:
        """The shortest outline that still takes the area well."""
        found = [outline for outline in self._around(area) if dice(area, self._taken(outline, area)) >= fit]
        best = min(found, key=lambda outline: outline.length, default=None)
        return Outline(best.places, erases) if best is not None else None

    def _taken(self, outline: Outline, area: Cover) -> Cover:
        """What an outline takes; whether it goes over what is wanted anyway does not matter."""
        taken = self.after(np.zeros_like(area), outline)
        return taken & (area | ~self.wanted)

    def _around(self, area: Cover) -> Iterator[Outline]:
        from skimage.measure import approximate_polygon, find_contours

        for reach in _REACHES:
            lines = find_contours(np.pad(self._loose(area, reach), 1).astype(float), 0.5)
            if not lines:
                continue
            line = max(lines, key=len) - 1.0
            for tolerance in _TOLERANCES:
                rough = approximate_polygon(line, tolerance)[:-1]
                if len(rough) >= 3:
                    yield Outline(tuple((float(row), float(column)) for row, column in rough))

    def _loose(self, area: Cover, reach: int) -> Cover:
        """The area, wider within what is wanted anyway, and smoother."""
        if not reach:
            return area
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        wide = area | ((cv2.dilate(area.astype(np.uint8), disc) > 0) & self.wanted)
        return np.asarray(cv2.morphologyEx(wide.astype(np.uint8), cv2.MORPH_CLOSE, disc) > 0)


def _filled(cover: Cover) -> Cover:
    filled = np.zeros(cover.shape, np.uint8)
    outer, _tree = cv2.findContours(cover.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(filled, outer, -1, 1, cv2.FILLED)
    return filled > 0


def _pieces(cover: Cover) -> list[Cover]:
    """Connected pieces, the largest first."""
    count, numbered, stats, _centres = cv2.connectedComponentsWithStats(cover.astype(np.uint8), connectivity=4)
    order = sorted(range(1, count), key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    return [numbered == n for n in order]


def _within(shape: tuple[int, ...], row: int, column: int, cover: Cover) -> tuple[tuple[slice, slice], Cover]:
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + cover.shape[0], shape[0]), min(column + cover.shape[1], shape[1])
    inner = cover[top - row : max(bottom - row, top - row), left - column : max(right - column, left - column)]
    return (slice(top, top + inner.shape[0]), slice(left, left + inner.shape[1])), inner


def brush_ways(sheet: Sheet, there: Cover, radius: float, enough: float) -> Iterator[list[Place]]:
    """Strokes of a brush of this radius (voxels) within what is wanted, each place the best next one from here.

    A stroke ends where the straight way on would leave it.
    """
    clear = np.pad(sheet.wanted, 1, constant_values=True).astype(np.uint8)
    depth = cv2.distanceTransform(clear, cv2.DIST_L2, 5)[1:-1, 1:-1] - 0.5
    centres, search = depth >= radius - 0.6, _Search(sheet.wanted & ~there, radius)
    size = np.count_nonzero(sheet.wanted)
    stroke: list[Place] = []
    while (left := search.left) and 2 * (size - left) / max(2 * size - left, 1) < enough:
        here = search.best(centres, stroke[-1] if stroke else None)
        if here is None:
            break
        if stroke and not _stays(centres, stroke[-1], here):
            yield stroke
            stroke = []
        search.paint(stroke[-1] if stroke else here, here)
        stroke.append(here)
    if stroke:
        yield stroke


class _Search:
    """What is still missing, and how much of it a dab would paint at each place."""

    def __init__(self, missing: Cover, radius: float) -> None:
        self._missing, self._radius = missing, radius
        self._disc, self._reach = _disc(radius), int(np.ceil(radius)) + 1
        self._least = max(1.0, _SMALLEST_GAIN * radius)
        self._gain = self._count(missing)
        self.left = int(np.count_nonzero(missing))

    def best(self, centres: Cover, last: Place | None) -> Place | None:
        """Where most is painted for the way there, nearby first; None where it is no more worth it."""
        if last is not None:
            near = 4 * self._reach + 12
            top, left = max(int(last[0]) - near, 0), max(int(last[1]) - near, 0)
            part = np.s_[top : int(last[0]) + near, left : int(last[1]) + near]
            rows, columns = np.ogrid[top : top + self._gain[part].shape[0], left : left + self._gain[part].shape[1]]
            worth = self._gain[part] * centres[part]
            found = int((worth / (np.hypot(rows - last[0], columns - last[1]) + 3.0)).argmax())
            row, column = divmod(found, worth.shape[1])
            if worth[row, column] >= self._least:
                return float(row + top), float(column + left)
        worth = self._gain * centres
        if last is not None:
            rows, columns = np.ogrid[: worth.shape[0], : worth.shape[1]]
            ranked = worth / (np.hypot(rows - last[0], columns - last[1]) + 3.0)
        else:
            ranked = worth
        row, column = divmod(int(np.where(worth >= self._least, ranked, 0).argmax()), worth.shape[1])
        return (float(row), float(column)) if worth[row, column] >= self._least else None

    def paint(self, start: Place, end: Place) -> None:
        """A straight part of a stroke."""
        covered = capsule(start, end, self._radius)
        part, cover = _within(self._missing.shape, covered.row, covered.column, covered.cover)
        self.left -= int(np.count_nonzero(self._missing[part] & cover))
        self._missing[part] &= ~cover
        top, left = (max(one.start - 2 * self._reach, 0) for one in part)
        wide = np.s_[top : part[0].stop + 2 * self._reach, left : part[1].stop + 2 * self._reach]
        fresh = self._count(self._missing[wide])
        inner_top, inner_left = max(part[0].start - self._reach, 0), max(part[1].start - self._reach, 0)
        inner = np.s_[inner_top : part[0].stop + self._reach, inner_left : part[1].stop + self._reach]
        target = self._gain[inner]
        at = inner_top - top, inner_left - left
        target[...] = fresh[at[0] : at[0] + target.shape[0], at[1] : at[1] + target.shape[1]]

    def _count(self, missing: Cover) -> NDArray[np.float32]:
        found = cv2.filter2D(missing.astype(np.float32), -1, self._disc, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(found, np.float32)


def _stays(centres: Cover, start: Place, end: Place) -> bool:
    steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1
    rows = np.linspace(start[0], end[0], steps + 1).round().astype(int)
    columns = np.linspace(start[1], end[1], steps + 1).round().astype(int)
    return bool(centres[rows, columns].all())


def _disc(radius: float) -> NDArray[np.float32]:
    reach = int(np.ceil(radius))
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(rows**2 + columns**2 <= radius**2, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Brushing:
    """Strokes with brushes of some radii (voxels), how far the mouse goes, and what is there afterwards."""

    strokes: tuple[tuple[float, tuple[Place, ...]], ...]
    length: float
    result: Cover


def brushing(sheet: Sheet, there: Cover, radii: list[float], enough: float) -> Brushing:
    """How brushes, the widest first, would do it."""
    now, strokes, length = there.copy(), list[tuple[float, tuple[Place, ...]]](), 0.0
    last: Place | None = None
    for radius in radii:
        if dice(sheet.wanted, now) >= enough:
            break
        for stroke in brush_ways(sheet, now.copy(), radius, enough):
            strokes.append((radius, tuple(stroke)))
            length += sum(dist(one, other) for one, other in zip([last or stroke[0], *stroke], stroke))
            last = stroke[-1]
            now = brushed(now, stroke, radius)
    return Brushing(tuple(strokes), length, now)


def brushed(there: Cover, stroke: list[Place], radius: float) -> Cover:
    """What is there after a stroke."""
    made = there.copy()
    for start, end in zip([stroke[0], *stroke], stroke):
        covered = capsule(start, end, radius)
        part, cover = _within(made.shape, covered.row, covered.column, covered.cover)
        made[part] |= cover
    return made
