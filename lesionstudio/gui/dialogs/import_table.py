"""The table of the import sheet: which mask goes to which scan, changed by choosing in the row or by dragging."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.text import plain_tip
from lesionstudio.words import _

MASK, SCAN, CONTENT = range(3)
ROW_HEIGHT, _MASK_WIDTH, _SCAN_WIDTH = 30, 250, 180
_NUMBER = Qt.ItemDataRole.UserRole
_NONE = -1


class PairsTable(QTableWidget):
    """A row a mask, then one for each scan without a mask. Says what is wanted; the plan decides."""

    pair_wanted = Signal(int, str)
    tick_wanted = Signal(int, bool)
    row_chosen = Signal(int)

    def __init__(self, look: Look, plan: ImportPlan) -> None:
        super().__init__(0, 3)
        self._look, self._plan, self._is_showing = look, plan, False
        self.setObjectName("mask_pairs")
        self.setAccessibleName(_("Masks and their scans"))
        self.setHorizontalHeaderLabels([_("Mask"), _("Scan"), _("What is in it")])
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setStretchLastSection(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in ((MASK, _MASK_WIDTH), (SCAN, _SCAN_WIDTH)):
            self.setColumnWidth(column, width)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(SCAN, _ScanChoice(self))
        self.setItemDelegateForColumn(CONTENT, _Sentence(self))
        self.itemChanged.connect(self._changed)
        self.cellClicked.connect(self._clicked)
        self.currentCellChanged.connect(lambda row, *_rest: self.row_chosen.emit(self.mask_at(row)))

    def show_plan(self) -> None:
        """Shows the pairs as they are now; the row that was chosen stays."""
        masks, alone = len(self._plan.masks), self._plan.without_mask if self._plan.masks else []
        self._is_showing = True
        self.setRowCount(masks + len(alone))
        for n in range(masks):
            self._show_mask(n)
        for row, scan in enumerate(alone, masks):
            self._show_row(row, _NONE, _("no mask"), scan.name, "", scan.id)
        self._is_showing = False

    def refresh(self, n: int) -> None:
        """Shows mask n anew."""
        self._is_showing = True
        self._show_mask(n)
        self._is_showing = False

    def mask_at(self, row: int) -> int:
        """The number of the mask in a row; -1 where there is none."""
        item = self.item(row, MASK)
        n = item.data(_NUMBER) if item is not None else None
        return _NONE if n is None else int(n)

    def scan_at(self, row: int) -> str:
        """The scan in a row; "" where there is none."""
        item = self.item(row, SCAN)
        return str(item.data(_NUMBER)) if item is not None else ""

    def dropEvent(self, event: QDropEvent) -> None:
        """A mask dropped on another row goes to the scan there."""
        source, target = self.currentRow(), self.rowAt(event.position().toPoint().y())
        n, scan_id = self.mask_at(source), self.scan_at(target)
        if n == _NONE and target >= 0:  # a scan was dragged onto a mask
            n, scan_id = self.mask_at(target), self.scan_at(source)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if n >= 0 and scan_id and source != target:
            self.pair_wanted.emit(n, scan_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space takes a mask in or leaves it out, Enter chooses its scan; Delete takes its scan away."""
        n = self.mask_at(self.currentRow())
        if n == _NONE or event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self.tick_wanted.emit(n, n in self._plan.off)
        elif event.key() == Qt.Key.Key_Delete:
            self.pair_wanted.emit(n, "")
        else:
            self._choose(self.currentRow())

    def choices(self) -> list[tuple[str, str]]:
        """The scans a mask may go to: id and name; those without a mask first."""
        alone = self._plan.without_mask
        free = {scan.id for scan in alone}
        others = [scan for scan in self._plan.scans.values() if scan.id not in free]
        return [("", _("no scan")), *((scan.id, scan.name) for scan in (*alone, *others))]

    def _show_mask(self, n: int) -> None:
        mask, scan = self._plan.masks[n], self._plan.scans.get(self._plan.scan_of[n])
        files = "" if self._plan.hides_names else "\n".join(str(part.path) for part in mask.parts[:12])
        shown = scan.name if scan else _("no scan")
        tick, place, content = self._show_row(n, n, self._plan.name_of(n), shown, files, scan.id if scan else "")
        is_possible = scan is not None and not self._plan.problem(n)
        tick.setCheckState(Qt.CheckState.Checked if self._plan.is_chosen(n) else Qt.CheckState.Unchecked)
        flags = tick.flags() | Qt.ItemFlag.ItemIsUserCheckable
        tick.setFlags(flags if is_possible else flags & ~Qt.ItemFlag.ItemIsUserCheckable)
        words, problem = self._plan.content(n), self._plan.problem(n)
        content.setText(words)
        content.setToolTip(plain_tip("\n".join(part for part in (words, problem and self._plan.hint(n)) if part)))
        tokens = self._look.tokens
        content.setForeground(QColor(tokens.bad if problem else tokens.text2))
        place.setForeground(QColor(tokens.text1 if scan else tokens.warn))

    def _show_row(self, row: int, n: int, mask: str, scan: str, tip: str, scan_id: str) -> list[QTableWidgetItem]:
        tokens, enabled = self._look.tokens, Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        moved = Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
        cells = [QTableWidgetItem(words) for words in (mask, scan, "")]
        cells[MASK].setData(_NUMBER, n)
        cells[SCAN].setData(_NUMBER, scan_id)
        for column, cell in enumerate(cells):
            can_choose = column == SCAN and n != _NONE
            cell.setFlags(enabled | moved | (Qt.ItemFlag.ItemIsEditable if can_choose else Qt.ItemFlag.NoItemFlags))
            cell.setForeground(QColor(tokens.text2 if n == _NONE else tokens.text1))
            cell.setToolTip(plain_tip(tip if column == MASK and tip else cell.text()))
            self.setItem(row, column, cell)
        return cells

    def _changed(self, item: QTableWidgetItem) -> None:
        if self._is_showing or item.column() != MASK:
            return
        n = self.mask_at(item.row())
        if n >= 0:
            self.tick_wanted.emit(n, item.checkState() == Qt.CheckState.Checked)

    def _clicked(self, row: int, column: int) -> None:
        if column == SCAN and self.mask_at(row) >= 0:
            self._choose(row)

    def _choose(self, row: int) -> None:
        cell = self.item(row, SCAN)
        if cell is not None:
            self.editItem(cell)


