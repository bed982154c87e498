"""FollowedView: a picture that others can follow and lead: linked series, differences, lesions to be gone to."""

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.error_layer import Labelled
from lesionstudio.gui.viewer.picture_view import PictureView
from lesionstudio.gui.viewer.twin import paint_twin, twin_rect
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import MaskView
from lesionstudio.metrics.comparison import ANY_MARK

_EDGE = 0.08

Place = tuple[float, float]


class FollowedView(PictureView):
    """`view_changed`: pan, zoom or size are others; `part_shown`: somebody wanted that, and not the window's size."""

    view_changed = Signal()
    part_shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._twin: Place | None = None
        self._remark = ""

    def set_scan(self, scan: Scan | None, mask: MaskView | None) -> None:
        """Shows another scan; the pointer's twin is nowhere."""
        self._twin = None
        super().set_scan(scan, mask)

    def set_reference(
        self, reference: Labelled | None, label: int = ANY_MARK, judged: frozenset[int] | None = None
    ) -> None:
        """Shows the mask against a reference on its grid, until the next scan; None: the marks themselves.

        With `judged` shows the reference against the mask, on these slices only.
        """
        self._picture.compare(reference, label, judged)
        self.update()

    def show_part(self, view: ViewState) -> None:
        """Shows the part of the slice that this pan and zoom say."""
        super().show_part(view)
        self.part_shown.emit()

    def bring_into_view(self, row: float, column: float) -> None:
        """Moves the picture so that this place is in the middle, if it is not well in sight."""
        if self._view is None:
            return
        x, y = self._view.to_point(row, column)
        wide, high = self.width(), self.height()
        if not (_EDGE * wide <= x <= (1 - _EDGE) * wide and _EDGE * high <= y <= (1 - _EDGE) * high):
            self.show_part(self._view.moved(wide / 2 - x, high / 2 - y))

    @property
    def scan(self) -> Scan | None:
        """The scan as it is shown."""
        return self._scan

    # How it is shown, in words

    def set_remark(self, remark: str) -> None:
        """What is said under the name of how the scan is shown; "" for nothing."""
        self._remark = remark
        self._say_name()

    @property
    def remark(self) -> str:
        """What is said of how it is shown."""
        return self._remark

    def _name_lines(self) -> list[str]:
        lines = super()._name_lines()
        return [*lines, self._remark] if lines and self._remark else lines

    # The twin of the pointer

    def set_twin(self, place: Place | None) -> None:
        """Marks the place (row, column) that the pointer is at in a linked picture; None for none."""
        before, self._twin = self._twin, place
        if before != place:
            for one in (before, place):
                self.update(self._twin_rect(one))

    @property
    def twin(self) -> Place | None:
        """Where the pointer's twin is shown."""
        return self._twin

    def _twin_rect(self, place: Place | None) -> QRect:
        return twin_rect(*self._view.to_point(*place)) if place is not None and self._view is not None else QRect()

    # For PictureView

    def _show_view(self, view: ViewState | None) -> None:
        before = self._view
        super()._show_view(view)
        if view != before:
            self.view_changed.emit()

    def _paint_over(self, painter: QPainter, region: QRect) -> None:
        super()._paint_over(painter, region)
        if self._twin is not None and self._view is not None and region.intersects(self._twin_rect(self._twin)):
            paint_twin(painter, *self._view.to_point(*self._twin))
