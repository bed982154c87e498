"""SliceMap: one row a slice. How much is marked, in which colour, what is draft, what is checked, and where we are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QLabel, QWidget

from lesionstudio.gui.viewer.opencv import opencv
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask, SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

WIDTH, ROW_MOST, MARGIN = 24, 10.0, 12
GROUND, CHECKED, HERE, BETWEEN = QColor("#121417"), QColor("#5CC8A4"), QColor("#DCE0E6"), QColor("#2B3038")
HELD_OUT = QColor("#A9B1BD")
DRAFT_STRENGTH, SETTLED_MS = 0.42, 120
_TICK_LEFT, _TICK_WIDE, _BAR_LEFT, _BAR_MOST = 3.0, 2.5, 7.0, 14.0
_HELD_LEFT, _HELD_WIDE = 22.0, 1.5
_AT_ONCE = 24
_NUMBER_STYLE = "background: #21252B; color: #DCE0E6; border: 1px solid #353B45; border-radius: 6px; padding: 3px 8px;"

Counts = NDArray[np.int64]


class SliceMap(QWidget):
    """Click goes there, dragging scrolls, hovering says the number. It counts when the hand rests, some at a time."""

    slice_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slice_map")
        self.setAccessibleName(_("Slice map"))
        self.setFixedWidth(WIDTH)
        self.setMouseTracking(True)
        self._mask: Mask | None = None
        self._labels = LabelSet()
        self._n, self._k, self._held_out = 0, 0, frozenset[int]()
        self._marked: dict[int, Counts] = {}
        self._drafted: dict[int, Counts] = {}
        self._to_count: list[int] = []
        self._turned = 0.0
        self._number: QLabel | None = None
        self._idle = QTimer(self, interval=0)
        self._idle.timeout.connect(self._count_some)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._idle.start)

    def set_scan(self, scan: Scan | None, mask: Mask | None) -> None:
        """Shows the slices of a scan, and what is marked on them; nothing for a single picture."""
        self._mask, self._k, self._held_out = mask, 0, frozenset()
        self._n = scan.slices if scan is not None and scan.slices > 1 else 0
        self._marked, self._drafted = {}, {}
        touched = {*mask.touched("labels"), *mask.touched("draft")} if mask is not None and self._n else set()
        self._to_count = sorted(touched, reverse=True)
        self._count_some()
        self.update()

    def set_slice(self, k: int) -> None:
        """Puts the frame around slice k."""
        self._k = k
        self.update()

    def set_held_out(self, slices: frozenset[int]) -> None:
        """Marks these slices at the right edge as held out."""
        self._held_out = slices
        self.update()

    def set_labels(self, labels: LabelSet) -> None:
        """Shows marks in these colours, and not those that are hidden or deleted."""
        self._labels = labels
        self.update()

    def refresh(self, box: Box) -> None:
        """Counts again what changed in the mask."""
        if self._mask is None or self._n == 0:
            return
        changed = range(max(box.start[0], 0), min(box.stop[0], self._n))
        waiting = set(self._to_count)
        self._to_count += [k for k in changed if k not in waiting]
        self._settled.start()

    def row_of(self, k: int) -> QRectF:
        """Where slice k is drawn."""
        high = self._row_high()
        top = (self.height() - high * self._n) / 2
        return QRectF(0, top + k * high, self.width(), high)

    def slice_at(self, y: float) -> int:
        """The slice whose row is nearest to this height."""
        top = (self.height() - self._row_high() * self._n) / 2
        return max(0, min(int((y - top) // self._row_high()), self._n - 1))

    def _row_high(self) -> float:
        return min((self.height() - 2 * MARGIN) / max(self._n, 1), ROW_MOST)

    # Counting

    def _count_some(self) -> None:
        for _slice in range(min(_AT_ONCE, len(self._to_count))):
            k = self._to_count.pop()
            self._count(k)
        if self._to_count:
            self._idle.start()
        else:
            self._idle.stop()
        self.update()

    def _count(self, k: int) -> None:
        if self._mask is None:
            return
        for layer, counts in (("labels", self._marked), ("draft", self._drafted)):
            voxels = self._mask.labels(k) if layer == "labels" else self._mask.draft(k)
            if voxels.any():
                counts[k] = opencv().calcHist([voxels], [0], None, [256], [0, 256]).ravel().astype(np.int64)
            else:
                counts.pop(k, None)

    def _parts(self, k: int) -> list[tuple[str, int, bool]]:
        """Colour, voxels and "is a draft" of each bar of slice k."""
        parts = []
        for counts, is_draft in ((self._marked, False), (self._drafted, True)):
            if k in counts:
                for label in self._labels:
                    voxels = int(counts[k][label.number])
                    if voxels and label.visible:
                        parts.append((label.colour, voxels, is_draft))
        return parts

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ticks, bars and the frame."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), GROUND)
        painter.fillRect(0, 0, 1, self.height(), BETWEEN)
        if self._n == 0:
            return
        ends = self.row_of(0).top(), self.row_of(self._n - 1).bottom()
        painter.fillRect(QRectF(_BAR_LEFT, ends[0], 1, ends[1] - ends[0]), BETWEEN)
        shown = {k: self._parts(k) for k in {*self._marked, *self._drafted}}
        most = max((sum(voxels for _colour, voxels, _draft in parts) for parts in shown.values()), default=1) or 1
        for k, parts in sorted(shown.items()):
            self._paint_bar(painter, k, parts, most)
        if self._mask is not None:
            for k in np.flatnonzero(self._mask.statuses == SliceStatus.CHECKED).tolist():
                row = self._inside(k)
                painter.fillRect(QRectF(_TICK_LEFT, row.top(), _TICK_WIDE, row.height()), CHECKED)
        for k in self._held_out:
            row = self.row_of(k)
            painter.fillRect(QRectF(_HELD_LEFT, row.top(), _HELD_WIDE, row.height()), HELD_OUT)
        self._paint_here(painter)

    def _inside(self, k: int) -> QRectF:
        row = self.row_of(k)
        gap = 1.0 if row.height() >= 4 else 0.0
        return QRectF(0, row.top(), row.width(), max(row.height() - gap, 1.0))

    def _paint_bar(self, painter: QPainter, k: int, parts: list[tuple[str, int, bool]], most: int) -> None:
        row, left = self._inside(k), _BAR_LEFT
        total = sum(voxels for _colour, voxels, _draft in parts)
        wide = max(_BAR_MOST * total / most, 1.5) if total else 0.0
        for colour, voxels, is_draft in parts:
            tint = QColor(colour)
            tint.setAlphaF(DRAFT_STRENGTH if is_draft else 1.0)
            share = wide * voxels / total
            painter.fillRect(QRectF(left, row.top(), share, row.height()), tint)
            left += share

    def _paint_here(self, painter: QPainter) -> None:
        row = self.row_of(self._k)
        high = max(row.height() + 3, 6.0)
        frame = QRectF(1.5, row.center().y() - high / 2, self.width() - 3, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(HERE, 1.5))
        painter.drawRoundedRect(frame, 2.5, 2.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click goes to the slice."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragging scrolls; hovering says the number."""
        if self._n == 0:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position().y())
        self._say_number(self.slice_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """The number goes with the pointer."""
        super().leaveEvent(event)
        if self._number is not None:
            self._number.hide()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel means slices here too."""
        self._turned += event.angleDelta().y()
        notches = int(self._turned / 120)
        self._turned -= notches * 120
        if notches and self._n:
            self.slice_wanted.emit(max(0, min(self._k - notches, self._n - 1)))
        event.accept()

    def _say_number(self, k: int) -> None:
        """Says beside the row which slice it is; a tooltip would come too late."""
        if self._number is None:
            self._number = QLabel(self.window())
            self._number.setObjectName("slice_map_number")
            self._number.setStyleSheet(_NUMBER_STYLE)
            self._number.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words = _("Slice {k} of {n}").format(k=k + 1, n=self._n)
        self._number.setText(f"{words}, {_('held out')}" if k in self._held_out else words)
        self._number.adjustSize()
        beside = self.mapTo(self.window(), QPoint(-6, round(self.row_of(k).center().y())))
        left, top = beside.x() - self._number.width(), beside.y() - self._number.height() // 2
        self._number.move(max(left, 0), max(min(top, self.window().height() - self._number.height()), 0))
        self._number.show()
        self._number.raise_()

    def _go(self, y: float) -> None:
        if self._n and self.slice_at(y) != self._k:
            self.slice_wanted.emit(self.slice_at(y))
