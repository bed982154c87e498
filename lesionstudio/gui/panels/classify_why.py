"""Why: what the heat over the picture means, of which class, and what the slice alone says."""

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.kinds import class_words
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.layers import image_of
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.imaging.heat import heat_dots
from lesionstudio.words import _

_STEPS = 256


class WhySection(QFrame):
    """`label_picked`: the class to explain; `slice_wanted`: the slice that says it most clearly."""

    label_picked = Signal(str)
    slice_wanted = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "section")
        self._k = 0
        self.label = Pick("explain", _("Which class is explained"), 252)
        self.label.picked.connect(lambda key: self.label_picked.emit(str(key)))
        self._slice = ElidedLabel("second", "slice_says")
        self._telling = word_button("", "telling_slice_button", "quiet")
        self._telling.setToolTip(_("Goes to the slice that shows its class most clearly"))
        self._telling.clicked.connect(lambda: self.slice_wanted.emit(self._k))
        ends = QHBoxLayout()
        ends.addWidget(label(_("no influence"), "second"))
        ends.addStretch(1)
        ends.addWidget(label(_("strong"), "second"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 7, 14, 10)
        column.setSpacing(5)
        column.addWidget(label(_("Why"), "section"))
        words = _("The warm places moved the answer most. They are a hint, not a proof, and not a lesion mask.")
        column.addWidget(paragraph(words))
        column.addWidget(Ramp(look))
        column.addLayout(ends)
        column.addWidget(self.label)
        row = QHBoxLayout()
        row.addWidget(self._slice, 1)
        row.addWidget(self._telling)
        column.addLayout(row)
        self.show_slice("")

    def show_classes(self, names: tuple[str, ...], current: str) -> None:
        """Offers to explain any class; the one of the answer is explained first."""
        words = [(name, _("Explain: {name}").format(name=class_words(name))) for name in names]
        self.label.show_choices(words, current)
        self.label.setMinimumWidth(0)
        self.label.setMaximumWidth(16_777_215)

    def show_slice(self, words: str, telling: int | None = None) -> None:
        """Says what this slice alone shows, and offers the slice that says it most clearly (from 0; None: it is)."""
        self._slice.setText(words)
        self._slice.setVisible(bool(words))
        self._telling.setVisible(telling is not None)
        if telling is not None:
            self._k = telling
            self._telling.setText(_("Clearest: {n}").format(n=telling + 1))


class Ramp(QWidget):
    """The colours of heat, from nothing to most."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(10)
        self._dots = np.ascontiguousarray(heat_dots(np.arange(_STEPS, dtype=np.uint8)[None]))
        self._image = image_of(self._dots, QImage.Format.Format_ARGB32_Premultiplied)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints them over what is behind pictures."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()), 5, 5)
        painter.setClipPath(edge)
        painter.fillRect(self.rect(), QColor(self._look.tokens.canvas))
        painter.drawImage(self.rect(), self._image)
