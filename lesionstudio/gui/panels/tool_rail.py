"""The rail of tools at the left of the picture, and at its foot the number of views."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from lesionstudio.gui.actions import VIEWS
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tool_actions import RAIL
from lesionstudio.gui.widgets.buttons import action_sign
from lesionstudio.gui.widgets.text import rule

WIDTH = 46


class ToolRail(QFrame):
    """46 wide, one button of 36 a tool; the one in use is lit."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 6, 5, 6)
        column.setSpacing(2)
        for n, verbs in enumerate(filter(None, RAIL)):
            if n:
                column.addWidget(rule())
            for verb in verbs:
                column.addWidget(action_sign(look, actions, verb, px=20, tool=True), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(action_sign(look, actions, "lesions", px=20, tool=True), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        for verb in (*VIEWS, "compare"):
            column.addWidget(action_sign(look, actions, verb, px=20, tool=True), 0, Qt.AlignmentFlag.AlignHCenter)
