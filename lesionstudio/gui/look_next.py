"""LookNext: the slices that are worth a look, found out in the background a few at a time; J goes to the next one."""

import random
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.learner import Learner
from lesionstudio.gui.look_words import Suggestion, suggestion_of
from lesionstudio.gui.models import Models
from lesionstudio.gui.session import Session
from lesionstudio.gui.sureness import chosen_threshold
from lesionstudio.gui.views import ModelView, Notice
from lesionstudio.gui.what_next import Place, WhatNext
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.fates import ComeBy
from lesionstudio.project.worklist import Role
from lesionstudio.words import _

LONG, MOST_LOOKED_AT, AT_ONCE = 12, 60, 2
_PAUSE_WHILE_LEARNING_MS, _ENOUGH_TO_BEGIN = 1500, 10


class LookNext(QObject):
    """A list for the model in use, begun when it is first asked for. `changed`: the list, or how far the search is."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        models: Models,
        learner: Learner,
        what_next: WhatNext,
        lane: ComputeLane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._models, self._learner = session, models, learner
        self._what_next, self._lane = what_next, lane
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._submit)
        self._job: Job | None = None
        self._lots: list[list[tuple[str, int]]] = []
        self._forget()
        session.folder_opened.connect(self._forget)
        session.item_changed.connect(lambda _item_id: self.changed.emit() if self.suggestions else None)
        models.models_changed.connect(self._model_changed)
        what_next.arrived.connect(self._note)
        what_next.ended.connect(self._go)

    def _forget(self) -> None:
        """Another study: nothing is known of it."""
        self._stop()
        self.suggestions: tuple[Suggestion, ...] = ()
        self.looked = self.total = 0
        self.is_walking = False
        self._doubts: list[Mapping[str, Any]] = []
        self._jumps, self._model = False, ""
        self._come_upon: dict[Place, ComeBy] = {}
        self.changed.emit()

    @property
    def is_looking(self) -> bool:
        """Whether the search goes on."""
        return self._job is not None or bool(self._lots)

    @property
    def waiting(self) -> tuple[Suggestion, ...]:
        """The suggestions that nobody has checked yet."""
        return tuple(one for one in self.suggestions if not self._what_next.is_checked(one.place))

    @property
    def current(self) -> Suggestion | None:
        """The suggestion on screen, while the list is gone through."""
        here = self._what_next.here
        return next((one for one in self.suggestions if one.place == here), None) if self.is_walking else None

    def come_upon(self, place: Place) -> ComeBy:
        """How a person came to this slice: "chosen" or "random" from the list, "" by its place in the scan."""
        return self._come_upon.get(place, "")

    # Going through the list

    def jump(self) -> None:
        """Goes to the next slice worth a look; looks for some first where none are known."""
        if self.suggestions and (self.waiting or not self.is_looking):
            self._go()
            return
        self._jumps = True
        if not self.is_looking:
            self.look()
        if self.is_looking:
            words = _("Looking for slices that are worth a look."), _("It goes there soon.")
            self._session.tell(Notice("info", *words, passes=True))

    def open(self, place: Place) -> None:
        """Goes to a slice of the list, which is gone through from there on."""
        self._walk(True)
        self._what_next.go_to(place)

    def leave(self) -> None:
        """Goes through the list no longer; it stays known."""
        self._walk(False)

    def _go(self) -> None:
        self._jumps = False
        here = self._what_next.here
        coming = [one for one in self._from_here() if one.place != here]
        if not coming:
            self._walk(False)
            words = _("Segment and check some more slices, or look again from the Learn page.")
            self._session.tell(Notice("good", _("You have seen every slice of this list."), words))
            return
        self.open(coming[0].place)

    def _from_here(self) -> list[Suggestion]:
        """What waits, beginning after the slice on screen where that is one of the list."""
        here, waiting = self._what_next.here, list(self.waiting)
        order = list(self.suggestions)
        at = next((n for n, one in enumerate(order) if one.place == here), -1) if self.is_walking else -1
        return [one for one in order[at + 1 :] if one in waiting] + [one for one in order[: at + 1] if one in waiting]

    def _walk(self, on: bool) -> None:
        self.is_walking = on
        self._what_next.listed = (lambda: [one.place for one in self._from_here()]) if on else None
        self.changed.emit()

    def _note(self, place: Place) -> None:
        found = next((one for one in self.suggestions if one.place == place), None)
        if found is not None and self.is_walking:
            self._come_upon[place] = "random" if found.is_random else "chosen"
            self.changed.emit()

    # Looking

    def look(self) -> None:
        """Looks through the study's unchecked slices anew, with the model in use."""
        model, project = self._models.model_in_use, self._session.project
        if project is None or model is None or self._models.reason:
            return
        from lesionstudio.workflows.look_next import spread_over

        self._stop()
        chosen = spread_over(self._candidates(), MOST_LOOKED_AT, project.seed)
        self._doubts, self._model = [], model.id
        self._lots = [
            lot[n : n + AT_ONCE]
            for _item, those in groupby(chosen, key=lambda one: one[0])
            for lot in [list(those)]
            for n in range(0, len(lot), AT_ONCE)
        ]
        random.Random(project.seed).shuffle(self._lots)
        self.looked, self.total = 0, len(chosen)
        self.changed.emit()
        self._submit()

    def _candidates(self) -> list[tuple[str, int]]:
        """Slices to learn from that nobody has checked, in the order of the list."""
        project = self._session.project
        if project is None:
            return []
        sound = [item.id for item in project.items.values() if not item.error and not item.last]
        return [(item_id, k) for item_id in sound for k in self._unchecked(item_id)]

    def _unchecked(self, item_id: str) -> list[int]:
        record, held_out = self._session.record(item_id), self._session.held_out_unchecked(item_id)
        pairs = enumerate(zip(record.statuses, record.roles))
        set_aside = {Role.TEST, Role.BETWEEN}
        checked = SliceStatus.CHECKED
        return [k for k, (status, role) in pairs if status != checked and role not in set_aside and k not in held_out]

    def _submit(self) -> None:
        model = self._models.model_in_use
        if self._job is not None or not self._lots or model is None:
            return
        lot = self._lots.pop(0)
        item = self._session.known_items.get(lot[0][0])
        if item is None:
            self._next_lot(len(lot))
            return
        arguments = self._arguments(model, lot) | {"source": item.source.to_json(None), "item": item.id}
        self._job = job = self._lane.submit("look_next", arguments, _("Where to look next"), level=Level.AHEAD)
        job.succeeded.connect(lambda result: self._take(job, result))
        job.failed.connect(lambda problem: self._failed(job, problem))
        job.ended.connect(lambda: self._ended(job, len(lot)))

    def _arguments(self, model: ModelView, lot: list[tuple[str, int]]) -> dict[str, Any]:
        project = self._session.project
        return {
            "model": str(model.folder),
            "slices": [k for _item, k in lot],
            "threshold": chosen_threshold(self._session, model),
            "device": self._session.settings.device,
            "hu_offset": project.hu_offset if project is not None else None,
        }

    def _take(self, job: Job, result: Mapping[str, Any]) -> None:
        if job is self._job:
            self._doubts += result["doubts"]

    def _failed(self, job: Job, problem: BaseException) -> None:
        """A scan that cannot be read is left out; a model that cannot be used ends the search."""
        if job is not self._job:
            return
        if not isinstance(problem, LesionStudioError) or not self._doubts:
            self._lots, self._jumps = [], False
            self._session.tell_problem(problem)

    def _ended(self, job: Job, slices: int) -> None:
        if job is self._job:
            self._job = None
            self._next_lot(slices)

    def _next_lot(self, slices: int) -> None:
        self.looked += slices
        if not self._lots or (self._jumps and len(self._doubts) >= _ENOUGH_TO_BEGIN):
            self._choose()
        if self._lots:
            self._soon.start(_PAUSE_WHILE_LEARNING_MS if self._learner.is_at_work else 0)
        self.changed.emit()
        if self._jumps and self.suggestions:
            self._go()

    def _choose(self) -> None:
        """The list of what is known by now; while it is gone through, what was come upon keeps its place."""
        from lesionstudio.workflows.look_next import picked

        project = self._session.project
        if project is None:
            return
        kept = [one for one in self.suggestions if self.is_walking and one.place in self._come_upon]
        seen = {(one.place.item_id, one.place.k) for one in kept}
        left = [one for one in self._doubts if (one["item"], one["slice"]) not in seen]
        fresh = picked(left, LONG - len(kept), project.seed)
        self.suggestions = (*kept, *(suggestion_of(one) for one in fresh))

    def _model_changed(self) -> None:
        """A list of another model's doubts is made anew, if there was one."""
        model = self._models.model_in_use
        if self._model and (model is None or model.id != self._model):
            self._stop()
            self._model = ""
            if model is not None and not self._models.reason:
                self.look()
            self.changed.emit()

    def _stop(self) -> None:
        job, self._job = self._job, None
        self._lots = []
        self._soon.stop()
        if job is not None:
            job.cancel()
