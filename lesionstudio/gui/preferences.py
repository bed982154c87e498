"""Preferences: opens the settings sheet, tells it what it cannot know by itself, and does what is asked there."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from lesionstudio.compute.compute import Level
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.thumbnails import clear_kept, kept_amount
from lesionstudio.gui.warm_up import device_words
from lesionstudio.gui.widgets.places import show_place
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.settings import cache_folder, data_folder
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.dialogs.settings_sheet import SettingsSheet


class Preferences(QObject):
    """Joins the settings sheet with session, threads and compute process.

    `again`: None, or where the program is to start again once the window is closed, the words for that: the folder.
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session = parts, parts.session
        self._sheet: SettingsSheet | None = None
        self._device = ""
        self.again: list[str] | None = None

    def show(self) -> None:
        """Opens the sheet."""
        from lesionstudio.gui.dialogs.settings_sheet import Places, SettingsSheet

        self.again, project = None, self._session.project
        shows_study = project is not None and not self._session.settings.hide_names
        places = Places(project.home if project and shows_study else None, data_folder(), cache_folder())
        window = self._parts.window
        self._sheet = sheet = SettingsSheet(window, window.look, self._session.settings, places)
        sheet.choice_made.connect(self._use)
        sheet.place_wanted.connect(show_place)
        sheet.clear_wanted.connect(lambda: self._count(clear_kept))
        sheet.restart_wanted.connect(self._restart)
        sheet.finished.connect(self._left)
        self._count(kept_amount)
        self._ask_device()
        present(sheet)

    def _left(self) -> None:
        self._sheet = None

    def _restart(self) -> None:
        folder = self._session.folder
        self.again = [str(folder)] if folder else []
        if self._sheet is not None:
            self._sheet.accept()
        # What may not be lost is asked now, as with every closing. The window may stay, or close once the disk is done.
        if not self._parts.window.close() and self._session.autosave.journal.is_settled:
            self.again = None

    def _use(self, name: str, value: object) -> None:
        self._session.apply_settings(replace(self._session.settings, **{name: value}))  # type: ignore[arg-type]
        if name == "device":
            self._ask_device()

    def _count(self, look: Callable[[], tuple[int, int]]) -> None:
        job = self._parts.runner.run("files", _("Reading"), look)
        job.succeeded.connect(self._show_kept)

    def _show_kept(self, kept: tuple[int, int]) -> None:
        if self._sheet is not None:
            self._sheet.show_kept(*kept)

    def _ask_device(self) -> None:
        self._device = wanted = self._session.settings.device
        title = _("Looking at this computer")
        job = self._parts.lane.submit("devices", {"wanted": wanted}, title, level=Level.URGENT)
        job.succeeded.connect(lambda found: self._show_device(wanted, found))

    def _show_device(self, wanted: str, found: dict[str, Any]) -> None:
        if self._sheet is not None and wanted == self._device:
            self._sheet.show_devices(found["usable"], f"{device_words(found['device'])}. {found['why']}")
