"""VolumeChoice: which volume of a file that holds several is on screen. The mask is one, drawn over all of them."""

from functools import partial

from PySide6.QtCore import QObject

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.session import Session
from lesionstudio.gui.stored_values import read_again
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _

STEPS = {"next_volume": 1, "previous_volume": -1}


class VolumeChoice(QObject):
    """What is chosen is kept with the scan: a model, learning and exports see the same volume as the person."""

    def __init__(self, session: Session, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self._wanted: tuple[str, int] | None = None
        for verb, step in STEPS.items():
            actions.on(verb, partial(self._go, step))
        session.scan_opened.connect(self._look)
        session.scan_closed.connect(self._look)
        self._look()

    def _look(self) -> None:
        """A new scan on screen: what was wanted before it came is no more."""
        opened = self._session.open
        count = opened.scan.volumes if opened is not None else 1
        if opened is None or self._wanted not in (None, (opened.item.id, opened.scan.volume_number)):
            self._wanted = None
        for verb in STEPS:
            self._actions.allow(verb, count > 1)
            self._actions.explain(verb, "" if count > 1 else _("The file on screen holds one volume."))

    def _go(self, step: int) -> None:
        """Reads the volume so many further, round in a circle; steps add up while one is being read."""
        session, opened = self._session, self._session.open
        if opened is None or session.project is None or opened.scan.volumes < 2:
            return
        at = self._wanted[1] if self._wanted is not None else opened.scan.volume_number
        volume = (at + step) % opened.scan.volumes
        self._wanted = (opened.item.id, volume)
        item = opened.item.with_part(f"v{volume}")
        job = session.runner.run("files", _("Reading"), read_again, session.project, item, opened.k)
        job.succeeded.connect(lambda scan: self._show(item, scan))
        job.failed.connect(session.tell_problem)

    def _show(self, item: WorkItem, scan: Scan) -> None:
        """The last one asked for; one that was passed by meanwhile is not shown."""
        session = self._session
        if self._wanted != (item.id, scan.volume_number) or session.open is None or session.project is None:
            return
        self._wanted = None
        session.open.item = session.project.items[item.id] = item
        session.save_project()
        session.show_values(item.id, scan)
