"""The part of the options bar that stands while a change waits for an answer: Accept and Reject."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import action_button
from lesionstudio.words import _


class ProposalStrip(QWidget):
    """The buttons are there only while there is something to accept; their place may be kept free."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("proposal_strip")
        self._accept = action_button(look, actions, "accept_proposal", _("Accept"), kind="primary")
        self._reject = action_button(look, actions, "reject_proposal", _("Reject"))
        self._keeps_place = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in (self._accept, self._reject):
            row.addWidget(button)
        self.show_stands(False)

    def show_stands(self, stands: bool) -> None:
        """Whether something can be accepted or rejected now."""
        self._accept.setVisible(stands)
        self._reject.setVisible(stands)
        self.setVisible(stands or self._keeps_place)

    def keep_place(self, kept: bool) -> None:
        """Whether its place stays free while there is nothing to accept."""
        self._keeps_place = kept
        for button in (self._accept, self._reject):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(kept)
            button.setSizePolicy(policy)
        self.setVisible(kept or not self._accept.isHidden())
