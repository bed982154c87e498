"""DraftTray: where drafts arrive. Those of the scan on screen show at once; the others wait until theirs is done."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.closed_masks import STROKE_WAIT_MS, ClosedMasks
from lesionstudio.gui.saved_states import SavedStates
from lesionstudio.gui.segmenter import DraftPart, Order, relabelled
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudyStep, StudySteps
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.geometry import EMPTY_BOX
from lesionstudio.words import _

Table = dict[int, int]


class DraftTray(QObject):
    """Puts each part into the mask it was made for, never on the scan that happens to be open by then.

    What is ordered for all scans at once is one step of the study, made when the last draft is in its mask.
    """

    def __init__(
        self,
        session: Session,
        masks: ClosedMasks,
        study_steps: StudySteps,
        saved_states: SavedStates,
        table_of: Callable[[str], Table | None],
    ) -> None:
        super().__init__(session)
        self._session, self._masks, self._table_of = session, masks, table_of
        self._study_steps, self._saved_states = study_steps, saved_states
        self._waiting: dict[str, list[DraftPart]] = {}
        self._step: StudyStep | None = None
        self._ordered: set[str] = set()
        self._on_the_way: set[str] = set()
        self._is_over = True
        session.folder_opened.connect(self._forget)

    def expect(self, orders: Iterable[Order], title: str) -> None:
        """These orders are one step of the study, which has this title."""
        self._step, self._is_over = StudyStep(title), False
        self._ordered, self._on_the_way = {order.join for order in orders}, set()

    def take(self, part: DraftPart) -> None:
        """Takes in some slices of a draft."""
        part = relabelled(part, self._table_of(part.order.model_id) or {})
        self._waiting.setdefault(part.order.join, []).append(part)
        if self._history_of(part.order) is not None:
            self._show(part.order)

    def close(self, order: Order) -> None:
        """Nothing more comes of this order: what has waited goes into its mask, all in one step."""
        if self._history_of(order) is not None:
            self._show(order)
        elif parts := self._waiting.pop(order.join, []):
            self._on_the_way.add(order.join)
            self._masks.change(order.item_id, lambda history: self._put_late(history, order, parts))

    def rest(self) -> None:
        """Nothing more comes of any order."""
        self._is_over = True
        self._finish()

    def _history_of(self, order: Order) -> EditHistory | None:
        """The history of the mask that an order is for, if that is on screen."""
        return self._session.history if self._session.current_id == order.item_id else None

    def _show(self, order: Order) -> None:
        """Puts what has come into the mask on screen; while a stroke is in the making it waits for its end."""
        history = self._history_of(order)
        if history is None:
            self.close(order)
        elif history.is_open:
            QTimer.singleShot(STROKE_WAIT_MS, self, lambda: self._show(order))
        else:
            for part in self._waiting.pop(order.join, []):
                self._put(history, part)
            self._finish()

    def _put_late(self, history: EditHistory, order: Order, parts: list[DraftPart]) -> None:
        for part in parts:
            self._put(history, part)
        self._on_the_way.discard(order.join)
        self._finish()

    def _finish(self) -> None:
        """Makes one step of the study of what was ordered for it, once all of it is in its masks."""
        if self._step is None or not self._is_over or self._ordered & (self._on_the_way | self._waiting.keys()):
            return
        step, self._step = self._step, None
        if step.edits.keys() - {self._session.current_id}:
            self._study_steps.add(step)

    def _put(self, history: EditHistory, part: DraftPart) -> None:
        title = part.order.step or (_("Segment slice") if len(part.order.slices or ()) == 1 else _("Segment scan"))
        self._keep_before(history, part.order)
        box, corners = EMPTY_BOX, part.order.box
        within = (slice(corners[0], corners[2]), slice(corners[1], corners[3])) if corners else None
        for start, stop in runs(part.slices):
            edit = history.put_draft(
                part.labels[start:stop],
                part.probability[start:stop],
                part.source,
                title,
                first_slice=part.slices[start],
                join=part.order.join,
                within=within,
            )
            self._note(part.order, edit)
            box = box.union(edit.box) if edit is not None else box
        if history is self._session.history:
            self._session.edited(box)

    def _keep_before(self, history: EditHistory, order: Order) -> None:
        """A step of the study keeps an earlier state of each mask that it touches."""
        if self._step is not None and order.join in self._ordered and order.item_id not in self._step.edits:
            self._saved_states.keep(order.item_id, history.mask, self._step.title)

    def _note(self, order: Order, edit: MaskEdit | None) -> None:
        if self._step is not None and edit is not None and order.join in self._ordered:
            before = self._step.edits.get(order.item_id)
            self._step.edits[order.item_id] = edit if before is None else before.joined(edit)

    def _forget(self) -> None:
        self._waiting.clear()
        self._step, self._ordered = None, set()


def runs(slices: tuple[int, ...]) -> list[tuple[int, int]]:
    """Where consecutive slice numbers begin and end, as positions in the tuple."""
    found, start = [], 0
    for at in range(1, len(slices) + 1):
        if at == len(slices) or slices[at] != slices[at - 1] + 1:
            found.append((start, at))
            start = at
    return found
