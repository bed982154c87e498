"""data_facts: what a set of pictures and masks holds, before anybody trains on it: the data page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.likeness import Likeness, likeness, near_duplicates
from lesionstudio.imaging.pairs import Pair
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.words import _
from lesionstudio.workflows.labelled import Places, labelled_slices

BINS = 64
_LOOKED_AT = 2000
_TOGETHER = np.ones((3, 3), bool)


def data_facts(
    places: Places, *, structure: int | None = None, hu_offset: float | None = None, report: Reporter = silent
) -> dict[str, Any]:
    """Reads every pair once. Gives {"parts": {part: PART}, "labels": [numbers], "near_duplicates", "unpaired"}.

    PART is {"files", "slices", "groups", "empty": slices without a mark, "sizes": [[rows, columns, slices]],
    "spacings_mm": [[slice, row, column, files]], "marked_percent", "slices_with": {label: n}, "percent_of": {label: p},
    "lesions": {label: [areas]}, "intensities": {"edges", "shares"}}. Areas are pixels of what hangs together in a
    slice (corners count), in mm2 where every file has a spacing. Pictures in no part are in the part "". Intensities
    are counted between the least and the greatest value of all files. Near-duplicates: names of pictures in different
    parts. Raises LesionStudioError.
    """
    pairs = places.pairs(report)
    steps, tallies = Steps(report, len(pairs.pairs), _("Looking at the data")), dict[str, _Tally]()
    seen: list[tuple[Pair, Likeness | None]] = []
    for pair, scan, marks in labelled_slices(pairs, structure, hu_offset):
        tallies.setdefault(pair.part, _Tally()).add(pair, scan, marks)
        seen.append((pair, likeness(scan.slice(scan.slices // 2))))
        steps.advance()
    twins = [(seen[i][0], seen[j][0]) for i, j in near_duplicates([one for _pair, one in seen])]
    reach = _reach(tallies.values())
    return {
        "parts": {part: tally.facts(reach) for part, tally in tallies.items()},
        "labels": sorted({n for tally in tallies.values() for n in tally.voxels}),
        "near_duplicates": [[one.image.name, other.image.name] for one, other in twins if one.part != other.part],
        "unpaired": list(pairs.unpaired),
    }


@dataclass(slots=True, eq=False)
class _Tally:
    """What is counted of one part, scan by scan."""

    files: int = 0
    slices: int = 0
    empty: int = 0
    pixels: int = 0
    groups: set[str] = field(default_factory=set)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    spacings: Counter[tuple[float, ...]] = field(default_factory=Counter)
    voxels: Counter[int] = field(default_factory=Counter)
    slices_with: Counter[int] = field(default_factory=Counter)
    areas: dict[int, list[float]] = field(default_factory=dict)
    values: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, pair: Pair, scan: Scan, marks: NDArray[np.uint8]) -> None:
        """Counts a scan and its label numbers (slice, row, column)."""
        rng = np.random.default_rng(self.files)
        self.files += 1
        self.slices += scan.slices
        self.pixels += marks.size
        self.groups.add(pair.group or pair.id)
        self.sizes[marks.shape[1], marks.shape[2]] += scan.slices
        if scan.geometry.has_spacing:
            self.spacings[tuple(round(float(length), 4) for length in scan.geometry.spacing_mm)] += 1
        pixel = float(np.prod(scan.geometry.spacing_mm[1:])) if scan.geometry.has_spacing else 1.0
        for k, plane in enumerate(marks):
            self._add_slice(plane, pixel)
            some = rng.choice(np.asarray(scan.slice(k), np.float32).ravel(), _LOOKED_AT)
            self.values.append(some[np.isfinite(some)])

    def _add_slice(self, plane: NDArray[np.uint8], pixel: float) -> None:
        from scipy import ndimage

        numbers = [int(n) for n in np.unique(plane) if n]
        self.empty += not numbers
        for n in numbers:
            numbered, count = ndimage.label(plane == n, _TOGETHER)
            areas = np.bincount(numbered.ravel(), minlength=count + 1)[1:]
            self.areas.setdefault(n, []).extend((areas * pixel).tolist())
            self.voxels[n] += int(areas.sum())
            self.slices_with[n] += 1

    def facts(self, reach: tuple[float, float]) -> dict[str, Any]:
        """What was counted, as JSON can carry it."""
        values = np.concatenate(self.values)
        counts, edges = np.histogram(values, BINS, reach)
        return {
            "files": self.files,
            "slices": self.slices,
            "groups": len(self.groups),
            "empty": self.empty,
            "sizes": [[*size, n] for size, n in self.sizes.most_common()],
            "spacings_mm": [[*spacing, n] for spacing, n in self.spacings.most_common()],
            "marked_percent": 100 * sum(self.voxels.values()) / max(self.pixels, 1),
            "slices_with": {str(n): count for n, count in sorted(self.slices_with.items())},
            "percent_of": {str(n): 100 * count / max(self.pixels, 1) for n, count in sorted(self.voxels.items())},
            "lesions": {str(n): areas for n, areas in sorted(self.areas.items())},
            "intensities": {"edges": edges.tolist(), "shares": (counts / max(len(values), 1)).tolist()},
        }


def _reach(tallies: Iterable[_Tally]) -> tuple[float, float]:
    """The least and the greatest value of all, apart for the reach of a histogram."""
    ends = [(float(one.min()), float(one.max())) for tally in tallies for one in tally.values if len(one)]
    low, high = (min(low for low, _high in ends), max(high for _low, high in ends)) if ends else (0.0, 1.0)
    return low, max(high, low + 1e-6)
