"""WhatNext: which slice comes after this one, by its place in the scan or by the list of slices worth a look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.list_order import in_list_order
from lesionstudio.gui.session import Session
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.worklist import WorkItem


@dataclass(frozen=True, slots=True)
class Place:
    """A slice of a scan of the study."""

    item_id: str
    k: int


Listed = Callable[[], Sequence[Place]]


class WhatNext(QObject):
    """Goes from slice to slice for Enter and J. `arrived`: a slice that it went to is on screen, with its mask.

    `ended`: there is nothing more in the list.

    `listed` gives the slices that come next while a list is gone through, in its order; None while none is.
    """

    arrived = Signal(object)
    ended = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: Place | None = None
        self._order: list[WorkItem] | None = None
        self.listed: Listed | None = None
        session.scan_opened.connect(self._go_to_wanted)
        session.folder_opened.connect(self._forget)
        session.items_changed.connect(self._count_again)

    @property
    def here(self) -> Place | None:
        """The slice on screen."""
        opened = self._session.open
        return Place(opened.item.id, opened.k) if opened is not None else None

    def after(self, count: int) -> list[Place]:
        """The slices that come next after the one on screen, as far as nobody checked them; at most so many."""
        here = self.here
        if here is None:
            return []
        if self.listed is not None:
            return [place for place in self.listed() if place != here and not self.is_checked(place)][:count]
        return self._by_position(here, count)

    def go_on(self) -> None:
        """Goes to what comes next; stays where nothing does."""
        coming, opened = self.after(1), self._session.open
        if coming:
            self.go_to(coming[0])
        elif self.listed is not None:
            self.ended.emit()
        elif opened is not None and opened.k + 1 < opened.scan.slices:
            self.go_to(Place(opened.item.id, opened.k + 1))
        elif opened is not None and opened.scan.slices == 1:
            self._session.next_item()

    def go_to(self, place: Place) -> None:
        """Shows this slice, opening its scan first where that is another one."""
        self._wanted = place
        if place.item_id == self._session.current_id:
            self._go_to_wanted()
        else:
            self._session.open_item(place.item_id)

    def is_checked(self, place: Place) -> bool:
        """Whether somebody said of this slice that it is right."""
        if place.item_id not in self._session.known_items:
            return True
        statuses = self._session.record(place.item_id).statuses
        return place.k >= len(statuses) or statuses[place.k] == SliceStatus.CHECKED

    def _by_position(self, here: Place, count: int) -> list[Place]:
        opened = self._session.open
        if opened is None:
            return []
        if opened.scan.slices > 1:
            places = (Place(here.item_id, k) for k in range(here.k + 1, opened.scan.slices))
        else:
            places = (Place(item.id, 0) for item in self._pictures_after(here.item_id))
        found: list[Place] = []
        for place in places:
            if len(found) == count:
                break
            if not self.is_checked(place):
                found.append(place)
        return found

    def _pictures_after(self, item_id: str) -> list[WorkItem]:
        """The scans that follow in the list, as long as they are pictures of one slice."""
        if self._order is None:
            self._order = [one for one in in_list_order(self._session.known_items.values()) if not one.error]
        ids = [item.id for item in self._order]
        after = self._order[ids.index(item_id) + 1 :] if item_id in ids else []
        volume = next((n for n, item in enumerate(after) if item.shape[0] > 1), len(after))
        return after[:volume]

    def _go_to_wanted(self) -> None:
        wanted = self._wanted
        if wanted is not None and wanted.item_id == self._session.current_id:
            self._wanted = None
            self._session.go_to_slice(wanted.k)
            self.arrived.emit(wanted)

    def _count_again(self) -> None:
        self._order = None

    def _forget(self) -> None:
        self._wanted, self._order, self.listed = None, None, None
