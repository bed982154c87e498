"""The bar over two series side by side: their names, how they are linked, and the way back to one."""

from math import hypot

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from lesionstudio.gui.beside import How, Second
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import say, sign
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _, number

HEIGHT = 36


class BesideBar(QFrame):
    """36 high; its halves stand over the two pictures."""

    link_wanted = Signal()
    unlink_wanted = Signal()
    reset_wanted = Signal()
    closed = Signal()

    def __init__(self, look: Look, beyond: int) -> None:
        super().__init__()
        self.setObjectName("beside_bar")
        self.setProperty("kind", "bar")
        self.setFixedHeight(HEIGHT)
        self._look, self._is_linked = look, False
        self._here, self._there = (ElidedLabel("strong", name) for name in ("first_series", "second_series"))
        self._state = label(role="second", name="link_state")
        self._link = sign(look, "link", "", "link_button")
        self._reset = sign(look, "arrow-back-up", _("Link as the files say"), "link_reset_button")
        close = sign(look, "x", _("Close the second series"), "close_beside_button")
        self._link.clicked.connect(lambda: (self.unlink_wanted if self._is_linked else self.link_wanted).emit())
        self._reset.clicked.connect(self.reset_wanted)
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, beyond, 0)
        row.setSpacing(0)
        row.addWidget(_half(self._here), 1)
        row.addWidget(_half(self._there, self._state, self._link, self._reset, close), 1)

    def show_names(self, here: str, there: str) -> None:
        """The two series."""
        self._here.setText(here)
        self._there.setText(there)

    def show_link(self, second: Second) -> None:
        """How the two are linked, or that they are not."""
        self._is_linked = second.is_linked
        self._state.setText(_state_words(second))
        self._state.setToolTip(why_words(second.how))
        role = "accent" if second.is_linked else "plain"
        self._look.icons.dress(self._link, "link" if second.is_linked else "unlink", 18, role)
        words = _("Unlink, to move one alone") if second.is_linked else _("Link the two places that are in the middle")
        say(self._link, words, words)
        self._reset.setVisible(second.how == "hand")


def why_words(how: How) -> str:
    """What the link rests on, or why there is none."""
    then = _("Bring both to the same place, then link them.")
    words: dict[How, str] = {
        "frame": _("Both have the same frame of reference."),
        "files": _("The files name no frame of reference; their millimetres are taken as they are."),
        "order": _("The files know no positions: slices are counted."),
        "hand": _("Linked by hand; kept for these two."),
        "other frame": f"{_('They have different frames of reference.')} {then}",
        "other patient": f"{_('They are of two patients.')} {then}",
        "other size": f"{_('The files know no positions, and the numbers of slices differ.')} {then}",
        "apart": f"{_('By their positions they lie apart.')} {then}",
    }
    return words[how]


def _state_words(second: Second) -> str:
    if not second.is_linked:
        return _("Not linked")
    if second.how == "order":
        return _("Linked by slice")
    if second.how != "hand":
        return _("Linked by position")
    if not second.link.is_by_mm:
        return _("Linked by hand")
    return _("Linked by hand, {n} mm").format(n=number(hypot(*second.link.moved), 1))


def _half(*parts: QWidget) -> QWidget:
    half = QWidget()
    row = QHBoxLayout(half)
    row.setContentsMargins(12, 0, 4, 0)
    row.setSpacing(4)
    for n, part in enumerate(parts):
        row.addWidget(part, 0 if n else 1)
    return half
