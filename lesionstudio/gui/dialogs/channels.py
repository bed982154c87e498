"""The channels sheet: what of a colour picture a new model is to learn from; asked once for a folder."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import say, word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import paragraph
from lesionstudio.words import _

_WIDTH, _SIDE, _MOST = 660, 96, 3


class ChannelsSheet(Sheet):
    """Says `answered` in the words of the command line: "luminance", "0", "1", "2", or "0,1,2"."""

    answered = Signal(str)

    def __init__(self, window: QWidget, look: Look, pixels: NDArray[np.generic]) -> None:
        super().__init__(window, look, _("What should the new model look at?"), "channels_sheet", _WIDTH)
        words = _(
            "These pictures hold several channels. In a photograph they are colours; elsewhere each may be a picture of"
            " its own. Asked once for this folder."
        )
        self.body.addWidget(paragraph(words, "body"))
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(6)
        for n, (key, name, plane) in enumerate(channel_choices(pixels)):
            row.addWidget(self._choice(key, name, plane, chosen=n == 0))
        self.body.addLayout(row)
        cancel, go = (
            word_button(_("Cancel"), "cancel_channels_button"),
            word_button(_("Learn"), "learn_from_channels_button", "primary"),
        )
        go.clicked.connect(self._answer)
        self.add_answers(cancel, go)
        go.setFocus()

    def _choice(self, key: str, name: str, plane: NDArray[np.uint8], *, chosen: bool) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"channels_{key.replace(',', '_')}_button")
        button.setProperty("channels", key)
        button.setCheckable(True)
        button.setChecked(chosen)
        button.setText(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIcon(QIcon(_small(plane)))
        button.setIconSize(QSize(_SIDE, _SIDE))
        button.setMinimumSize(_SIDE + 16, _SIDE + 32)
        say(button, name, name)
        self._group.addButton(button)
        return button

    def _answer(self) -> None:
        self.accept()
        chosen = self._group.checkedButton()
        if chosen is not None:
            self.answered.emit(str(chosen.property("channels")))


def channel_choices(pixels: NDArray[np.generic]) -> list[tuple[str, str, NDArray[np.uint8]]]:
    """Key, name and picture of each answer for a slice (row, column, channel): brightness, each channel, all three."""
    from lesionstudio.imaging.intensity import LUMINANCE, take_channel

    channels = range(min(pixels.shape[2], _MOST))
    choices = [("luminance", _("Brightness"), _as_grey(take_channel(pixels, LUMINANCE)))]
    choices += [(str(n), _("Channel {n}").format(n=n), _as_grey(take_channel(pixels, n))) for n in channels]
    all_of_them = np.stack([_as_grey(take_channel(pixels, n)) for n in channels], axis=2)
    return [*choices, (",".join(str(n) for n in channels), _("All in order"), all_of_them)]


def _as_grey(plane: NDArray[np.generic]) -> NDArray[np.uint8]:
    values = plane.astype(np.float32)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    grey: NDArray[np.uint8] = np.nan_to_num((values - low) / ((high - low) or 1) * 255).astype(np.uint8)
    return grey


def _small(plane: NDArray[np.uint8]) -> QPixmap:
    plane = np.ascontiguousarray(plane)
    rows, columns = plane.shape[:2]
    kind = QImage.Format.Format_RGB888 if plane.ndim == 3 else QImage.Format.Format_Grayscale8
    image = QImage(plane.data, columns, rows, plane.strides[0], kind).copy()
    side = 2 * _SIDE
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(image.scaled(side, side, keep, smooth))
