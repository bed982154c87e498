"""The rows of the lesion table as Qt wants them, and how they are painted: one ground, a coloured square, figures."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from lesionstudio.gui.lesion_rows import Lesions
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.widgets.text import plain_tip

EDGE, SQUARE = 8, 10
Index = QModelIndex | QPersistentModelIndex


class LesionCells(QStyledItemDelegate):
    """The row under the pointer is lighter, the chosen one blue; it has a ring while the table has the keys."""

    def __init__(self, look: Look, view: QTableView) -> None:
        super().__init__(view)
        self._look, self._view = look, view
        self.hovered = -1

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints one cell."""
        area, colour = QRect(option.rect), index.data(Qt.ItemDataRole.DecorationRole)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, chosen, index.row() == self.hovered)
        left = EDGE
        if colour is not None:
            left = EDGE + 6
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            square = QRectF(area.left() + left, area.center().y() - SQUARE / 2 + 1, SQUARE, SQUARE)
            painter.drawRoundedRect(square, 3, 3)
            left += SQUARE + 8
        painter.setFont(font(13, 500 if colour is not None else 400))
        painter.setPen(QColor(self._look.tokens.text1))
        room = area.adjusted(left, 0, -EDGE, 0)
        text = painter.fontMetrics().elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideRight, room.width() if colour is not None else area.width()
        )
        painter.drawText(room, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), text)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRect, chosen: bool, hovered: bool) -> None:
        """The cell's part of a round ground that goes from one side of the table to the other."""
        tokens = self._look.tokens
        if not (chosen or hovered):
            return
        whole = QRectF(5, area.top() + 1, self._view.viewport().width() - 10, area.height() - 2)
        painter.setClipRect(area)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.bg2))
        painter.drawRoundedRect(whole, 7, 7)
        if chosen and self._view.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), 6, 6)


class LesionRows(QAbstractTableModel):
    """The rows as Qt wants them, in the order chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lesions = Lesions({}, ())
        self.order: tuple[str, bool] = ("", False)

    def take(self, lesions: Lesions) -> None:
        """Takes these rows, in the order they were in."""
        self.beginResetModel()
        self.lesions = lesions
        self._sort()
        self.endResetModel()

    @property
    def keys(self) -> list[str]:
        return list(self.lesions.heads)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By this column; the largest first when descending."""
        if 0 <= column < len(self.keys):
            self.beginResetModel()
            self.order = self.keys[column], order == Qt.SortOrder.DescendingOrder
            self._sort()
            self.endResetModel()

    def _sort(self) -> None:
        key, falls = self.order
        if key in self.lesions.heads:
            rows = sorted(self.lesions.rows, key=lambda row: row.cells[key].rank, reverse=falls)
            self.lesions = Lesions(self.lesions.heads, tuple(rows), self.lesions.facts)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One row a lesion."""
        return 0 if parent.isValid() else len(self.lesions.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The columns that make sense for this scan."""
        return 0 if parent.isValid() else len(self.lesions.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, colour of the label, where the text stands, and the tooltip."""
        row, key = self.lesions.rows[index.row()], self.keys[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[key].text
        if role == Qt.ItemDataRole.DecorationRole and key == "label":
            return row.colour
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(key)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return plain_tip(row.tip)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The titles."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.keys):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.lesions.heads[self.keys[section]]
        return _alignment(self.keys[section]) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(key: str) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if key == "label" else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
