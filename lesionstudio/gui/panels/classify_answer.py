"""What a picture shows: its class in large words, a bar for each, and whether it is like what was learned from."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lesionstudio.gui.kinds import Kind, class_words, percent
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import sign, word_button
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _

_MOST_BARS = 6


class AnswerSection(QFrame):
    """`classifier_wanted`: which one is asked, and its card; `add_wanted`: one shall be taken in from a folder."""

    classifier_wanted = Signal()
    add_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "section")
        self._look = look
        self._which = sign(look, "adjustments-alt", _("Which classifier is asked"), "classifier_button")
        self._which.clicked.connect(self.classifier_wanted)
        self._name, self._share = ElidedLabel("title", "class_name"), label("", "title", "class_share")
        self._bars = Bars(look)
        self._sign, self._words = QLabel(), paragraph("", "good", "likeness")
        self._error, self._hint = paragraph("", "bad", "class_error"), paragraph("", "second", "class_hint")
        self._add = word_button(_("Choose a classifier folder"), "add_classifier_button")
        self._add.clicked.connect(self.add_wanted)
        self._lay_out()
        self.show_waiting("")

    def show_kind(self, kind: Kind) -> None:
        """Shows what the picture on screen shows, or why that cannot be said."""
        self._clear()
        if kind.error:
            self._name.setText(_("Cannot be read"))
            self._error.setText(kind.error)
            self._hint.setText(kind.hint)
        else:
            self._name.setText(class_words(kind.name))
            self._share.setText(percent(kind.confidence))
            self._bars.show_shares(kind)
            self._say_likeness(kind)
        self._settle()

    def show_waiting(self, words: str) -> None:
        """Nothing is known yet; the words say why."""
        self._clear()
        self._name.setText(words)
        self._settle()

    def show_none(self) -> None:
        """No classifier is installed."""
        self._clear()
        self._name.setText(_("No classifier"))
        self._hint.setText(
            _("None is installed here. Choose the folder of one, or make one with lesionstudio train-classifier.")
        )
        self._settle(lacks=True)

    def _say_likeness(self, kind: Kind) -> None:
        icon, role = ("alert-triangle", "warn") if kind.unlike else ("circle-check", "good")
        self._look.icons.dress(self._sign, icon, 16, role)
        words = _("Unlike anything it was trained on: the class is a guess.")
        self._words.setText(words if kind.unlike else _("Looks like the training pictures"))
        self._words.setProperty("role", role)
        self._words.style().unpolish(self._words)
        self._words.style().polish(self._words)

    def _clear(self) -> None:
        for words in (self._name, self._share, self._words, self._error, self._hint):
            words.setText("")
        self._bars.show_shares(None)

    def _settle(self, *, lacks: bool = False) -> None:
        for part in (self._share, self._words, self._error, self._hint):
            part.setVisible(bool(part.text()))
        self._sign.setVisible(bool(self._words.text()))
        self._bars.setVisible(self._bars.is_full)
        self._which.setVisible(not lacks)
        self._add.setVisible(lacks)

    def _lay_out(self) -> None:
        head, large, likeness = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(label(_("What is it?"), "section"), 1)
        head.addWidget(self._which)
        large.addWidget(self._name, 1)
        large.addWidget(self._share)
        likeness.setSpacing(6)
        likeness.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        likeness.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 10)
        column.setSpacing(4)
        for row in (head, large):
            column.addLayout(row)
        column.addWidget(self._bars)
        column.addSpacing(2)
        column.addLayout(likeness)
        for part in (self._error, self._hint, self._add):
            column.addWidget(part)


class Bars(QWidget):
    """A bar for each class, the likeliest in blue."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(8)
        self._rows.setVerticalSpacing(4)
        self._rows.setColumnStretch(1, 1)
        self._parts: list[tuple[QLabel, Bar, QLabel]] = []

    @property
    def is_full(self) -> bool:
        """Whether there is a bar."""
        return any(not bar.isHidden() for _name, bar, _share in self._parts)

    def show_shares(self, kind: Kind | None) -> None:
        """Shows the shares of the classes in the classifier's order; of many the largest. None: no bar."""
        shares = list(kind.shares) if kind is not None else []
        if len(shares) > _MOST_BARS:
            shares = sorted(shares, key=lambda one: -one[1])[:_MOST_BARS]
        while len(self._parts) < len(shares):
            self._add_row()
        for n, parts in enumerate(self._parts):
            for part in parts:
                part.setVisible(n < len(shares))
            if n < len(shares) and kind is not None:
                name, share = shares[n]
                parts[0].setText(class_words(name))
                parts[1].show_share(share, chosen=name == kind.name)
                parts[2].setText(percent(share))

    def _add_row(self) -> None:
        n, share = len(self._parts), label("", "second")
        share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        share.setMinimumWidth(38)
        parts = label("", "second"), Bar(self._look), share
        self._parts.append(parts)
        for column, part in enumerate(parts):
            self._rows.addWidget(part, n, column)


class Bar(QWidget):
    """A share of 0 to 1 as a bar, 6 high."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._share, self._chosen = look, 0.0, False
        self.setFixedHeight(6)
        self.setMinimumWidth(40)
        look.changed.connect(self.update)

    def show_share(self, share: float, *, chosen: bool) -> None:
        """Shows this share; the class that was chosen is blue."""
        self._share, self._chosen = share, chosen
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the groove and the bar."""
        tokens, painter = self._look.tokens, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.bg4))
        painter.drawRoundedRect(self.rect(), 3, 3)
        painter.setBrush(QColor(tokens.accent if self._chosen else tokens.text3))
        wide = self.width() * self._share
        if wide >= 1:
            painter.drawRoundedRect(QRectF(0, 0, max(wide, 2.0), self.height()), min(3, wide / 2), 3)
