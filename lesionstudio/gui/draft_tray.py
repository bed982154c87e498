"""DraftTray: where drafts arrive. Those of the scan on screen show at once; the others wait until theirs is done."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.gui.segmenter import DraftPart, Order, relabelled
from lesionstudio.gui.session import Session
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import EMPTY_BOX
from lesionstudio.words import _

STROKE_WAIT_MS = 60
Table = dict[int, int]


class DraftTray(QObject):
    """Puts each part into the mask it was made for, never on the scan that happens to be open by then."""

    def __init__(
        self,
        session: Session,
        masks: ClosedMasks,
        table_of: Callable[[str], Table | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._masks, self._table_of = session, masks, table_of
        self._waiting: dict[str, list[DraftPart]] = {}

    def take(self, part: DraftPart) -> None:
        """Takes in some slices of a draft; while a stroke is in the making they wait for its end."""
        history = self._session.history
        if history is not None and history.is_open:
            QTimer.singleShot(STROKE_WAIT_MS, self, lambda: self.take(part))
            return
        part = relabelled(part, self._table_of(part.order.model_id) or {})
        if history is not None and self._session.current_id == part.order.item_id:
            self._put(history, part)
        else:
            self._waiting.setdefault(part.order.join, []).append(part)

    def close(self, order: Order) -> None:
        """Nothing more comes of this order: what has waited goes into its mask, all in one step."""
        parts = self._waiting.pop(order.join, [])
        if parts:
            self._masks.change(order.item_id, lambda history: self._put_all(history, parts))

    def _put_all(self, history: EditHistory, parts: list[DraftPart]) -> None:
        for part in parts:
            self._put(history, part)

    def _put(self, history: EditHistory, part: DraftPart) -> None:
        title = _("Segment slice") if len(part.order.slices or ()) == 1 else _("Segment scan")
        box = EMPTY_BOX
        for start, stop in runs(part.slices):
            done = history.put_draft(
                part.labels[start:stop],
                part.probability[start:stop],
                part.source,
                title,
                first_slice=part.slices[start],
                join=part.order.join,
            )
            box = box.union(done)
        if history is self._session.history:
            self._session.edited(box)


def runs(slices: tuple[int, ...]) -> list[tuple[int, int]]:
    """Where consecutive slice numbers begin and end, as positions in the tuple."""
    found, start = [], 0
    for at in range(1, len(slices) + 1):
        if at == len(slices) or slices[at] != slices[at - 1] + 1:
            found.append((start, at))
            start = at
    return found
