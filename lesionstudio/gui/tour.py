"""Tour: three small cards that say, beside the real things, how the work goes. Left at any time, and then for good."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.tour_card import Ring, TourCard
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.draw_page import DrawPage

_ON = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class Step:
    """One card: its words, and the names of what it stands beside; the first of them that is on screen."""

    title: str
    words: str
    beside: tuple[str, ...]


def steps(actions: Actions) -> tuple[Step, ...]:
    """The three things to know, with the keys in use."""
    paint = _("{brush} takes the brush, {eraser} the eraser. Whatever a model has marked is corrected in the same way.")
    segment = _(
        "{segment} has the model draw a draft. {accept} accepts it, {reject} rejects it."
        " {check} says the slice is right and goes on."
    )
    answers = {"segment": "segment_slice", "accept": "accept", "reject": "reject", "check": "check_slice"}
    return (
        Step(
            _("Paint and correct"),
            paint.format(brush=actions.key("brush"), eraser=actions.key("eraser")),
            ("brush_button",),
        ),
        Step(
            _("Segment and accept"),
            segment.format(**{word: actions.key(verb) for word, verb in answers.items()}),
            ("segment_slice_button", "choose_model_folder_button"),
        ),
        Step(
            _("Learn"),
            _(
                "After two checked slices with a mark, the model learns from your corrections."
                " You see whether it got better before you use it."
            ),
            ("learn_button", "check_slice_button"),
        ),
    )


class Tour(QObject):
    """Shows the cards one after the other. What is pressed outside a card ends the tour and still does what it does."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._window, self._session = parts.window, parts.session
        self._card: TourCard | None = None
        self._ring: Ring | None = None
        self._at = 0

    @property
    def card(self) -> TourCard | None:
        """The card on screen."""
        return self._card

    def offer(self) -> None:
        """Shows itself with the first scan that is opened, unless it was ever shown before."""
        self._session.scan_opened.connect(self._greet)

    def start(self) -> None:
        """Shows the first card; nothing without a scan on screen."""
        self.leave()
        if self._session.open is None:
            return
        self._window.actions_by_verb.trigger("draw")
        self._keep_seen()
        look = self._window.look
        self._card, self._ring = TourCard(look, self._window), Ring(look, self._window)
        self._card.next_wanted.connect(self._go_on)
        self._card.left.connect(self.leave)
        self._show(0)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def leave(self) -> None:
        """Takes the card away and gives the keys back to the picture."""
        if self._card is None or self._ring is None:
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        card, ring, self._card, self._ring = self._card, self._ring, None, None
        if card.isAncestorOf(QApplication.focusWidget() or self._window):
            self._window.draw_page.views.take_keys()
        for part in (card, ring):
            part.hide()
            part.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watches for what ends the tour, and keeps the card where it belongs."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return self._key(event)
        if kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self._pressed(event.globalPosition().toPoint())
        elif watched is self._window and kind == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._place)
        elif self._is_out_of_place(watched, event):
            self.leave()
        return False

    def _is_out_of_place(self, watched: QObject, event: QEvent) -> bool:
        """Whether a sheet opens, another page is shown, or the window closes."""
        if watched is self._window:
            return event.type() in (QEvent.Type.WindowBlocked, QEvent.Type.Close)
        hides = event.type() == QEvent.Type.Hide and not event.spontaneous()
        return hides and watched is self._window.draw_page.picture

    def _steps(self) -> tuple[Step, ...]:
        return steps(self._window.actions_by_verb)

    def _greet(self) -> None:
        if not self._session.settings.tour_seen and self._card is None:
            QTimer.singleShot(0, self, self.start)

    def _keep_seen(self) -> None:
        if not self._session.settings.tour_seen:
            self._session.apply_settings(replace(self._session.settings, tour_seen=True))

    def _key(self, event: QKeyEvent) -> bool:
        """Esc leaves. On the card, Enter and Space press its button, whatever they are to the window."""
        on_card = self._card is not None and self._card.isAncestorOf(QApplication.focusWidget() or self._window)
        if event.key() != Qt.Key.Key_Escape and not (on_card and event.key() in _ON):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif self._card is not None:
            self._card.press()
        return True

    def _pressed(self, place: QPoint) -> None:
        if self._card is not None and not self._card.rect().contains(self._card.mapFromGlobal(place)):
            self.leave()

    def _go_on(self) -> None:
        if self._at + 1 < len(self._steps()):
            self._show(self._at + 1)
        else:
            self.leave()

    def _show(self, n: int) -> None:
        if self._card is not None:
            self._at = n
            shown = self._steps()
            self._card.show_step(shown[n].title, shown[n].words, n, len(shown))
            self._place()
            self._card.show()
            self._card.raise_()
            self._card.take_focus()

    def _place(self) -> None:
        if self._card is None or self._ring is None:
            return
        beside = self._beside(self._window.draw_page, self._steps()[self._at].beside)
        box = QRect(beside.mapTo(self._window, QPoint(0, 0)), beside.size())
        self._ring.surround(box)
        self._card.adjustSize()
        self._card.stand_beside(box, self._window.rect())

    def _beside(self, page: "DrawPage", names: tuple[str, ...]) -> QWidget:
        """The first of these that is on screen, else the panel at the right, folded or not."""
        found = (page.findChild(QWidget, name) for name in names)
        return next((part for part in found if part is not None and part.isVisible()), page.right_panel)
