"""BestTools: an oracle with lasso, wand, brush and interpolation: whatever has the shortest way."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import Qt

from lesionstudio.gui.tools.wand import WandKind
from lesionstudio.imaging.interpolate import Gaps, interpolated
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.wand import WandRule, grow
from tests.benchmarks.drawing import Cover, Outline, Sheet, brushing, dice
from tests.benchmarks.hand import CTRL
from tests.benchmarks.oracle import DIGITS, FINE, Oracle, radii
from tests.gui.seats import ALT, NONE

Key = Qt.Key
_WAND_TOLERANCES = (10, 15, 20, 30, 40, 60, 80, 110, 150, 200, 300)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to mark a slice: what it comes to, how far the mouse goes (voxels), and how it is done."""

    result: Cover
    length: float
    do: Callable[[], None]


class BestTools(Oracle):
    """On some slices whatever is quickest of lasso, wand and brush, and interpolation
    between, and the same tools where that is not good enough.
    """

    def mark(self) -> None:
        """Marks the whole scan."""
        for number in self.numbers:
            slices = self.begin(number)
            keys = self._keys(slices, number)
            for k in keys:
                self.hand.go_to(k)
                self._draw(k, number, self.plan.slice_dice)
            if len(keys) < len(slices):
                self._interpolate()
        self._mend()

    def _mend(self) -> None:
        """Draws again where most is wrong, until it is good enough."""
        for _time in range(2 * len(self.wanted) * len(self.numbers)):
            if self.overlap() >= self.plan.goal:
                return
            wrong = {
                (k, number): np.count_nonzero(self.of(k, number) ^ self.now(k, number))
                for number in self.numbers
                for k in range(len(self.wanted))
            }
            k, number = max(wrong, key=lambda at: wrong[at])
            before = wrong[k, number]
            if len(self.numbers) > 1:
                self.hand.key(DIGITS[number - 1], CTRL)
            self.hand.go_to(k)
            self._draw(k, number, 1 - (1 - dice(self.of(k, number), self.now(k, number))) * 0.4)
            if np.count_nonzero(self.of(k, number) ^ self.now(k, number)) >= before:
                return

    def _draw(self, k: int, number: int, good_enough: float) -> None:
        """Does what costs the shortest way and is good enough; else what comes nearest."""
        wanted, there = self.of(k, number), self.now(k, number)
        if dice(wanted, there) >= good_enough:
            return
        chosen = _shortest(self._ways(k, number, wanted, there, good_enough), wanted, good_enough)
        press = None if there.any() else self._best_press(k, number)
        if press is not None and self._rest(k, number, wanted, press.taken, good_enough) < 0.8 * chosen.length:
            self._press(press)
            self._draw(k, number, good_enough)
        else:
            chosen.do()

    def _rest(self, k: int, number: int, wanted: Cover, there: Cover, good_enough: float) -> float:
        """How far the mouse goes once this is there."""
        if dice(wanted, there) >= good_enough:
            return 0.0
        return _shortest(self._ways(k, number, wanted, there, good_enough), wanted, good_enough).length

    def _ways(self, k: int, number: int, wanted: Cover, there: Cover, good_enough: float) -> list[Way]:
        sheet = Sheet(wanted)
        lines, drawn = sheet.outlines(there, good_enough), there
        for line in lines:
            drawn = sheet.after(drawn, line)
        ways = [Way(drawn, sum(line.length for line in lines), partial(self._outline, lines))]
        ways += [self._both(k, number, sheet, there, lines[:n], good_enough) for n in range(min(len(lines), 4))]
        return [*ways, self._touch_up(k, number, there, good_enough)] if there.any() else ways

    def _both(self, k: int, number: int, sheet: Sheet, there: Cover, lines: list[Outline], enough: float) -> Way:
        """The large pieces with the lasso, the small ones with the brush."""
        drawn = there
        for line in lines:
            drawn = sheet.after(drawn, line)
        widths = radii(sheet.wanted & ~drawn)
        strokes = brushing(sheet, drawn, widths, enough)
        used = list(dict.fromkeys(radius for radius, _stroke in strokes.strokes))

        def do() -> None:
            self._outline(lines)
            self.brush(k, number, sheet, used, enough)

        length = sum(line.length for line in lines) + strokes.length
        return Way(strokes.result, length, do)

    def _touch_up(self, k: int, number: int, there: Cover, good_enough: float) -> Way:
        """With a fine brush what is missing, with Alt what is too much."""
        sheet = Sheet(self.of(k, number))
        allowed = int((1 - good_enough) * np.count_nonzero(sheet.wanted))
        size = int(np.count_nonzero(sheet.wanted))
        enough = 2 * (size - allowed) / max(2 * size - allowed, 1)
        added = brushing(sheet, sheet.wanted & there, FINE, enough)
        waste, clean, enough_clean = sheet.of_waste(there, allowed)
        erased = brushing(waste, clean, FINE, enough_clean)

        def do() -> None:
            self.brush(k, number, sheet, FINE, enough, only_wanted=True)
            self.erase(k, number, sheet, allowed)

        result = (there | added.result) & ~(erased.result & ~sheet.wanted)
        return Way(result, added.length + erased.length, do)

    def _outline(self, lines: list[Outline]) -> None:
        self.hand.take(Key.Key_L)
        for line in lines:
            self.hand.draw(line.places, ALT if line.erases else NONE)

    def _keys(self, slices: list[int], number: int) -> list[int]:
        """The slices to be drawn: the ends of each run, and where the shape changes most, until the rest follows."""
        assert self.hands.session.scan is not None
        spacing = self.hands.session.scan.geometry.spacing_mm
        wanted = self.wanted == number
        keys = _ends(slices)
        while True:
            marked = np.zeros_like(self.wanted)
            marked[keys] = np.where(wanted[keys], number, 0)
            found = interpolated(Marked.of(marked), spacing, Gaps(0, (number,)), "")
            if found is not None:
                region = marked[found.box.slices()]
                region[found.where] = found.labels[found.where]
            wrong = {k: np.count_nonzero((marked[k] == number) ^ wanted[k]) for k in slices if k not in keys}
            if not wrong or dice(wanted, marked == number) >= self.plan.goal + self.plan.room:
                return sorted(keys)
            keys.append(_middle_of_worst(wrong))

    def _interpolate(self) -> None:
        self.hand.take(Key.Key_I)
        self.hand.accept(lambda: self.hands.desk.parts.proposals.stands)

    def _press(self, press: "Press") -> None:
        """Presses the wand and drags until the tolerance fits."""
        self.hand.take(Key.Key_W)
        kind = self.hands.desk.wiring.toolbox.kinds["wand"]
        assert isinstance(kind, WandKind) and self.hands.session.scan is not None
        scan = self.hands.session.scan
        more = press.tolerance - float(kind.values[kind._tolerance_of(scan)])
        way = more / self.hands.session.window.width * scan.geometry.shape[2] * self.hand.scale
        self.hand.drag_right(press.place, round(way))

    def _best_press(self, k: int, number: int) -> "Press | None":
        """Where one press of the wand takes most of what is wanted and little else."""
        scan, wanted = self.hands.session.scan, self.of(k, number)
        assert scan is not None
        values = np.asarray(scan.slice(k), np.float64)
        rows, columns = np.nonzero(wanted)
        at = int(np.argmin(np.abs(values[rows, columns] - np.median(values[wanted]))))
        seed = (k, int(rows[at]), int(columns[at]))
        presses = []
        for tolerance in _WAND_TOLERANCES:
            grown = grow(scan.block, scan.geometry.shape, seed, WandRule(tolerance), scan.geometry.spacing_mm)
            taken = np.zeros(wanted.shape, bool)
            taken[grown.box.slices()[1:]] = grown.cover[0]
            presses.append(Press((float(seed[1]), float(seed[2])), float(tolerance), taken))
        best = max(presses, key=lambda press: dice(wanted, press.taken))
        return best if dice(wanted, best.taken) > 0.85 else None


