"""PictureView: a plain widget that shows one slice with its marks and notes. It shows; SliceView lets a person work."""

from dataclasses import replace
from math import ceil, floor

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lesionstudio.gui.viewer.marks import MarkStyle
from lesionstudio.gui.viewer.notes import name_lines, scale_bar, slice_lines, value_text, view_lines
from lesionstudio.gui.viewer.picture import Picture, canvas_colour
from lesionstudio.gui.viewer.plaques import FAINT, Plaques
from lesionstudio.gui.viewer.view_state import Pointer, Rect, Screen, ViewState
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import MaskView
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import _

MOST_OPACITY = 0.7


class PictureView(QWidget):
    """What is set is kept and shown; only the dots that changed are made and painted again."""

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self._scan: Scan | None = None
        self._mask: MaskView | None = None
        self._k, self._held_out = 0, frozenset[int]()
        self._window, self._window_name = Window(255, 127.5), ""
        self._style = MarkStyle(LabelSet())
        self._hidden = self._hidden_now = False
        self._view: ViewState | None = None
        self._is_fitted = True
        self._standing: Proposal | None = None
        self._preview: Proposal | None = None
        self._has_strokes = False
        self._together = QRect()
        self._picture, self._notes = Picture(), Plaques()

    # What is shown

    def set_scan(self, scan: Scan | None, mask: MaskView | None) -> None:
        """Shows another scan with its mask, from slice 0 and as large as there is room; or nothing."""
        self._scan, self._mask, self._k = scan, mask, 0
        self._held_out = frozenset()
        self._standing = self._preview = None
        self._picture.show_scan(scan, mask, 0)
        self._say_name()
        self._notes.show_letters(scan.geometry.edge_letters() if scan else ("", "", "", ""))
        self._say_slice()
        self.fit()

    def set_held_out(self, slices: frozenset[int]) -> None:
        """Says of these slices of the scan that they are held out."""
        self._held_out = slices
        self._say_slice()

    def set_slice(self, k: int) -> None:
        """Shows slice k, or the nearest there is."""
        if self._scan is None:
            return
        self._k = max(0, min(k, self._scan.slices - 1))
        self._picture.show_slice(self._k)
        self._say_slice()
        self.update()

    def set_window(self, window: Window, name: str = "") -> None:
        """Shows these values from black to white; name is that of a preset."""
        self._window, self._window_name = window, name
        self._picture.show_window(window)
        self._say_view()
        self.update()

    def set_labels(self, labels: LabelSet) -> None:
        """Shows marks in these colours, and not those that are hidden or deleted."""
        self._show_style(replace(self._style, labels=labels))

    def set_opacity(self, opacity: float) -> None:
        """How strong the fill of marks is, from 0 to 0.7."""
        self._show_style(replace(self._style, opacity=min(max(opacity, 0.0), MOST_OPACITY)))

    def set_outline_only(self, on: bool) -> None:
        """Marks without fill and hatch."""
        self._show_style(replace(self._style, outline_only=on))

    def set_mask_hidden(self, hidden: bool) -> None:
        """Shows the scan without any marks."""
        self._hidden = hidden
        self._show_hidden()

    def set_proposal(self, proposal: Proposal | None) -> None:
        """Shows a change that waits for an answer, on every slice it would touch; None for nothing."""
        self._standing = proposal
        self._show_proposal()

    def set_preview(self, proposal: Proposal | None) -> None:
        """Shows what the tool in the hand would change now, instead of what waits for an answer."""
        if proposal is not self._preview:
            self._preview = proposal
            self._show_proposal()

    def set_strokes(self, strokes: MaskView | None) -> None:
        """Shows what a tool has drawn beside the mask; None for nothing."""
        if strokes is not None or self._has_strokes:
            self._has_strokes = strokes is not None
            self._picture.show_strokes(strokes)
            self.update()

    def _show_proposal(self) -> None:
        shown = self._preview if self._preview is not None else self._standing
        self._update_dots(self._picture.propose(shown))

    def refresh(self, box: Box) -> None:
        """Shows what changed in the mask, and repaints no more than that."""
        self._update_dots(self._picture.refresh(box))

    def fit(self) -> None:
        """Shows the whole slice, as large as there is room, also after the window's size changes."""
        self._is_fitted = True
        self._show_view(self._fitted())

    def one_to_one(self) -> None:
        """A point of the screen for each voxel; the middle stays where it is."""
        if self._view is not None:
            self.show_part(self._view.at_zoom(1.0))

    def show_part(self, view: ViewState) -> None:
        """Shows the part of the slice that this pan and zoom say."""
        self._is_fitted = False
        self._show_view(view)

    # What can be asked

    @property
    def view_state(self) -> ViewState | None:
        """Where the picture lies; None without a scan."""
        return self._view

    @property
    def preview(self) -> Proposal | None:
        """What the tool in the hand is shown to change now."""
        return self._preview

    @property
    def slice_number(self) -> int:
        """The slice that is shown, from 0."""
        return self._k

    @property
    def marks_hidden(self) -> bool:
        """Whether marks are hidden now."""
        return self._hidden or self._hidden_now

    # For SliceView

    def _paint_under(self, painter: QPainter) -> None:
        """Paints what lies over the picture but under the notes."""

    def _paint_over(self, painter: QPainter, region: QRect) -> None:
        """Paints what lies over picture and notes."""

    def _show_hidden(self) -> None:
        self._picture.hide_marks(self.marks_hidden)
        self.update()

    def _show_style(self, style: MarkStyle) -> None:
        if style != self._style:
            self._style = style
            self._picture.show_style(style)
            self.update()

    def _show_view(self, view: ViewState | None) -> None:
        before, self._view = self._view, view
        self._picture.show_view(view)
        self._say_view()
        self.update()
        if view is not None and (before is None or before.zoom != view.zoom):
            self.zoom_changed.emit(view.zoom)

    def _say_value(self, pointer: Pointer | None) -> None:
        value = None
        if pointer is not None and pointer.inside:
            value = self._picture.value(pointer.row, pointer.column)
        self._say_view("" if value is None or self._scan is None else value_text(self._scan, value))

    def _update_dots(self, dots: Rect) -> None:
        if dots.is_empty or self._view is None:
            return
        per_point = self._view.screen.dots_per_point
        left, top = floor(dots.left / per_point), floor(dots.top / per_point)
        right, bottom = ceil(dots.right / per_point), ceil(dots.bottom / per_point)
        self._update_together(QRect(left, top, right - left, bottom - top))

    def _update_together(self, rect: QRect) -> None:
        """Repaints a rectangle as one with others near it: Qt clips to one rectangle much faster than to three."""
        self._together = self._together.united(rect)
        self.update(self._together)

    def _screen(self) -> Screen:
        return Screen(max(self.height(), 1), max(self.width(), 1), self.devicePixelRatioF())

    # Notes

    def _say_name(self) -> None:
        self.update(self._notes.say("top_left", self._name_lines()))

    def _name_lines(self) -> list[str]:
        return name_lines(self._scan) if self._scan else []

    def _slice_lines(self) -> list[str]:
        return slice_lines(self._scan.geometry, self._k) if self._scan else []

    def _view_lines(self, value: str) -> list[str]:
        return view_lines(self._window, self._window_name, self._view.zoom, value) if self._view else []

    def _say_slice(self) -> None:
        lines = self._slice_lines()
        lines += [_("Held out")] if self._scan is not None and self._k in self._held_out else []
        self.update(self._notes.say("top_right", lines))

    def _say_view(self, value: str = "") -> None:
        if self._view is None or self._scan is None:
            self._notes.say("bottom_left", [])
            self._notes.show_bar(0.0, "")
            return
        self.update(self._notes.say("bottom_left", self._view_lines(value)))
        self.update(self._notes.show_bar(*scale_bar(self._view, self._scan.geometry)))

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, one dot a dot of the screen, then what stands on it."""
        if self._view is not None and self._view.screen != self._screen():
            self._adapt()
        self._together = QRect()
        painter = QPainter(self)
        if self._view is None:
            painter.fillRect(event.rect(), canvas_colour())
            return
        per_point = self._view.screen.dots_per_point
        painter.scale(1 / per_point, 1 / per_point)
        self._picture.paint(painter, _dots_of(event.rect(), per_point))
        painter.resetTransform()
        self._paint_under(painter)
        self._notes.paint(painter, event.rect())
        if self._picture.problem:
            painter.setPen(FAINT)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._picture.problem)
        self._paint_over(painter, event.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the picture fitted, or its middle in the middle."""
        super().resizeEvent(event)
        self._adapt()

    def _adapt(self) -> None:
        self._notes.fit_to(self.width(), self.height(), self.devicePixelRatioF())
        if self._view is None or self._is_fitted:
            self._show_view(self._fitted())
        else:
            self._show_view(self._view.on(self._screen()))

    def _fitted(self) -> ViewState | None:
        if self._scan is None:
            return None
        rows, columns = self._scan.geometry.shape[1:]
        return ViewState.fitted(self._screen(), rows, columns, self._scan.geometry.spacing_mm[1:])


def _dots_of(points: QRect, per_point: float) -> Rect:
    right, bottom = points.x() + points.width(), points.y() + points.height()
    return Rect(
        floor(points.y() * per_point), floor(points.x() * per_point),
        ceil(bottom * per_point), ceil(right * per_point),
    )  # fmt: skip
