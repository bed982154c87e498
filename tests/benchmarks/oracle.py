"""Oracles that mark a whole scan by hand: they know the reference, but act only with mouse and keys in the window."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from lesionstudio.gui.tools.wand import WandKind
from lesionstudio.imaging.interpolate import Gaps, interpolated
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.wand import WandRule, grow
from tests.benchmarks.drawing import Cover, Outline, Sheet, brush_ways, brushing, dice, value_range
from tests.benchmarks.hand import CTRL, Hand
from tests.gui.seats import ALT, NONE, Hands

Key = Qt.Key
Labels = NDArray[np.uint8]
DIGITS = (Key.Key_1, Key.Key_2, Key.Key_3, Key.Key_4, Key.Key_5)
FINE = [4.0, 2.0, 1.2]
_WAND_TOLERANCES = (10, 15, 20, 30, 40, 60, 80, 110, 150, 200, 300)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the best tools may use, and how well each slice and the whole are to be marked."""

    wand: bool = False
    gate: bool = False
    slice_dice: float = 0.975
    room: float = 0.012
    brush_dice: float = 0.952
    goal: float = 0.951


@dataclass
class Oracle:
    """What both ways of working share: a window, a hand, and what is wanted (slice, row, column)."""

    hands: Hands
    wanted: Labels
    plan: Plan = field(default_factory=Plan)

    def __post_init__(self) -> None:
        self.hand = Hand(self.hands)

    @property
    def numbers(self) -> list[int]:
        """The labels that are wanted."""
        return [int(number) for number in np.unique(self.wanted) if number]

    def now(self, k: int, number: int) -> Cover:
        """What is marked on a slice."""
        return np.asarray(self.hands.mask.labels(k) == number)

    def of(self, k: int, number: int) -> Cover:
        """What is wanted on a slice."""
        return np.asarray(self.wanted[k] == number)

    def overlap(self) -> float:
        """The Dice of all labels together."""
        marked = self.hands.mask.volume("labels")
        both = sum(2 * np.count_nonzero((marked == n) & (self.wanted == n)) for n in self.numbers)
        return float(both / max(np.count_nonzero(marked) + np.count_nonzero(self.wanted), 1))

    def erase(self, k: int, number: int, sheet: Sheet, allowed: int) -> None:
        """With Alt held brushes away what is too much, but for so many voxels."""
        self.hand.take(Key.Key_B)
        for radius in FINE:
            waste, clean, enough = sheet.of_waste(self.now(k, number), allowed)
            if dice(waste.wanted, clean) >= enough:
                return
            width = self._wide(radius)
            for stroke in brush_ways(waste, clean, width, enough):
                self.hand.draw(stroke, ALT)

    def brush(
        self, k: int, number: int, sheet: Sheet, wished: list[float], enough: float, *, only_wanted: bool = False
    ) -> None:
        """Brushes what is missing, the widest brush first. `only_wanted`: what is too much does not count."""
        self.hand.take(Key.Key_B)
        for radius in wished:
            now = self.now(k, number) & sheet.wanted if only_wanted else self.now(k, number)
            if dice(sheet.wanted, now) >= enough:
                return
            for stroke in brush_ways(sheet, now, self._wide(radius), enough):
                self.hand.draw(stroke)

    def _wide(self, radius: float) -> float:
        """Makes the brush about so wide (voxels); returns the radius it has then."""
        assert self.hands.session.scan is not None
        spacing = self.hands.session.scan.geometry.spacing_mm[1]
        return self.hand.brush_of(2 * radius * spacing) / spacing / 2

    def begin(self, number: int) -> list[int]:
        """Chooses a label and has a near look at it; returns its slices."""
        slices = [k for k in range(len(self.wanted)) if (self.wanted[k] == number).any()]
        if len(self.numbers) > 1:
            self.hand.key(DIGITS[number - 1], CTRL)
        self.hand.key(Key.Key_0)
        self.hand.go_to(slices[0])
        self.hand.zoom_to((self.wanted == number).any(axis=0))
        return slices


