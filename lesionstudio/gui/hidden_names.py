"""HiddenNames: what scans, studies and folders are called while names are hidden: for showing the screen to others.

Files on the disk keep their names, and so does what is written down.
"""

import re
from dataclasses import replace

from lesionstudio.gui.views import ItemView, RecentView
from lesionstudio.project.aliases import aliases
from lesionstudio.project.project import Project
from lesionstudio.words import _

_SHORTEST = 3


class HiddenNames:
    """Of one study as its list is now; the same aliases as in exported files."""

    def __init__(self, project: Project) -> None:
        items = list(project.items.values())
        studies = dict.fromkeys((item.patient, item.study) for item in items if item.study)
        self._studies = {study: n for n, study in enumerate(studies, 1)}
        self._names = dict(zip((item.id for item in items), aliases(items)))
        told: dict[str, str] = {}
        for item in items:
            files = {item.source.files[0].name, item.source.files[-1].name}
            told |= dict.fromkeys((item.name, item.study, *files), self._names[item.id])
        told |= {project.folder.name: _("the folder")}
        self._told = {name: alias for name, alias in told.items() if len(name) >= _SHORTEST}
        self._pattern: re.Pattern[str] | None = None

    def name(self, item_id: str) -> str:
        """What a scan is called."""
        return self._names.get(item_id, "")

    def view(self, row: ItemView) -> ItemView:
        """A row that names nothing."""
        study = _("Study {number}").format(number=self._studies[row.patient, row.study]) if row.study else ""
        return replace(row, name=self.name(row.id), study=study, error=self.words(row.error))

    def words(self, text: str) -> str:
        """A sentence with aliases for the names in it."""
        if self._pattern is None:
            longest_first = sorted(self._told, key=len, reverse=True)
            self._pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)")
        return self._pattern.sub(lambda found: self._told[found[1]], text) if self._told else text


def hidden_recent(folders: list[RecentView]) -> list[RecentView]:
    """Folders worked in before, by number."""
    return [replace(one, name=_("Folder {n}").format(n=n), is_hidden=True) for n, one in enumerate(folders, 1)]
