"""ProposalLayer: what a tool would change, shown over the slice before it is done (LOOK section 7).

What would be marked is filled in its label's colour with a solid line; what would be taken away is crossed out in red.
Painted once a slice and only on the dots around it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainter

from lesionstudio.gui.viewer.fields import Field, blur_of, field_of, reach_dots
from lesionstudio.gui.viewer.inks import (
    HATCH_ALPHA,
    HATCH_WIDE,
    LIT_FILL,
    LIT_KEYLINE,
    LIT_OUTLINE,
    Blur,
    Colours,
    Ink,
    colours,
)
from lesionstudio.gui.viewer.marks import Painted, in_one
from lesionstudio.gui.viewer.overlay import Overlay
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.proposal import Proposal, bounds

TAKEN_AWAY = "#FF8A80"
_CROSS_EVERY = 7.0

Pixels = NDArray[np.uint8]


class ProposalLayer(Overlay):
    """One proposal on one slice of one screen. Setters say what is stale; `draw` paints that again, once."""

    def __init__(self) -> None:
        super().__init__()
        self._proposal: Proposal | None = None
        self._labels = LabelSet()

    def show(self, proposal: Proposal | None) -> Rect:
        """Another proposal, or none; returns the dots that change on this slice."""
        before = self._dots()
        self._proposal = proposal
        self._layer.stale = self._layer.stale.union(before).union(self._dots()).union(self._layer.rect)
        return self._layer.stale

    def show_labels(self, labels: LabelSet) -> None:
        """Colours of labels."""
        self._labels = labels
        self._layer.stale = self._screen

    def draw(self, painter: QPainter, dots: Rect) -> None:
        """Lays the proposal on these dots over what is there."""
        if not self._layer.stale.is_empty:
            self._layer.put(self._painted())
        self._layer.draw(painter, dots)

    def _dots(self) -> Rect:
        """Where the proposal can be seen on this slice."""
        found = self._voxels()
        if found is None or self._view is None:
            return NOTHING
        return self._view.dots_of(found[0]).grown(reach_dots(self._view)).intersect(self._screen)

    def _voxels(self) -> tuple[Rect, Pixels, NDArray[np.bool_]] | None:
        """The smallest rectangle of voxels that would change here, with the numbers they would get."""
        here = self._proposal.on(self._k) if self._proposal is not None else None
        if self._proposal is None or here is None:
            return None
        rows, columns = bounds(here[1])
        if rows.stop == 0:
            return None
        _k, top, left = self._proposal.box.start
        rect = Rect(top + rows.start, left + columns.start, top + rows.stop, left + columns.stop)
        return rect, here[0][rows, columns], here[1][rows, columns]

    def _painted(self) -> Painted | None:
        found, view = self._voxels(), self._view
        if found is None or view is None:
            return None
        rect, labels, where = found
        inks = (*(label.colour for label in self._labels), TAKEN_AWAY)
        alone = np.zeros((view.rows, view.columns), np.uint8)
        np.copyto(alone[rect.rows, rect.columns], self._places()[labels], where=where)
        field = field_of(range(1, len(inks) + 1), alone, view, self._dots())
        return _painted(field, inks, view) if field is not None else None

    def _places(self) -> Pixels:
        """For each number the place of its ink, from 1; the last ink is for what would be taken away."""
        places = np.full(256, min(len(self._labels) + 1, 255), np.uint8)
        for place, label in enumerate(self._labels, 1):
            places[label.number] = place
        return places


def _painted(field: Field, inks: tuple[str, ...], view: ViewState) -> Painted:
    """Each dot in the colour of its ink; of the last ink only what lies on the cross is filled."""
    table, last = _tables(inks, blur_of(view), view.screen.dots_per_point), len(inks) - 1
    if field.only is not None and field.only != last:
        return Painted(field.at, field.inside, table[field.only * 256 : field.only * 256 + 256])
    if field.both is not None and int(field.nearest.max()) != last:
        return Painted(field.at, field.both, table)
    code = field.nearest.astype(np.uint16)
    np.add(code, 1, out=code, where=(field.nearest == last) & _on_cross(field.at, view))
    return Painted(field.at, (code << np.uint16(8)) | field.inside, table)


@lru_cache(maxsize=8)
def _tables(inks: tuple[str, ...], blur: Blur, dots_per_point: float) -> Colours:
    """256 colours for each label, then for what would be taken away: beside the cross, and on it."""
    marked = [colours(_ink(colour, LIT_FILL), blur, dots_per_point) for colour in inks[:-1]]
    away = [colours(_ink(inks[-1], 0.0), blur, dots_per_point, hatch=hatch) for hatch in (0.0, HATCH_ALPHA)]
    return in_one([*marked, *away])


def _ink(colour: str, fill: float) -> Ink:
    return Ink(colour, fill, LIT_OUTLINE, LIT_KEYLINE)


def _on_cross(at: Rect, view: ViewState) -> NDArray[np.bool_]:
    """The dots on lines in both diagonals; they move with the picture, and repeat from row to row."""
    per_point = view.screen.dots_per_point
    period, wide = max(5, round(_CROSS_EVERY * per_point)), max(1, round(HATCH_WIDE * per_point * 1.4))
    row, column = np.arange(period)[:, None], np.arange(at.left, at.right)[None, :] - view.left
    rows = ((row + column) % period < wide) | ((row - column) % period < wide)
    on_cross: NDArray[np.bool_] = rows[(np.arange(at.top, at.bottom) - view.top) % period]
    return on_cross
