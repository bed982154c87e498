"""What a search says anew of scans that are known: there is more of one, or one was no scan of its own."""

from collections.abc import Iterable

from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.project.project import Project


def take_in(project: Project, found: FoundScan) -> None:
    """Adds what was found; a record made in memory for another number of slices is forgotten, a written one is not."""
    before = project.items.get(found.id)
    project.add(found)
    if before is not None and before.shape != found.shape and not _is_worked_on(project, found.id):
        project.records.pop(found.id, None)


def withdraw(project: Project, item_ids: Iterable[str]) -> list[str]:
    """Takes items out of the list that are scans of their own no longer; gives those that nobody had worked on."""
    gone = [item_id for item_id in item_ids if item_id in project.items and not _is_worked_on(project, item_id)]
    for item_id in gone:
        project.items.pop(item_id)
        project.records.pop(item_id, None)
    return gone


def _is_worked_on(project: Project, item_id: str) -> bool:
    record = project.records.get(item_id)
    return project.has_record(item_id) or (record is not None and bool(record.marks))
