"""The rows of the scan list: a list model with headings."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt

from lesionstudio.gui.kinds import Kind, kind_words
from lesionstudio.gui.panels.listed_rows import Index, ListedRows
from lesionstudio.gui.panels.scan_headings import Heading, Row, with_headings
from lesionstudio.gui.views import ItemView
from lesionstudio.gui.widgets.text import plain_tip
from lesionstudio.words import _, ngettext

ITEM = Qt.ItemDataRole.UserRole
SCAN_MIME = "application/x-lesionstudio-scan"
"""What is dragged off the list: the id of a scan."""


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


class ScanRows(ListedRows):
    """Items in order, a heading before each patient and study where there is more than one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self.kinds: Mapping[str, Kind] = {}

    def show_items(self, items: Sequence[ItemView], folded: Collection[str] = ()) -> None:
        """Takes these rows. Those that come and go do so at their places: who scrolled or chose one, stays there."""
        rows = with_headings(items, folded)
        before, now = [_key(row) for row in self._rows], [_key(row) for row in rows]
        stay = set(before) & set(now)
        if not stay or [key for key in before if key in stay] != [key for key in now if key in stay]:
            self.beginResetModel()
            self._rows = rows
            self._number()
            self.endResetModel()
            return
        self._take_away(before, stay)
        self._put_in(rows, now, stay)
        self._number()
        self._change(rows)

    def _take_away(self, keys: Sequence[str], stay: Collection[str]) -> None:
        for first, last in reversed(_runs(key not in stay for key in keys)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()

    def _put_in(self, rows: Sequence[Row], keys: Sequence[str], there: Collection[str]) -> None:
        for first, last in _runs(key not in there for key in keys):
            self.beginInsertRows(QModelIndex(), first, last)
            self._rows[first:first] = rows[first : last + 1]
            self.endInsertRows()

    def _change(self, rows: list[Row]) -> None:
        """The same rows, some of which say something else now."""
        changed = _runs(old is not new and old != new for old, new in zip(self._rows, rows))
        self._rows = rows
        for first, last in changed:
            self.dataChanged.emit(self.index(first), self.index(last))

    def show_item(self, item: ItemView) -> None:
        """Replaces one row, if it is there."""
        place = self.places.get(item.id)
        if place is None:
            return
        self._rows[place] = item
        self.dataChanged.emit(self.index(place), self.index(place))

    @property
    def has_headings(self) -> bool:
        """Whether rows differ in height."""
        return len(self.places) < len(self._rows)

    def is_heading(self, place: int) -> bool:
        """Whether the row at this place is one."""
        return isinstance(self._rows[place], Heading)

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
        self.places = {row.id: place for place, row in enumerate(self._rows) if isinstance(row, ItemView)}


def _key(row: Row) -> str:
    return f"heading {row.key}" if isinstance(row, Heading) else row.id


def _runs(marks: Iterable[bool]) -> list[tuple[int, int]]:
    """First and last place of each run of marked ones."""
    runs: list[tuple[int, int]] = []
    for n, is_marked in enumerate(marks):
        if is_marked and runs and runs[-1][1] == n - 1:
            runs[-1] = runs[-1][0], n
        elif is_marked:
            runs.append((n, n))
    return runs


def _said_of(row: Heading, role: int) -> str | None:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return row.text
    if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
        scans = ngettext("{n} scan", "{n} scans", row.scans)
        state = _("Folded. A click unfolds it.") if row.is_folded else _("A click folds it.")
        return plain_tip("\n".join((row.text, scans, state)))
    return None
