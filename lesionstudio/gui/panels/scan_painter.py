"""The painter of a row of the scan list."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lesionstudio.gui.kinds import Kind
from lesionstudio.gui.panels.heading_mark import FOLDED_HEADING, HEADING, paint_heading, paint_line
from lesionstudio.gui.panels.kind_mark import paint_kind
from lesionstudio.gui.panels.scan_headings import Heading
from lesionstudio.gui.panels.scan_rows import ITEM, ScanRows
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.views import ItemView

Index = QModelIndex | QPersistentModelIndex
ROW = 61
_STATUS_SIGNS = {
    "new": ("circle-dashed", "text2"),
    "draft": ("sparkles", "accent"),
    "imported": ("folder-plus", "text2"),
    "corrected": ("pencil", "warn"),
    "checked": ("circle-check", "good"),
}


class RowPainter(QStyledItemDelegate):
    """Paints a row of 60: picture, name, facts, status sign, share checked; folded only picture and sign."""

    def __init__(self, look: Look, rows: ScanRows, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._rows = look, rows
        self.current_id = ""
        self.folded = False
        self.side = 44
        self.pictures: dict[str, QImage] = {}
        self.kinds: Mapping[str, Kind] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of a row. Asked of every row each time some come or go: not through the model, as Qt would."""
        if self._rows.is_heading(index.row()):
            return QSize(0, FOLDED_HEADING if self.folded else HEADING)
        return QSize(0, ROW + self.side - 44)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints a row or a heading."""
        row = index.data(ITEM)
        area = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(row, Heading) and self.folded:
            paint_line(painter, area, self._look)
        elif isinstance(row, Heading):
            paint_heading(painter, area, row, option.state, self._look)
        elif isinstance(row, ItemView):
            self._paint_ground(painter, area.adjusted(7, 0, -7, -2), row, option.state)
            self._paint_row(painter, area.adjusted(7, 0, -7, -2), row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRect, row: ItemView, state: QStyle.StateFlag) -> None:
        tokens = self._look.tokens
        ground = ""
        if state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.bg2
        if row.id == self.current_id:
            ground = tokens.accent_soft
        painter.setPen(Qt.PenStyle.NoPen)
        if ground:
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(area, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)

    def _paint_row(self, painter: QPainter, area: QRect, row: ItemView) -> None:
        side = self.side
        left = area.left() + ((area.width() - side) // 2 if self.folded else 7)
        picture = QRect(left, area.top() + (area.height() - side) // 2, side, side)
        self._paint_picture(painter, picture, row)
        if self.folded:
            self._paint_signs(painter, picture.right() + 4, picture.top() - 3, row, only_one=True)
            return
        text = QRect(picture.right() + 10, area.top() + 4, area.right() - picture.right() - 18, 20)
        room = self._paint_signs(painter, area.right() - 7, area.top() + 7, row)
        self._write(painter, text.adjusted(0, 0, 2 - room, 0), row.name, font(13, 500), self._look.tokens.text1)
        second, colour = (row.error, self._look.tokens.bad) if row.error else (row.facts, self._look.tokens.text2)
        under = text.translated(0, 20)
        if not row.error:
            under.adjust(0, 0, -paint_kind(painter, under, self.kinds.get(row.id), self._look), 0)
        self._write(painter, under, second, font(12, 500 if row.error else 400), colour)
        if row.share_checked > 0 and not row.error:
            self._paint_share(painter, QRectF(text.left(), area.bottom() - 9, text.width() + 3, 3), row.share_checked)

    def _paint_picture(self, painter: QPainter, place: QRect, row: ItemView) -> None:
        tokens = self._look.tokens
        if row.error:
            drawn = self._sign("file-alert", tokens.bad, 24, painter)
            painter.drawPixmap(place.center() - QPoint(12, 12), drawn)
            return
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(place), 4, 4)
        drawn_picture = self.pictures.get(row.id)
        if drawn_picture is None or drawn_picture.isNull():
            painter.fillPath(edge, QColor(tokens.bg3))
            return
        painter.save()
        painter.setClipPath(edge)
        painter.fillRect(place, QColor(tokens.canvas))
        painter.drawImage(_fitted(drawn_picture, place), drawn_picture)
        painter.restore()

    def _paint_signs(self, painter: QPainter, right: int, top: int, row: ItemView, only_one: bool = False) -> int:
        """Signs from the right edge leftwards; returns how much room they took."""
        tokens = self._look.tokens
        name, token = _STATUS_SIGNS.get(row.status, _STATUS_SIGNS["new"])
        signs = [(name, str(getattr(tokens, token)))]
        if row.error:
            signs = [("file-alert", tokens.bad)]
        if row.flagged:
            signs.append(("flag-3", tokens.bad))
        if row.held_out:
            signs.append(("scale", tokens.text2))
        if row.test:
            signs.append(("report-analytics", tokens.text2))
        for n, (sign, colour) in enumerate(signs[: 1 if only_one else 3], 1):
            painter.drawPixmap(QPoint(right - 20 * n + 4, top), self._sign(sign, colour, 15, painter))
        return 20 * len(signs)

    def _paint_share(self, painter: QPainter, bar: QRectF, share: float) -> None:
        tokens = self._look.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.bg4))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        painter.setBrush(QColor(tokens.good))
        painter.drawRoundedRect(
            QRectF(bar.topLeft(), bar.bottomRight()).adjusted(0, 0, -bar.width() * (1 - share), 0), 1.5, 1.5
        )

    def _write(self, painter: QPainter, room: QRect, words: str, face: QFont, colour: str) -> None:
        painter.setFont(face)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _sign(self, name: str, colour: str, px: int, painter: QPainter) -> QPixmap:
        return self._look.icons.pixmap(name, colour, px, painter.device().devicePixelRatio())


def _fitted(picture: QImage, place: QRect) -> QRect:
    size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    return QRect(place.center() - QPoint(size.width() // 2 - 1, size.height() // 2 - 1), size)
