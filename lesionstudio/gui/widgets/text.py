"""Words on the screen: labels by role, labels that shorten themselves, key caps, thin lines."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from lesionstudio.gui.theme import Look


def label(words: str = "", role: str = "", name: str = "") -> QLabel:
    """A label in one of the roles of the style sheet; plain text, whatever it holds."""
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if role == "key":
        made.setIndent(0)
    if name:
        made.setObjectName(name)
    return made


def plain_tip(words: str) -> str:
    """A tooltip that shows the words as they are: Qt takes for HTML what begins like a tag, as the name of a file may.

    HTML could have Qt fetch a picture from anywhere. A sign of no width behind each "<" makes it no tag.
    """
    return words.replace("<", "<\u2060").replace("&lt;", "&\u2060lt;")


def paragraph(words: str = "", role: str = "second", name: str = "") -> QLabel:
    """A label that wraps."""
    made = label(words, role, name)
    made.setWordWrap(True)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made


class ElidedLabel(QLabel):
    """One line that ends in "…" where room is short; the whole text is then its tooltip."""

    def __init__(self, role: str = "", name: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode, self._more = mode, ""
        self.cuts = True
        """Whether it is cut off at all; else nothing is shown where the whole has no room: half a number misleads."""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def say_more(self, words: str) -> None:
        """What the tooltip says besides the text that is cut off."""
        self._more = words

    def minimumSizeHint(self) -> QSize:
        """Next to nothing: it can always be shortened."""
        return QSize(24, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """The whole text."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    @property
    def shown(self) -> str:
        """As much as there is room for."""
        cut = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        return cut if self.cuts or cut == self.text() else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints as much as there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), self.shown)

    def event(self, event: QEvent) -> bool:
        """Keeps the tooltip in step with what is cut off."""
        if event.type() == QEvent.Type.ToolTip:
            cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
            self.setToolTip(plain_tip("\n".join(part for part in (self.text() if cut else "", self._more) if part)))
        return super().event(event)


def rule(vertical: bool = False) -> QFrame:
    """A line of one pixel between two parts."""
    made = QFrame()
    made.setProperty("kind", "rule")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def key_caps(caps: tuple[str, ...], words: str = "", role: str = "hint") -> QWidget:
    """Key caps side by side and, after them, what the keys do."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    for cap in caps:
        line.addWidget(label(cap, "key"), 0, Qt.AlignmentFlag.AlignVCenter)
    if words:
        line.addSpacing(2)
        line.addWidget(label(words, role))
    return row


class Reason(QWidget):
    """Why something cannot be done now: an info sign and a sentence; takes no room while there is nothing to say."""

    def __init__(self, look: Look, name: str = "") -> None:
        super().__init__()
        sign = QLabel()
        look.icons.dress(sign, "info-circle")
        self._words = paragraph(name=name)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._words, 1)
        self.hide()

    def show_words(self, words: str) -> None:
        """Says this; "" says nothing."""
        self._words.setText(words)
        self.setVisible(bool(words))


class Dot(QWidget):
    """A small square in a label's colour."""

    def __init__(self, side: int = 12) -> None:
        super().__init__()
        self._colour = ""
        self._side = side
        self.setFixedSize(side, side)

    def show_colour(self, colour: str) -> None:
        """Takes this colour; "" shows nothing."""
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the square."""
        if self._colour:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colour))
            painter.drawRoundedRect(QRect(0, 0, self._side, self._side), 3, 3)
