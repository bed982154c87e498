"""Marks in colour: labels with fill and outline, drafts hatched and dashed, as transparent dots over the picture.

What a machine proposed never looks like what a person marked: a draft has no fill, a 45-degree hatch and a dashed
outline, until the pointer is over it. No Qt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.viewer.fields import Field, blur_of, field_of
from lesionstudio.gui.viewer.inks import (
    DASH,
    GAP,
    HATCH_STEPS,
    LIT_FILL,
    LIT_KEYLINE,
    LIT_OUTLINE,
    OUTLINE,
    Blur,
    Colours,
    Ink,
    colours,
    hatch_cover,
    hatch_period,
)
from lesionstudio.gui.viewer.opencv import opencv
from lesionstudio.gui.viewer.sampling import look_up
from lesionstudio.gui.viewer.view_state import Rect, ViewState
from lesionstudio.imaging.labels import LABEL_COLOURS, Label, LabelSet
from lesionstudio.imaging.seeds import BACKGROUND

Pixels = NDArray[np.uint8]
_DOT_POINTS = 3
_GREY, _STRONG = "#C9CFD8", 0.85
_EDGE = 127


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """How marks are shown: which labels, how strong their fill is (0 to 0.7), and whether there is a fill at all."""

    labels: LabelSet
    opacity: float = 0.3
    outline_only: bool = False

    def shown(self) -> tuple[tuple[int, str], ...]:
        """Number and colour of each label that is visible."""
        return tuple((label.number, label.colour) for label in self.labels if label.visible)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """Transparent dots and where they belong: for each a place in a table of colours, premultiplied 0xAARRGGBB."""

    at: Rect
    places: NDArray[Any]
    table: Colours

    @property
    def colours(self) -> Colours:
        """The colour of each dot."""
        return look_up(self.places, self.table)

    def write(self, dots: Colours) -> None:
        """Writes the colours into their places of an array of the whole screen."""
        look_up(self.places, self.table, dots[self.at.rows, self.at.columns])


def stroke_style(labels: LabelSet) -> MarkStyle:
    """How strokes that are no marks are shown: strong, in their label's colour; those of the background grey."""
    return MarkStyle(LabelSet((*labels.labels, Label(BACKGROUND, "", _GREY))), _STRONG)


def painted_labels(labels: Pixels, style: MarkStyle, view: ViewState, dots: Rect) -> Painted | None:
    """The labels of a slice on these dots; None where there are none."""
    field = field_of([number for number, _colour in style.shown()], labels, view, dots)
    if field is None:
        return None
    tables = _label_tables(style, blur_of(view), view.screen.dots_per_point)
    is_dotted = any(number > len(LABEL_COLOURS) for number, _colour in style.shown())
    if field.only is not None and not is_dotted:
        return Painted(field.at, np.ascontiguousarray(field.inside), tables[field.only * 256 : field.only * 256 + 256])
    if field.both is not None and len(tables) == 1 << 16 and not is_dotted:
        return Painted(field.at, field.both, tables)
    code = field.nearest.astype(np.uint16)
    if is_dotted:
        code += np.uint16(len(style.shown())) * _dotted(field, style, view)
    return _painted(field, tables, code)


def painted_draft(draft: Pixels, style: MarkStyle, view: ViewState, dots: Rect) -> Painted | None:
    """The open draft of a slice on these dots, hatched and dashed; None where there is none."""
    field = field_of([number for number, _colour in style.shown()], draft, view, dots)
    if field is None:
        return None
    per_point = view.screen.dots_per_point
    tables = _draft_tables(style, blur_of(view), per_point)
    step = hatch_step(field.at, view)
    code = (field.nearest.astype(np.uint16) * 2 + _gaps(field, per_point)) * (HATCH_STEPS + 1) + step
    return _painted(field, tables, code)


def painted_lit(cover: Pixels, colour: str, view: ViewState, dots: Rect) -> Painted | None:
    """The draft lesion under the pointer (1 where it is): filled, with a solid outline."""
    field = field_of([1], cover, view, dots)
    if field is None:
        return None
    ink = Ink(colour, LIT_FILL, LIT_OUTLINE, LIT_KEYLINE)
    table = colours(ink, blur_of(view), view.screen.dots_per_point)
    return Painted(field.at, np.ascontiguousarray(field.inside), table)


def _painted(field: Field, tables: Colours, code: NDArray[Any]) -> Painted:
    """Each dot with the table of 256 colours that its code says."""
    places: NDArray[Any] = code.astype(np.uint16 if len(tables) == 1 << 16 else np.intp)
    return Painted(field.at, (places << 8) | field.inside, tables)


