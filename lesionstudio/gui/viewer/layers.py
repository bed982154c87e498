"""Layers: the marks of one slice as transparent dots over the picture; of each only what changed is painted again."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from lesionstudio.gui.viewer.fields import reach_dots
from lesionstudio.gui.viewer.marks import MarkStyle, Painted, colour_of, painted_draft, painted_labels, painted_lit
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.shown import MaskView

Lesion = tuple[Box, NDArray[np.bool_]]
"""A draft lesion of one slice: its box, and a cover (1, rows, columns) of the box's shape."""

_Pixels = NDArray[np.uint8]


class Layer:
    """Transparent dots; empty except in `rect`. `stale` are the dots that have to be painted again."""

    def __init__(self, height: int, width: int) -> None:
        self._dots: NDArray[np.uint32] = np.zeros((height, width), np.uint32)
        self._image = image_of(self._dots, QImage.Format.Format_ARGB32_Premultiplied)
        self.rect = NOTHING
        self.stale = NOTHING

    def put(self, painted: Painted | None) -> None:
        """Replaces what lies on the stale dots by what was painted for them."""
        old, self.stale = self.rect.intersect(self.stale), NOTHING
        self._clear(old, painted.at if painted is not None else NOTHING)
        if old == self.rect:
            self.rect = NOTHING
        if painted is not None:
            painted.write(self._dots)
            self.rect = self.rect.union(painted.at)

    def _clear(self, old: Rect, kept: Rect) -> None:
        """Empties a rectangle but for the part that is written anew at once."""
        kept = old.intersect(kept)
        if kept.is_empty:
            self._dots[old.rows, old.columns] = 0
            return
        self._dots[old.top : kept.top, old.columns] = 0
        self._dots[kept.bottom : old.bottom, old.columns] = 0
        self._dots[kept.rows, old.left : kept.left] = 0
        self._dots[kept.rows, kept.right : old.right] = 0

    def draw(self, painter: QPainter, dots: Rect) -> None:
        """Lays what lies on these dots over what is there."""
        part = self.rect.intersect(dots)
        if not part.is_empty:
            size = part.right - part.left, part.bottom - part.top
            painter.drawImage(part.left, part.top, self._image, part.left, part.top, *size)


class Marks:
    """Labels, draft, and the draft lesion under the pointer, of one slice on one screen."""

    def __init__(self) -> None:
        self.style = MarkStyle(LabelSet())
        self._mask: MaskView | None = None
        self._k = 0
        self._view: ViewState | None = None
        self._lit: Lesion | None = None
        self._drawn_draft: _Pixels | None = None
        self._screen = NOTHING
        self._labels, self._draft, self._light = (Layer(1, 1) for _layer in range(3))

    @property
    def mask(self) -> MaskView | None:
        """Whose marks they are."""
        return self._mask

    def show_slice(self, mask: MaskView | None, k: int) -> None:
        """Another slice, or another mask."""
        self._mask, self._k, self._lit = mask, k, None
        self.all_stale()

    def show_view(self, view: ViewState | None) -> None:
        """Pan and zoom."""
        self._view = view
        screen = view.screen.dots if view is not None else Rect(0, 0, 1, 1)
        if screen != self._screen:
            self._screen = screen
            self._labels, self._draft, self._light = (Layer(screen.bottom, screen.right) for _layer in range(3))
        self.all_stale()

    def show_style(self, style: MarkStyle) -> None:
        """Colours, fill and visibility."""
        self.style = style
        self.all_stale()

    def all_stale(self) -> None:
        """Everything has to be painted again."""
        for layer in self._layers():
            layer.stale = self._screen

    def light(self, lesion: Lesion | None) -> Rect:
        """Lights up a draft lesion, or none; returns the dots that change."""
        changed = NOTHING
        for one in (self._lit, lesion):
            if one is not None:
                changed = changed.union(self._dots_around(one[0]))
        self._lit = lesion
        if not changed.is_empty:
            changed = changed.union(self._draft.rect)
            self._draft.stale = self._light.stale = changed
        return changed

    def touch(self, box: Box) -> Rect:
        """Takes in that voxels of the mask changed; returns the dots that do."""
        if self._mask is not None:
            self._mask.take_in(box)
        if self._view is None or self._mask is None or not box.start[0] <= self._k < box.stop[0]:
            return NOTHING
        dots = self._dots_around(box)
        self._labels.stale = self._labels.stale.union(dots)
        if self._draft_changed(box):
            dots = dots.union(self.light(None)).union(self._draft.rect)
            self._draft.stale = self._draft.stale.union(dots)
        return dots

    def draw(self, painter: QPainter, dots: Rect) -> None:
        """Lays the marks on these dots over what is there, after painting anew what is stale."""
        if self._mask is None or self._view is None:
            return
        self._paint(self._mask, self._view)
        for layer in self._layers():
            layer.draw(painter, dots)

    def _paint(self, mask: MaskView, view: ViewState) -> None:
        if not self._labels.stale.is_empty:
            self._labels.put(painted_labels(mask.labels(self._k), self.style, view, self._labels.stale))
        if not self._draft.stale.is_empty:
            self._draft.put(self._painted_draft(mask, view))
        if not self._light.stale.is_empty:
            self._light.put(self._painted_lit(mask, view))

    def _layers(self) -> tuple[Layer, Layer, Layer]:
        return self._labels, self._draft, self._light

    def _dots_around(self, box: Box) -> Rect:
        if self._view is None:
            return NOTHING
        voxels = Rect(box.start[1], box.start[2], box.stop[1], box.stop[2])
        return self._view.dots_of(voxels).grown(reach_dots(self._view)).intersect(self._screen)

    def _draft_changed(self, box: Box) -> bool:
        if self._mask is None:
            return False
        region = box.slices()[1:]
        now, drawn = self._mask.draft(self._k)[region], self._drawn_draft
        return bool(now.any()) if drawn is None else not np.array_equal(now, drawn[region])

    def _painted_draft(self, mask: MaskView, view: ViewState) -> Painted | None:
        """The dashes of an outline depend on all of it, so a draft is painted as a whole."""
        self._drawn_draft = None
        if self._k not in mask.touched("draft"):
            return None
        self._drawn_draft = mask.draft(self._k).copy()
        draft = self._drawn_draft
        if self._lit is not None:
            box, cover = self._lit
            draft = draft.copy()
            draft[box.slices()[1:]][cover[0]] = 0
        return painted_draft(draft, self.style, view, self._draft.stale)

    def _painted_lit(self, mask: MaskView, view: ViewState) -> Painted | None:
        if self._lit is None:
            return None
        box, cover = self._lit
        alone = np.zeros(mask.shape[1:], np.uint8)
        alone[box.slices()[1:]] = cover[0]
        row, column = (int(places[0]) for places in np.nonzero(alone))
        colour = colour_of(self.style, int(mask.draft(self._k)[row, column]))
        return painted_lit(alone, colour, view, self._light.stale) if colour else None


def image_of(dots: NDArray[Any], kind: QImage.Format) -> QImage:
    """An image that shares its memory with an array (rows, columns) of uint32; keep the array alive."""
    height, width = dots.shape
    return QImage(dots.data, width, height, width * 4, kind)
