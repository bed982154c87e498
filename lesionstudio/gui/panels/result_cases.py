"""The cases of a judgement, the worst first: stamp, name, Dice, missed, invented, border error; by mouse and keys."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from lesionstudio.gui.results_figures import CaseRow
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.widgets.own_keys import OwnKeys
from lesionstudio.gui.widgets.text import plain_tip
from lesionstudio.words import _

ROW_HEIGHT, STAMP, _EDGE = 62, 50, 8
_WIDTHS = (46, 66, 68, 64)
_ROW = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class Cases(QWidget):
    """`chosen`: the number of the case that is lit; `open_wanted`: Enter or a double click; `hides`: X down, or up."""

    chosen = Signal(int)
    open_wanted = Signal(int)
    hides = Signal(bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._model, self.view = _Rows(self), _View()
        self._painter = _RowPainter(look, self.view)
        self.view.setModel(self._model)
        self.view.setItemDelegate(self._painter)
        self.view.selectionModel().currentChanged.connect(self._changed)
        self.view.doubleClicked.connect(self._open)
        self.view.entered_row.connect(lambda: self._open(self.view.currentIndex()))
        self.view.hides.connect(self.hides)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(_Heads(look))
        column.addWidget(self.view, 1)
        look.changed.connect(self.view.viewport().update)

    def show_rows(self, rows: Sequence[CaseRow]) -> None:
        """Shows these from top to bottom, and lights the first."""
        self._painter.stamps = {}
        self._model.take(rows)
        if rows:
            self.view.setCurrentIndex(self._model.index(0))

    def show_stamp(self, place: int, stamp: QImage) -> None:
        """Shows the stamp of case number `place` from now on."""
        self._painter.stamps = {**self._painter.stamps, place: stamp}
        row = self._model.row_of(place)
        if row >= 0:
            self.view.update(self._model.index(row))

    @property
    def current(self) -> int:
        """The number of the case that is lit; -1 for none."""
        row = self.view.currentIndex().data(_ROW)
        return row.place if isinstance(row, CaseRow) else -1

    @property
    def rows(self) -> tuple[CaseRow, ...]:
        """What is shown."""
        return self._model.rows

    def _changed(self, index: QModelIndex) -> None:
        row = index.data(_ROW)
        if isinstance(row, CaseRow):
            self.chosen.emit(row.place)

    def _open(self, index: QModelIndex) -> None:
        row = index.data(_ROW)
        if isinstance(row, CaseRow):
            self.open_wanted.emit(row.place)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[CaseRow, ...] = ()

    def take(self, rows: Sequence[CaseRow]) -> None:
        """Takes these rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def row_of(self, place: int) -> int:
        """Where a case is; -1 for nowhere."""
        return next((n for n, row in enumerate(self.rows) if row.place == place), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One row a case."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row, and what a screen reader says of it."""
        row = self.rows[index.row()]
        if role == _ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            words = _("{name}: Dice {dice}, missed {missed}, invented {invented}")
            return words.format(name=row.name, dice=row.dice_text, missed=row.missed, invented=row.invented)
        return plain_tip(row.name) if role == Qt.ItemDataRole.ToolTipRole else None


class _View(OwnKeys, QListView):
    entered_row = Signal()
    hides = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("case_list")
        self.setAccessibleName(_("Worst first"))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTabKeyNavigation(False)

    def enter_row(self, index: QModelIndex) -> None:
        """Enter opens the case."""
        self.entered_row.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """X hides the marks while held."""
        if event.key() == Qt.Key.Key_X and not event.isAutoRepeat():
            self.hides.emit(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """X up: the marks are there again."""
        if event.key() == Qt.Key.Key_X and not event.isAutoRepeat():
            self.hides.emit(False)
        else:
            super().keyReleaseEvent(event)

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """One case is lit at a time, always."""
        return QItemSelectionModel.SelectionFlag.ClearAndSelect


class _Heads(QWidget):
    """The titles over the columns."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(22)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints them where the rows have their figures."""
        painter = QPainter(self)
        painter.setFont(font(12, 500))
        painter.setPen(QColor(self._look.tokens.text2))
        words = (_("Dice"), _("Missed"), _("Invented"), _("HD95"))
        painter.drawText(_name_room(self.rect(), self.width()), _LEFT, _("Case"))
        for room, word in zip(_figure_rooms(self.rect(), self.width()), words):
            painter.drawText(room, _RIGHT, word)


class _RowPainter(QStyledItemDelegate):
    def __init__(self, look: Look, view: QListView) -> None:
        super().__init__(view)
        self._look, self._view = look, view
        self.stamps: Mapping[int, QImage] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of a row."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints one row."""
        row, area = index.data(_ROW), QRect(option.rect).adjusted(0, 0, 0, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter, area, option.state)
        self._paint_stamp(painter, QRect(area.left() + _EDGE, area.top() + 5, STAMP, STAMP), row.place)
        self._paint_words(painter, area, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        tokens = self._look.tokens
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.bg2))
            painter.drawRoundedRect(area, 8, 8)
        if chosen and self._view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)

    def _paint_stamp(self, painter: QPainter, place: QRect, n: int) -> None:
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(place), 4, 4)
        stamp = self.stamps.get(n)
        if stamp is None:
            painter.fillPath(edge, QColor(self._look.tokens.bg3))
            return
        painter.save()
        painter.setClipPath(edge)
        painter.drawImage(place, stamp)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, row: CaseRow) -> None:
        tokens = self._look.tokens
        painter.setPen(QColor(tokens.text1))
        painter.setFont(font(13, 500))
        room = _name_room(area, area.width())
        painter.drawText(room, _LEFT, "\n".join(name_lines(row.name, painter.fontMetrics(), room.width())))
        rooms = _figure_rooms(area, area.width())
        if row.other:
            painter.drawText(rooms[0].adjusted(0, 8, 0, -area.height() // 2 + 2), _RIGHT, row.dice_text)
            painter.setFont(font(12))
            painter.setPen(QColor(tokens.text2))
            painter.drawText(rooms[0].adjusted(0, area.height() // 2 - 2, 0, -8), _RIGHT, f"({row.other})")
        else:
            painter.drawText(rooms[0], _RIGHT, row.dice_text)
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        for place, words in zip(rooms[1:], (row.missed, row.invented, row.border)):
            painter.drawText(place, _RIGHT, words)


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def _figure_rooms(area: QRect, wide: int) -> list[QRect]:
    """Where the four figures stand."""
    rooms: list[QRect] = []
    right = area.left() + wide - _EDGE
    for width in reversed(_WIDTHS):
        rooms.insert(0, QRect(right - width, area.top(), width, area.height()))
        right -= width
    return rooms


def name_lines(name: str, metrics: QFontMetrics, width: int) -> list[str]:
    """The name in one line or two, broken where a word of it ends; of what is too long even so the middle goes."""
    if metrics.horizontalAdvance(name) <= width:
        return [name]
    ends = [n for n in range(1, len(name)) if name[n - 1] in "-_. /" and metrics.horizontalAdvance(name[:n]) <= width]
    if not ends:
        return [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)]
    first, rest = name[: ends[-1]], name[ends[-1] :]
    return [first.rstrip(), metrics.elidedText(rest, Qt.TextElideMode.ElideMiddle, width)]


def _name_room(area: QRect, wide: int) -> QRect:
    left = area.left() + _EDGE + STAMP + 10
    return QRect(left, area.top(), max(area.left() + wide - _EDGE - sum(_WIDTHS) - left, 20), area.height())
