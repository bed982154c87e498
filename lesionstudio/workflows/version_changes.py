"""version_changes: which open drafts of a study another version of the model would change, and how much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import Mask, Origin, Pixels, SliceStatus
from lesionstudio.imaging.strokes import unlocked
from lesionstudio.progress import Progress, Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role, WorkItem
from lesionstudio.words import _
from lesionstudio.workflows.segment import Choices, Segmenting

LEAST_PIXELS, ALIKE = 16, 0.95
_MOST_LOOKED_AT = 80


def version_changes(
    project: str,
    model: str,
    model_id: str,
    table: Mapping[str, int],
    threshold: float,
    device: str,
    out: str,
    report: Reporter,
) -> dict[str, Any]:
    """The slices whose drafts a version would change, those it would change most first.

    Open drafts of other models are compared, and checked slices that once had a draft: those are only to be pointed
    out ("checked"). Held-out and test slices are left alone. A change's new labels, as the model numbers them, and
    probabilities lie in out/<file>.npz; "before" and "after" say how much is marked, "dice" how alike they are.
    `table`: the model's label number -> the study's. A scan that cannot be read is left out.
    """
    study = Project.open(Path(project), write=False)
    search = _Search(study, Choices(Path(model), threshold, device), Path(out), _lookup(table), report)
    wanted = [(item, slices) for item in study.items.values() if (slices := _asked(study, item, model_id))]
    wanted = _at_most(wanted, _MOST_LOOKED_AT)
    steps = Steps(report, sum(len(slices) for _item, slices in wanted), _("Comparing drafts"))
    for item, slices in wanted:
        try:
            search.look(item, slices, steps)
        except LesionStudioError:
            continue
    changes = sorted(search.changes, key=lambda one: (one["checked"], one["dice"], -one["changed"]))
    return {"changes": changes, "looked_at": sum(len(slices) for _item, slices in wanted)}


@dataclass(slots=True)
class _Search:
    study: Project
    choices: Choices
    out: Path
    lookup: Pixels
    report: Reporter
    changes: list[dict[str, Any]] = field(default_factory=list)

    def look(self, item: WorkItem, slices: Sequence[int], steps: Steps) -> None:
        """Compares some slices of one scan."""
        scan = self.study.read_scan(item)
        mask = self.study.load_mask(item.id, scan.geometry, scan.slice_ids)
        run = Segmenting(scan, self.choices)
        for piece in run.pieces(slices, lambda _progress: self.report(Progress(None))):
            for n, k in enumerate(piece.slices):
                self._compare(item, mask, scan.geometry, k, piece.labels[n], piece.likeliest[n])
            steps.advance(len(piece.slices))

    def _compare(
        self, item: WorkItem, mask: Mask, geometry: Geometry, k: int, labels: Pixels, likeliest: Pixels
    ) -> None:
        checked = mask.status(k) == SliceStatus.CHECKED
        old, new = mask.labels(k) if checked else mask.draft(k), self.lookup[labels]
        if not checked:
            free = unlocked(self.study.labels.locked, mask.labels(k), mask.origin(k) == Origin.NOT_JUDGED)
            new = np.where(free, new, 0)
        before, after = int(np.count_nonzero(old)), int(np.count_nonzero(new))
        both = int(np.count_nonzero((old == new) & (old > 0)))
        changed, dice = int(np.count_nonzero(old != new)), 2 * both / max(before + after, 1)
        if changed < LEAST_PIXELS or dice > ALIKE:
            return
        name = f"{len(self.changes)}.npz"
        np.savez_compressed(self.out / name, labels=labels, likeliest=likeliest, old=old, new=new)
        facts = {"item": item.id, "slice": k, "file": name, "checked": bool(checked), "changed": changed}
        size, unit = _size(geometry)
        self.changes.append(
            {**facts, "dice": round(dice, 4), "before": before * size, "after": after * size, "unit": unit}
        )


def _asked(study: Project, item: WorkItem, model_id: str) -> list[int]:
    """Slices with an open draft of another model, and checked ones that once had a draft of one."""
    if item.error or item.last:
        return []
    record, found = study.record(item.id), []
    for k, (status, role) in enumerate(zip(record.statuses, record.roles)):
        maker = record.makers.get(k)
        was_drafted = maker is not None and maker.model != model_id
        if was_drafted and role not in (Role.TEST, Role.HELD_OUT) and status != SliceStatus.NEW:
            found.append(k)
    return found


def _at_most(wanted: list[tuple[WorkItem, list[int]]], most: int) -> list[tuple[WorkItem, list[int]]]:
    """Some of each scan's slices, evenly, where there are very many."""
    total = sum(len(slices) for _item, slices in wanted)
    step = max(-(-total // most), 1)
    return [(item, slices[::step]) for item, slices in wanted]


def _lookup(table: Mapping[str, int]) -> Pixels:
    lookup = np.zeros(256, np.uint8)
    for theirs, ours in table.items():
        lookup[int(theirs)] = ours
    return lookup


def _size(geometry: Geometry) -> tuple[float, str]:
    if not geometry.has_spacing:
        return 1.0, "px"
    if geometry.shape[0] > 1:
        return geometry.voxel_volume_mm3 / 1000, "ml"
    return geometry.spacing_mm[1] * geometry.spacing_mm[2], "mm2"


def changes_in(folder: Path, changes: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Pixels]]:
    """The arrays of each change: "labels" and "likeliest" of the new draft, "old" and "new" in the study's numbers."""
    for one in changes:
        with np.load(folder / one["file"]) as kept:
            yield {name: kept[name] for name in kept.files}
