"""A folder's path on one line with a sign that shows it in the file manager."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import sign
from lesionstudio.gui.widgets.text import ElidedLabel
from lesionstudio.words import _


class PlaceLine(QWidget):
    """Says `wanted` when the folder is to be shown. Object names: `<name>_place`, `show_<name>_button`."""

    wanted = Signal(object)

    def __init__(self, look: Look, place: Path, name: str) -> None:
        super().__init__()
        path = ElidedLabel("second", f"{name}_place", Qt.TextElideMode.ElideMiddle)
        path.setText(str(place))
        button = sign(look, "folder-open", _("Show {folder}").format(folder=place), f"show_{name}_button")
        button.clicked.connect(lambda: self.wanted.emit(place))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(path)
        row.addWidget(button)


def show_place(place: Path) -> None:
    """Has the system show a folder, or the nearest one around it that there is; a file opens as it does elsewhere."""
    there = next((one for one in (place, *place.parents) if one.exists()), place)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(there)))
