"""KeyWay: the caps of one way to do something; a click on them listens for the new keys."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout

from lesionstudio.gui.actions import caps_of
from lesionstudio.gui.keymap import key_text
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import SMALLEST, say
from lesionstudio.gui.widgets.text import label
from lesionstudio.words import _

_EDGE = 4


class KeyWay(QAbstractButton):
    """Says `heard(old, new)` once keys were pressed, new "" for none, and `listening_changed` before and after."""

    heard = Signal(str, str)
    listening_changed = Signal(bool)

    def __init__(self, look: Look, key: str, words: str) -> None:
        super().__init__()
        self.key, self._look, self.listens = key, look, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(_EDGE, 0, _EDGE, 0)
        self._line.setSpacing(4)
        caps = caps_of(key) if key else ()
        say(self, f"{words}: {'+'.join(caps) or _('no key')}", _("Click, then press other keys."))
        self._caps = [label(cap, "key") for cap in caps] or [label(_("no key"), "hint")]
        self._asks = label(_("Press keys"), "accent")
        self._asks.hide()
        for part in (*self._caps, self._asks):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._line.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.clicked.connect(lambda: self.listen(not self.listens))

    def listen(self, on: bool) -> None:
        """Begins or ends waiting for keys."""
        if on != self.listens:
            self.listens = on
            for part in self._caps:
                part.setVisible(not on)
            self._asks.setVisible(on)
            self._line.setContentsMargins(_EDGE + 4 * on, 0, _EDGE + 4 * on, 0)
            self.updateGeometry()
            self.update()
            self.listening_changed.emit(on)

    def sizeHint(self) -> QSize:
        """As wide as its caps, and high enough to be hit."""
        return QSize(max(self._line.sizeHint().width(), SMALLEST), SMALLEST)

    def event(self, event: QEvent) -> bool:
        """While it listens every key is its own, Tab and the window's shortcuts too."""
        if self.listens and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._hear(event)
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who goes elsewhere changes nothing."""
        super().focusOutEvent(event)
        self.listen(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the ground under the pointer and the ring."""
        painter, tokens = QPainter(self), self._look.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.listens or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if self.listens else tokens.bg3))
            painter.drawRoundedRect(frame, 5, 5)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, 5, 5)

    def _hear(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() == Qt.Key.Key_Escape:
            self.listen(False)
        elif plain and event.key() == Qt.Key.Key_Backspace:
            self._say("")
        elif text := key_text(event):
            self._say(text)

    def _say(self, new: str) -> None:
        self.listen(False)
        if new != self.key:
            self.heard.emit(self.key, new)