class _Sentence(QStyledItemDelegate):
    """Words that are cut at their end, not in their middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """As the table says, but for where words are cut."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class _ScanChoice(QStyledItemDelegate):
    """The list of scans, while one is being chosen."""

    def __init__(self, table: PairsTable) -> None:
        super().__init__(table)
        self._table = table

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """The scans by name."""
        choice = QComboBox(parent)
        choice.setObjectName("scan_of_mask")
        choice.setAccessibleName(_("Scan"))
        for scan_id, name in self._table.choices():
            choice.addItem(name, scan_id)
        choice.setCurrentIndex(max(choice.findData(self._table.scan_at(index.row())), 0))
        choice.setMaxVisibleItems(12)
        choice.activated.connect(lambda _n: self._take(choice))
        return choice

    def _take(self, choice: QComboBox) -> None:
        self.commitData.emit(choice)
        self.closeEditor.emit(choice)

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Opens the list, as soon as the box is on the screen."""
        if isinstance(editor, QComboBox):
            QTimer.singleShot(0, editor, editor.showPopup)

    def setModelData(self, editor: QWidget, model: object, index: QModelIndex | QPersistentModelIndex) -> None:
        """Says what was chosen."""
        if isinstance(editor, QComboBox):
            n, chosen = self._table.mask_at(index.row()), str(editor.currentData())
            if chosen != self._table.scan_at(index.row()):
                self._table.pair_wanted.emit(n, chosen)
