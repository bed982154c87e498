"""What the sheets and the start page offer: scans to export, masks to import, folders worked in before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.dates import day_words
from lesionstudio.gui.thumbnails import kept_image
from lesionstudio.gui.views import ExportOffer, ExportPart, RecentView
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.home import STUDY_NAME
from lesionstudio.project.project import Project
from lesionstudio.words import _, ngettext

_MOST_LOOKED_AT = 300
_JUDGED = (SliceStatus.CHECKED, SliceStatus.CORRECTED)


def export_offer(project: Project, current_id: str, shown: Callable[[str], str] = str) -> ExportOffer:
    """What can be exported of this study now, counted from what is written down of its slices.

    `shown`: names as they may stand on the screen.
    """
    checked, marked = _wanted(project, (SliceStatus.CHECKED,)), _wanted(project, _JUDGED)
    parts = [
        _part(project, "checked", ngettext("{n} checked", "{n} checked", len(checked)), checked),
        _part(project, "marked", _("{n} with marks").format(n=len(marked)), marked),
    ]
    if current_id in project.items:
        here = {item_id: n for item_id, n in marked.items() if item_id == current_id}
        only = _("Only {name}").format(name=shown(project.items[current_id].name))
        parts.append(_part(project, "this", only, here))
    drafted = (item for item in project.items.values() if SliceStatus.DRAFT in project.record(item.id).statuses)
    drafts = [shown(item.name) for item in drafted]
    parts = [replace(part, first=shown(part.first)) for part in parts]
    has_dicom = any(project.items[item_id].source.format == "dicom" for item_id in marked)
    return ExportOffer(tuple(parts), project.folder / _("export"), tuple(drafts), len(project.labels), has_dicom)


def recent_views(paths: Sequence[str], now: datetime) -> tuple[RecentView, ...]:
    """The folders worked in before, with what their studies say of themselves. Slow: runs on the `files` lane."""
    return tuple(_recent(Path(path), now) for path in paths)


def _wanted(project: Project, statuses: Sequence[SliceStatus]) -> dict[str, int]:
    counts = {key: sum(one in statuses for one in project.record(key).statuses) for key in project.items}
    return {key: n for key, n in counts.items() if n}


def _part(
    project: Project, key: Literal["checked", "marked", "this"], title: str, slices: Mapping[str, int]
) -> ExportPart:
    from lesionstudio.workflows.export_files import base_names

    first = next(iter(slices), "")
    own, alias, hashed = (base_names(project, names).get(first, "") for names in ("auto", "alias", "hash"))
    count = project.items[first].shape[0] if first else 1
    return ExportPart(key, title, len(slices), sum(slices.values()), own, max(count, 1), alias, hashed)


def _recent(path: Path, now: datetime) -> RecentView:
    if not path.is_dir():
        return RecentView(path, path.name, missing=True)
    try:
        project = Project.open(path, write=False)
    except LesionStudioError:
        return RecentView(path, path.name)
    sound = [item for item in project.items.values() if not item.error][:_MOST_LOOKED_AT]
    checked = sum(project.record(item.id).status == SliceStatus.CHECKED for item in sound)
    project.close()
    pictures = [picture for item in sound[:9] if (picture := kept_image(item.source, project.hu_offset)) is not None]
    when = _day(project.home / STUDY_NAME, now)
    share = checked / len(sound) if sound else None
    return RecentView(path, path.name, _facts(len(project.items), checked), when, share, pictures=tuple(pictures[:3]))


def _facts(scans: int, checked: int) -> str:
    if not scans:
        return ""
    done = _("all checked") if checked == scans else ngettext("{n} checked", "{n} checked", checked)
    return f"{ngettext('{n} scan', '{n} scans', scans)}  \N{MIDDLE DOT}  {done}"


def _day(path: Path, now: datetime) -> str:
    try:
        when = datetime.fromtimestamp(path.stat().st_mtime)
    except OSError:
        return ""
    return day_words(when, now)
