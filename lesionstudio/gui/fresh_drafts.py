"""FreshDrafts: once the weights have learned from a slice more, the open draft on screen is made anew with them."""

from dataclasses import replace

from PySide6.QtCore import QObject

from lesionstudio.gui.along import Along
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.models import Models
from lesionstudio.gui.segmenter import DraftPart, Segmenter
from lesionstudio.gui.session import Session
from lesionstudio.imaging.mask import Origin, SliceStatus
from lesionstudio.words import _


class FreshDrafts(QObject):
    """Nothing that a person judged is touched, nothing is asked, and what fails is not said: the old draft stays."""

    def __init__(self, session: Session, models: Models, along: Along, lane: ComputeLane, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._models, self._along = session, models, along
        self._segmenter = Segmenter(lane, lambda: session.settings.device, self)
        self._segmenter.arrived.connect(self._take)
        along.fresh.connect(self._make)

    def _make(self) -> None:
        """Asks for a draft of the slice on screen, if it may have one."""
        model, opened = self._along.drafts_with, self._session.open
        if model is None or opened is None or self._segmenter.is_busy or not self._may_have(opened.item.id, opened.k):
            return
        order = self._models.order_ahead(opened.item.id, (opened.k,), model)
        if order is not None:
            self._segmenter.urgent(replace(order, title=_("A fresh draft of this slice")))

    def _take(self, part: DraftPart) -> None:
        """Shows it, unless the slice was worked on meanwhile. Several in a row are one step."""
        (k,) = part.slices
        if self._may_have(part.order.item_id, k):
            step = replace(part.order, join=f"fresh {part.order.item_id} {k}")
            self._models.put(replace(part, order=step), _("Fresh draft"))

    def _may_have(self, item_id: str, k: int) -> bool:
        """Whether this slice is on screen with an open draft, or never had one, and nothing on it is judged."""
        session, mask = self._session, self._session.mask
        if mask is None or session.current_id != item_id or session.history is None or session.history.is_open:
            return False
        if not session.can_edit or k in session.held_out_unchecked(item_id):
            return False
        if mask.status(k) not in (SliceStatus.NEW, SliceStatus.DRAFT) or (mask.origin(k) != Origin.NOT_JUDGED).any():
            return False
        return mask.has_draft(k) or (k not in mask.makers and session.settings.drafts_ahead)
