"""PlaneView: a picture that can be one of several of the same scan: short notes under its name, and the crosshair."""

from collections.abc import Callable

from PySide6.QtCore import QLineF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.hand_view import CLICK_POINTS
from lesionstudio.gui.viewer.heat_layer import Heat, HeatLayer
from lesionstudio.gui.viewer.notes import slice_line
from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import MaskView
from lesionstudio.words import _

PLANE_COLOURS = {"axial": "#E8A0A0", "coronal": "#A6D3A0", "sagittal": "#9CC4FF"}


class PlaneView(SliceView):
    """`cross_wanted`: the crosshair should go to this (picture, row, column); `entered`: the pointer came in.

    `scale_of`: how many points a millimetre takes when the whole picture is shown; None: as many as there is room for.
    """

    cross_wanted = Signal(object)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale_of: Callable[[], float] | None = None
        self._title = ""
        self._heat = HeatLayer()
        self._cross: tuple[int, int] | None = None
        self._row_pen, self._column_pen = QPen(), QPen()

    def set_title(self, title: str) -> None:
        """Shows this name and short notes; "": the scan's name and whole notes."""
        self._title = title
        self._say_name()
        self._say_slice()
        self._say_view()

    def set_heat(self, heat: Heat | None) -> None:
        """Lays this heat (row, column) over the picture that is shown; None for none. Another picture has none."""
        if heat is not None or self._heat.is_there:
            self._heat.show(heat)
            self.update()

    @property
    def heat(self) -> Heat | None:
        """The heat that lies over the picture."""
        return self._heat.heat

    def set_slice(self, k: int) -> None:
        """Shows picture k, without heat until its own is known."""
        if k != self._k:
            self._heat.show(None)
        super().set_slice(k)

    def set_cross(self, cross: tuple[int, int] | None) -> None:
        """Where (row, column) the other views cut this picture; None draws no lines."""
        if cross != self._cross:
            self._cross = cross
            self.update()

    def set_cross_colours(self, row: str, column: str) -> None:
        """The colours of the line along the row and of the one along the column: those of the views they stand for."""
        self._row_pen, self._column_pen = (QPen(QColor(colour), 1) for colour in (row, column))
        self.update()

    def hide_marks_while(self, hidden: bool) -> None:
        """Hides the marks as long as a key is held over another view."""
        if hidden != self._hidden_now:
            self._hidden_now = hidden
            self._show_hidden()

    @property
    def hides_marks(self) -> bool:
        """Whether marks are hidden because a key is held over this view."""
        return self._keys.hides

    def set_scan(self, scan: Scan | None, mask: MaskView | None) -> None:
        """Shows another scan, and lets go of the one before."""
        self._cross, self._sign_made_of = None, ()
        self._heat.show(None)
        super().set_scan(scan, mask)
        self._say_name()

    @property
    def most_scale(self) -> float:
        """Points a millimetre at which the whole picture just has room; 0 without one."""
        view = super()._fitted()
        return view.zoom / self._short_mm if view is not None else 0.0

    @property
    def scale(self) -> float:
        """Points a millimetre now; 0 without a picture."""
        return self._view.zoom / self._short_mm if self._view is not None else 0.0

    def show_scale(self, scale: float) -> None:
        """Shows the picture at so many points a millimetre; the crosshair stays where it is."""
        if self._view is None or abs(self.scale - scale) < 1e-9:
            return
        at = self._view.to_point(*self._cross) if self._cross is not None else (None, None)
        self.show_part(self._view.at_zoom(scale * self._short_mm, *at))

    def fit_again(self) -> None:
        """Fits the picture once more, if it is fitted: what it shares its scale with has another size now."""
        if self._is_fitted and self._view is not None:
            fitted = self._fitted()
            if fitted != self._view:
                self._show_view(fitted)

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is shown, and will be when the size changes."""
        return self._is_fitted

    @property
    def _short_mm(self) -> float:
        return min(self._scan.geometry.spacing_mm[1:]) if self._scan is not None else 1.0

    def _fitted(self) -> ViewState | None:
        whole = super()._fitted()
        if whole is None or self.scale_of is None:
            return whole
        return whole.at_zoom(min(self.scale_of() * self._short_mm, whole.zoom))

    # Notes

    def _say_name(self) -> None:
        if self._title:
            self.update(self._notes.say("top_left", [self._title] if self._scan is not None else []))
        else:
            super()._say_name()

    def _slice_lines(self) -> list[str]:
        if self._title and self._scan is not None:
            return slice_line(self._scan.geometry, self._k)
        return super()._slice_lines()

    def _view_lines(self, value: str) -> list[str]:
        lines = super()._view_lines(value)
        return lines[1:2] if self._title else lines

    # Mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """With Shift and no button the crosshair follows."""
        super().mouseMoveEvent(event)
        if event.modifiers() == Qt.KeyboardModifier.ShiftModifier and not event.buttons():
            self._want_cross()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click with the middle button takes the crosshair there."""
        drag = self._drag
        super().mouseReleaseEvent(event)
        is_click = drag is not None and (event.position() - drag.start).manhattanLength() < CLICK_POINTS
        if is_click and event.button() == Qt.MouseButton.MiddleButton:
            self._want_cross()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer came in."""
        super().enterEvent(event)
        self.entered.emit()

    def _want_cross(self) -> None:
        pointer = self._pointer
        if pointer is not None and pointer.inside:
            place: Index = pointer.k, pointer.row, pointer.column
            self.cross_wanted.emit(place)

    # Painting

    def _paint_under(self, painter: QPainter) -> None:
        if self._view is not None:
            self._heat.paint(painter, self._view)
        if self._cross is not None and self._view is not None:
            x, y = self._view.to_point(*self._cross)
            painter.setPen(self._row_pen)
            painter.drawLine(QLineF(0, round(y) + 0.5, self.width(), round(y) + 0.5))
            painter.setPen(self._column_pen)
            painter.drawLine(QLineF(round(x) + 0.5, 0, round(x) + 0.5, self.height()))


def plane_title(name: str, axis: int) -> str:
    """What a view is called: its plane or, without an orientation, the voxel axis its pictures lie along."""
    names = {"axial": _("Axial"), "coronal": _("Coronal"), "sagittal": _("Sagittal")}
    return names.get(name) or (_("Slices"), _("Rows"), _("Columns"))[axis]
