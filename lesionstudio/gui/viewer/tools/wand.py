"""Magic wand: press picks a value, dragging to the right takes more and to the left less, letting go marks it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lesionstudio.gui.drafts import amount_text
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Sketch, Spot, Tool
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.wand import Grown, WandRule, grow
from lesionstudio.words import _, number, unit_name

MOST_LIVE = 3_000_000
"""Voxels looked at while dragging; what is larger is found in the background and waits for an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class WandWork:
    """What a wand works on, in the coordinates of its view.

    `span`: how far the tolerance goes on a drag as wide as the slice. `allowed` leaves of a proposal what locks and
    paint rules permit. `told` hears the tolerance a drag ended with, `large` of a region that is too large to follow:
    its seed, rule and label.
    """

    editor: Editor
    scan: Scan
    label: int
    rule: WandRule
    span: float
    allowed: Callable[[Proposal], Proposal | None]
    told: Callable[[float], None]
    large: Callable[[Index, WandRule, int], None]


class Wand(Tool):
    """One press, drag and release is one step. The region is found when it is asked for, not at every place."""

    def __init__(self, work: WandWork) -> None:
        self._work = work
        self._seed: Index | None = None
        self._from, self._at = Spot(0, 0.0, 0.0), Spot(0, 0.0, 0.0)
        self._erases = False
        self._rule = work.rule
        self._found: Grown | None = None
        self._shown: Proposal | None = None

    @property
    def label(self) -> int:
        """The number it paints; 0 erases."""
        return self._work.label

    @property
    def shape(self) -> str:
        """Nothing is in the way of what it says while the button is down."""
        return "none" if self.is_down else "cross"

    @property
    def is_down(self) -> bool:
        """Whether the button is down."""
        return self._seed is not None

    def press(self, spot: Spot, held: Held) -> Box:
        """Picks the value here."""
        seed: Index = (spot.k, int(np.floor(spot.row + 0.5)), int(np.floor(spot.column + 0.5)))
        inside = all(0 <= at < length for at, length in zip(seed, self._work.scan.geometry.shape))
        if inside and not self._work.editor.is_open:
            self._seed, self._from, self._at, self._erases = seed, spot, spot, held.erase
            self._take(self._work.rule)
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """Right takes more, left less."""
        if self._seed is not None:
            self._at = spot
            self._take(replace(self._work.rule, tolerance=self._tolerance(spot)))
        return EMPTY_BOX

    def finish(self) -> Box:
        """Marks what is shown, in one step; leaves to the background what is too large for that."""
        seed, rule, grown = self._seed, self._rule, self._region()
        if seed is None or grown is None:
            return EMPTY_BOX
        box, label = EMPTY_BOX, self._number
        if not grown.is_whole:
            self._work.large(seed, rule, label)
        elif not grown.box.is_empty:
            stroke = self._work.editor.stroke(title(label))
            box = stroke.paint_block(grown.box, grown.cover, label)
            stroke.commit()
        self._forget()
        if rule.tolerance != self._work.rule.tolerance:
            self._work.told(rule.tolerance)
        return box

    def abandon(self) -> Box:
        """Nothing was painted yet."""
        self._forget()
        return EMPTY_BOX

    @property
    def proposal(self) -> Proposal | None:
        """What letting go would mark."""
        grown = self._region()
        if self._shown is None and grown is not None and not grown.box.is_empty:
            found = Proposal.of(title(self._number), grown.box, grown.cover, self._number)
            self._shown = self._work.allowed(found)
        return self._shown

    @property
    def sketch(self) -> Sketch | None:
        """The tolerance at the pointer, and how much it takes once that is known."""
        if self._seed is None:
            return None
        _k, row, column = self._seed
        return Sketch(self._at.k, handles=((row, column),), texts=((self._at.place, self._words()),))

    @property
    def _number(self) -> int:
        return 0 if self._erases else self._work.label

    def _words(self) -> str:
        unit = unit_name(self._work.scan.unit)
        words = "\N{PLUS-MINUS SIGN}" + number(self._rule.tolerance, self._digits) + (f" {unit}" if unit else "")
        if self._found is None:
            return words
        if not self._found.is_whole:
            return _("{tolerance}, too large to follow").format(tolerance=words)
        amount = amount_text(self._shown.voxels if self._shown is not None else 0, self._work.scan.geometry)
        return f"{words}  {amount}"

    def _tolerance(self, spot: Spot) -> float:
        way = (spot.column - self._from.column) / self._work.scan.geometry.shape[2]
        return max(0.0, round(self._work.rule.tolerance + way * self._work.span, self._digits))

    @property
    def _digits(self) -> int:
        """Whole numbers for stored values; else as fine as the picture's contrast asks for."""
        if self._work.scan.dtype.kind in "iu":
            return 0
        return max(0, 2 - int(np.floor(np.log10(max(self._work.span, 1e-9)))))

    def _take(self, rule: WandRule) -> None:
        if rule != self._rule or self._found is None:
            self._rule, self._found, self._shown = rule, None, None

    def _region(self) -> Grown | None:
        if self._found is None and self._seed is not None:
            scan = self._work.scan
            geometry = scan.geometry
            self._found = grow(scan.block, geometry.shape, self._seed, self._rule, geometry.spacing_mm, _may_go_on)
        return self._found

    def _forget(self) -> None:
        self._seed = self._found = self._shown = None


def _may_go_on(looked_at: int) -> bool:
    return looked_at <= MOST_LIVE


def title(label: int) -> str:
    """What its step is called."""
    return _("Magic wand") if label else _("Erase with the wand")
