"""ErrorLayer: a mask against a reference, over the slice in place of its marks (LOOK section 7, Errors).

Missed is filled in amber, a false mark hatched in violet, agreed filled pale in teal. What was compared of a slice is
kept and compared again only where the mask changed, so painting stays as quick as without it.
"""

from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainter

from lesionstudio.gui.viewer.fields import blur_of, field_of, reach_dots
from lesionstudio.gui.viewer.inks import HATCH_STEPS, Blur, Colours, Ink, colours, hatch_cover
from lesionstudio.gui.viewer.marks import Painted, hatch_step
from lesionstudio.gui.viewer.overlay import Overlay
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState
from lesionstudio.imaging.geometry import Box
from lesionstudio.metrics.comparison import AGREED, FALSE, MISSED, errors

Pixels = NDArray[np.uint8]

COLOURS = {AGREED: "#3FB7A2", MISSED: "#FFB000", FALSE: "#C65BF0"}
_FILLS = {AGREED: 0.22, MISSED: 0.62, FALSE: 0.0}
_KINDS = (AGREED, MISSED, FALSE)


class Labelled(Protocol):
    """Anything that says which labels are on a slice: a mask, or a reference."""

    def labels(self, k: int) -> Pixels:
        """Slice k (row, column)."""


class ErrorLayer(Overlay):
    """The comparison on one slice of one screen. Setters say what is stale; `draw` makes that again, once."""

    def __init__(
        self,
        mask: Labelled,
        reference: Labelled,
        label: int,
        k: int,
        view: ViewState | None,
        judged: frozenset[int] | None = None,
    ) -> None:
        super().__init__(k)
        # With `judged` it is the other one that is judged, by the mask, and on these slices only.
        self._mask, self._reference = (mask, reference) if judged is None else (reference, mask)
        self._label, self._judged = label, judged
        self._outline_only = False
        self.show_slice(k)
        self.show_view(view)

    @property
    def is_there(self) -> bool:
        """Whether there is anything to compare on this slice."""
        return self._judged is None or self._k in self._judged

    def show_slice(self, k: int) -> None:
        """Another slice: nothing of it is compared yet."""
        super().show_slice(k)
        self._codes = None

    def show_outline_only(self, on: bool) -> None:
        """Without fill and hatch, or with."""
        if on != self._outline_only:
            self._outline_only, self._layer.stale = on, self._screen

    def touch(self, box: Box) -> Rect:
        """Takes in that voxels of the mask changed; returns the dots that do."""
        if self._view is None or not box.start[0] <= self._k < box.stop[0]:
            return NOTHING
        if self._codes is not None:
            region = box.slices()[1:]
            marked, wanted = self._mask.labels(self._k)[region], self._reference.labels(self._k)[region]
            self._codes[region] = errors(marked, wanted, self._label)
        voxels = Rect(box.start[1], box.start[2], box.stop[1], box.stop[2])
        dots = self._view.dots_of(voxels).grown(reach_dots(self._view)).intersect(self._screen)
        self._layer.stale = self._layer.stale.union(dots)
        return dots

    def draw(self, painter: QPainter, dots: Rect) -> None:
        """Lays the comparison on these dots over what is there."""
        if self._view is not None and not self._layer.stale.is_empty:
            self._layer.put(self._painted(self._view))
        self._layer.draw(painter, dots)

    _codes: Pixels | None

    def _painted(self, view: ViewState) -> Painted | None:
        if self._codes is None:
            self._codes = errors(self._mask.labels(self._k), self._reference.labels(self._k), self._label)
        return painted_errors(self._codes, view, self._layer.stale, outline_only=self._outline_only)


def painted_errors(codes: Pixels, view: ViewState, dots: Rect, *, outline_only: bool = False) -> Painted | None:
    """What `errors` gave of a slice, on these dots; None where nothing is marked."""
    field = field_of(_KINDS, codes, view, dots)
    if field is None:
        return None
    tables = _tables(blur_of(view), view.screen.dots_per_point, outline_only)
    code = field.nearest.astype(np.uint16)
    false = field.nearest == _KINDS.index(FALSE)
    if false.any():
        code += false * hatch_step(field.at, view)
    return Painted(field.at, (code << 8) | field.inside, tables)


@lru_cache(maxsize=8)
def _tables(blur: Blur, dots_per_point: float, outline_only: bool) -> Colours:
    """256 colours for agreed, for missed, and for false at each distance from the hatch, which comes last."""
    made = []
    for kind in _KINDS:
        ink = Ink(COLOURS[kind], 0.0 if outline_only else _FILLS[kind])
        steps = range(HATCH_STEPS + 1) if kind == FALSE else range(1)
        hatches = [hatch_cover(step, dots_per_point) if kind == FALSE and not outline_only else 0.0 for step in steps]
        made += [colours(ink, blur, dots_per_point, hatch=hatch) for hatch in hatches]
    # As many as 16 bits can say: that look-up is the quick one.
    return np.concatenate([*made, np.zeros((1 << 16) - 256 * len(made), np.uint32)])
