"""The rows of the scan list: a list model with headings, and the painter of a row."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lesionstudio.gui.kinds import Kind, kind_words
from lesionstudio.gui.panels.heading_mark import FOLDED_HEADING, HEADING, paint_heading, paint_line
from lesionstudio.gui.panels.kind_mark import paint_kind
from lesionstudio.gui.panels.scan_headings import Heading, Row, with_headings
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.views import ItemView
from lesionstudio.gui.widgets.text import plain_tip
from lesionstudio.words import _, ngettext

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole
SCAN_MIME = "application/x-lesionstudio-scan"
"""What is dragged off the list: the id of a scan."""

ROW = 61
_STATUS_SIGNS = {
    "new": ("circle-dashed", "text2"),
    "draft": ("sparkles", "accent"),
    "imported": ("folder-plus", "text2"),
    "corrected": ("pencil", "warn"),
    "checked": ("circle-check", "good"),
}


def status_words(item: ItemView) -> str:
    """The row's status as a person reads it."""
    if item.error:
        return _("Cannot be read")
    words = {
        "unreadable": _("Cannot be read"),
        "new": _("New"),
        "draft": _("Draft"),
        "imported": _("Imported"),
        "corrected": _("Corrected"),
        "checked": _("Checked"),
    }
    beside = [_("Flagged")] * item.flagged + [_("Held out")] * bool(item.held_out) + [_("Test")] * item.test
    return ", ".join([words[item.status], *beside])


class ScanRows(QAbstractListModel):
    """Items in order, a heading before each patient and study where there is more than one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self.kinds: Mapping[str, Kind] = {}

    def show_items(self, items: Sequence[ItemView], folded: Collection[str] = ()) -> None:
        """Takes these rows; nothing jumps where rows only came, or only went, at one place: the usual cases."""
        rows = with_headings(items, folded)
        old, new = [_key(row) for row in self._rows], [_key(row) for row in rows]
        first = _common(old, new)
        behind = _common(old[first:][::-1], new[first:][::-1])
        gone, come = len(old) - first - behind, len(new) - first - behind
        if not old or (gone and come):
            self.beginResetModel()
            self._rows = rows
            self._number()
            self.endResetModel()
            return
        if come:
            self.beginInsertRows(QModelIndex(), first, first + come - 1)
        elif gone:
            self.beginRemoveRows(QModelIndex(), first, first + gone - 1)
        self._rows = rows
        self._number()
        if come:
            self.endInsertRows()
        elif gone:
            self.endRemoveRows()
        if rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def show_item(self, item: ItemView) -> None:
        """Replaces one row, if it is there."""
        place = self._places.get(item.id)
        if place is None:
            return
        self._rows[place] = item
        self.dataChanged.emit(self.index(place), self.index(place))

    @property
    def has_headings(self) -> bool:
        """Whether rows differ in height."""
        return len(self._places) < len(self._rows)

    def index_of(self, item_id: str) -> QModelIndex:
        """Where an item is; an invalid index when it is not shown."""
        place = self._places.get(item_id)
        return QModelIndex() if place is None else self.index(place)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows, headings too."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, tooltip and what a screen reader says."""
        row = self._rows[index.row()]
        if role == ITEM:
            return row
        if isinstance(row, Heading):
            return _said_of(row, role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            kind = kind_words(self.kinds[row.id]) if row.id in self.kinds and not row.error else ""
            facts = (row.name, row.error or row.facts, kind, status_words(row))
            return plain_tip("\n".join(part for part in facts if part))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be dragged."""
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual if isinstance(self._rows[index.row()], Heading) else usual | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """A scan can be dragged to the picture."""
        return [SCAN_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The scan of a row."""
        dragged = QMimeData()
        row = indexes[0].data(ITEM) if indexes else None
        if isinstance(row, ItemView):
            dragged.setData(SCAN_MIME, row.id.encode())
        return dragged

    def _number(self) -> None:
        self._places = {row.id: place for place, row in enumerate(self._rows) if isinstance(row, ItemView)}


class RowPainter(QStyledItemDelegate):
    """Paints a row of 60: picture, name, facts, status sign, share checked; folded only picture and sign."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.current_id = ""
        self.folded = False
        self.side = 44
        self.pictures: dict[str, QImage] = {}
        self.kinds: Mapping[str, Kind] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of a row."""
        if isinstance(index.data(ITEM), Heading):
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


def _key(row: Row) -> str:
    return f"heading {row.key}" if isinstance(row, Heading) else row.id


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many are the same at the beginning."""
    pairs = enumerate(zip(one, other))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _said_of(row: Heading, role: int) -> str | None:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return row.text
    if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
        scans = ngettext("{n} scan", "{n} scans", row.scans)
        state = _("Folded. A click unfolds it.") if row.is_folded else _("A click folds it.")
        return plain_tip("\n".join((row.text, scans, state)))
    return None


def _fitted(picture: QImage, place: QRect) -> QRect:
    size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    return QRect(place.center() - QPoint(size.width() // 2 - 1, size.height() // 2 - 1), size)
