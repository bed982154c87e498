"""StoredValues: asks once a folder whether pictures that look like CT with a number added are to be read so."""

from typing import Literal

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.session import Session
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.choices import guessed_offset
from lesionstudio.imaging.doubts import hu_sentence
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _


class StoredValues(QObject):
    """The guess is shown and never acted on by itself; the answer holds for the folder and can be changed."""

    answered = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = False
        session.folder_opened.connect(self._another_folder)
        session.scan_opened.connect(self._look)

    @property
    def hu_offset(self) -> float | None:
        """What was added to HU in this folder's pictures, as a person has said."""
        project = self._session.project
        return project.hu_offset if project is not None else None

    @property
    def guess(self) -> int | None:
        """What seems to have been added to HU in the scan on screen."""
        opened = self._session.open
        if opened is None or not opened.scan.is_read(opened.k):
            return None
        return guessed_offset(opened.scan, [opened.k])

    def answer(self, hu_offset: float | None) -> None:
        """Reads this folder's pictures as HU with this added from now on, or (None) leaves them as they are stored."""
        session, project, opened = self._session, self._session.project, self._session.open
        if project is None:
            return
        self._asked = True
        project.settings["hu_offset"] = hu_offset
        session.save_project()
        if opened is not None:
            job = session.runner.run("files", _("Reading"), read_again, project, opened.item, opened.k)
            job.succeeded.connect(lambda scan: session.show_values(opened.item.id, scan))
            job.failed.connect(session.tell_problem)
        self.answered.emit()

    def _another_folder(self) -> None:
        self._asked = False

    def _look(self) -> None:
        if self._asked or "hu_offset" in self._session.study_settings:
            return
        offset = self.guess
        if offset is not None:
            self._asked = True
            self._session.tell(question(offset))


def question(offset: int, kind: Literal["info", "warning"] = "info") -> Notice:
    """The banner that asks; a warning once a model for CT has worked on values that are not in HU."""
    return Notice(
        kind,
        hu_sentence(offset),
        _("In HU, models for CT see what they expect. The files stay as they are."),
        _("Read as CT"),
        "read_as_ct",
        payload=offset,
        other_text=_("Leave as they are"),
        other="leave_values",
    )


def read_again(project: Project, item: WorkItem, k: int) -> Scan:
    """The scan of an item, with slice k. Slow: runs on the `files` lane. Raises UnreadableFile."""
    scan = project.read_scan(item)
    scan.slice(min(k, scan.slices - 1))
    return scan
