"""FareList: joins the card that shows how drafts fare with what was written down of them."""

from PySide6.QtCore import QEvent, QObject, Signal

from lesionstudio.gui.look_words import place_words
from lesionstudio.gui.panels.draft_fares import DraftFaresCard
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.what_next import Place


class FareList(QObject):
    """Reads the fates when the page is looked at. `opened`: the slice of a point comes on screen."""

    opened = Signal()

    def __init__(self, parts: Parts, card: DraftFaresCard) -> None:
        super().__init__(card)
        self._session, self._fates, self._what_next = parts.session, parts.draft_fates, parts.what_next
        self._card = card
        card.place_wanted.connect(self._open)
        (card.parentWidget() or card).installEventFilter(self)
        for said in (parts.draft_fates.changed, parts.session.folder_opened):
            said.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what there is now; nothing before the first draft was checked."""
        fates, shown = self._fates.all(), []
        for place, fate in fates:
            item = self._session.known_items[place.item_id]
            name = place_words(self._session.item_view(item.id).name, place, is_volume=item.shape[0] > 1)
            shown.append((place, name, fate))
        self._card.setVisible(bool(shown))
        self._card.show_fares(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A slice may have been unchecked while the page was not seen."""
        if event.type() == QEvent.Type.Show:
            self.refresh()
        return False

    def _open(self, place: Place) -> None:
        self.opened.emit()
        self._what_next.go_to(place)
