"""Converting: what the convert sheet asked for, done in the background, whether or not a study is open."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from lesionstudio.gui.one_job import OneJob
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import ConvertChoice, Notice
from lesionstudio.progress import Reporter, silent
from lesionstudio.words import _, ngettext

if TYPE_CHECKING:
    from lesionstudio.workflows.convert import ConvertOrder

_MOST_SAID = 12


class Converting(OneJob):
    """One conversion at a time."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, "convert", _("Converting"), parent)

    def convert(self, choice: ConvertChoice) -> None:
        """Starts one; while one runs another is not started, and that is said."""
        if self._job is not None:
            self._session.tell(Notice("info", _("A conversion is running."), _("The next one can begin after it.")))
            return
        from lesionstudio.workflows.convert import ConvertOrder

        order = ConvertOrder(
            choice.paths, choice.out, choice.to, choice.window, choice.overwrite, burned_in=choice.burned_in
        )
        job = self._session.runner.run("files", self._title, _carry_out, order)
        self._follow(job, lambda entries: self._converted(choice, entries))

    def _converted(self, choice: ConvertChoice, entries: list[dict[str, Any]]) -> None:
        failed = [entry for entry in entries if "error" in entry]
        if failed:
            self._session.tell(_failed(failed))
        files = sum(len(entry.get("files", ())) for entry in entries)
        if not files:
            return
        title = ngettext("{n} file written.", "{n} files written.", files)
        notes = list(dict.fromkeys(note for entry in entries for note in entry.get("notes", ())))
        text = notes[0] if len(notes) == 1 else str(choice.out)
        told = Notice("good", title, text, _("Open folder"), "show_in_folder", payload=str(choice.out))
        self._session.tell(replace(told, details=_lines(notes)) if len(notes) > 1 else told)


def _carry_out(order: "ConvertOrder", report: Reporter = silent) -> list[dict[str, Any]]:
    """What the conversion answers, and that masks were passed over as a note more. Slow: walks through folders."""
    from lesionstudio.workflows.convert import convert_files, masks_left

    entries = convert_files(order, report)
    left = masks_left(order.paths)
    return [{"notes": [left]}, *entries] if left else entries


def _failed(entries: Sequence[dict[str, Any]]) -> Notice:
    first = entries[0]
    if len(entries) == 1:
        return Notice("warning", first["error"], "" if _is_for_terminals(first["hint"]) else first["hint"])
    title = ngettext("{n} scan was not converted.", "{n} scans were not converted.", len(entries))
    return Notice("warning", title, first["error"], details=_lines([entry["error"] for entry in entries]))


def _is_for_terminals(hint: str) -> bool:
    """Whether a hint names words of the command line, which the sheet has as choices."""
    return "--" in hint or "LOW:HIGH" in hint


def _lines(sentences: Sequence[str]) -> str:
    more = len(sentences) - _MOST_SAID
    rest = [_("and {n} more").format(n=more)] if more > 0 else []
    return "\n".join([*sentences[:_MOST_SAID], *rest])
