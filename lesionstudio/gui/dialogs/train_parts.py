"""Parts of the training sheet: the data page, what the network sees, and pictures with their marks as stamps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from lesionstudio.gui.data_words import data_lines, intensities, lesion_sizes
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.plot import Plot
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph, plain_tip
from lesionstudio.imaging.labels import LABEL_COLOURS
from lesionstudio.words import _
from lesionstudio.workflows.data_page import DataPage

Pixels = NDArray[np.uint8]
_FILL, _STAMP, _ROW = 0.45, 78, 6


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One slice three times: as it is, as the network sees it, as training changes it; each with its marks."""

    name: str
    pictures: tuple[QImage, QImage, QImage]


class Stamp(QWidget):
    """One picture, whole, as large as there is room."""

    def __init__(self, look: Look, least: int) -> None:
        super().__init__()
        self._look, self._least = look, least
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(least, least)
        look.changed.connect(self.update)

    def show_image(self, image: QImage | None, name: str = "") -> None:
        """Shows this; None for nothing."""
        self._image = image
        self.setToolTip(plain_tip(name))
        self.update()

    def sizeHint(self) -> QSize:
        """At least so large."""
        return QSize(self._least, self._least)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the picture on its dark ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is None:
            painter.fillRect(self.rect(), QColor(self._look.tokens.bg2))
            return
        painter.fillRect(self.rect(), QColor(self._look.tokens.canvas))
        fitted = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        corner = (self.width() - fitted.width()) // 2, (self.height() - fitted.height()) // 2
        painter.drawImage(QRect(*corner, fitted.width(), fitted.height()), self._image)


class DataPane(QWidget):
    """The data page: lines, warnings, values and lesion sizes, pictures with their masks."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(14)
        self._lines.setVerticalSpacing(3)
        self._lines.setColumnStretch(1, 1)
        self._warnings = paragraph("", "warn", "data_warnings")
        self.values, self.sizes = Plot(look, _("Values"), "values"), Plot(look, _("Lesions"), "lesion_sizes")
        self._stamps = QGridLayout()
        self._stamps.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._lines)
        column.addWidget(self._warnings)
        plots = QHBoxLayout()
        plots.setSpacing(8)
        for plot in (self.values, self.sizes):
            plot.setFixedHeight(176)
            plots.addWidget(plot, 1)
        column.addLayout(plots)
        column.addWidget(label(_("Pictures with their masks"), "second"))
        column.addLayout(self._stamps)
        column.addStretch(1)

    def show_page(self, page: DataPage) -> None:
        """Shows what was found."""
        for layout in (self._lines, self._stamps):
            _empty(layout)
        for row, (title, words) in enumerate(data_lines(page.facts)):
            line = ElidedLabel("body", f"data_line_{row}")
            line.setText(words)
            self._lines.addWidget(label(title, "second"), row, 0)
            self._lines.addWidget(line, row, 1)
        self._warnings.setText("\n".join(page.warnings))
        self._warnings.setVisible(bool(page.warnings))
        self.values.show_drawing(intensities(page.facts))
        self.sizes.show_drawing(lesion_sizes(page.facts))
        for n, sample in enumerate(page.contact):
            stamp = Stamp(self._look, _STAMP)
            stamp.setFixedSize(_STAMP, _STAMP)
            stamp.show_image(tinted_image(sample.picture, sample.wanted), sample.name)
            self._stamps.addWidget(stamp, n // _ROW, n % _ROW)


class SeenPane(QWidget):
    """What the network sees: a row a slice, original, input, augmented."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for place, words in enumerate((_("Original"), _("What the network sees"), _("Changed as in training"))):
            grid.addWidget(label(words, "second"), 0, place, Qt.AlignmentFlag.AlignHCenter)
            grid.setColumnStretch(place, 1)
        self._stamps = [[Stamp(look, 110) for _column in range(3)] for _row in range(3)]
        for row, stamps in enumerate(self._stamps, 1):
            grid.setRowStretch(row, 1)
            for place, stamp in enumerate(stamps):
                grid.addWidget(stamp, row, place)

    def show_seen(self, shown: Sequence[Shown]) -> None:
        """Shows these; rows without a slice stay empty."""
        for row, stamps in enumerate(self._stamps):
            for place, stamp in enumerate(stamps):
                there = row < len(shown)
                stamp.show_image(shown[row].pictures[place] if there else None, shown[row].name if there else "")


def scrolling(pane: QWidget) -> QScrollArea:
    """A pane that scrolls where it is higher than its room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(pane)
    return area


def read_seen(folder: Path, pictures: Sequence[dict[str, str]]) -> list[Shown]:
    """What the verb training_preview wrote, as pictures. Slow."""
    made = []
    for one in pictures:
        with np.load(folder / one["file"]) as kept:
            pairs = (("original", "marks"), ("seen", "seen_marks"), ("changed", "changed_marks"))
            first, second, third = (tinted_image(kept[picture], kept[marks]) for picture, marks in pairs)
        made.append(Shown(one["name"], (first, second, third)))
    return made


def tinted_image(picture: Pixels, marks: Pixels) -> QImage:
    """A picture (row, column[, 3]) with labels (row, column) in their colours over it."""
    shown = np.repeat(picture[..., None], 3, 2) if picture.ndim == 2 else picture[..., :3]
    mixed = shown.astype(np.float32)
    for number in np.unique(marks[marks > 0]):
        colour = QColor(LABEL_COLOURS[(int(number) - 1) % len(LABEL_COLOURS)])
        tone = np.array([colour.red(), colour.green(), colour.blue()], np.float32)
        mixed[marks == number] = (1 - _FILL) * mixed[marks == number] + _FILL * tone
    pixels = np.ascontiguousarray(mixed.astype(np.uint8))
    rows, columns = pixels.shape[:2]
    return QImage(pixels.tobytes(), columns, rows, pixels.strides[0], QImage.Format.Format_RGB888).copy()


def _empty(layout: QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        old = item.widget()
        if isinstance(old, QWidget):
            old.hide()
            old.deleteLater()
