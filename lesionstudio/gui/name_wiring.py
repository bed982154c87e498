"""NameWiring: what the folder is called in the top bar and the title, and the folders worked in before."""

from PySide6.QtCore import QObject

from lesionstudio.gui.hidden_names import hidden_recent
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.views import RecentView
from lesionstudio.words import _


class NameWiring(QObject):
    """Shows them by name, or by number while names are hidden."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._window, self._session = parts.window, parts.session
        self._session.folder_opened.connect(self._show)
        self._session.settings_changed.connect(self._show)

    def show_recent(self, folders: list[RecentView]) -> None:
        """Shows the folders worked in before on the start page."""
        self._window.start_page.show_recent(hidden_recent(folders) if self._hides else folders)

    def recent_words(self, n: int, path: str) -> str:
        """What the menu calls the nth of them, from 1."""
        return _("Folder {n}").format(n=n) if self._hides else path

    @property
    def _hides(self) -> bool:
        return self._session.settings.hide_names

    def _show(self) -> None:
        folder = self._session.folder
        name = folder.name if folder is not None else ""
        self._window.setWindowTitle(f"{name} \N{EN DASH} LesionStudio" if name and not self._hides else "LesionStudio")
        if folder is not None:
            self._window.top_bar.show_folder(_("Name hidden") if self._hides else name)
