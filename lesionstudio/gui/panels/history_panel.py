"""The history: a list over the picture's edge, newest first, in which one jumps; below it the earlier saved states."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.history_rows import HistoryRow, detail_of
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.widgets.buttons import sign
from lesionstudio.gui.widgets.own_keys import OwnKeys
from lesionstudio.gui.widgets.text import label, plain_tip, rule
from lesionstudio.words import _

WIDTH, ROW, MARGIN = 304, 32, 8
_MOST_STATES = 4
Index = QModelIndex | QPersistentModelIndex
ENTRY, DETAIL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_PLAIN = ("heading", "none")


class HistoryPanel(QFrame):
    """Lies over the right edge of its host. It asks for what was clicked and shows what it is told."""

    wanted = Signal(object)
    closed = Signal()
    moved = Signal()

    def __init__(self, look: Look, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("history_panel")
        self.setProperty("kind", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._host = host
        self.steps, self.states = HistoryList(look, "history_list"), HistoryList(look, "states_list")
        self.steps.setAccessibleName(_("History"))
        self.states.setAccessibleName(_("Earlier saved states"))
        for one in (self.steps, self.states):
            one.wanted.connect(self.wanted)
        self._lay_out(look)
        host.installEventFilter(self)
        self.hide()

    def show_steps(self, rows: Sequence[HistoryRow], *, is_volume: bool) -> None:
        """Shows these steps, the current one in sight."""
        self.steps.show_rows(rows, is_volume=is_volume)
        self._settle()
        self.steps.scrollTo(self.steps.currentIndex())

    def show_states(self, rows: Sequence[HistoryRow]) -> None:
        """Shows these earlier states under the steps: all of them where there are few, else some and a scroll bar."""
        self.states.show_rows(rows)
        self.states.setFixedHeight(ROW * min(len(rows), _MOST_STATES) + (ROW // 2 if len(rows) > _MOST_STATES else 0))
        self._settle()

    def open(self) -> None:
        """Appears, and takes the keys."""
        self._settle()
        self.show()
        self.raise_()
        self.steps.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_panel(self) -> None:
        """Goes, and says so."""
        if self.isVisibleTo(self._host):
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows its host's size."""
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def _settle(self) -> None:
        wide = min(WIDTH, self._host.width() - 2 * MARGIN)
        tall = min(self._column.totalSizeHint().height(), max(self._host.height() - 2 * MARGIN, 0))
        self.setGeometry(self._host.width() - wide - MARGIN, MARGIN, wide, tall)
        self.moved.emit()

    def _lay_out(self, look: Look) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 8, 0)
        head.addWidget(label(_("History"), "section"), 1)
        close = sign(look, "x", _("Close  Esc"), "close_history_button", px=16)
        close.clicked.connect(self.close_panel)
        head.addWidget(close)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self.steps, 1)
        column.addWidget(rule())
        foot = label(_("Earlier saved states"), "second")
        foot.setContentsMargins(14, 2, 14, 0)
        column.addWidget(foot)
        column.addWidget(self.states)


class HistoryRows(QAbstractListModel):
    """The rows as Qt wants them. What costs time is said only of rows that are seen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[HistoryRow, ...] = ()
        self._is_volume = False

    def show_rows(self, rows: Sequence[HistoryRow], *, is_volume: bool) -> None:
        """Takes these rows."""
        self.beginResetModel()
        self.rows, self._is_volume = tuple(rows), is_volume
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows, headings too."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, detail, and what a screen reader says."""
        row = self.rows[index.row()]
        if role == ENTRY:
            return row
        if role == DETAIL:
            return detail_of(row, is_volume=self._is_volume)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return "" if row.kind in _PLAIN else plain_tip(self._tip(row))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if self.rows[index.row()].kind in _PLAIN:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _tip(self, row: HistoryRow) -> str:
        does = {
            "step": _("Takes back what came after it.") if not row.undone else _("Does everything up to it again."),
            "study": _("Does it again in all its scans.") if row.undone else _("Takes it back in all its scans."),
            "state": _("Brings this state back; undo takes that back."),
        }
        said = _("You are here.") if row.current else does[row.kind]
        return "\n".join(part for part in (row.title, detail_of(row, is_volume=self._is_volume), said) if part)


class HistoryList(OwnKeys, QListView):
    """A list of rows: a click or Enter chooses, Up and Down only look."""

    wanted = Signal(object)

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._model = HistoryRows(self)
        self.setModel(self._model)
        self.setItemDelegate(_HistoryPainter(look, self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.clicked.connect(self._choose)

    def show_rows(self, rows: Sequence[HistoryRow], *, is_volume: bool = False) -> None:
        """Shows these rows, the current one in sight."""
        self._model.show_rows(rows, is_volume=is_volume)
        self.updateGeometry()
        self.setCurrentIndex(self._model.index(next((n for n, row in enumerate(rows) if row.current), 0)))

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(WIDTH, ROW * max(len(self.rows), 1))

    def minimumSizeHint(self) -> QSize:
        """One row."""
        return QSize(WIDTH // 2, ROW)

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """What is shown, from top to bottom."""
        return self._model.rows

    def _choose(self, index: QModelIndex) -> None:
        row = index.data(ENTRY)
        if isinstance(row, HistoryRow) and row.kind not in _PLAIN:
            self.wanted.emit(row.aim)

    def enter_row(self, index: QModelIndex) -> None:
        """Enter chooses the row that has the focus."""
        self._choose(index)


class _HistoryPainter(QStyledItemDelegate):
    """Paints a row: a bar where the mask is now, the title, and at the right where and when."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of a row."""
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints a row, a heading, or a sentence."""
        row, area = index.data(ENTRY), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind in _PLAIN:
            self._paint_plain(painter, area.adjusted(14, 0, -14, 0), row)
        else:
            self._paint_ground(painter, area.adjusted(7, 0, -7, -2), row, option.state)
            self._paint_row(painter, area.adjusted(17, 0, -15, -2), row, index.data(DETAIL))
        painter.restore()

    def _paint_plain(self, painter: QPainter, area: QRect, row: HistoryRow) -> None:
        tokens, is_heading = self._look.tokens, row.kind == "heading"
        painter.setFont(font(12, 500) if is_heading else font(12))
        painter.setPen(QColor(tokens.text3))
        room = area.adjusted(0, 6, 0, 0) if is_heading else area
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, _cut(painter, row.title, room.width()))

    def _paint_ground(self, painter: QPainter, area: QRect, row: HistoryRow, state: QStyle.StateFlag) -> None:
        tokens, ground = self._look.tokens, ""
        if state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.bg2
        if row.current:
            ground = tokens.accent_soft
        painter.setPen(Qt.PenStyle.NoPen)
        if ground:
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(area, 8, 8)
        if row.current:
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(QRect(area.left() + 3, area.top() + 7, 3, area.height() - 14), 1.5, 1.5)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)

    def _paint_row(self, painter: QPainter, area: QRect, row: HistoryRow, detail: str) -> None:
        tokens = self._look.tokens
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text3 if row.undone else tokens.text2))
        room = painter.fontMetrics().horizontalAdvance(detail)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, detail)
        painter.setFont(font(13, 500 if row.current else 400))
        painter.setPen(QColor(tokens.text3 if row.undone else tokens.text1))
        title = _cut(painter, row.title, area.width() - room - 12)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)


def _cut(painter: QPainter, words: str, room: int) -> str:
    return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
