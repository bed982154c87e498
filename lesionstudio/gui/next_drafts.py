"""NextDrafts: drafts of the slices that come next, made while a person looks at this one, and shown when they come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.learner import Learner
from lesionstudio.gui.marking import ENTER
from lesionstudio.gui.models import Models
from lesionstudio.gui.segmenter import DraftPart, Order, Segmenter, part_of
from lesionstudio.gui.session import Session
from lesionstudio.gui.sureness import chosen_threshold
from lesionstudio.gui.views import ModelView
from lesionstudio.gui.what_next import Place, WhatNext
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.words import _

AHEAD = 3
_SOON_MS, _KEPT = 30, 12
_OPEN = (SliceStatus.NEW, SliceStatus.DRAFT)


class NextDrafts(QObject):
    """Keeps a few drafts until their slice comes on screen by Enter or J, or another model is in use.

    A slice that is held out gets none before it is checked, nor does one on which anything is judged. Drafts are made
    ahead with a model that learned in this study, or that a person asked for a draft before. `changed`: one more is
    kept; `shown`: one was put on the slice on screen.
    """

    changed = Signal()
    shown = Signal(object)

    def __init__(
        self,
        session: Session,
        models: Models,
        learner: Learner,
        what_next: WhatNext,
        segmenter: Segmenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._models, self._learner = session, models, learner
        self._what_next, self._segmenter = what_next, segmenter
        self._kept: dict[Place, DraftPart] = {}
        self._refused: set[Place] = set()
        self._stamp: object = None
        self._awaited: Place | None = None
        self._running: Order | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._look_ahead)
        self._connect()

    def _connect(self) -> None:
        session, models = self._session, self._models
        for moved in (session.slice_changed, session.scan_opened, session.history_changed, session.settings_changed):
            moved.connect(self.look)
        models.models_changed.connect(self.look)
        models.segmenting.connect(self._note_asked)
        self._learner.changed.connect(self.look)
        session.folder_opened.connect(self._forget)
        self._what_next.arrived.connect(self.come_up)
        self._segmenter.arrived.connect(self._take)
        self._segmenter.failed.connect(self._refuse)
        self._segmenter.ended.connect(self._ended)

    @property
    def kept(self) -> tuple[Place, ...]:
        """The slices whose drafts are ready."""
        return tuple(self._kept)

    def look(self, *_what: object) -> None:
        """Something moved: what comes next may be something else now."""
        if not self._soon.isActive():
            self._soon.start()

    def come_up(self, place: Place) -> None:
        """This slice came on screen by Enter or J: shows its draft, now or as soon as it is there."""
        self._awaited = None
        if not self._wants(place):
            return
        self._drop_stale()
        part = self._kept.pop(place, None)
        if part is not None:
            self._put(place, part)
        else:
            self._awaited = place
            self.look()

    # Which model, and for which slices

    @property
    def model(self) -> ModelView | None:
        """What drafts are made with ahead; None where they are not."""
        session, learning = self._session, self._learner.drafts_with
        model = learning or self._models.model_in_use
        if session.project is None or session.project.read_only or model is None:
            return None
        if learning is None and self._models.reason:  # A new model drafts before any version of it is in use.
            return None
        asked = model.id in session.study_settings.get("drafting", ())
        is_own = model.folder.is_relative_to(session.project.home)
        return model if session.settings.drafts_ahead and (asked or is_own) else None

    @property
    def _drafts_stamp(self) -> object:
        """Changes whenever the weights of a model that goes on learning have moved on; None for one that rests."""
        return self._learner.drafts_stamp

    def _note_asked(self, _item_ids: Sequence[str], _verb: str) -> None:
        model = self._models.model_in_use
        drafting = self._session.study_settings.setdefault("drafting", [])
        if model is not None and model.id not in drafting:
            drafting.append(model.id)
            self._session.save_project()
        self.look()

    def _wants(self, place: Place) -> bool:
        """Whether a draft may lie on this slice, and a fresh one is not there yet."""
        item, session, model = self._session.known_items.get(place.item_id), self._session, self.model
        if model is None or item is None or item.error or item.last or self._what_next.is_checked(place):
            return False
        record = session.record(place.item_id)
        if record.statuses[place.k] not in _OPEN or place.k in session.held_out_unchecked(place.item_id):
            return False
        is_open = place.item_id == session.current_id and session.mask is not None
        maker = (session.mask.makers if is_open and session.mask is not None else record.makers).get(place.k)
        return maker is None or maker.model != model.id or self._drafts_stamp is not None

    def _drop_stale(self) -> None:
        """Throws away what another model, another threshold or other values would draft otherwise."""
        model, project = self.model, self._session.project
        stamp: tuple[Any, ...] = ()
        if model is not None and project is not None:
            chosen = chosen_threshold(self._session, model)
            stamp = (project.home, model.id, str(model.folder), chosen, project.hu_offset, self._drafts_stamp)
        if stamp != self._stamp:
            self._stamp, self._kept = stamp, {}
            self._refused.clear()
            self._segmenter.cancel()

    # Making them

    def _look_ahead(self) -> None:
        """Asks for the next drafts that are missing, those of one scan at a time."""
        self._drop_stale()
        if self._running is not None or self.model is None or not self._models.is_mapped(self.model):
            return
        here = self._what_next.here
        coming = ([here] if here is not None and here == self._awaited else []) + self._what_next.after(AHEAD)
        missing = [one for one in coming if one not in self._kept and one not in self._refused and self._wants(one)]
        if not missing:
            return
        first = missing[0].item_id
        slices = tuple(one.k for one in missing if one.item_id == first)
        order = self._models.order_ahead(first, slices, self.model)
        if order is not None:
            self._running = order
            self._segmenter.ahead(order)

    def _take(self, part: DraftPart) -> None:
        if part.order is not self._running:
            return
        for n, k in enumerate(part.slices):
            place = Place(part.order.item_id, k)
            self._kept[place] = part_of(part, n)
            if place == self._awaited and place == self._what_next.here:
                self.come_up(place)
        while len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept)))
        self.changed.emit()

    def _refuse(self, _problem: BaseException) -> None:
        """What goes wrong ahead is not said: Segment will say it, if it is asked."""
        order = self._running
        if order is not None:
            self._refused |= {Place(order.item_id, k) for k in order.slices or ()}

    def _ended(self, order: Order) -> None:
        if order is self._running:
            self._running = None
            self.look()

    def _put(self, place: Place, part: DraftPart) -> None:
        """Shows it. What an Enter brought in is one step with it, and taken back with it."""
        history = self._session.history if self._session.current_id == place.item_id else None
        last = history.steps.last_done if history is not None and not history.is_open else None
        if last is not None and last.join.startswith(ENTER) and not last.makers:
            self._models.put(replace(part, order=replace(part.order, join=last.join)), last.title)
        else:
            self._models.put(part, _("Draft made ahead"))
        self.shown.emit(place)

    def _forget(self) -> None:
        self._stamp, self._awaited = None, None
        self._kept.clear()
        self._refused.clear()
        self._segmenter.cancel()
