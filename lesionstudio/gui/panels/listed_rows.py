"""ListedRows: a list model whose rows are found by their keys."""

from collections.abc import Sized

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex


class ListedRows(QAbstractListModel):
    """Who inherits keeps `_rows`, and in `places` where each key stands."""

    _rows: Sized

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.places: dict[str, int] = {}

    def index_of(self, key: str) -> QModelIndex:
        """Where a row is; an invalid index when it is not shown."""
        place = self.places.get(key)
        return QModelIndex() if place is None else self.index(place)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows."""
        return 0 if parent.isValid() else len(self._rows)
