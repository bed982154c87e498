"""Exporting: what the export sheet asked for, done in the background."""

from typing import Any

from PySide6.QtCore import QObject

from lesionstudio.gui.one_job import OneJob
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import ExportChoice, Notice
from lesionstudio.project.project import Project
from lesionstudio.words import _, ngettext


class Exporting(OneJob):
    """Writes masks out of the project as it is on the disk; what is open is saved first."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, "export", _("Exporting"), parent)

    def export(self, choice: ExportChoice) -> None:
        """Starts one export, after what is open has reached the disk; while one runs another is not started."""
        project = self._session.project
        if project is None or self._job is not None:
            return
        self._session.autosave.flush()
        saving = self._session.runner.run("save", _("Saving"), _nothing)
        self._follow(saving, lambda _none: self._start(project, choice))

    def _start(self, project: Project, choice: ExportChoice) -> None:
        saved = self._session.autosave.state
        if saved.kind == "failed":  # what is on the disk is not what is on screen
            title = _("Nothing was exported: what is open could not be saved.")
            self._session.tell(Notice("error", title, saved.text))
            return
        from lesionstudio.workflows.export import ExportOrder, export_masks

        order = ExportOrder(
            project=project.folder,
            out=choice.out,
            format=choice.format,
            values=choice.values,
            only_checked=choice.which == "checked",
            names=choice.names,
            images=choice.images,
            lesions=choice.lesions,
            burned_in=choice.burned_in,
            overwrite=choice.overwrite,
            items=(self._session.current_id,) if choice.which == "this" else None,
        )
        job = self._session.runner.run("files", self._title, export_masks, order)
        self._follow(job, lambda result: self._exported(choice, result))

    def _exported(self, choice: ExportChoice, result: dict[str, Any]) -> None:
        if result["failed"]:
            self._session.tell(_failed(result["failed"]))
        if result["held_back"]:
            self._session.tell(_held_back(result["held_back"]))
        written, kept = len(result["files"]), len(result["kept"])
        if not written:
            self._session.tell(_nothing_written(kept))
            return
        title = ngettext("{n} file exported.", "{n} files exported.", written)
        self._session.tell(
            Notice("good", title, str(choice.out), _("Open folder"), "show_in_folder", payload=str(choice.out))
        )


def _failed(scans: list[dict[str, str]]) -> Notice:
    """What went wrong with one scan, or how many were left out and why the first was."""
    first = scans[0]
    if len(scans) == 1:
        return Notice("error", first["error"], first["hint"])
    title = ngettext("{n} scan was not exported.", "{n} scans were not exported.", len(scans))
    return Notice("error", title, f"{first['error']} {first['hint']}".strip())


def _held_back(scans: list[dict[str, str]]) -> Notice:
    """Which pictures stay here, and the box that lets them out."""
    title = ngettext("{n} scan has text burned in.", "{n} scans have text burned in.", len(scans))
    text = _("The pictures were held back: the text may name the patient. The masks went out.")
    return Notice("warning", title, text, details="\n".join(one["error"] for one in scans))


def _nothing_written(kept: int) -> Notice:
    if kept:
        why = ngettext("{n} file is there already and was kept.", "{n} files are there already and were kept.", kept)
        return Notice("warning", _("Nothing was exported."), why)
    return Notice("warning", _("There was nothing to export."), _("Check a slice (Enter) first."))


def _nothing() -> None:
    """Ends when everything before it on its lane has ended."""
