"""Growing: while a folder is searched, more is found of a scan that is on screen already."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from lesionstudio.gui.views import Notice
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.found_again import withdraw
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.session import Session


class Growing(QObject):
    """A scan nobody has painted on is read anew at the place it is looked at; of any other it is said."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._told: set[str] = set()
        session.items_changed.connect(self._look)
        session.scan_opened.connect(self._look)
        session.folder_opened.connect(self._told.clear)
        session.scans_gone.connect(self._drop)

    @property
    def is_touched(self) -> bool:
        """Whether something was done to the scan on screen that reading it anew would take out of the hand."""
        session = self._session
        history = session.history
        if history is None:
            return False
        done = history.is_open or history.undo_title or history.redo_title
        return bool(done) or session.autosave.pending(session.current_id) is not None

    def _look(self) -> None:
        session = self._session
        if session.open is None or session.project is None:
            return
        item = session.project.items.get(session.current_id)
        if item is None or item.source == session.open.item.source:
            return
        if not self.is_touched:
            session.read_anew(item)
        elif session.reading() is None and item.id not in self._told:
            self._told.add(item.id)
            self._tell(item, session.open.scan)

    def _tell(self, item: WorkItem, scan: Scan) -> None:
        text = _("{n} slices were found, {m} are on screen. Open another scan and come back to see all of them.")
        title = _("There is more of this scan.")
        self._session.tell(Notice("info", title, text.format(n=item.shape[0], m=scan.slices)))

    def _drop(self, item_ids: Collection[str]) -> None:
        """These were no scans of their own: what was found of them belongs to others."""
        session = self._session
        if session.project is None:
            return
        kept = {session.current_id} if self.is_touched else set()
        gone = [one for one in item_ids if one not in kept]
        session.close_any_of(gone)
        if withdraw(session.project, gone):
            session.items_changed.emit()
