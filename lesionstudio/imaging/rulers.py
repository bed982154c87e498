"""Rulers: lengths and angles somebody drew on a scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.words import _, number

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Ruler:
    """Two points (slice, row, column) are a length, three the angle at the middle one. Fractions lie between voxels."""

    points: tuple[Point, ...]

    @property
    def is_angle(self) -> bool:
        """Whether it measures an angle."""
        return len(self.points) == 3

    def length(self, geometry: Geometry) -> float:
        """Along all its points, in mm; in voxels where the scan has no spacing."""
        return float(np.linalg.norm(np.diff(self._places(geometry), axis=0), axis=1).sum())

    def degrees(self, geometry: Geometry) -> float:
        """The angle at the middle point, 0 to 180, as the patient has it; 0 where an arm has no length."""
        first, middle, last = self._places(geometry)
        one, other = first - middle, last - middle
        lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
        if lengths == 0:
            return 0.0
        return float(np.degrees(np.arccos(np.clip(one @ other / lengths, -1.0, 1.0))))

    def words(self, geometry: Geometry) -> str:
        """What it measures: "41.3 mm", "41 px" without a spacing, or "37.5°"."""
        if self.is_angle:
            return _("{n}°").format(n=number(self.degrees(geometry), 1))
        length = self.length(geometry)
        if geometry.has_spacing:
            return _("{n} mm").format(n=number(length, 1))
        return _("{n} px").format(n=number(length, 1 if length < 10 else 0))

    def moved(self, new_place: Mapping[int, int]) -> "Ruler | None":
        """The ruler on a scan whose slices have other numbers now; None where one of its slices is gone."""
        points = list[Point]()
        for k, row, column in self.points:
            old = round(k)
            if old not in new_place:
                return None
            points.append((k + new_place[old] - old, row, column))
        return replace(self, points=tuple(points))

    def to_json(self) -> list[list[float]]:
        """Its points."""
        return [[round(at, 3) for at in point] for point in self.points]

    @classmethod
    def from_json(cls, saved: Sequence[Any]) -> "Ruler":
        """What to_json gave. Raises ValueError or TypeError for anything else."""
        points = tuple((float(k), float(row), float(column)) for k, row, column in saved)
        if len(points) not in (2, 3):
            raise ValueError(f"a ruler of {len(points)} points")
        return cls(points)

    def _places(self, geometry: Geometry) -> NDArray[np.float64]:
        return geometry.to_mm(self.points) if geometry.has_spacing else np.asarray(self.points)
