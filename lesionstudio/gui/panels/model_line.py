"""The model in use: its name, what was measured of it, and the menu that chooses another."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy

from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import NEW_MODEL, ModelView
from lesionstudio.gui.widgets.buttons import say
from lesionstudio.gui.widgets.text import ElidedLabel
from lesionstudio.words import _

_ONE_LINE, _TWO_LINES, _AROUND_MODEL = 32, 46, 42


def new_model() -> ModelView:
    """Stands for a model that begins with nothing."""
    return ModelView(NEW_MODEL, Path(), _("New model"), _("from your marks"))


class ModelLine(QPushButton):
    """Name of the model in use and what was measured of it; a click shows the others, each with its picture."""

    chosen = Signal(str)
    folder_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._is_short = False
        self.setObjectName("choose_model_button")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet("QPushButton::menu-indicator { image: none; width: 0; }")
        self._title, self._line, arrow = (
            ElidedLabel("strong", "model_title"),
            ElidedLabel("second", "model_line"),
            QLabel(),
        )
        look.icons.dress(arrow, "chevron-down", 16)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(8)
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.addWidget(self._title)
        self._words.addWidget(self._line, 1)
        row.addLayout(self._words, 1)
        row.addWidget(arrow)
        for part in (self._title, self._line, arrow):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_model(self, model: ModelView | None) -> None:
        """Shows this model."""
        self._title.setText(model.title if model else _("No model"))
        self._line.setText(model.line if model else "")
        self._find_room()
        say(self, self._title.text(), _("Model in use; a click shows the others"))

    def be_short(self, short: bool) -> None:
        """Shows the name alone, on one line: beside an open draft room is short."""
        self._is_short = short
        self._find_room()

    def offer(self, models: Sequence[ModelView], in_use: str, *, is_new: bool) -> None:
        """Has the menu offer these, a new one, and what is known of all of them."""
        menu = QMenu(self)
        for model in models:
            entry = menu.addAction(f"{model.title}   {model.line}")
            entry.setCheckable(True)
            entry.setChecked(model.id == in_use)
            entry.triggered.connect(lambda _on=False, chosen=model.id: self.chosen.emit(chosen))
        menu.addSeparator()
        fresh = menu.addAction(_("New model, from your marks"))
        fresh.setCheckable(True)
        fresh.setChecked(is_new)
        fresh.triggered.connect(lambda _on=False: self.chosen.emit(NEW_MODEL))
        menu.addAction(_("Choose a model folder"), self.folder_wanted.emit)
        if models:
            menu.addAction(_("What is known of each"), self.about_wanted.emit)
        self.setMenu(menu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Finds room for both texts."""
        super().resizeEvent(event)
        self._find_room()

    def _find_room(self) -> None:
        self._line.setVisible(not self._is_short)
        needed = self._title.sizeHint().width() + self._line.sizeHint().width() + 8
        fits = self._is_short or needed <= self.width() - _AROUND_MODEL
        side_by_side, stacked = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._words.setDirection(side_by_side if fits else stacked)
        self._words.setSpacing(8 if fits else 0)
        self._words.setStretch(1, 1 if fits else 0)
        self._words.setContentsMargins(0, 0 if fits else 5, 0, 0 if fits else 5)
        self.setFixedHeight(_ONE_LINE if fits else _TWO_LINES)