def in_one(tables: list[Colours]) -> Colours:
    """Tables of 256 colours one after the other, filled up to what 16 bits can say."""
    joined = np.concatenate(tables)
    return np.concatenate([joined, np.zeros(max((1 << 16) - len(joined), 0), np.uint32)])


@lru_cache(maxsize=8)
def _label_tables(style: MarkStyle, blur: Blur, dots_per_point: float) -> Colours:
    """256 colours a visible label; then, if the palette repeats, the same without the line, for dotted outlines."""
    fill = 0.0 if style.outline_only else style.opacity
    inks = [Ink(colour, fill) for _number, colour in style.shown()]
    tables = [colours(ink, blur, dots_per_point) for ink in inks]
    if any(number > len(LABEL_COLOURS) for number, _colour in style.shown()):
        tables += [colours(ink, blur, dots_per_point, line=0.0) for ink in inks]
    return in_one(tables)


@lru_cache(maxsize=8)
def _draft_tables(style: MarkStyle, blur: Blur, dots_per_point: float) -> Colours:
    """For each visible label: on a dash, then in a gap; each at every distance from the hatch."""
    tables = []
    for _number, colour in style.shown():
        for line in (1.0, 0.0):
            for step in range(HATCH_STEPS + 1):
                hatch = 0.0 if style.outline_only else hatch_cover(step, dots_per_point)
                tables.append(colours(Ink(colour, 0.0), blur, dots_per_point, line=line, hatch=hatch))
    return in_one(tables)


def _dotted(field: Field, style: MarkStyle, view: ViewState) -> Pixels:
    """1 where a label beyond the palette leaves its outline open."""
    size = max(1, round(_DOT_POINTS * view.screen.dots_per_point))
    rows = (np.arange(field.at.top, field.at.bottom) - view.top) // size
    columns = (np.arange(field.at.left, field.at.right) - view.left) // size
    open_here = ((rows[:, None] + columns[None, :]) % 2).astype(np.uint8)
    repeats = np.array([number > len(LABEL_COLOURS) for number, _colour in style.shown()], np.uint8)
    gaps: Pixels = open_here * repeats[field.nearest]
    return gaps


def hatch_step(at: Rect, view: ViewState) -> Pixels:
    """How far each dot lies from the hatch, in HATCH_STEPS; the hatch moves with the picture."""
    period = hatch_period(view.screen.dots_per_point)
    away = np.arange(period)
    away = np.minimum(away, period - away)
    steps = np.round(away / (period / 2) * HATCH_STEPS).astype(np.uint8)
    height, width = at.bottom - at.top, at.right - at.left
    diagonal = steps[(np.arange(height + width) + at.top - view.top + at.left - view.left) % period]
    return np.lib.stride_tricks.sliding_window_view(diagonal, width)[:height]


def _gaps(field: Field, dots_per_point: float) -> Pixels:
    """1 where the outline is interrupted: stretches of equal length along each contour."""
    cv2 = opencv()

    gaps = np.zeros(field.inside.shape, np.uint8)
    for place in range(int(field.nearest.max()) + 1):
        marked = (field.inside > _EDGE) & (field.nearest == place)
        contours, _tree = cv2.findContours(marked.view(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        if contours:
            points = _in_gaps(contours, dots_per_point)
            gaps[points[:, 1], points[:, 0]] = 1
    wide = 2 * _widening(dots_per_point) + 1
    widened: Pixels = cv2.dilate(gaps, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    return widened


def _in_gaps(contours: Sequence[NDArray[np.int32]], dots_per_point: float) -> NDArray[np.int32]:
    """The points (x, y) of the contours in the middle of gaps; widened, the gaps are as long as they should be."""
    points = np.concatenate(contours)[:, 0]
    step = np.abs(np.diff(points, axis=0, prepend=points[:1]))
    length = np.where(step.sum(axis=1) > 1, np.sqrt(2.0), 1.0)
    middle = max(1.5, GAP * dots_per_point - 2 * _widening(dots_per_point))
    dash = DASH * dots_per_point + 2 * _widening(dots_per_point)
    chosen: NDArray[np.int32] = points[np.cumsum(length) % (dash + middle) >= dash]
    return chosen


def _widening(dots_per_point: float) -> int:
    return max(2, round(OUTLINE * dots_per_point))


def colour_of(style: MarkStyle, number: int) -> str:
    """The colour of a label that is shown, "" for none."""
    return next((colour for shown, colour in style.shown() if shown == number), "")
