"""The bar at the top: the mark with the whole menu, folder, pages, what is saved, undo, history, export, settings."""

from PySide6.QtCore import QDateTime, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from lesionstudio.gui.actions import PAGES
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look, restyle
from lesionstudio.gui.views import SavedState
from lesionstudio.gui.widgets.buttons import GAP, action_button, action_sign, say
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _

HEIGHT = 48
_LONGEST_NAME = 320
_SAVED_LOOK = {
    "saved": ("circle-check", "good", "second"),
    "saving": ("circle-check", "plain", "second"),
    "failed": ("alert-triangle", "warn", "warn"),
    "read_only": ("lock", "warn", "warn"),
    "nothing": ("", "plain", "second"),
}


class TopBar(QFrame):
    """48 high. On the start page it shows the program's name and no work."""

    folder_menu_wanted = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self._look = look
        self.setProperty("kind", "bar")
        self.setFixedHeight(HEIGHT)
        self.mark_button = Mark(look)
        self.folder_button = QPushButton()
        self.pages = _page_tabs(look, actions)
        self._saved_sign, self._saved = QLabel(), ElidedLabel("second", "saved_state")
        self._export = action_button(look, actions, "export")
        self._undo, self._redo = action_sign(look, actions, "undo"), action_sign(look, actions, "redo")
        self._history = action_sign(look, actions, "history")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(0)
        row.addWidget(self._left_side(), 1)
        row.addWidget(self.pages)
        row.addWidget(self._right_side(look, actions), 1)
        self._dress_folder_button()
        self.show_folder("")
        self.show_saved(SavedState("nothing", ""))

    def show_folder(self, name: str) -> None:
        """Shows the folder worked in; "" means the start page."""
        self._name = name
        metrics = self.folder_button.fontMetrics()
        self.folder_button.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _LONGEST_NAME))
        say(self.folder_button, name, _("{name}\nClick for another folder.").format(name=name))
        for shown in (
            self.folder_button,
            self.pages,
            self._saved,
            self._saved_sign,
            self._undo,
            self._redo,
            self._history,
            self._export,
        ):
            shown.setVisible(bool(name))
        self._program.setVisible(not name)

    def show_saved(self, saved: SavedState) -> None:
        """Says whether all edits are on disk."""
        icon, role, words_role = _SAVED_LOOK[saved.kind]
        self._look.icons.dress(self._saved_sign, icon if saved.text else "", 16, role)
        self._saved.setText(_("Open for looking only") if saved.kind == "read_only" else saved.text)
        at = QDateTime.fromSecsSinceEpoch(int(saved.when)).time().toString("HH:mm") if saved.when else ""
        reason = saved.text if saved.kind == "read_only" else ""
        self._saved.say_more(_("Saved at {time}").format(time=at) if at else reason)
        restyle(self._saved, role=words_role)

    def show_menu(self, menu: QMenu) -> None:
        """Opens the whole menu under the mark from now on."""
        self.mark_button.setMenu(menu)

    def show_folder_menu(self, menu: QMenu) -> None:
        """Opens this menu under the folder's name from now on."""
        self.folder_button.setMenu(menu)

    def _dress_folder_button(self) -> None:
        self.folder_button.setObjectName("folder_button")
        self.folder_button.setProperty("kind", "quiet")
        self.folder_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.folder_button.setStyleSheet("QPushButton::menu-indicator { image: none; width: 0; }")
        self._look.icons.dress(self.folder_button, "folder-open", gap=GAP)

    def _left_side(self) -> QWidget:
        side = QWidget()
        self._program = label("LesionStudio", "section")
        row = QHBoxLayout(side)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.mark_button)
        row.addSpacing(6)
        row.addWidget(self._program)
        row.addWidget(self.folder_button)
        row.addStretch(1)
        return side

    def _right_side(self, look: Look, actions: Actions) -> QWidget:
        side = QWidget()
        row = QHBoxLayout(side)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(self._saved_sign)
        row.addWidget(self._saved)
        row.addSpacing(6)
        row.addWidget(self._undo)
        row.addWidget(self._redo)
        row.addWidget(self._history)
        row.addSpacing(2)
        row.addWidget(self._export)
        row.addSpacing(2)
        row.addWidget(action_sign(look, actions, "shortcuts"))
        row.addWidget(action_sign(look, actions, "settings"))
        return side


class Mark(QToolButton):
    """The program's mark, a marked lesion in a ring; it opens the whole menu."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("menu_button")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        say(self, _("Menu"), _("Menu: everything the program does"))

    def sizeHint(self) -> QSize:
        """A target of 30."""
        return QSize(30, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints ring and spot."""
        tokens = self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(QPen(QColor(tokens.text1), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, 9.2, 9.2)
        painter.setPen(QPen(QColor("#F5A539"), 1.6))
        spot = QColor("#F5A539")
        spot.setAlphaF(0.62)
        painter.setBrush(spot)
        painter.drawEllipse(middle, 4.6, 4.6)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 7, 7)


def _page_tabs(look: Look, actions: Actions) -> QWidget:
    """The pages there are, side by side; one is chosen."""
    tabs = QWidget()
    row = QHBoxLayout(tabs)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2)
    for verb in PAGES:
        tab = action_button(look, actions, verb, kind="tab")
        tab.setFixedHeight(HEIGHT - 1)
        row.addWidget(tab)
    return tabs
