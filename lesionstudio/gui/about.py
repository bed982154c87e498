"""About: opens the sheet, and fills it with what has to be looked for."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, qVersion
from PySide6.QtGui import QGuiApplication

from lesionstudio import __version__
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.widgets.places import show_place
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.words import _, language

if TYPE_CHECKING:
    from lesionstudio.gui.dialogs.about_sheet import AboutSheet
    from lesionstudio.workflows.about import Licence


class About(QObject):
    """Joins the sheet with what the program knows of itself."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._sheet: AboutSheet | None = None

    def show(self) -> None:
        """Opens the sheet; whose work is in the program is looked up on another thread."""
        from lesionstudio.gui.dialogs.about_sheet import AboutSheet
        from lesionstudio.workflows.about import folders, licences

        window = self._parts.window
        self._sheet = sheet = AboutSheet(window, window.look, version_words(), folders())
        sheet.place_wanted.connect(show_place)
        sheet.report_wanted.connect(self._copy)
        sheet.finished.connect(self._left)
        job = self._parts.runner.run("files", _("Reading"), licences)
        job.succeeded.connect(self._show_terms)
        present(sheet)

    def _left(self) -> None:
        self._sheet = None

    def _show_terms(self, found: "list[Licence]") -> None:
        from lesionstudio.workflows.about import own_terms, terms_of_others

        if self._sheet is not None:
            self._sheet.show_terms(own_terms(), [_line(one) for one in found], terms_of_others())

    def _copy(self) -> None:
        from lesionstudio.workflows.about import report

        QGuiApplication.clipboard().setText(report(_screen_lines(self._parts.models.device_text)))
        if self._sheet is not None:
            self._sheet.say_copied()


def version_words() -> str:
    """ "Version 0.1.0, commit a1b2c3d4e5f6, built 2026-11-22"."""
    from lesionstudio.workflows.commit import build, commit

    words = [_("Version {version}").format(version=__version__)]
    if commit():
        words.append(_("commit {commit}").format(commit=commit()))
    if built := build().get("built"):
        words.append(_("built {day}").format(day=built))
    return ", ".join(words)


def _line(one: "Licence") -> str:
    return "  ".join(part for part in (f"{one.name} {one.version}".strip(), one.terms) if part)


def _screen_lines(device: str) -> list[str]:
    """Said in English: whoever reads the report may not speak the window's language."""
    screens = [
        f"{one.geometry().width()}x{one.geometry().height()} at {one.devicePixelRatio():g}"
        for one in QGuiApplication.screens()
    ]
    way = QGuiApplication.platformName()
    return [f"Qt {qVersion()} ({way}), screens {', '.join(screens)}, language {language()}", f"Device: {device}"]
