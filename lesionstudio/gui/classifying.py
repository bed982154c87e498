"""Classifying: which classifier is used, what it said of which pictures, and the work that asks it.

What a person asks for is urgent: it passes what the compute process does, a few pictures at a time. What the program
asks by itself waits its turn, a few pictures at a time too, so that a person's Segment or Learn never waits long.
"""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.classifiers import Classifiers
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.kinds import ClassifierView, Kind, Looked, Running
from lesionstudio.gui.looked_at import LookedAt
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import JobView
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.words import _
from lesionstudio.workflows.kept_kinds import known_kinds

_LOT, _SOON_MS = 8, 400
_MOST_BY_ITSELF = 2000


class Classifying(QObject):
    """`changed`: which classifiers, which pictures, what runs; `answered`: keys of pictures that are known now."""

    changed = Signal()
    answered = Signal(object)
    job_changed = Signal(object)

    def __init__(
        self, session: Session, lane: ComputeLane, *, by_itself: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._lane, self._by_itself = session, lane, by_itself
        self._kinds: dict[str, Kind] = {}
        self._looked_at = LookedAt(session)
        self.classifiers = Classifiers(session, self)
        self._wanted, self._later = deque[str](), dict[str, None]()
        self._sought: set[str] = set()
        self._seeking, self._at_once = 0, ""
        self._unanswered: set[str] = set()
        self._lot: Job | None = None
        self._done, self._began, self._run = 0, 0.0, 0
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._seek)
        self.classifiers.changed.connect(self.ask_anew)
        session.items_changed.connect(self._soon.start)
        session.folder_opened.connect(self._forget_all)
        session.scan_opened.connect(self._look_at_this_first)

    @property
    def classifier(self) -> ClassifierView | None:
        """The one that is asked; None where none is installed."""
        return self.classifiers.in_use

    def ask_anew(self) -> None:
        """Forgets what was said: another classifier is asked, or the pictures' values are read in another way."""
        known = list(self._kinds)
        self._stop()
        self._unanswered.clear()
        self._kinds.clear()
        self._sought.clear()
        self.answered.emit(known)
        self.changed.emit()
        self._seek()

    # Pictures

    @property
    def pictures(self) -> list[Looked]:
        """What can be asked about."""
        return self._looked_at.all

    def picture(self, key: str) -> Looked | None:
        """The picture of this key."""
        return self._looked_at.by_key(key)

    def kind(self, key: str) -> Kind | None:
        """What a picture shows; None where nobody asked yet."""
        known = self._kinds.get(key)
        if known is None and (picture := self.picture(key)) is not None and picture.error:
            return Kind(error=picture.error, hint=picture.hint)
        return known

    @property
    def known(self) -> Mapping[str, Kind]:
        """What is known of pictures by key, as it grows."""
        return self._kinds

    def take(self, found: Iterable[FoundScan]) -> list[str]:
        """Takes in what was dropped; gives the keys, and asks about all of it."""
        keys = self._looked_at.take(found)
        self.changed.emit()
        self.ask(keys)
        return keys

    def forget_dropped(self) -> None:
        """Takes what was dropped off the page."""
        gone = self._looked_at.forget()
        self._kinds = {key: kind for key, kind in self._kinds.items() if key not in gone}
        self._wanted = deque(key for key in self._wanted if key not in gone)
        self.changed.emit()

    # Asking

    @property
    def running(self) -> Running:
        """What goes on: what a person asked for, what the program asks by itself, or nothing."""
        if self._wanted or (self._lot is not None and self._run):
            return "asked"
        return "by itself" if self._lot is not None or self._later else ""

    def ask_all(self) -> None:
        """Asks about every picture that is not known yet; about all anew where all are known."""
        keys = [one.key for one in self.pictures if not one.error]
        self.ask([key for key in keys if key not in self._kinds] or keys, again=True)

    def ask(self, keys: Sequence[str], *, first: bool = False, again: bool = False) -> None:
        """Asks about these, past whatever the program does by itself; `first`: before what waits already."""
        if self.classifier is None:
            return
        sound = [key for key in keys if (one := self.picture(key)) is not None and not one.error]
        fresh = [key for key in sound if (again or key not in self._kinds) and key not in self._wanted]
        if not fresh:
            return
        if not self._wanted and not self._run:
            self._done, self._began = 0, time.monotonic()
        self._run += len(fresh)
        self._wanted = deque([*fresh, *self._wanted] if first else [*self._wanted, *fresh])
        self._next()
        self.changed.emit()

    def look_at(self, key: str) -> None:
        """Asks about the picture on screen before all others, unless it is known from before."""
        if key in self._unanswered:
            return
        if key in self._session.known_items and (key not in self._sought or self._seeking):
            self._at_once = key
            self._seek()
        if not self._seeking:
            self._at_once = ""
            self.ask([key], first=True)

    def ask_quietly(self, keys: Sequence[str]) -> None:
        """Asks about these when there is time."""
        if self.classifier is not None:
            self._later |= dict.fromkeys(key for key in keys if key not in self._kinds)
            self._next()

    def cancel(self) -> None:
        """Stops asking; what is known stays."""
        self._stop()
        self.changed.emit()

    def _stop(self) -> None:
        self._wanted.clear()
        self._later.clear()
        lot, self._lot, self._run = self._lot, None, 0
        if lot is not None:
            lot.cancel()
        self.job_changed.emit(None)

    def _next(self) -> None:
        if self._lot is not None:
            return
        classifier = self.classifier
        while classifier is not None and (self._wanted or self._later):
            asked = bool(self._wanted)
            lot = self._lot_of(asked=asked)
            if lot:
                self._submit(lot, classifier, asked=asked)
                return
        self._run = 0
        self.job_changed.emit(None)

    def _lot_of(self, *, asked: bool) -> list[str]:
        """The next few that are still there, and still unknown where nobody asked."""
        lot: list[str] = []
        while len(lot) < _LOT and (queue := self._wanted if asked else self._later):
            key = self._wanted.popleft() if asked else next(iter(queue))
            self._later.pop(key, None)
            if self.picture(key) is not None and (asked or key not in self._kinds):
                lot.append(key)
        return lot

    def _submit(self, lot: list[str], classifier: ClassifierView, *, asked: bool) -> None:
        pictures = [one for key in lot if (one := self.picture(key)) is not None]
        arguments = {
            "sources": [one.source.to_json(None) for one in pictures],
            "model": str(classifier.folder),
            "hu_offset": self._hu_offset,
        }
        self._lot = job = self._lane.submit(
            "look_at_pictures", arguments, _("Looking at pictures"), level=Level.URGENT if asked else Level.ORDINARY
        )
        if asked:
            self._tell()
        job.succeeded.connect(lambda answers: self._take_answers(job, lot, answers, asked=asked))
        job.failed.connect(lambda problem: self._failed(job, lot, problem, asked=asked))

    def _take_answers(self, job: Job, lot: list[str], answers: list[dict[str, Any]], *, asked: bool) -> None:
        if job is not self._lot:
            return
        self._lot = None
        self._done += len(lot) if asked else 0
        self._kinds.update({key: Kind.of(answer) for key, answer in zip(lot, answers)})
        self._next()
        self.answered.emit(lot)
        if self._lot is None:
            self.changed.emit()

    def _failed(self, job: Job, lot: list[str], problem: BaseException, *, asked: bool) -> None:
        """One sentence, and no more questions: the next would fail in the same way. Nothing where nobody asked."""
        if job is not self._lot:
            return
        self._lot = None
        if asked or not isinstance(problem, LesionStudioError):
            self._unanswered |= {*lot, *self._wanted}
            self._stop()
            self.changed.emit()
            self._session.tell_problem(problem)
        else:
            self._later.clear()
            self._next()

    def has_no_answer(self, key: str) -> bool:
        """Whether the question about this picture failed."""
        return key in self._unanswered and key not in self._kinds

    def _tell(self) -> None:
        share = self._done / self._run if self._run else None
        spent = time.monotonic() - self._began
        left = spent / self._done * (self._run - self._done) if self._done else None
        if self._run > 1:
            self.job_changed.emit(JobView("classify", _("Looking at pictures"), share, left))

    @property
    def _hu_offset(self) -> float | None:
        return self._session.project.hu_offset if self._session.project is not None else None

    # By itself

    def _look_at_this_first(self) -> None:
        key = self._session.current_id
        if self._by_itself and key and key not in self._kinds:  # by whom, is looked for when the picture is shown
            self._later = {key: None, **self._later}
            self._soon.start()

    def _seek(self) -> None:
        """Finds what is known of the study's scans from before, and asks about the rest when there is time."""
        classifier = self.classifier
        fresh = [one for one in self.pictures if not one.error and one.key not in self._sought]
        if classifier is None or not fresh:
            self._next() if classifier is not None else self._later.clear()
            return
        self._sought |= {one.key for one in fresh}
        self._seeking += 1
        asked = (self._session.project, classifier, self._hu_offset)
        sources = [one.source for one in fresh]
        facts = (sources, classifier.card.sha256, self._hu_offset)
        job = self._session.runner.run("files", _("Reading"), known_kinds, *facts)
        job.succeeded.connect(lambda known: self._take_known(asked, fresh, known))
        job.ended.connect(self._sought_all)

    def _sought_all(self) -> None:
        """What is on screen and not known from before is asked about now."""
        self._seeking -= 1
        key, self._at_once = self._at_once, ""
        if key and not self._seeking:
            self.ask([key], first=True)

    def _take_known(self, asked: tuple[object, ...], fresh: list[Looked], known: list[dict[str, Any] | None]) -> None:
        """Takes in what is known from before, unless another study or classifier is at hand by now."""
        if asked != (self._session.project, self.classifier, self._hu_offset):
            return
        pairs = [(one.key, answer) for one, answer in zip(fresh, known) if self.picture(one.key) is not None]
        found = {key: Kind.of(answer) for key, answer in pairs if answer is not None and key not in self._kinds}
        self._kinds.update(found)
        if found:
            self.answered.emit(list(found))
        if self._by_itself:
            self.ask_quietly([key for key, answer in pairs if answer is None][:_MOST_BY_ITSELF])
        self.changed.emit()

    def _forget_all(self) -> None:
        """Another folder is open; what was dropped stays."""
        self._stop()
        self._sought.clear()
        self._kinds = {key: kind for key, kind in self._kinds.items() if key in self._looked_at.dropped}
        self.changed.emit()
        self._soon.start()
