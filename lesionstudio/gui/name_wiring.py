"""NameWiring: what the folder is called in the top bar and the title, and the folders worked in before."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from lesionstudio.gui.hidden_names import hidden_recent
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.views import RecentView
from lesionstudio.words import _

_MOST_RECENT = 8


class NameWiring(QObject):
    """Shows them by name, or by number while names are hidden."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._window, self._session, self._runner = parts.window, parts.session, parts.runner
        self._session.folder_opened.connect(self._show)
        self._session.settings_changed.connect(self._show)

    def show_recent(self, folders: list[RecentView]) -> None:
        """Shows the folders worked in before on the start page."""
        self._window.start_page.show_recent(hidden_recent(folders) if self._hides else folders)

    def show_all(self) -> None:
        """Shows which they are at once, and how far the work on each is as soon as that is read."""
        paths = self._session.settings.recent[:_MOST_RECENT]
        self.show_recent([RecentView(Path(path), Path(path).name) for path in paths])
        if not paths:
            return
        from lesionstudio.gui.offers import recent_views

        job = self._runner.run("files", _("Reading"), recent_views, paths, datetime.now())
        job.succeeded.connect(self.show_recent)

    def fill(self, menu: QMenu) -> None:
        """Fills the menu of these folders."""
        menu.clear()
        for n, path in enumerate(self._session.settings.recent, 1):
            words = _("Folder {n}").format(n=n) if self._hides else path
            menu.addAction(words, partial(self._session.open_folder, Path(path)))
        if menu.isEmpty():
            menu.addAction(_("None yet")).setEnabled(False)

    def folder_words(self, name: str) -> str:
        """What the top bar calls a folder."""
        return _("Name hidden") if self._hides else name

    @property
    def _hides(self) -> bool:
        return self._session.settings.hide_names

    def _show(self) -> None:
        folder = self._session.folder
        name = folder.name if folder is not None else ""
        self._window.setWindowTitle(f"{name} \N{EN DASH} LesionStudio" if name and not self._hides else "LesionStudio")
        if folder is not None:
            self._window.top_bar.show_folder(self.folder_words(name))