class BrushOnly(Oracle):
    """Each slice with a round brush, a wide one inside and finer ones towards the edge."""

    def mark(self) -> None:
        """Marks the whole scan."""
        for number in self.numbers:
            for k in self.begin(number):
                self.hand.go_to(k)
                sheet = Sheet.plain(self.of(k, number))
                self.brush(k, number, sheet, radii(sheet.wanted), self.plan.brush_dice)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to mark a slice: what it comes to, how far the mouse goes (voxels), and how it is done."""

    result: Cover
    length: float
    gated: bool
    do: Callable[[], None]


class BestTools(Oracle):
    """On some slices whatever is quickest of lasso, wand and brush, with a range of values or without; interpolation
    between, and the same tools where that is not good enough.
    """

    limits: tuple[float, float] | None = None
    is_gated = False

    def mark(self) -> None:
        """Marks the whole scan."""
        for number in self.numbers:
            slices = self.begin(number)
            self._set_range(number)
            keys = self._keys(slices, number)
            for k in keys:
                self.hand.go_to(k)
                self._draw(k, number, self.plan.slice_dice)
            if len(keys) < len(slices):
                self._gate(False)
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
                self._set_range(number)
            self.hand.go_to(k)
            self._draw(k, number, 1 - (1 - dice(self.of(k, number), self.now(k, number))) * 0.4)
            if np.count_nonzero(self.of(k, number) ^ self.now(k, number)) >= before:
                return

    def _draw(self, k: int, number: int, good_enough: float) -> None:
        """Does what costs the shortest way and is good enough; else what comes nearest."""
        if self.plan.wand and not self.now(k, number).any() and self._wand(k, number):
            good_enough = min(good_enough, 0.94)
        wanted, there = self.of(k, number), self.now(k, number)
        if dice(wanted, there) >= good_enough:
            return
        ways = self._ways(k, number, wanted, there, good_enough)
        best = max(dice(wanted, way.result) for way in ways)
        good = [way for way in ways if dice(wanted, way.result) >= min(good_enough - 0.004, best)]
        chosen = min(good, key=lambda way: way.length)
        self._gate(chosen.gated)
        chosen.do()

    def _ways(self, k: int, number: int, wanted: Cover, there: Cover, good_enough: float) -> list[Way]:
        ways = list[Way]()
        for sheet in (Sheet.plain(wanted), *self._gated_sheet(k, wanted)):
            gated = not sheet.open.all()
            reachable = (wanted & sheet.open) | (there & ~sheet.open)
            enough = min(good_enough, dice(wanted, reachable) - 0.01)
            lines, drawn = sheet.outlines(there, enough), there
            for line in lines:
                drawn = sheet.after(drawn, line)
            widths = radii(wanted, wide=gated)
            strokes = brushing(sheet, there, widths, enough)
            used = list(dict.fromkeys(radius for radius, _stroke in strokes.strokes))
            ways.append(Way(drawn, sum(line.length for line in lines), gated, partial(self._outline, lines)))
            brush = partial(self.brush, k, number, sheet, used, enough)
            ways.append(Way(strokes.result, strokes.length, gated, brush))
        if there.any():
            ways.append(self._touch_up(k, number, there, good_enough))
        return ways

    def _touch_up(self, k: int, number: int, there: Cover, good_enough: float) -> Way:
        """With a fine brush what is missing, with Alt what is too much."""
        sheet = Sheet.plain(self.of(k, number))
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
        return Way(result, added.length + erased.length, False, do)

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

    def _gated_sheet(self, k: int, wanted: Cover) -> list[Sheet]:
        if self.limits is None or self.hands.session.scan is None:
            return []
        values = self.hands.session.scan.slice(k)
        return [Sheet(wanted, np.asarray((values >= self.limits[0]) & (values <= self.limits[1])))]

    def _gate(self, on: bool) -> None:
        if on != self.is_gated:
            if self.hands.desk.wiring.toolbox.tool not in ("lasso", "brush"):
                self.hand.take(Key.Key_L)
            self.hand.key(Key.Key_Q)
            self.is_gated = on
        assert self.hands.history.rules.gate_on == self.is_gated

    def _set_range(self, number: int) -> None:
        """Types the range of values that tells the label from what is around it, where one does."""
        scan = self.hands.session.scan
        assert scan is not None
        found = value_range(np.asarray(scan.volume()), self.wanted == number) if self.plan.gate else None
        if found is None or found == self.limits:
            self.limits = found
            return
        low, high = (float(round(min(max(value, -9999), 9999))) for value in found)
        self.hand.take(Key.Key_L)
        self._gate(True)
        self.hand.type_into("value_range_low", str(int(low)))
        self.hand.type_into("value_range_high", str(int(high)))
        self.limits = (low, high)
        assert (self.hands.history.rules.low, self.hands.history.rules.high) == (low, high)

    def _interpolate(self) -> None:
        self.hand.take(Key.Key_I)
        self.hand.accept(lambda: self.hands.desk.parts.proposals.stands)

    def _wand(self, k: int, number: int) -> bool:
        """Presses the wand where one press takes most of what is wanted; drags until the tolerance fits."""
        found = self._best_press(k, number)
        if found is None:
            return False
        self._gate(False)
        (row, column), tolerance = found
        self.hand.take(Key.Key_W)
        kind = self.hands.desk.wiring.toolbox.kinds["wand"]
        assert isinstance(kind, WandKind) and self.hands.session.scan is not None
        scan = self.hands.session.scan
        more = tolerance - float(kind.values[kind._tolerance_of(scan)])
        way = more / self.hands.session.window.width * scan.geometry.shape[2] * self.hand.scale
        self.hand.drag_right((row, column), round(way))
        return True

    def _best_press(self, k: int, number: int) -> tuple[tuple[float, float], float] | None:
        scan, wanted = self.hands.session.scan, self.of(k, number)
        free = wanted & (self.hands.mask.labels(k) == 0)
        if scan is None or not free.any():
            return None
        values = np.asarray(scan.slice(k), np.float64)
        rows, columns = np.nonzero(free)
        at = int(np.argmin(np.abs(values[rows, columns] - np.median(values[free]))))
        seed = (k, int(rows[at]), int(columns[at]))
        best, chosen = 0.9, None
        for tolerance in _WAND_TOLERANCES:
            grown = grow(scan.block, scan.geometry.shape, seed, WandRule(tolerance), scan.geometry.spacing_mm)
            taken = np.zeros(wanted.shape, bool)
            taken[grown.box.slices()[1:]] = grown.cover[0]
            overlap = dice(wanted, taken)
            if overlap > best:
                best, chosen = overlap, ((float(seed[1]), float(seed[2])), float(tolerance))
        return chosen


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


def radii(wanted: Cover, *, wide: bool = False) -> list[float]:
    """A wide brush for the inside and finer ones, in voxels; `wide`: where a range of values holds the edge, wider."""
    import cv2

    deepest = float(cv2.distanceTransform(np.pad(wanted, 1).astype(np.uint8), cv2.DIST_L2, 5).max())
    shares = (1.3, 1.0, 0.6, 0.3, 0.15) if wide else (0.6, 0.3, 0.15)
    return [*(deepest * share for share in shares if deepest * share > 1.6), 1.5, 0.8]
