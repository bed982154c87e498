"""A place in a sheet where files are dropped or chosen; it says which they are."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lesionstudio.gui.messages import choose_files, choose_folder
from lesionstudio.gui.theme import Look, restyle
from lesionstudio.gui.widgets.buttons import GAP, word_button
from lesionstudio.gui.widgets.text import ElidedLabel
from lesionstudio.words import _, ngettext

_HIGH, _MOST_SAID = 136, 40


class DropArea(QFrame):
    """Says `chosen(list of paths)` whenever other files or another folder were dropped or chosen."""

    chosen = Signal(list)

    def __init__(self, look: Look, start: str) -> None:
        super().__init__()
        self._start = start
        self.paths: tuple[Path, ...] = ()
        self.setProperty("kind", "drop")
        self.setObjectName("convert_drop")
        self.setFixedHeight(_HIGH)
        self.setAcceptDrops(True)
        picture = QLabel()
        look.icons.dress(picture, "drag-drop", 24)
        self._what = _line("strong", "convert_what", _("Drop files or a folder here"))
        self._names = _line("second", "convert_paths", _("DICOM, NIfTI, TIFF stacks, PNG, JPEG"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(4)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._what)
        column.addWidget(self._names)
        column.addSpacing(4)
        column.addLayout(self._buttons(look))

    def take(self, paths: Sequence[Path]) -> None:
        """These from now on."""
        if not paths:
            return
        self.paths = tuple(paths)
        first = self.paths[0]
        n = len(self.paths)
        self._what.setText(first.name if n == 1 else ngettext("{n} file", "{n} files", n))
        self._names.setText(str(first.parent) if n == 1 else ", ".join(path.name for path in self.paths[:_MOST_SAID]))
        self.chosen.emit(list(self.paths))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Lights up for files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            restyle(self, over="true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing was dropped."""
        restyle(self, over="false")

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes what was dropped."""
        restyle(self, over="false")
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _buttons(self, look: Look) -> QHBoxLayout:
        files = self.files = word_button(_("Choose files"), "choose_convert_files_button")
        folder = word_button(_("Choose a folder"), "choose_convert_folder_button")
        look.icons.dress(folder, "folder", 16, "text", GAP)
        files.clicked.connect(self._choose_files)
        folder.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(files)
        row.addWidget(folder)
        row.addStretch(1)
        return row

    def _choose_files(self) -> None:
        self.take([Path(path) for path in choose_files(self._above, _("Files to convert"), self._start)])

    def _choose_folder(self) -> None:
        chosen = choose_folder(self._above, _("Folder to convert"), self._start)
        self.take([Path(chosen)] if chosen else [])

    @property
    def _above(self) -> QWidget:
        return self.window()


def _line(role: str, name: str, words: str) -> ElidedLabel:
    """A line in the middle; a long name loses its middle."""
    line = ElidedLabel(role, name, Qt.TextElideMode.ElideMiddle)
    line.setAlignment(Qt.AlignmentFlag.AlignCenter)
    line.setText(words)
    return line
