"""Beside: the second series that is shown beside the scan on screen, and how the two are linked."""

from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.linking import NOT_MOVED, Link, Moved
from lesionstudio.imaging.planes import Place
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, first_preset, preset_window
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _

How = Literal["frame", "files", "order", "hand", "other frame", "other patient", "other size", "apart"]
"""What the link rests on, or why there is none yet."""

_LINKED: tuple[How, ...] = ("frame", "files", "order", "hand")


@dataclass(frozen=True, eq=False, slots=True)
class Second:
    """The second series: how it was linked when it was opened or last linked by hand, and whether it is now."""

    item: WorkItem
    scan: Scan
    link: Link
    how: How
    is_linked: bool

    @property
    def is_known(self) -> bool:
        """Whether it is known which places belong together, be they linked now or not."""
        return self.how in _LINKED


class Beside(QObject):
    """`changed`: another second series, none any more, or linked otherwise. What a person set by hand is kept in the
    study for the pair."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.second: Second | None = None
        self.windows: dict[str, Window] = {}
        self._left: tuple[WorkItem, Scan, str] | None = None
        self._here = ""
        self._job: Job | None = None
        session.scan_closed.connect(self._closed)
        session.scan_opened.connect(self._opened)
        session.folder_opened.connect(self._forget)
        session.folder_opened.connect(self.windows.clear)

    # Which

    def toggle(self) -> None:
        """Shows the series that belongs most to the one on screen, or none any more."""
        if self.second is not None:
            self.close()
            return
        partner = self.partner()
        if partner:
            self.show(partner)
        else:
            words = _("Drag a scan from the list onto the picture, or choose Show beside this one in its menu.")
            self._session.tell(Notice("info", _("There is no other series of this patient."), words))
            self.changed.emit()

    def show(self, item_id: str) -> None:
        """Reads a series in the background and shows it beside the scan on screen."""
        opened, project = self._session.open, self._session.project
        item = self._session.known_items.get(item_id)
        if opened is None or project is None or item is None or item_id == opened.item.id:
            self.changed.emit()
            return
        if item.error:
            self._session.tell(Notice("error", item.error, item.hint))
            self.changed.emit()
            return
        self._stop_reading()
        job = self._job = self._session.runner.run("files", _("Reading"), _read, project, item)
        job.succeeded.connect(lambda scan: self._join(item, scan) if self._session.open is opened else None)
        job.failed.connect(self._failed)

    def close(self) -> None:
        """Shows one series again."""
        self._forget()
        self.changed.emit()

    def partner(self) -> str:
        """The series last shown beside this one; else one of the same patient, of the same study first; "" for none."""
        here = self._session.known_items.get(self._session.current_id)
        if here is None:
            return ""
        ids = list(self._session.known_items)
        after = ids.index(here.id)
        others = [self._session.known_items[one] for one in (*ids[after + 1 :], *ids[:after])]
        kept = self._kept("beside_last").get(here.id)
        fitting = [one for one in others if self._belongs(here, one) or one.id == kept]
        fitting.sort(key=lambda one: (one.id != kept, one.study != here.study, one.kind != here.kind))
        return fitting[0].id if fitting else ""

    # How it is linked

    def unlink(self) -> None:
        """Lets both be scrolled and moved by themselves."""
        if self.second is not None:
            self._take(self.second.link, self.second.how, is_linked=False)

    def link_places(self, here: Place, there: Place) -> None:
        """From now on these two places belong together; kept for this pair."""
        if self.second is None:
            return
        link = self.second.link.joining(here, there)
        self._kept("beside_moved").setdefault(self._session.current_id, {})[self.second.item.id] = list(link.moved)
        self._session.save_project()
        self._take(link, "hand", is_linked=True)

    def link_as_before(self) -> None:
        """Takes what was moved by hand back: what the files say counts again."""
        if self.second is None:
            return
        kept, here, there = self._kept("beside_moved"), self._session.current_id, self.second.item.id
        for one, other in ((here, there), (there, here)):
            kept.get(one, {}).pop(other, None)
        self._session.save_project()
        self._join(self.second.item, self.second.scan)

    def window_of(self, second: Second) -> Window:
        """The window the second series is shown in: its own, first that of the scan on screen where both are in HU."""
        if second.item.id not in self.windows:
            both_hu = self._session.scan is not None and self._session.scan.unit == second.scan.unit == "HU"
            middle = second.scan.slices // 2
            own = preset_window(second.scan, first_preset(second.scan) or "auto", middle)
            self.windows[second.item.id] = self._session.window if both_hu else own
        return self.windows[second.item.id]

    def _join(self, item: WorkItem, scan: Scan) -> None:
        opened = self._session.open
        if opened is None or item.id == opened.item.id:
            return
        moved = self._moved(opened.item.id, item.id)
        link = Link(opened.scan.geometry, scan.geometry, moved or NOT_MOVED)
        how = "hand" if moved is not None else _how(opened.item, opened.scan, item, scan, link)
        self._here = opened.item.id
        self._kept("beside_last")[self._here] = item.id
        self.second = Second(item, scan, link, how, how in _LINKED)
        self.changed.emit()

    def _take(self, link: Link, how: How, *, is_linked: bool) -> None:
        if self.second is not None:
            self.second = Second(self.second.item, self.second.scan, link, how, is_linked)
            self.changed.emit()

    def _moved(self, here: str, there: str) -> Moved | None:
        """What was set by hand for this pair, from either side."""
        kept = self._kept("beside_moved")
        moved, back = kept.get(here, {}).get(there), kept.get(there, {}).get(here)
        found = moved or (back and [-at for at in back])
        return (float(found[0]), float(found[1]), float(found[2])) if found else None

    def _kept(self, name: str) -> dict[str, Any]:
        kept: dict[str, Any] = self._session.study_settings.setdefault(name, {})
        return kept

    def _belongs(self, here: WorkItem, other: WorkItem) -> bool:
        return not other.error and not other.last and bool(here.patient) and other.patient == here.patient

    # While scans come and go

    def _closed(self) -> None:
        self._stop_reading()
        if self.second is not None:
            self._left = (self.second.item, self.second.scan, self._here)
            self.second = None
            self.changed.emit()

    def _opened(self) -> None:
        left, self._left = self._left, None
        if left is None:
            return
        item, scan, before = left
        here = self._session.known_items[self._session.current_id]
        if here.id == item.id:
            self.show(before)
        elif here.id == before or self._belongs(here, item):
            self._join(item, scan)
        elif partner := self.partner():
            self.show(partner)

    def _failed(self, problem: BaseException) -> None:
        self._session.tell_problem(problem)
        self.changed.emit()

    def _stop_reading(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _forget(self) -> None:
        self._stop_reading()
        self.second = self._left = None


def _read(project: Project, item: WorkItem) -> Scan:
    """Slow. Raises UnreadableFile."""
    scan = project.read_scan(item)
    scan.slice(scan.slices // 2)
    return scan


def _how(here: WorkItem, scan: Scan, there: WorkItem, other: Scan, link: Link) -> How:
    if here.patient and there.patient and here.patient != there.patient:
        return "other patient"
    if not link.is_by_mm:
        return "order" if scan.slices == other.slices else "other size"
    if scan.frame and other.frame:
        return "frame" if scan.frame == other.frame else "other frame"
    return "files" if link.overlaps else "apart"
