"""A stand-in for the compute process: the same Protocol, in a thread of this process, with a crude network."""

import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.compute.compute import (
    JobCancelled,
    JobFailed,
    JobReported,
    JobStarted,
    JobSucceeded,
    Level,
    Listener,
)
from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.formats import read_scan
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, read_card
from lesionstudio.progress import Cancelled, Progress, Reporter
from lesionstudio.project.project import Project
from lesionstudio.project.versions import place_version, version_draft
from lesionstudio.project.worklist import ItemRecord, Role, WorkItem

Verb = Callable[..., Any]
CURVE = [[0.0, 0.71, 0.90], [0.5, 0.74, 0.60], [1.0, 0.78, 0.45]]
_RULE = IntensityRule("percentiles", 1, 99)
_NOTHING = ModelCard("", "", ("Lesion",), (ModelInput(_RULE),))


def bright_is_lesion(
    *, source: dict[str, Any], slices: list[int] | None, out: str, report: Reporter, **_rest: object
) -> dict[str, Any]:
    """What segment_scan answers, by a rule one can see: voxels in the upper half of the slice's range are lesion."""
    scan = read_scan(ScanSource.from_json(source))
    wanted = list(range(scan.slices)) if slices is None else slices
    shape = (len(wanted), *scan.geometry.shape[1:])
    labels = np.lib.format.open_memmap(Path(out) / "labels.npy", "w+", np.uint8, shape)
    probability = np.lib.format.open_memmap(Path(out) / "probability.npy", "w+", np.uint8, shape)
    for n, k in enumerate(wanted):
        values = scan.slice(k).astype(np.float32)
        values = values.mean(axis=2) if values.ndim == 3 else values
        labels[n] = values > (values.min() + values.max()) / 2
        probability[n] = labels[n] * 230
        labels.flush(), probability.flush()
        report(Progress((n + 1) / len(wanted), "", None, {"slices": [k]}))
    return {"slices": wanted, "warnings": [], "model": "stand-in", "seconds": 0.0}


def take_note_of_marks(*, project: str, model: str, seed: int, **_rest: object) -> dict[str, Any]:
    """What learn answers, without learning: a version on the study's shelf whose Dice went from 0.71 to 0.78.

    As the real one it reads the study from the disk: what was not saved is not counted.
    """
    study = Project.open(Path(project), write=False)
    for item_id in study.items:
        study.know_marks(item_id)
    pairs = [(item, study.record(item.id)) for item in study.items.values()]
    found = {role: _checked_with_marks(pairs, role) for role in (Role.LEARN, Role.HELD_OUT)}
    if len(found[Role.LEARN]) < 2:
        raise NotEnoughExamples("There are too few checked slices.", hint="Check two slices with a mark.")
    parent = read_card(Path(model)) if model else _NOTHING
    held_out = _measured(found[Role.HELD_OUT])
    training = {"slices": len(found[Role.LEARN]), "minutes": 1.0, "seed": seed, "curve": CURVE}
    labels = tuple(label.name for label in study.labels)
    card = replace(parent, labels=labels, parent=parent.id, scores={"held_out": held_out}, training=training)
    with version_draft(study.home) as draft:
        (draft / "weights.safetensors").write_bytes(b"")
        made = datetime.now(UTC).isoformat(timespec="seconds")
        card, folder = place_version(draft, replace(card, made=made), "study")
    table = {str(n): label.number for n, label in enumerate(study.labels, 1)}
    facts = {"model": card.id, "folder": str(folder), "parent": card.parent, "version": 1, "labels": list(labels)}
    return {**facts, "slices": training["slices"], "table": table, "held_out": held_out, "warnings": []}


def _checked_with_marks(pairs: list[tuple[WorkItem, ItemRecord]], role: Role) -> list[tuple[WorkItem, int]]:
    return [
        (item, k)
        for item, record in pairs
        for k, status in enumerate(record.statuses)
        if status == SliceStatus.CHECKED and record.roles[k] == role and k in (record.marks or {})
    ]


def _measured(slices: list[tuple[WorkItem, int]]) -> dict[str, Any]:
    if len(slices) < 3:
        nothing = {"before": None, "after": None, "better": 0, "worse": 0, "interval": None, "each": []}
        return {"slices": len(slices), **nothing}
    each = [
        {
            "item": item.id,
            "name": item.name,
            "slice": k,
            "before": 0.6 + 0.02 * n,
            "after": 0.73 + 0.02 * n - 0.2 * (n == 2),
        }
        for n, (item, k) in enumerate(slices)
    ]
    better = len(slices) - 1
    means = {"before": 0.71, "after": 0.78, "better": better, "worse": 1, "interval": [0.03, 0.11]}
    return {"slices": len(slices), **means, "each": each}


class StandIn:
    """Runs verbs of each level on one thread, in order.

    `let_go` keeps jobs waiting until the test lets them go, `go_on_learning` a learning that is half way;
    `learning_fails` is what it ends with instead of a version.
    """

    def __init__(self, listener: Listener, verbs: Mapping[str, Verb] | None = None) -> None:
        self._listener = listener
        self._verbs = verbs or {"segment_scan": bright_is_lesion, "learn": self._learn}
        self._pools = {level: ThreadPoolExecutor(1) for level in Level}
        self._over, self._is_closed = set[str](), False
        self.let_go, self.go_on_learning = threading.Event(), threading.Event()
        self.let_go.set(), self.go_on_learning.set()
        self.learning_fails: LesionStudioError | None = None
        self.submitted: list[tuple[str, dict[str, Any], bool]] = []

    def submit(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        level: Level = Level.ORDINARY,
    ) -> str:
        """Queues a verb with those of its level."""
        job = uuid.uuid4().hex
        self.submitted.append((verb, dict(arguments), level is Level.URGENT))
        self._pools[level].submit(self._run, job, verb, dict(arguments))
        return job

    def cancel(self, job: str) -> None:
        """Ends the job as cancelled, at once."""
        self._over.add(job)
        self._listener(JobCancelled(job))

    def close(self) -> None:
        """Ends everything; what still goes on makes nothing more."""
        self._is_closed = True
        self.let_go.set(), self.go_on_learning.set()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _learn(self, *, report: Reporter, **arguments: Any) -> dict[str, Any]:
        report(Progress(0.5, "", 60.0, {"curve": CURVE[:2]}))
        self.go_on_learning.wait(20)
        report(Progress(1.0, "", 0.0, {"curve": CURVE[2:]}))
        if self.learning_fails is not None:
            raise self.learning_fails
        return take_note_of_marks(**arguments)

    def _run(self, job: str, verb: str, arguments: dict[str, Any]) -> None:
        self.let_go.wait(20)
        if job in self._over:
            return
        self._listener(JobStarted(job))

        def report(progress: Progress) -> None:
            if job in self._over or self._is_closed:
                raise Cancelled
            self._listener(JobReported(job, progress))

        try:
            self._listener(JobSucceeded(job, self._verbs[verb](**arguments, report=report)))
        except Cancelled:
            return
        except LesionStudioError as problem:
            self._listener(JobFailed(job, problem))
