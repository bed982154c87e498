"""The slider from "Marks more" to "Only if sure": along thresholds that were tried out, with what each is to miss."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.views import OperatingPoint
from lesionstudio.gui.widgets.fields import Slider
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _


class SurenessRow(QWidget):
    """`wanted(threshold)` when the knob was let go, or moved by a key. Not there for a model nobody tried out."""

    wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[OperatingPoint, ...] = ()
        self._is_short = self._is_working = False
        self._slider = Slider("sureness", _("How sure the model is before it marks"), 0, 1, 0)
        self._slider.setPageStep(1)
        self._words = paragraph(role="hint", name="sureness_words")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label(_("Marks more"), "hint"))
        row.addWidget(self._slider, 1)
        row.addWidget(label(_("Only if sure"), "hint"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._words)
        self._slider.valueChanged.connect(self._moved)
        self._slider.sliderReleased.connect(self._say)
        self.show_points((), 0, 0)

    def show_points(self, points: Sequence[OperatingPoint], here: int, usual: int) -> None:
        """Offers these thresholds, the one in use and the card's own by number; none: it is not there."""
        self._points = tuple(points)
        self._find_room()
        if len(points) < 2:
            return
        self._slider.blockSignals(True)
        self._slider.setRange(0, len(points) - 1)
        self._slider.set_default(usual)
        self._slider.setValue(here)
        self._slider.blockSignals(False)
        self._show_words()

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to choose from."""
        return len(self._points) > 1

    def be_short(self, short: bool) -> None:
        """Beside an open draft there is no room for the sentence: it is a tooltip then."""
        self._is_short = short
        self._find_room()

    def be_working(self, working: bool) -> None:
        """While drafts are made the job bar takes its room beside an open draft."""
        self._is_working = working
        self._find_room()

    def _find_room(self) -> None:
        self._words.setVisible(not self._is_short)
        self.setVisible(self.is_offered and not (self._is_short and self._is_working))

    def _moved(self) -> None:
        self._show_words()
        if not self._slider.isSliderDown():
            self._say()

    def _say(self) -> None:
        self.wanted.emit(self._points[self._slider.value()].threshold)

    def _show_words(self) -> None:
        words = self._points[self._slider.value()].words
        words = words[:1].upper() + words[1:] + "." if words else ""
        self._words.setText(words)
        self._slider.setToolTip(words)
        self._slider.setAccessibleDescription(words)
