"""Stacks: offers to join numbered pictures into a volume, joins them, and takes the volume apart with one click."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudySteps
from lesionstudio.gui.views import Notice, Reading
from lesionstudio.project.project import Project
from lesionstudio.project.stacks import Joined, Spacing, join, stackable, take_apart
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _, ngettext

FEWEST_TO_OFFER, _OFFERED, _SPACING = 8, "stacks_offered", "stack_spacing_mm"


class Stacks(QObject):
    """One at a time. What is open of it is saved and closed first; the list changes when all is written."""

    def __init__(self, session: Session, study_steps: StudySteps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._study_steps = session, study_steps
        self._job: Job | None = None
        session.reading_changed.connect(self._reading)

    @property
    def spacing(self) -> tuple[float, float] | None:
        """What was last typed in for this folder: distance of slices and width of a pixel."""
        said = self._session.study_settings.get(_SPACING)
        return (float(said[0]), float(said[1])) if said else None

    def group_of(self, item_id: str) -> tuple[WorkItem, ...]:
        """The pictures that could be one volume with this one; none where it is no such picture."""
        groups = stackable(self._session.known_items.values())
        return next((group for group in groups if any(one.id == item_id for one in group)), ())

    def shown_name(self, item: WorkItem) -> str:
        """What the picture of an item is called on the screen: as its file, while names are not hidden."""
        name = item.source.files[0].name
        return name if self._session.hidden is None else self._session.item_view(item.id).name

    def is_stack(self, item_id: str) -> bool:
        """Whether this scan is a volume made of pictures."""
        return self._session.project is not None and item_id in self._session.project.joined

    def join(self, members: Sequence[WorkItem], spacing: Spacing | None) -> None:
        """Makes one volume of these pictures, in this order."""
        if spacing is not None:
            self._session.study_settings[_SPACING] = [spacing[0], spacing[1]]
        project = self._free_project()
        if project is not None and all(one.id in project.items for one in members):
            ids = [one.id for one in members]
            self._run(ids, join, (project, tuple(members), spacing), lambda made: self._joined(project, made))

    def take_apart(self, item_id: str) -> None:
        """Makes single pictures of a volume again; marks go with them."""
        project = self._free_project()
        if project is not None and item_id in project.joined:
            item = project.items[item_id]
            self._run([item_id], take_apart, (project, item), lambda made: self._taken_apart(project, made))

    def _free_project(self) -> Project | None:
        """The study, if it may be written and nothing of the kind is under way; says why not."""
        project = self._session.project
        if project is not None and project.read_only:
            self._session.tell(Notice("warning", _("Opened for looking only."), project.read_only))
            return None
        return project if self._job is None else None

    def _run(
        self, ids: Sequence[str], function: Callable[..., Joined], args: tuple[Any, ...], then: Callable[[Joined], None]
    ) -> None:
        """Saves, closes what is open of these, and calls when the disk has it all; again if one moved on meanwhile."""
        session = self._session
        session.close_any_of(ids)
        session.autosave.flush()
        versions = {one: session.autosave.version(one) for one in ids}
        self._job = saving = session.runner.run("save", _("Saving"), _nothing)

        def done(made: Joined) -> None:
            if session.project is not args[0]:
                return
            moved_on = any(session.autosave.version(one) != n for one, n in versions.items())
            if moved_on or session.current_id in ids:
                self._job = None
                self._run(ids, function, args, then)
            else:
                then(made)

        def begin(_none: object) -> None:
            self._job = job = session.runner.run("files", _("Joining"), function, *args)
            job.succeeded.connect(done)
            job.failed.connect(session.tell_problem)
            job.failed.connect(lambda _problem: session.open_item(ids[0]))
            job.ended.connect(lambda: self._over(job))

        saving.succeeded.connect(begin)
        saving.failed.connect(session.tell_problem)

    def _over(self, job: Job) -> None:
        if self._job is job:
            self._job = None

    def _joined(self, project: Project, made: Joined) -> None:
        project.join(made.item, made.members)
        self._show(made.item.id, [one.id for one in made.members])
        words = ngettext("{n} picture is one volume now.", "{n} pictures are one volume now.", len(made.members))
        undo = Notice("good", words, _("The files stay as they are."), _("Undo"), "take_apart", payload=made.item.id)
        self._session.tell(undo)

    def _taken_apart(self, project: Project, made: Joined) -> None:
        project.take_apart(made.item.id)
        self._show(made.members[0].id, [made.item.id])
        words = ngettext("{n} picture again.", "{n} single pictures again.", len(made.members))
        self._session.tell(Notice("good", words, _("Marks went with them.")))

    def _show(self, item_id: str, gone: Sequence[str]) -> None:
        self._study_steps.forget_of(gone)
        self._session.save_project()
        self._session.open_item(item_id)
        self._session.list_changed()

    def _reading(self, reading: Reading | None) -> None:
        """The whole folder was searched: offers once to join the longest row of pictures in it."""
        session = self._session
        if reading is not None or session.project is None or session.project.read_only:
            return
        groups = [one for one in stackable(session.known_items.values()) if len(one) >= FEWEST_TO_OFFER]
        if not groups or session.study_settings.get(_OFFERED) or self._anything_done():
            return
        session.study_settings[_OFFERED] = True
        longest = max(groups, key=len)
        text = ngettext("{n} numbered picture of one size.", "{n} numbered pictures of one size.", len(longest))
        hint = _("If they are slices of one volume, they can be joined.")
        session.tell(Notice("info", text, hint, _("Join"), "join_stack", payload=longest[0].id))

    def _anything_done(self) -> bool:
        project = self._session.project
        return project is None or any(any(record.statuses) for record in project.records.values())


def _nothing() -> None:
    """Ends when everything before it on its lane has ended."""
