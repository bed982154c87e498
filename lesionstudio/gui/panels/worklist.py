"""The scan list: filter, which ones, rows, and how far the study is."""

from collections import Counter
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lesionstudio.gui.kinds import Kind
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.kind_filter import KindFilter
from lesionstudio.gui.panels.rows_view import RowsView
from lesionstudio.gui.panels.scan_headings import Heading, keys_above
from lesionstudio.gui.panels.scan_painter import RowPainter
from lesionstudio.gui.panels.scan_rows import ITEM, ScanRows
from lesionstudio.gui.panels.worklist_parts import EmptyList, Foot, Skeleton
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import ItemView, Reading
from lesionstudio.gui.widgets.buttons import Choices, action_sign
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.text import label
from lesionstudio.words import _

WIDTH, WIDE, FOLDED = 240, 280, 60
_SKELETON_AFTER_MS = 150
_DONE = ("checked", "unreadable")


class Worklist(QFrame):
    """240 wide, folds to 60."""

    item_wanted = Signal(str)
    beside_wanted = Signal(str)
    row_menu_opens = Signal(object, str)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self._items: dict[str, ItemView] = {}
        self._reading: Reading | None = None
        self._actions = actions
        self._rows = ScanRows(self)
        self._folded_branches: set[str] = set()
        self._painter = RowPainter(look, self._rows, self)
        self._count = label(role="second", name="scan_count")
        self.filter, self.kind_filter = Field("filter", _("Filter by name")), KindFilter(look)
        self._which = Choices("which")
        self.list = RowsView()
        self._pages = QStackedWidget()
        self._skeleton, self._empty, self._none = Skeleton(look), EmptyList(look, actions), _no_match()
        self._foot = Foot(look)
        self._dress(look)
        self._lay_out(look, actions)
        self.fold(False)
        self._refresh()
        look.changed.connect(self.list.viewport().update)

    def show_items(self, items: Sequence[ItemView]) -> None:
        """Shows these scans, in this order."""
        self._items = {item.id: item for item in items}
        with self.list.held_still():
            self._refresh()

    def forget(self) -> None:
        """Nothing of the folder that was open: the next one may have scans of the same names."""
        self._painter.pictures.clear()
        self.show_items(())

    def show_item(self, item: ItemView) -> None:
        """Shows one scan's new state where it stands."""
        if item.id in self._items:
            self._items[item.id] = item
            self._rows.show_item(item)
            self._refresh_counts()

    def show_picture(self, item_id: str, picture: QImage) -> None:
        """Shows the thumbnail of one scan from now on."""
        self._painter.pictures[item_id] = picture
        place = self._rows.index_of(item_id)
        if place.isValid():
            self.list.update(place)

    def show_kinds(self, kinds: Mapping[str, Kind], *, asks: bool) -> None:
        """Says in its row what each scan shows; `asks`: whether there is a classifier, so that one can filter by it."""
        self._rows.kinds = self._painter.kinds = kinds
        self.kind_filter.show_counts(kinds, self._items, asks=asks)
        if self.kind_filter.current:
            self._refresh()
        self.list.viewport().update()

    def show_current(self, item_id: str | None) -> None:
        """Lights the scan that is open and brings it into view."""
        if (item_id or "") == self._painter.current_id:
            return  # Whoever looks at another part of the list meanwhile stays there.
        if item_id and not self._rows.index_of(item_id).isValid():
            self._unfold_to(item_id)
        self._painter.current_id = item_id or ""
        place = self._rows.index_of(item_id or "")
        if place.isValid():
            self.list.setCurrentIndex(place)
            self.list.scrollTo(place)
        self.list.viewport().update()

    def show_reading(self, reading: Reading | None) -> None:
        """Says how far the search of the folder is; None when it is over."""
        self._reading = reading
        self._refresh_counts()

    @property
    def skeleton_is_shown(self) -> bool:
        """Whether grey shapes stand where rows will be."""
        return self._pages.currentWidget() is self._skeleton

    def fold(self, folded: bool) -> None:
        """Makes it narrow (pictures only) or wide."""
        self._folded = self._painter.folded = folded
        for part in (self._head, self._filters, self.filter, self._which):
            part.setVisible(not folded)
        self._unfold.setVisible(folded)
        self._foot.fold(folded)
        self.widen(False)
        self.list.doItemsLayout()

    def widen(self, wide: bool) -> None:
        """Takes the width for a window over 1600 (wide) or under."""
        self._painter.side = 56 if wide and not self._folded else 44
        self.setFixedWidth(FOLDED if self._folded else WIDE if wide else WIDTH)
        self.list.doItemsLayout()

    def _refresh(self) -> None:
        wanted = self._wanted()
        # What a filter let through is shown, wherever it stands.
        self._rows.show_items(wanted, self._folded_branches if len(wanted) == len(self._items) else ())
        # Rows of one height are laid out at once, however many there are.
        self.list.setUniformItemSizes(not self._rows.has_headings)
        self._refresh_counts()
        current = self._rows.index_of(self._painter.current_id)
        is_gone_through = self.list.hasFocus() and self.list.currentIndex().isValid()
        if current.isValid() and not is_gone_through:
            self.list.setCurrentIndex(current)

    def _refresh_counts(self) -> None:
        items = list(self._items.values())
        statuses = Counter(item.status for item in items)
        self._count.setText(str(len(items)) if items else "")
        drafts = statuses["draft"]
        to_do = len(items) - statuses["checked"] - statuses["unreadable"]
        choices = (
            ("all", _("All")),
            ("to_do", _("To do {n}").format(n=to_do)),
            ("drafts", _("Drafts {n}").format(n=drafts)),
        )
        self._which.show_choices(choices, self._which.current or "all")
        self._foot.show_counts(statuses, sum(item.held_out for item in items), self._reading)
        if items:
            self._pages.setCurrentWidget(self.list if self._rows.rowCount() else self._none)
        elif self._reading is None:
            self._pages.setCurrentWidget(self._empty)
        else:
            if self._pages.currentWidget() is self._empty:  # Who knows that yet?
                self._pages.setCurrentWidget(self.list)
            QTimer.singleShot(_SKELETON_AFTER_MS, self._show_skeleton)

    def _show_skeleton(self) -> None:
        if not self._items and self._reading is not None:
            self._pages.setCurrentWidget(self._skeleton)

    def _wanted(self) -> list[ItemView]:
        typed, which = self.filter.text().strip().casefold(), self._which.current
        items = list(self._items.values())
        if typed:
            items = [item for item in items if typed in f"{item.name} {item.study}".casefold()]
        if self.kind_filter.current:
            items = [item for item in items if self.kind_filter.fits(self._rows.kinds.get(item.id), item.error)]
        if which == "drafts":
            return [item for item in items if item.status == "draft"]
        return [item for item in items if item.status not in _DONE] if which == "to_do" else items

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ITEM)
        if isinstance(row, ItemView):
            self.item_wanted.emit(row.id)
        elif isinstance(row, Heading):
            self._fold_branch(index, not row.is_folded)

    def _fold_branch(self, index: QModelIndex, folded: bool) -> None:
        """Folds or unfolds what stands under a heading; nothing for a scan."""
        row, place = index.data(ITEM), self.list.verticalScrollBar().value()
        if not isinstance(row, Heading) or row.is_folded == folded:
            return
        (self._folded_branches.add if folded else self._folded_branches.discard)(row.key)
        self._refresh()
        self.list.setCurrentIndex(self._rows.index(index.row()))
        self.list.verticalScrollBar().setValue(place)

    def _unfold_to(self, item_id: str) -> None:
        above = self._folded_branches & set(keys_above(list(self._items.values()), item_id))
        if above:
            self._folded_branches -= above
            self._refresh()

    def _show_row_menu(self, place: QPoint) -> None:
        row = self.list.indexAt(place).data(ITEM)
        if not isinstance(row, ItemView):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Open"), lambda: self.item_wanted.emit(row.id))
        if row.id == self._painter.current_id:
            menu.addAction(self._actions["flag"])
        elif not row.error:
            menu.addAction(_("Show beside this one"), lambda: self.beside_wanted.emit(row.id))
        menu.addSeparator()
        menu.addAction(self._actions["import_masks"])
        self.row_menu_opens.emit(menu, row.id)
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _dress(self, look: Look) -> None:
        self.filter.setPlaceholderText(_("Filter by name"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._refresh)
        self.filter.abandoned.connect(self.filter.clear)
        self.kind_filter.chosen.connect(self._refresh)
        glass = QAction(self)
        self.filter.addAction(glass, Field.ActionPosition.LeadingPosition)
        look.icons.dress(glass, "search")
        self._which.chosen.connect(self._refresh)
        self.list.setModel(self._rows)
        self.list.setItemDelegate(self._painter)
        self.list.clicked.connect(self._open)
        self.list.entered_row.connect(self._open)
        self.list.fold_wanted.connect(self._fold_branch)
        self.list.customContextMenuRequested.connect(self._show_row_menu)

    def _lay_out(self, look: Look, actions: Actions) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(12, 0, 8, 0)
        head.setSpacing(2)
        head.addWidget(label(_("Scans"), "section"), 1)
        head.addWidget(self._count)
        head.addSpacing(6)
        head.addWidget(action_sign(look, actions, "import_masks"))
        head.addWidget(action_sign(look, actions, "fold_worklist"))
        self._unfold = action_sign(look, actions, "fold_worklist")
        self._unfold.setObjectName("unfold_worklist_button")
        look.icons.dress(self._unfold, "layout-sidebar-left-expand", 18)
        column.addWidget(self._head)
        column.addWidget(self._unfold, 0, Qt.AlignmentFlag.AlignHCenter)
        self._filters = QWidget()
        filters = QHBoxLayout(self._filters)
        filters.setContentsMargins(0, 0, 0, 0)
        filters.setSpacing(4)
        filters.addWidget(self.filter, 1)
        filters.addWidget(self.kind_filter)
        for part in (self._filters, self._which):
            inset = QHBoxLayout()
            inset.setContentsMargins(12, 0, 12, 0)
            inset.addWidget(part)
            column.addLayout(inset)
        for page in (self.list, self._skeleton, self._empty, self._none):
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)
        column.addWidget(self._foot)


def _no_match() -> QLabel:
    words = label(_("No scan fits the filter."), "second")
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return words
