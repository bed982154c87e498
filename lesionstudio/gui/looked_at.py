"""LookedAt: the pictures that a classifier can be asked about: the study's, and those that were dropped."""

from collections.abc import Iterable

from lesionstudio.gui.kinds import Looked
from lesionstudio.gui.session import Session
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.project.worklist import WorkItem


class LookedAt:
    """By key: an item's id, or the place of a dropped file. What was dropped stays until it is taken away."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.dropped: dict[str, Looked] = {}
        self._all: list[Looked] | None = None
        session.items_changed.connect(self._count_again)
        session.folder_opened.connect(self._count_again)

    @property
    def all(self) -> list[Looked]:
        """What was dropped, the last first, then the study's scans in their order, without localizers.

        The same list as long as nothing joins or leaves it.
        """
        if self._all is None:
            items = [item for item in self._session.known_items.values() if not item.last]
            self._all = [*reversed(self.dropped.values()), *(_of_study(item) for item in items)]
        return self._all

    def by_key(self, key: str) -> Looked | None:
        """The picture of this key."""
        item = self._session.known_items.get(key)
        return _of_study(item) if item is not None else self.dropped.get(key)

    def take(self, found: Iterable[FoundScan]) -> list[str]:
        """Takes in what was dropped; gives the keys."""
        keys = []
        for one in found:
            key = f"dropped:{one.source.files[0]}:{one.source.part}"
            self.dropped.pop(key, None)
            self.dropped[key] = Looked(key, one.name, one.source, one.facts, one.error, one.hint, is_dropped=True)
            keys.append(key)
        self._count_again()
        return keys

    def forget(self) -> set[str]:
        """Takes away what was dropped; gives the keys."""
        gone, self.dropped = set(self.dropped), {}
        self._count_again()
        return gone

    def _count_again(self) -> None:
        self._all = None


def _of_study(item: WorkItem) -> Looked:
    return Looked(item.id, item.name, item.source, item.facts, item.error, item.hint)
