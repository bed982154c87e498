"""Models: which model is in use, why Segment is off while it is, and the drafts that come back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.gui.doubt_notices import doubt_notices
from lesionstudio.gui.draft_tray import DraftTray
from lesionstudio.gui.model_view import model_view
from lesionstudio.gui.saved_states import SavedStates
from lesionstudio.gui.segmenter import DraftPart, Order, Segmenter
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudySteps
from lesionstudio.gui.sureness import chosen_threshold
from lesionstudio.gui.views import NEW_MODEL, ModelView, Notice
from lesionstudio.imaging.labels import match_labels
from lesionstudio.model_card import ModelCard
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.usual_model import model_to_use
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _


@dataclass(frozen=True, eq=False, slots=True)
class MappingQuestion:
    """Which of the study's labels each of the model's stands for; the answer goes to `then`."""

    names: tuple[str, ...]
    then: Callable[[dict[int, int]], None]


class Models(QObject):
    """The shelf as the window shows it, and Segment. `segmenting`: these items are, and by which verb."""

    models_changed = Signal()
    segmenting = Signal(object, str)
    job_changed = Signal(object)
    mapping_wanted = Signal(object)

    def __init__(
        self,
        session: Session,
        segmenter: Segmenter,
        masks: ClosedMasks,
        study_steps: StudySteps,
        saved_states: SavedStates,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._segmenter = session, segmenter
        self.tray = DraftTray(session, masks, study_steps, saved_states, self._kept_table)
        self.device_text = ""
        self.misfits: set[tuple[str, str]] = set()
        """Items and models of which it was said already, in better words, that they do not fit."""
        segmenter.doubted.connect(self._doubted)
        segmenter.arrived.connect(self.tray.take)
        segmenter.ended.connect(self.tray.close)
        segmenter.finished.connect(self._scan_finished)
        segmenter.failed.connect(self._failed)
        segmenter.job_changed.connect(self.job_changed)
        segmenter.job_changed.connect(lambda job: self.tray.rest() if job is None else None)
        self._models: list[ModelView] | None = None
        self._labels: dict[str, tuple[str, ...]] = {}
        self.cards: tuple[tuple[ModelCard, Path], ...] = ()
        session.folder_opened.connect(self.look_again)

    # The shelf

    @property
    def models(self) -> list[ModelView]:
        """What can be chosen, starter models first."""
        if self._models is None:
            found = ModelShelf(self._session.project).segmentation_models()
            self.cards, self._labels = found, {card.id: card.labels for card, _folder in found}
            self._models = [model_view(card, folder) for card, folder in found]
        return self._models

    def look_again(self) -> None:
        """Reads the shelf anew: a model may have joined it, or another study been opened."""
        self._models = None
        self.models_changed.emit()

    @property
    def model_in_use(self) -> ModelView | None:
        """The model Segment will use."""
        models = self.models
        card = model_to_use([card for card, _folder in self.cards], self._session.project)
        return next((model for model in models if card is not None and model.id == card.id), None)

    @property
    def is_new(self) -> bool:
        """Whether a new model was chosen, one that has learned nothing yet."""
        return self._session.study_settings.get("model") == NEW_MODEL

    def choose_model(self, model_id: str) -> None:
        """Uses this model for this study from now on; NEW_MODEL: one that begins with nothing when Learn is pressed."""
        if self._session.project is not None:
            self._session.project.settings["model"] = model_id
            self._session.save_project()
            self.models_changed.emit()

    @property
    def reason(self) -> str:
        """Why Segment is off; "" while it is on."""
        if self._session.open is None:
            return _("Open a scan first.")
        if self._session.project is not None and self._session.project.read_only:
            return _("This study is open for looking only.")
        if self.is_new:
            return _("The new model has not learned anything yet.")
        if self.model_in_use is None:
            return _("Choose a model first.")
        return ""

    # Segment

    def segment_slice(self) -> None:
        """Asks for a draft of the slice on screen, past whatever else runs."""
        self.once_mapped(self._segment_slice)

    def _segment_slice(self) -> None:
        order = self._order_for_open(_("Segmenting this slice"), only_here=True)
        if order is not None:
            self._segmenter.urgent(order)
            self.segmenting.emit([order.item_id], "segment_slice")

    def segment_box(self, k: int, corners: tuple[int, int, int, int]) -> None:
        """Asks for a draft in a box of slice k: first row and column, and those after the last."""
        self.once_mapped(lambda: self._segment_box(k, corners))

    def _segment_box(self, k: int, corners: tuple[int, int, int, int]) -> None:
        opened = self._session.open
        if opened is None or self.reason:
            return
        order = self._order(opened.item, _("Segmenting in the box"), (k,))
        if order is not None:
            self._segmenter.urgent(replace(order, box=corners, step=_("Segment in a box")))
            self.segmenting.emit([order.item_id], "segment_box")

    def segment_scan(self) -> None:
        """Asks for a draft of the scan on screen, the slice in view first."""
        self.once_mapped(self._segment_scan)

    def _segment_scan(self) -> None:
        order = self._order_for_open(_("Segmenting this scan"))
        if order is not None:
            self._segmenter.queue([order])
            self.segmenting.emit([order.item_id], "segment_scan")

    def segment_all(self) -> None:
        """Asks for drafts of every scan of the folder, one after the other, the one on screen first."""
        self.once_mapped(self._segment_all)

    def _segment_all(self) -> None:
        if self._session.project is None or self.reason:
            return
        items = [item for item in self._session.project.items.values() if not item.error and not item.last]
        here = self._session.current_id
        items.sort(key=lambda item: item.id != here)
        title = _("Segmenting all scans")
        wanted = (self._order(item, f"{title}: {self._session.item_view(item.id).name}") for item in items)
        orders = [order for order in wanted if order is not None]
        self.tray.expect(orders, _("Segment all scans"))
        self._segmenter.queue(orders)
        self.segmenting.emit([order.item_id for order in orders], "segment_all")

    def use_instead(self, model_id: str, verb: str) -> None:
        """Makes the draft that was asked for with another model, which is in use from now on."""
        self.cancel()
        self.choose_model(model_id)
        if verb != "segment_box":
            self.segment_slice() if verb == "segment_slice" else self.segment_scan()

    def cancel(self) -> None:
        """Stops segmenting; the drafts that have arrived stay."""
        self._segmenter.cancel()

    @property
    def is_busy(self) -> bool:
        """Whether drafts are being made."""
        return self._segmenter.is_busy

    def _order_for_open(self, title: str, *, only_here: bool = False) -> Order | None:
        opened = self._session.open
        if opened is None or self.reason:
            return None
        return self._order(opened.item, title, (opened.k,) if only_here else None)

    def order_ahead(self, item_id: str, slices: tuple[int, ...], model: ModelView) -> Order | None:
        """What is to be asked for so that these slices have their drafts ready; None where none may be made."""
        item = self._session.known_items.get(item_id)
        return self._order(item, _("Drafts of the next slices"), slices, model) if item is not None else None

    def put(self, part: DraftPart, step: str) -> None:
        """Makes a draft that was kept the open draft of its slice, a step of this name."""
        self.tray.take(replace(part, order=replace(part.order, step=step)))

    def _order(
        self, item: WorkItem, title: str, slices: tuple[int, ...] | None = None, model: ModelView | None = None
    ) -> Order | None:
        model = model or self.model_in_use
        if model is None:
            return None
        k = self._session.slice_number if item.id == self._session.current_id else 0
        held_out = self._session.held_out_unchecked(item.id)
        if held_out:
            wanted = slices if slices is not None else tuple(range(item.shape[0]))
            slices = tuple(one for one in wanted if one not in held_out)
            if not slices:
                self._say_held_out()
                return None
        source = item.source.to_json(None)
        offset = self._session.project.hu_offset if self._session.project is not None else None
        threshold = chosen_threshold(self._session, model)
        return Order(item.id, item.name, source, model.folder, model.id, threshold, title, slices, k, offset)

    def _say_held_out(self) -> None:
        title = _("This slice is held out: it gets no draft before you have checked it.")
        why = _("It measures how good the model is. Mark it yourself, then press Enter.")
        self._session.tell(Notice("info", title, why, passes=True))

    # The model's labels and the study's

    def once_mapped(self, go: Callable[[], None]) -> None:
        """Goes on when every label of the model in use has its place in the study; asks first where one has none."""
        model, project = self.model_in_use, self._session.project
        if project is None:
            return
        if model is None:
            go()
            return
        names = self._labels[model.id]
        if self._kept_table(model.id) is None:
            table = match_labels(names, self._session.labels)
            if table is None:
                shown = tuple(_(name) for name in names)
                self.mapping_wanted.emit(MappingQuestion(shown, lambda answer: self._mapped(model.id, answer, go)))
                return
            self._keep_table(model.id, table)
        go()

    def _mapped(self, model_id: str, answer: dict[int, int], go: Callable[[], None]) -> None:
        labels, table = self._session.labels, {}
        for theirs, ours in answer.items():
            if ours < 0:
                labels = labels.add(_(self._labels[model_id][theirs - 1]))
            table[theirs] = labels.labels[-1].number if ours < 0 else ours
        if labels is not self._session.labels:
            self._session.set_labels(labels)
        self._keep_table(model_id, table)
        go()

    def is_mapped(self, model: ModelView) -> bool:
        """Whether each label of a model has its place in the study, or finds it by its name. Nobody is asked."""
        if self._kept_table(model.id) is None and model.id in self._labels:
            table = match_labels(self._labels[model.id], self._session.labels)
            if table is not None:
                self._keep_table(model.id, table)
        return self._kept_table(model.id) is not None

    def _keep_table(self, model_id: str, table: dict[int, int]) -> None:
        tables = self._session.study_settings.setdefault("label_tables", {})
        tables[model_id] = {str(theirs): ours for theirs, ours in table.items()}
        self._session.save_project()

    def _kept_table(self, model_id: str) -> dict[int, int] | None:
        kept = self._session.study_settings.get("label_tables", {}).get(model_id)
        if kept is None or len(kept) != len(self._labels.get(model_id, kept)):
            return None
        return {int(theirs): int(ours) for theirs, ours in kept.items()}

    def _doubted(self, order: Order, said: dict[str, Any]) -> None:
        is_told = (order.item_id, order.model_id) in self.misfits
        for notice in doubt_notices(said, order.item_name, is_told=is_told):
            self._session.tell(notice)

    def _scan_finished(self, order: Order, result: dict[str, Any]) -> None:
        """The doubts were said before it drew; what is left are slices that could not be read."""
        for sentence in result.get("warnings", ()):
            if sentence not in result.get("doubts", ()):
                self._session.tell(Notice("warning", sentence, order.item_name))

    def _failed(self, problem: BaseException) -> None:
        if isinstance(problem, LesionStudioError):
            self._session.tell(Notice("error", problem.message, problem.hint))
        else:
            raise problem
