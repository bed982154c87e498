"""The page that says what pictures show: the picture under the heat of the answer, the answer, why, and all pictures.

It shows and forwards.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from lesionstudio.gui.panels.banners import Banners
from lesionstudio.gui.panels.classify_all import AllSection
from lesionstudio.gui.panels.classify_answer import AnswerSection
from lesionstudio.gui.panels.classify_why import WhySection
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.heat_view import HeatView
from lesionstudio.gui.widgets.buttons import GAP, Toggle, word_button
from lesionstudio.gui.widgets.fields import Slider
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph, rule
from lesionstudio.imaging.heat import OPACITY
from lesionstudio.words import _

_BAR, _PANEL, _SLIDER = 42, 280, 120
_MIDDLE = Qt.AlignmentFlag.AlignHCenter


class ClassifyPage(QFrame):
    """Bar, picture and panel. `opacity_wanted`: 0 to 1."""

    heat_wanted = Signal(bool)
    opacity_wanted = Signal(float)
    save_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("classify_page")
        self.view = HeatView()
        self.answer, self.why, self.all = AnswerSection(look), WhySection(look), AllSection(look)
        self._heat = Toggle(look, _("Heat map"), "heat_map")
        self._heat.setChecked(True)
        self._opacity = Slider("heat_opacity", _("Opacity of the heat map"), 10, 100, round(100 * OPACITY))
        self._opacity.setFixedWidth(_SLIDER)
        self._opacity.setValue(round(100 * OPACITY))
        self._save = word_button(_("Save picture"), "save_heat_map_button", "quiet")
        look.icons.dress(self._save, "photo-down", 16, "text", GAP)
        self._news = ElidedLabel("second", "heat_news")
        self._pages, self._stage = QStackedWidget(), QFrame()
        self._empty = _Empty(look)
        self._lay_out()
        self.banners = Banners(look, self._stage)
        self._heat.toggled.connect(self.heat_wanted)
        self._heat.toggled.connect(self._opacity.setEnabled)
        self._opacity.valueChanged.connect(lambda value: self.opacity_wanted.emit(value / 100))
        self._save.clicked.connect(self.save_wanted)

    @property
    def opacity(self) -> float:
        """How much heat covers where it is strongest."""
        return self._opacity.value() / 100

    @property
    def shows_heat(self) -> bool:
        """Whether heat is switched on."""
        return self._heat.isChecked()

    def show_picture(self, *, there: bool) -> None:
        """Shows the picture, or (not `there`) how to get one."""
        self._pages.setCurrentWidget(self.view if there else self._empty)
        self._empty.show_words()
        self._save.setEnabled(there)

    def show_broken(self, name: str, why: str) -> None:
        """Shows that the picture cannot be read."""
        self.show_picture(there=False)
        self._empty.show_words("file-alert", name, why)

    def say(self, words: str) -> None:
        """Says this beside the switch: that heat is on its way, or why there is none."""
        self._news.setText(words)

    def show_sections(self, *, answers: bool) -> None:
        """Whether there is a classifier whose answers can be shown."""
        self.why.setVisible(answers)
        self.all.setVisible(answers)
        self._rest.setVisible(not answers)

    def take_focus(self) -> None:
        """Gives the keys to the picture."""
        self.view.setFocus() if self._pages.currentWidget() is self.view else self.all.tiles.setFocus()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._make_bar())
        inside = QVBoxLayout(self._stage)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._pages)
        for page in (self.view, self._empty):
            self._pages.addWidget(page)
        middle.addWidget(self._stage, 1)
        row.addLayout(middle, 1)
        row.addWidget(rule(vertical=True))
        row.addWidget(self._make_panel())
        self.show_picture(there=False)

    def _make_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("kind", "bar")
        bar.setFixedHeight(_BAR)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 0, 10, 0)
        row.setSpacing(8)
        row.addWidget(label(_("Heat map"), "section"))
        row.addWidget(self._heat)
        row.addSpacing(4)
        row.addWidget(label(_("Opacity"), "second"))
        row.addWidget(self._opacity)
        row.addSpacing(4)
        row.addWidget(self._news, 1)
        row.addWidget(self._save)
        return bar

    def _make_panel(self) -> QFrame:
        panel = QFrame()
        panel.setProperty("kind", "panel")
        panel.setFixedWidth(_PANEL)
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._rest = QWidget()
        for section in (self.answer, self.why):
            column.addWidget(section)
        column.addWidget(self.all, 1)
        column.addWidget(self._rest, 1)
        return panel


class _Empty(QWidget):
    """What stands there while no picture is shown: one sign, one sentence."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._sign = look, QLabel()
        self._title, self._words = label("", "strong", "no_picture_title"), paragraph(name="no_picture_words")
        self._words.setAlignment(_MIDDLE)
        column = QVBoxLayout(self)
        column.setContentsMargins(56, 16, 56, 16)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self._sign, 0, _MIDDLE)
        column.addWidget(self._title, 0, _MIDDLE)
        column.addWidget(self._words)
        column.addStretch(2)
        self.show_words()

    def show_words(self, icon: str = "category", title: str = "", words: str = "") -> None:
        """Says these; how to get a picture where there is nothing to say."""
        self._look.icons.dress(self._sign, icon, 32, "bad" if title else "plain")
        self._title.setText(title or _("No picture yet"))
        self._words.setText(words or _("Drop pictures here, or choose a scan in the list."))
