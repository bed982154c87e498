"""Oracles that mark a whole scan by hand: they know the reference, but act only with mouse and keys in the window."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from tests.benchmarks.drawing import Cover, Sheet, brush_ways, dice
from tests.benchmarks.hand import CTRL, Hand
from tests.gui.seats import ALT, Hands

Key = Qt.Key
Labels = NDArray[np.uint8]
DIGITS = (Key.Key_1, Key.Key_2, Key.Key_3, Key.Key_4, Key.Key_5)
FINE = [4.0, 2.0, 1.2]


@dataclass(frozen=True, slots=True)
class Plan:
    """How well each slice and the whole are to be marked, and how much better what is drawn must promise to be."""

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
                sheet = Sheet(self.of(k, number))
                self.brush(k, number, sheet, radii(sheet.wanted), self.plan.brush_dice)


def radii(wanted: Cover) -> list[float]:
    """A wide brush for the inside and finer ones, in voxels."""
    import cv2

    deepest = float(cv2.distanceTransform(np.pad(wanted, 1).astype(np.uint8), cv2.DIST_L2, 5).max())
    return [*(deepest * share for share in (0.6, 0.3, 0.15) if deepest * share > 1.6), 1.5, 0.8]
