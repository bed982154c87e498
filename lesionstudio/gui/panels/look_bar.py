"""The bar under the picture while the slices worth a look are gone through: why this one, how many more, and on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import action_button, sign
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _, ngettext

HEIGHT = 42


class LookBar(QFrame):
    """42 high. `closed`: the list is gone through no longer."""

    closed = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("look_bar")
        self.setProperty("kind", "bar")
        self.setFixedHeight(HEIGHT)
        self._look = look
        self._sign = QLabel()
        self._why, self._left = ElidedLabel("second", "look_why"), label(role="second", name="look_left")
        close = sign(look, "x", _("Leave the list"), "leave_list_button")
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 6, 0)
        row.setSpacing(8)
        row.addWidget(label(_("Worth a look"), "strong"))
        row.addWidget(self._sign)
        row.addWidget(self._why, 1)
        row.addWidget(self._left)
        row.addWidget(action_button(look, actions, "look_next", _("Next"), icon="arrow-right"))
        row.addWidget(close)

    def show_slice(self, why: str, left: int, *, is_random: bool, is_model: bool) -> None:
        """Says why the slice on screen is in the list, and how many others are left in it."""
        self._why.setText(why)
        self._sign.setVisible(is_random or is_model)
        self._look.icons.dress(self._sign, "grain" if is_random else "sparkles", 16, "plain" if is_random else "accent")
        self._left.setText(ngettext("{n} more", "{n} more", left) if left else _("the last one"))