@dataclass(frozen=True, slots=True, eq=False)
class Press:
    """Where the wand is pressed, with which tolerance, and what it takes then."""

    place: tuple[float, float]
    tolerance: float
    taken: Cover


def _shortest(ways: list[Way], wanted: Cover, good_enough: float) -> Way:
    """Of the ways that are good enough, or nearest to it, the shortest."""
    best = max(dice(wanted, way.result) for way in ways)
    good = [way for way in ways if dice(wanted, way.result) >= min(good_enough, best) - 0.004]
    return min(good, key=lambda way: way.length)


def _ends(slices: list[int]) -> list[int]:
    """The first and the last of each run of slices."""
    runs = np.split(np.array(slices), np.flatnonzero(np.diff(slices) > 1) + 1)
    return sorted({int(end) for run in runs for end in (run[0], run[-1])})


def _middle_of_worst(wrong: dict[int, int]) -> int:
    """Of the stretch of slices with the most wrong voxels the one in the middle of them."""
    stretches = np.split(np.array(sorted(wrong)), np.flatnonzero(np.diff(sorted(wrong)) > 1) + 1)
    worst = max(stretches, key=lambda stretch: sum(wrong[int(k)] for k in stretch))
    share = np.cumsum([wrong[int(k)] for k in worst])
    return int(worst[np.searchsorted(share, share[-1] / 2)])
