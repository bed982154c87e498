"""ClosedMasks: changes to masks of scans that are not on screen, and to those that come on screen meanwhile."""

from collections.abc import Callable

from PySide6.QtCore import QTimer

from lesionstudio.gui.open_scan import read_item
from lesionstudio.gui.session import Session
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit, Step
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import Mask
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _

STROKE_WAIT_MS = 60
Change = Callable[[EditHistory], None]


class ClosedMasks:
    """Each change is made on the newest state of its mask: one that was saved while the file was read is read again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def change(self, item_id: str, change: Change) -> None:
        """Changes the mask of an item, and saves it; of the scan on screen as a step of its history."""
        session, item = self._session, self._session.known_items.get(item_id)
        project = session.project
        if item is None or project is None:
            return
        version, pending = session.autosave.version(item_id), session.autosave.pending(item_id)
        job = session.runner.run("files", _("Reading"), read_item, project, item, 0, pending)
        job.succeeded.connect(lambda read: self.change_read(item, read[1], version, change))
        job.failed.connect(session.tell_problem)

    def change_read(self, item: WorkItem, mask: Mask, version: int, change: Change) -> None:
        """Changes a mask that was read when autosave had this version of it."""
        session = self._session
        if item.id not in session.known_items:
            return
        if item.id == session.current_id and session.open is not None:
            if session.open.history.is_open:
                QTimer.singleShot(STROKE_WAIT_MS, session, lambda: self.change_read(item, mask, version, change))
                return
            change(session.open.history)
            session.edited(Box.whole(session.open.mask.shape))
        elif session.autosave.version(item.id) != version:
            self.change(item.id, change)
        else:
            history = EditHistory(mask, locked=session.labels.locked)
            session.autosave.journal.listen(item.id, history)
            change(history)
            self._keep(item.id, mask)

    def take_changed(self, item: WorkItem, mask: Mask, version: int, edit: MaskEdit, change: Change) -> bool:
        """Keeps a mask that was read at this version and changed by `edit` since, all of it on another thread.

        Where the mask moved on meanwhile, or is on screen, it says False and `change` will do the same on what is now.
        """
        session = self._session
        if item.id not in session.known_items:
            return True
        if session.autosave.version(item.id) != version or item.id == session.current_id:
            self.change_read(item, mask, version, change)
            return False
        history = EditHistory(mask)
        session.autosave.journal.listen(item.id, history)
        if history.on_step is not None:
            history.on_step(Step("do", edit))
        self._keep(item.id, mask)
        return True

    def _keep(self, item_id: str, mask: Mask) -> None:
        self._session.note_statuses(item_id, mask)
        self._session.autosave.save(item_id, mask.snapshot())
