"""The lesion table: one row a lesion, sorted by what is clicked at the top; a click on a row goes there."""

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.lesion_rows import LesionRow, Lesions
from lesionstudio.gui.panels.lesion_cells import LesionCells, LesionRows
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import sign
from lesionstudio.gui.widgets.own_keys import OwnKeys
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph, rule
from lesionstudio.imaging.geometry import Index
from lesionstudio.words import _

ROW, HEAD, WIDTH, _NARROW = 30, 44, 560, 520
_WIDTHS = {"area": 76, "volume": 84, "axes": 92, "mean": 76, "slices": 74}
_AROUND = 20


class LesionTable(QWidget):
    """Shows what it is told and asks: `place_wanted` (a voxel), `csv_wanted`, `close_wanted`; `shown`: it came up."""

    place_wanted = Signal(object)
    csv_wanted = Signal()
    close_wanted = Signal()
    shown = Signal()

    def __init__(self, look: Look, *, closes: bool = False) -> None:
        super().__init__()
        self.setObjectName("lesion_table")
        self._facts = ElidedLabel("second", "lesion_facts")
        self._csv = sign(look, "download", _("Save as CSV"), "lesions_csv_button", px=16)
        self._csv.clicked.connect(self.csv_wanted)
        self.view = _View(look)
        self.view.chosen.connect(self.place_wanted)
        self._empty = paragraph(name="no_lesions")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._empty.setContentsMargins(14, 10, 14, 10)
        self._lay_out(look, closes)
        self.show_sentence(_("Measuring"))

    def show_lesions(self, lesions: Lesions) -> None:
        """Shows these lesions; what was chosen and how it is sorted stay."""
        if not lesions.rows:
            self.show_sentence(_("Nothing is marked in this scan."))
            return
        self.view.show_lesions(lesions)
        self._facts.setText(lesions.facts)
        self._csv.setEnabled(True)
        self._pages.setCurrentWidget(self.view)
        self._hint.show()
        self.updateGeometry()

    def show_sentence(self, words: str) -> None:
        """Says why there is no row."""
        self._empty.setText(words)
        self._facts.setText("")
        self._csv.setEnabled(False)
        self._pages.setCurrentWidget(self._empty)
        self._hint.hide()
        self.updateGeometry()

    @property
    def rows(self) -> tuple[LesionRow, ...]:
        """What is shown, from top to bottom; nothing while a sentence stands there."""
        return self.view.rows if self._pages.currentWidget() is self.view else ()

    def sizeHint(self) -> QSize:
        """As high as its rows need."""
        return QSize(WIDTH, 2 * HEAD + ROW * (len(self.rows) + 1) + 8)

    def showEvent(self, event: QShowEvent) -> None:
        """Says that it is looked at."""
        super().showEvent(event)
        self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _lay_out(self, look: Look, closes: bool) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 6, 8, 6)
        head.setSpacing(10)
        head.addWidget(label(_("Lesions"), "section"))
        head.addWidget(self._facts, 1)
        head.addWidget(self._csv)
        if closes:
            close = sign(look, "x", _("Close  Esc"), "close_lesions_button", px=16)
            close.clicked.connect(self.close_wanted)
            head.addWidget(close)
        self._hint: QLabel = label(_("Click a row to go there."), "hint")
        self._hint.setContentsMargins(14, 4, 14, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(rule())
        self._pages = QStackedLayout()
        column.addLayout(self._pages, 1)
        # Only now: pages of a layout that belongs to no widget yet would appear as windows.
        for page in (self.view, self._empty):
            self._pages.addWidget(page)
        column.addWidget(self._hint)


class _View(OwnKeys, QTableView):
    """A click or Enter chooses a row; Up and Down only look."""

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("lesion_rows")
        self.setAccessibleName(_("Lesions"))
        self._model = LesionRows(self)
        self.setModel(self._model)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self._cells = LesionCells(look, self)
        self.setItemDelegate(self._cells)
        down, across = self.verticalHeader(), self.horizontalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(ROW)
        across.setHighlightSections(False)
        across.setSectionsClickable(True)
        across.sectionClicked.connect(self._sort_by)
        self.clicked.connect(self._choose)

    @property
    def rows(self) -> tuple[LesionRow, ...]:
        """From top to bottom."""
        return self._model.lesions.rows

    def show_lesions(self, lesions: Lesions) -> None:
        """Takes these rows; the one that was chosen stays chosen where it is still there."""
        before = self._chosen_place()
        self._model.take(lesions)
        across = self.horizontalHeader()
        for column, (key, words) in enumerate(lesions.heads.items()):
            fixed = key in _WIDTHS
            across.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed if fixed else _STRETCH)
            if fixed:
                across.resizeSection(column, max(_WIDTHS[key], across.fontMetrics().horizontalAdvance(words) + _AROUND))
        self._fit()
        self._choose_again(before)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow a volume's areas are left out."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        keys = self._model.keys
        if "area" in keys:
            self.setColumnHidden(keys.index("area"), "volume" in keys and self.width() < _NARROW)

    def sort_by(self, key: str, *, falls: bool) -> None:
        """Sorts by this column."""
        before, column = self._chosen_place(), self._model.keys.index(key)
        order = Qt.SortOrder.DescendingOrder if falls else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(column, order)
        self._model.sort(column, order)
        self._choose_again(before)

    def _sort_by(self, column: int) -> None:
        key, (now, falls) = self._model.keys[column], self._model.order
        self.sort_by(key, falls=not falls if key == now else key not in ("label", "slices"))

    def _chosen_place(self) -> Index | None:
        index = self.currentIndex()
        return self.rows[index.row()].place if index.isValid() and index.row() < len(self.rows) else None

    def _choose_again(self, place: Index | None) -> None:
        at = next((n for n, row in enumerate(self.rows) if row.place == place), None)
        if at is not None:
            self.setCurrentIndex(self._model.index(at, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.rows[index.row()].place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer is lighter."""
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        """None is."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._cells.hovered:
            self._cells.hovered = row
            self.viewport().update()

    def enter_row(self, index: QModelIndex) -> None:
        """Enter goes to the row that has the focus."""
        self._choose(index)


_STRETCH = QHeaderView.ResizeMode.Stretch
