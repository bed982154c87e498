"""CheckUp: is a study sound? Every record and mask readable and on its scan's grid, journals empty or replayable.

It says what it would mend. When it mends, whatever it replaces is moved to `set_aside/<when>/` in the study first.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from lesionstudio.errors import LesionStudioError, ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.journal import steps_among
from lesionstudio.imaging.mask import LAYERS
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.journals import Left
from lesionstudio.project.project import Project
from lesionstudio.project.states import States
from lesionstudio.project.storage import file_name, make_folders, telling_what_fails
from lesionstudio.project.worklist import ItemRecord, WorkItem
from lesionstudio.words import _, ngettext

ASIDE = "set_aside"
_DRAFT = re.compile(r"\.[0-9a-f]{12}\..+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. `mend`: what mending does about it, "" when it can do nothing.

    `kept`: where that is now which was replaced, relative to the study.
    """

    item: str
    path: str
    problem: str
    mend: str = ""
    mended: bool = False
    kept: tuple[str, ...] = ()


class CheckUp:
    """One look at a study, with `mend` one round of mending; for that the study was opened to be written."""

    def __init__(self, project: Project, *, mend: bool = False) -> None:
        self._project, self._mends = project, mend
        self._aside = project.home / ASIDE / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self.findings: list[Finding] = []

    def run(self, report: Reporter = silent) -> list[Finding]:
        """Looks at every item, then for what interrupted writing left. Raises ProjectProblem when mending fails."""
        steps = Steps(report, len(self._project.items), _("Checking"))
        for item in list(self._project.items.values()):
            self._check_item(item)
            steps.advance(message=item.name)
        self._check_drafts()
        return self.findings

    def to_json(self) -> dict[str, Any]:
        """{"project", "scans", "sound": whether nothing is left to mend, "findings"}."""
        sound = all(finding.mended for finding in self.findings)
        findings = [asdict(finding) for finding in self.findings]
        scans = len(self._project.items)
        return {"project": str(self._project.home), "scans": scans, "sound": sound, "findings": findings}

    def _check_item(self, item: WorkItem) -> None:
        if item.error:
            self._found(item.id, item.source.files[0], item.error)
            return
        record = self._record(item)
        try:
            scan = self._project.read_scan(item)
        except LesionStudioError as problem:
            self._found(item.id, item.source.files[0], problem.message)
            return
        grid = record.grid
        moved = bool(grid and grid.slice_ids and scan.slice_ids and grid.slice_ids != scan.slice_ids)
        self._check_masks(item, grid.geometry() if grid and moved else scan.geometry, scan.slice_ids)
        self._check_journals(item, scan.geometry, scan.slice_ids)

    def _record(self, item: WorkItem) -> ItemRecord:
        try:
            return self._project.record(item.id)
        except ProjectProblem as problem:
            path = self._project.home / "items" / file_name(item.id, ".json")
            would = _("Begins a new record; the marks stay, what was checked has to be checked again.")
            self._found(item.id, path, problem.message, would, lambda: self._set_aside(path))
            new = ItemRecord.new(item.shape[0])
            return self._project.record(item.id) if self._mends else new

    def _check_masks(self, item: WorkItem, geometry: Geometry, slice_ids: tuple[str, ...]) -> None:
        from lesionstudio.imaging.formats import read_mask

        damaged = []
        for layer in LAYERS:
            path = self._project.masks.path(item.id, layer)
            try:
                if path is not None:
                    read_mask(path, geometry, exact=True)
            except LesionStudioError as problem:
                damaged.append((path, problem.message))
        states = States(self._project.home).of(item.id) if damaged else ()
        for path, problem_text in damaged:
            would = _("Sets the file aside.")
            if states:
                when = datetime.fromtimestamp(states[0].made, UTC).isoformat(timespec="minutes")
                would = _("Sets the file aside and brings back the state of {when}.").format(when=when)
            self._found(item.id, path, problem_text, would, partial(self._set_aside, path))
        if damaged and states and self._mends:
            snapshot = States(self._project.home).read(states[0], slice_ids)
            self._project.load_mask(item.id, geometry, slice_ids)
            self._project.save_mask(item.id, snapshot)

    def _check_journals(self, item: WorkItem, geometry: Geometry, slice_ids: tuple[str, ...]) -> None:
        journals = self._project.kept.journals
        generation = self._project.record(item.id).generation if self._mends else self._generation(item)
        left = journals.read(item.id, generation)
        if left.paths:
            told = self._told(left)
            would = (
                _("Writes them into the mask.") if not left.is_damaged else _("Writes what can be read into the mask.")
            )
            self._found(item.id, left.paths[0], told, would, lambda: self._replay(item, geometry, slice_ids, left))
        stale = [path for number, path in journals.of(item.id) if number < generation]
        for path in stale:
            text = _("A journal that the mask already holds was left behind.")
            self._found(item.id, path, text, _("Sets the file aside."), partial(self._set_aside, path))

    def _generation(self, item: WorkItem) -> int:
        try:
            return self._project.record(item.id).generation
        except ProjectProblem:
            return 0

    def _told(self, left: Left) -> str:
        if left.is_damaged:
            return _("The journal is damaged: part of the last work cannot be read.")
        n = steps_among(left.records)
        return ngettext("{n} step waits in the journal.", "{n} steps wait in the journal.", n)

    def _replay(self, item: WorkItem, geometry: Geometry, slice_ids: tuple[str, ...], left: Left) -> tuple[str, ...]:
        kept = tuple(self._copy_aside(path) for path in left.paths)
        mask = self._project.load_mask(item.id, geometry, slice_ids)
        self._project.save_mask(item.id, mask.snapshot())
        return kept

    def _check_drafts(self) -> None:
        for path in sorted(self._project.home.rglob(".*")):
            inside = path.relative_to(self._project.home)
            if path.is_file() and _DRAFT.fullmatch(path.name) and inside.parts[0] != ASIDE:
                text = _("A file whose writing was interrupted was left behind.")
                self._found("", path, text, _("Sets the file aside."), partial(self._set_aside, path))

    def _found(
        self,
        item_id: str,
        path: Path | None,
        problem: str,
        would: str = "",
        mend: Callable[[], tuple[str, ...]] | None = None,
    ) -> None:
        mends = self._mends and mend is not None
        kept = mend() if mends and mend is not None else ()
        self.findings.append(Finding(item_id, str(path or ""), problem, would, mends, kept))

    def _set_aside(self, path: Path | None) -> tuple[str, ...]:
        if path is None:
            return ()
        to = self._place_aside(path)
        with telling_what_fails(path):
            disk.replace(path, to)
            disk.flush_folder(to.parent)
            disk.flush_folder(path.parent)
        return (to.relative_to(self._project.home).as_posix(),)

    def _copy_aside(self, path: Path) -> str:
        to = self._place_aside(path)
        with telling_what_fails(to):
            to.write_bytes(path.read_bytes())
            disk.flush(to)
        return to.relative_to(self._project.home).as_posix()

    def _place_aside(self, path: Path) -> Path:
        to = self._aside / path.relative_to(self._project.home)
        make_folders(to.parent, self._project.home)
        return to
