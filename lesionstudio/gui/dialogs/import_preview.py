"""The preview of the import sheet: a slice with the mask on it, and the ways to lay the mask differently."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.fields import Slider
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.imaging.mask_values import Turn
from lesionstudio.words import _
from lesionstudio.workflows.import_masks import Preview

WIDTH, HEIGHT = 380, 276
_FILL = 0.35
_SPARE_COLOUR = "#F5A539"


class PreviewPane(QWidget):
    """Says `turn_wanted(turn, for all masks)` and `slice_wanted(k)`."""

    turn_wanted = Signal(object, bool)
    slice_wanted = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._turn, self._slices = Turn(), 1
        self.picture = PreviewPicture(look)
        self._title, self._where = ElidedLabel("second"), label(role="second", name="preview_slice")
        self._slider = Slider("preview_slices", _("Slice"), 0, 1, 0)
        self._all = QCheckBox(_("Same for all masks"))
        self._all.setObjectName("turn_all_masks")
        self._all.setChecked(True)
        self._buttons = {
            "columns": word_button(_("Mirror"), "mirror_mask_button"),
            "rows": word_button(_("Upside down"), "upside_down_mask_button"),
            "quarter": word_button(_("Turn"), "turn_mask_button"),
            "slices": word_button(_("Last slice first"), "reverse_mask_button"),
        }
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _on=False, name=name: self._lay(name))
        self._slider.valueChanged.connect(self.slice_wanted)
        self.picture.stepped.connect(self._step)
        self._lay_out()
        self.show_nothing("")

    def show_nothing(self, words: str) -> None:
        """No mask is chosen, or it has no scan."""
        self._slices = 1
        self.picture.show_words(words)
        self._title.setText("")
        self._where.setText("")
        self._slider.hide()
        for part in (*self._buttons.values(), self._all):
            part.setEnabled(False)

    def show_preview(self, preview: Preview, title: str, turn: Turn, colours: Mapping[int, str], masks: int) -> None:
        """Shows a slice of a pair, laid so."""
        self._turn, self._slices = turn, preview.slices
        self._title.setText(title)
        self.picture.show_picture(preview, colours)
        for name, button in self._buttons.items():
            button.setEnabled(True)
            button.setVisible(name != "slices" or preview.slices > 1)
        self._all.setEnabled(masks > 1)
        self._all.setVisible(masks > 1)
        self._slider.setVisible(preview.slices > 1)
        self._slider.setRange(0, preview.slices - 1)
        self._slider.show_value(preview.k)
        words = _("Slice {n} of {all}").format(n=preview.k + 1, all=preview.slices)
        self._where.setText(words if preview.slices > 1 else "")

    def _lay(self, way: str) -> None:
        turn = self._turn.quarter() if way == "quarter" else self._turn.mirrored(**{way: True})
        self._turn = turn
        self.turn_wanted.emit(turn, self._all.isChecked())

    def _step(self, n: int) -> None:
        if self._slices > 1:
            self._slider.setValue(self._slider.value() + n)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._where)
        column.addLayout(head)
        column.addWidget(self.picture)
        column.addWidget(self._slider)
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._all)
        column.addStretch(1)


class PreviewPicture(QWidget):
    """The slice in true proportion, marks as fill and outline; or a sentence. The wheel steps through slices."""

    stepped = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("mask_preview")
        self.setAccessibleName(_("Preview"))
        self.setFixedSize(WIDTH, HEIGHT)
        self._look, self._words = look, ""
        self.image: QImage | None = None
        self._aspect = 1.0

    def show_words(self, words: str) -> None:
        """A sentence in place of a picture."""
        self.image, self._words = None, words
        self.update()

    def show_picture(self, preview: Preview, colours: Mapping[int, str]) -> None:
        """The slice; a problem is said over it."""
        self._words = preview.problem
        self.image = composed(preview.picture, preview.labels, colours)
        rows, columns = preview.picture.shape[:2]
        self._aspect = columns * preview.spacing[1] / max(rows * preview.spacing[0], 1e-6)
        self.update()

    def sizeHint(self) -> QSize:
        """Always the same, so that nothing jumps."""
        return QSize(WIDTH, HEIGHT)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Another slice."""
        self.stepped.emit(-1 if event.angleDelta().y() > 0 else 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints ground, picture and sentence."""
        tokens, painter = self._look.tokens, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(tokens.canvas))
        if self.image is not None:
            width = min(float(self.width()), self.height() * self._aspect)
            height = width / self._aspect
            place = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
            painter.drawImage(place, self.image)
        if self._words:
            room = self.rect().adjusted(16, 12, -16, -12)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            if self.image is not None:
                plate = painter.boundingRect(room, int(flags), self._words).adjusted(-8, -6, 8, 6)
                ground = QColor(tokens.canvas)
                ground.setAlphaF(0.78)
                painter.fillRect(plate, ground)
            painter.setPen(QColor("#C9CFD8"))
            painter.drawText(room, int(flags), self._words)


def composed(picture: NDArray[np.uint8], labels: NDArray[np.uint8], colours: Mapping[int, str]) -> QImage:
    """A picture (row, column, 3) with its labels (row, column) laid over it: a fill, and an edge one pixel wide."""
    mixed = picture.astype(np.float32)
    edge = (labels > 0) & ~_inside(labels)
    for number in np.unique(labels[labels > 0]):
        colour = QColor(colours.get(int(number), _SPARE_COLOUR))
        rgb = np.array([colour.red(), colour.green(), colour.blue()], np.float32)
        here = labels == number
        mixed[here] = mixed[here] * (1 - _FILL) + rgb * _FILL
        mixed[here & edge] = rgb
    shown = np.ascontiguousarray(mixed.astype(np.uint8))
    rows, columns = labels.shape
    return QImage(shown.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()


def _inside(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where all four neighbours are of the same label."""
    padded = np.pad(labels, 1, mode="edge")
    sides = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    same: NDArray[np.bool_] = np.logical_and.reduce([side == labels for side in sides])
    return same
