"""What the system or a second start wants opened in the window that is there: it comes to the front and opens it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QDialog

if TYPE_CHECKING:
    from lesionstudio.gui.app import Desk
    from lesionstudio.gui.main_window import MainWindow

_TOGETHER_MS = 50


class Application(QApplication):
    """Says `file_wanted` where the system hands files to the program that runs: macOS does. They wait to be taken."""

    file_wanted = Signal()

    def __init__(self) -> None:
        super().__init__([])
        self._files: list[Path] = []

    def take_files(self) -> list[Path]:
        """What the system handed over since it was last asked."""
        files, self._files = self._files, []
        return files

    def event(self, event: QEvent) -> bool:
        """Hears of files; only what is meant for the whole application comes by here."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._files.append(Path(event.file()))
            self.file_wanted.emit()
            return True
        return super().event(event)


class Arrivals(QObject):
    """Opens what arrives: at once, or once the sheet that is open is left; files that come together, together."""

    def __init__(self, window: "MainWindow", desk: "Desk") -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._places: list[Path] = []
        self._soon = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._soon.timeout.connect(self._open)
        app = QApplication.instance()
        if isinstance(app, Application):
            app.file_wanted.connect(lambda: self.add(app.take_files()))
            self.add(app.take_files())

    def take(self, places: list[Path], token: str = "") -> None:
        """Brings the window to the front, and opens the places if there are any."""
        bring_to_front(self._window, token)
        self.add(places)

    def add(self, places: list[Path]) -> None:
        """Opens the places in a moment."""
        self._places += places
        if self._places:
            self._soon.start()

    def _open(self) -> None:
        sheet = QApplication.activeModalWidget()
        if isinstance(sheet, QDialog):
            sheet.finished.connect(self._sheet_left, Qt.ConnectionType.SingleShotConnection)
            return
        places, self._places = self._places, []
        if places and not (len(places) == 1 and self._is_here(places[0])):
            self._desk.wiring.verbs.open_places(places)

    def _sheet_left(self) -> None:
        self._soon.start()

    def _is_here(self, place: Path) -> bool:
        """Whether it belongs to the study that is open: then its scan is shown there, and undo is kept."""
        session = self._desk.session
        if session.folder is not None and place == session.folder:
            return True
        item = next((item.id for item in session.known_items.values() if place in item.source.files), None)
        if item is not None:
            self._desk.wiring.learn.show_draw()
            session.open_item(item)
        return item is not None


def bring_to_front(window: "MainWindow", token: str = "") -> None:
    """Lets the window be seen and take the keys, folded away or behind others. The token is Wayland's leave for it."""
    if token:
        os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt takes it from there, and away.
    window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()
