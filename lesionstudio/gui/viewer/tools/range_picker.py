"""RangePicker: the value range, taken from the picture; a click takes the values around it, a drag those in a box."""

from collections.abc import Callable

import numpy as np

from lesionstudio.gui.viewer.tools.tool import Editor, Held, Sketch, Spot, Tool
from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.words import _, number

Range = tuple[float, float]
_AROUND = 2
_TAILS = (2.0, 98.0)


class RangePicker(Tool):
    """Calls `picked` with the lowest and highest value, without the outermost two in a hundred; None: it was left."""

    paints = False

    def __init__(
        self, history: Editor, unit: str, picked: Callable[[Range | None], None], *, stays: bool = False
    ) -> None:
        self._history, self._unit, self._picked, self._stays = history, unit, picked, stays
        self._start: Spot | None = None
        self._end: Spot | None = None
        self._pointer: Spot | None = None

    @property
    def is_down(self) -> bool:
        """Whether a box is being drawn."""
        return self._start is not None

    @property
    def sketch(self) -> Sketch | None:
        """The box and its values; before there is one, what to do."""
        if self._start is None or self._end is None:
            here = self._pointer
            return Sketch(here.k, texts=((here.place, _("Click, or drag a box")),)) if here is not None else None
        (top, left), (bottom, right) = self._start.place, self._end.place
        frame = ((top, left), (top, right), (bottom, right), (bottom, left), (top, left))
        found = self._values()
        low, high = found if found is not None else (0.0, 0.0)
        words = _("{low} to {high} {unit}").format(low=number(low), high=number(high), unit=self._unit).strip()
        return Sketch(self._start.k, lines=(frame,), texts=((self._end.place, words),) if found is not None else ())

    def press(self, spot: Spot, held: Held) -> Box:
        """A box begins here."""
        self._start = self._end = spot
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """The box reaches to here."""
        self._end = spot if self._start is not None and spot.k == self._start.k else self._end
        return EMPTY_BOX

    def hover(self, spot: Spot | None, held: Held) -> None:
        """The word what to do follows the pointer."""
        self._pointer = spot

    def finish(self) -> Box:
        """Says what was found."""
        found, self._start, self._end = self._values(), None, None
        self._picked(found)
        return EMPTY_BOX

    def abandon(self) -> Box:
        """Leaves the range as it was."""
        self._start = self._end = None
        self._picked(None)
        return EMPTY_BOX

    def key(self, name: str) -> Box | None:
        """Esc leaves the range as it was; one that stays in the hand leaves Esc to what was proposed."""
        return self.abandon() if name == "escape" and not self._stays else None

    def _values(self) -> Range | None:
        if self._start is None or self._end is None or self._history.voxels is None:
            return None
        values = self._history.voxels(self._start.k)
        rows = _span(self._start.row, self._end.row, values.shape[0])
        columns = _span(self._start.column, self._end.column, values.shape[1])
        inside = values[rows, columns]
        inside = inside[np.isfinite(inside)] if inside.dtype.kind == "f" else inside
        if not inside.size:
            return None
        low, high = np.percentile(inside, _TAILS)
        return float(low), float(high)


def _span(one: float, other: float, length: int) -> slice:
    """The voxels between two places; around one place a few, so that a click takes more than noise."""
    low, high = round(min(one, other)), round(max(one, other))
    if high - low < 2 * _AROUND:
        low, high = (low + high) // 2 - _AROUND, (low + high) // 2 + _AROUND
    return slice(max(low, 0), max(min(high + 1, length), 0))
