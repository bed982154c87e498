"""Picture: what the screen shows of one slice. The scan is one RGB32 picture, made by one look-up for window and level.

Fill, outline and hatch are transparent dots made by another look-up and laid over it while Qt paints. Measured here,
that is as fast as one table for both on a grey scan, works for colour too, and painting changes only what was painted.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.viewer.error_layer import ErrorLayer, Labelled
from lesionstudio.gui.viewer.layers import Lesion, Marks, image_of
from lesionstudio.gui.viewer.marks import MarkStyle, stroke_style
from lesionstudio.gui.viewer.proposal_layer import ProposalLayer
from lesionstudio.gui.viewer.shades import SlicePicture
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import MaskView
from lesionstudio.imaging.windowing import Window

CANVAS = 0xFF08090B


class Picture:
    """One slice: the scan and its marks. Setters only say what is stale; `paint` makes that again, once."""

    def __init__(self) -> None:
        self.problem = ""
        """Why the slice cannot be shown, known once it was drawn."""
        self._scan: Scan | None = None
        self._k = 0
        self._mask: MaskView | None = None
        self._window, self._hidden = Window(255, 127.5), False
        self._slice: SlicePicture | None = None
        self._view: ViewState | None = None
        self._marks, self._proposal, self._strokes = Marks(), ProposalLayer(), Marks()
        self._errors: ErrorLayer | None = None
        self._sized(1, 1)

    def show_scan(self, scan: Scan | None, mask: MaskView | None, k: int) -> None:
        """Another scan, with its mask."""
        self._scan, self._mask, self._errors = scan, mask, None
        self._proposal.show(None)
        self._strokes.show_slice(None, k)
        self.show_slice(k)

    def show_slice(self, k: int) -> None:
        """Slice k; it is read when it is drawn."""
        self._k, self._slice, self.problem = k, None, ""
        self._marks.show_slice(self._mask, k)
        self._proposal.show_slice(k)
        self._strokes.show_slice(self._strokes.mask, k)
        if self._errors is not None:
            self._errors.show_slice(k)
        self._base_stale = True

    def show_view(self, view: ViewState | None) -> None:
        """Pan and zoom."""
        self._view = view
        screen = view.screen.dots if view is not None else Rect(0, 0, 1, 1)
        if self._base.shape != (screen.bottom, screen.right):
            self._sized(screen.bottom, screen.right)
        self._marks.show_view(view)
        self._proposal.show_view(view)
        self._strokes.show_view(view)
        if self._errors is not None:
            self._errors.show_view(view)
        self._base_stale = True

    def show_window(self, window: Window) -> None:
        """Width and level."""
        self._window, self._base_stale = window, True

    def show_style(self, style: MarkStyle) -> None:
        """Colours, fill and visibility of the marks."""
        self._marks.show_style(style)
        self._proposal.show_labels(style.labels)
        self._strokes.show_style(stroke_style(style.labels))
        if self._errors is not None:
            self._errors.show_outline_only(style.outline_only)

    def hide_marks(self, hidden: bool) -> None:
        """Nothing but the scan, while hidden."""
        self._hidden = hidden

    def light(self, lesion: Lesion | None) -> Rect:
        """Lights up a draft lesion of this slice, or none; returns the dots that change."""
        return self._marks.light(lesion)

    def propose(self, proposal: Proposal | None) -> Rect:
        """Shows what would be changed, or nothing; returns the dots that change."""
        return self._proposal.show(proposal)

    def show_strokes(self, strokes: MaskView | None) -> None:
        """Shows what a tool has drawn beside the mask, over everything; None for nothing."""
        self._strokes.show_slice(strokes, self._k)

    def compare(self, reference: Labelled | None, label: int, judged: frozenset[int] | None = None) -> None:
        """Shows the mask against a reference, in place of its marks; None: the marks again.

        With `judged` shows the reference against the mask, on these slices only.
        """
        self._errors = None
        if reference is not None and self._mask is not None:
            self._errors = ErrorLayer(self._mask, reference, label, self._k, self._view, judged)
            self._errors.show_outline_only(self._marks.style.outline_only)

    def refresh(self, box: Box) -> Rect:
        """Takes in that voxels of the mask changed; returns the dots that do."""
        dots = self._marks.touch(box).union(self._strokes.touch(box))
        return dots if self._errors is None else dots.union(self._errors.touch(box))

    def paint(self, painter: QPainter, dots: Rect) -> None:
        """Paints these dots, one dot of the picture on one of the painter's."""
        if self._base_stale:
            self._draw_base()
        part = dots.intersect(Rect(0, 0, *self._base.shape))
        size = part.right - part.left, part.bottom - part.top
        painter.drawImage(part.left, part.top, self._image, part.left, part.top, *size)
        if not self._hidden:
            errors = self._errors if self._errors is not None and self._errors.is_there else None
            (errors or self._marks).draw(painter, part)
            self._proposal.draw(painter, part)
            self._strokes.draw(painter, part)

    def value(self, row: int, column: int) -> NDArray[np.generic] | None:
        """The value of a voxel, or of each of its channels; None where the slice cannot be read."""
        self._read()
        if self.problem or self._scan is None:
            return None
        return np.asarray(self._scan.slice(self._k)[row, column])

    def _draw_base(self) -> None:
        self._base_stale, drawn = False, NOTHING
        self._read()
        if self._slice is not None and self._view is not None:
            drawn = self._slice.draw(self._view, self._window, self._base)
        self._clear_around(drawn)

    def _read(self) -> None:
        if self._slice is not None or self._scan is None or self.problem:
            return
        try:
            self._slice = SlicePicture(self._scan.slice(self._k), colour=self._scan.colour)
        except LesionStudioError as problem:
            self.problem = problem.message

    def _clear_around(self, drawn: Rect) -> None:
        if drawn.is_empty:
            self._base[:] = CANVAS
            return
        self._base[: drawn.top] = CANVAS
        self._base[drawn.bottom :] = CANVAS
        self._base[drawn.rows, : drawn.left] = CANVAS
        self._base[drawn.rows, drawn.right :] = CANVAS

    def _sized(self, height: int, width: int) -> None:
        self._base: NDArray[np.uint32] = np.full((height, width), CANVAS, np.uint32)
        self._image = image_of(self._base, QImage.Format.Format_RGB32)
        self._base_stale = True


def canvas_colour() -> QColor:
    """What is behind the picture."""
    return QColor.fromRgba(CANVAS)
