"""LabelSets: choosing a named list of labels for the study, keeping one's own, and sharing them as files."""

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QObject

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudyStep, StudySteps
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.label_sets import LabelList, moved, with_list
from lesionstudio.imaging.labels import Label, LabelSet
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.label_library import LabelLibrary, share
from lesionstudio.words import _


class LabelSets(QObject):
    """Choosing a list is a study step: taken back as a whole. Marks are never touched by it."""

    def __init__(self, session: Session, study_steps: StudySteps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._study_steps = session, study_steps
        self.library = LabelLibrary()

    @property
    def fits(self) -> str:
        """The name of the list that this study's labels are; "" for none."""
        names = [(one.number, one.name) for one in self._session.labels]
        lists = self.library.all()
        return next((one.name for one in lists if [(n.number, n.name) for n in one.labels] == names), "")

    def choose(self, chosen: LabelList) -> None:
        """Makes these the study's labels; what is marked already keeps its label."""
        session, project = self._session, self._session.project
        if project is None:
            return
        if project.read_only:
            session.tell(Notice("warning", _("Opened for looking only."), project.read_only))
            return
        before = session.labels
        try:
            after = with_list(before, chosen, self._used(), is_fresh=self._is_fresh())
        except ValueError:
            hint = _("Label numbers go from 1 to 255, and none is used twice.")
            session.tell(Notice("error", _("This study has no number left for another label."), hint))
            return
        if after == before:
            session.tell(Notice("info", _("The study has these labels already.")))
            return
        step = StudyStep(_("Labels: {name}").format(name=chosen.name))
        step.also = lambda forward: self._move(before, after, forward=forward)
        self._take(after)
        session.label_in_use = after.shown()[0].number
        session.set_labels(after)
        self._study_steps.add(step)
        theirs = {one.number for one in after.labels[: len(chosen.labels)]}
        kept = [one.name for one in after if one.number not in theirs]
        self._tell(step, kept)

    def keep(self, name: str) -> None:
        """Keeps the study's labels as a list of one's own."""
        labels = tuple(Label(one.number, one.name, one.colour) for one in self._session.labels)
        self._try(lambda: self.library.save(LabelList(name, labels)), _("Kept as {name}.").format(name=name))

    def delete(self, name: str) -> None:
        """Forgets a list of one's own."""
        words = _("{name} is no longer among the label sets.").format(name=name)
        self._try(lambda: self.library.delete(name), words)

    def take_in(self, path: Path) -> None:
        """Keeps the list in a file and chooses it for this study."""
        try:
            taken = self.library.take_in(path)
        except LesionStudioError as problem:
            self._session.tell_problem(problem)
            return
        self.choose(taken)

    def share(self, path: Path) -> None:
        """Writes the study's labels as a file for others."""
        labels = tuple(Label(one.number, one.name, one.colour) for one in self._session.labels)
        name = self.fits or (self._session.folder.name if self._session.folder else path.stem)
        self._try(lambda: share(LabelList(name, labels), path), _("Labels written to {name}.").format(name=path.name))

    def _try(self, do: Callable[[], object], words: str) -> None:
        try:
            do()
        except LesionStudioError as problem:
            self._session.tell_problem(problem)
            return
        self._session.tell(Notice("good", words))

    def _move(self, before: LabelSet, after: LabelSet, *, forward: bool) -> None:
        """Takes the choice back, or does it again, on the labels as they are by now."""
        frm, to = (before, after) if forward else (after, before)
        labels = moved(self._session.labels, frm, to, self._used())
        self._take(labels)
        self._session.set_labels(labels)

    def _take(self, labels: LabelSet) -> None:
        """Forgets what models' labels stand for where a number means something else from now on."""
        old, new = ({one.number: one.name for one in some} for some in (self._session.labels, labels))
        tables = self._session.study_settings.get("label_tables", {})
        for model_id in [one for one, table in tables.items() if any(old.get(n) != new.get(n) for n in table.values())]:
            del tables[model_id]

    def _used(self) -> Collection[int]:
        """The numbers that are marked in any scan, or that open drafts may hold."""
        project, used = self._session.project, set[int]()
        if project is None:
            return used
        for record in project.records.values():
            if record.marks is None:
                used |= {one.number for one in self._session.labels.labels}
            used |= {number for found in (record.marks or {}).values() for number in found}
            if SliceStatus.DRAFT in record.statuses or record.draft is not None:
                used |= {n for table in project.settings.get("label_tables", {}).values() for n in table.values()}
        return used

    def _is_fresh(self) -> bool:
        """Whether nothing was ever marked here, so that no number has a meaning yet."""
        project, history = self._session.project, self._session.history
        if project is None or self._used() or (history is not None and any(edit.groups for edit in history.steps)):
            return False
        return not project.was_marked

    def _tell(self, step: StudyStep, kept: list[str]) -> None:
        words = _("Marked already, so they stay: {names}.").format(names=", ".join(kept)) if kept else ""
        self._session.tell(Notice("good", step.title, words, _("Undo"), "take_back", payload=step))
