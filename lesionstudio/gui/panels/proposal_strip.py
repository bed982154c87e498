"""The part of the options bar that stands while a change waits for an answer: Accept, Reject, and what would change."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import action_button
from lesionstudio.gui.widgets.text import ElidedLabel
from lesionstudio.words import _


class ProposalStrip(QWidget):
    """Hidden while nothing waits; the buttons are there only while there is something to accept."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("proposal_strip")
        self._accept = action_button(look, actions, "accept_proposal", _("Accept"), kind="primary")
        self._reject = action_button(look, actions, "reject_proposal", _("Reject"))
        self._sentence = ElidedLabel("second", "proposal_sentence")
        self._sentence.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._accept)
        row.addWidget(self._reject)
        row.addWidget(self._sentence, 1)
        self.show_proposal("", stands=False)

    def show_proposal(self, sentence: str, *, stands: bool) -> None:
        """Says what would change; `stands`: it can be accepted or rejected now."""
        self._sentence.setText(sentence)
        self._accept.setVisible(stands)
        self._reject.setVisible(stands)
        self.setVisible(stands or bool(sentence))
