"""Segmenter: asks the compute process for drafts, one scan after the other, and hands on what comes back."""

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.run_folders import new_run_folder, remove_run_folder
from lesionstudio.gui.views import JobView
from lesionstudio.imaging.mask import DraftSource, Pixels
from lesionstudio.progress import Progress


@dataclass(frozen=True, eq=False, slots=True)
class Order:
    """One scan to segment: what of it, with which model. `slices` None means all, starting at `first`.

    `step`: what the history calls it; "" as ever. `box`: first row and column and those after the last; drafts beside
    it stay as they are.
    """

    item_id: str
    item_name: str
    source: dict[str, Any]
    model: Path
    model_id: str
    threshold: float
    title: str
    slices: tuple[int, ...] | None = None
    first: int = 0
    hu_offset: float | None = None
    step: str = ""
    box: tuple[int, int, int, int] | None = None
    join: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, eq=False, slots=True)
class DraftPart:
    """Some slices of a draft that have arrived: labels and probabilities (n, row, column) as the model numbers them."""

    order: Order
    slices: tuple[int, ...]
    labels: Pixels
    probability: Pixels
    source: DraftSource


class Segmenter(QObject):
    """Runs orders one at a time; an urgent one (this slice) passes the others inside the compute process.

    `doubted`: what speaks against the model in a scan, as a partial of segment_scan, before its first slice arrives.
    """

    doubted = Signal(object, object)
    arrived = Signal(object)
    finished = Signal(object, object)
    failed = Signal(object)
    ended = Signal(object)
    job_changed = Signal(object)

    def __init__(self, lane: ComputeLane, device: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._device = lane, device
        self._waiting: deque[Order] = deque()
        self._running: dict[str, _Run] = {}
        self._long: _Run | None = None

    def urgent(self, order: Order) -> None:
        """Segments this at once, past whatever runs."""
        self._start(order, Level.URGENT)

    def ahead(self, order: Order) -> None:
        """Segments this before anybody asks: past what takes long, behind what is urgent."""
        self._start(order, Level.AHEAD)

    def queue(self, orders: list[Order]) -> None:
        """Segments these one after the other."""
        self._waiting.extend(orders)
        self._next()

    def cancel(self) -> None:
        """Stops everything that runs or waits; what has arrived is kept."""
        self._waiting.clear()
        for run in list(self._running.values()):
            run.job.cancel()
        self._tell(None)

    @property
    def is_busy(self) -> bool:
        """Whether anything runs or waits."""
        return bool(self._running or self._waiting)

    def _next(self) -> None:
        if self._long is None and self._waiting:
            self._long = self._start(self._waiting.popleft(), Level.ORDINARY)

    def _start(self, order: Order, level: Level) -> "_Run":
        folder = new_run_folder()
        arguments = {
            "source": order.source,
            "model": str(order.model),
            "slices": None if order.slices is None else list(order.slices),
            "first": order.first,
            "threshold": order.threshold,
            "device": self._device(),
            "out": str(folder),
            "hu_offset": order.hu_offset,
            "box": list(order.box) if order.box else None,
        }
        job = self._lane.submit("segment_scan", arguments, order.title, level=level)
        run = _Run(order, folder, job, level is Level.URGENT)
        self._running[order.join] = run
        self._tell(JobView("segment", order.title, None, None, len(self._waiting), is_urgent=run.is_urgent))
        job.progressed.connect(lambda progress: self._progressed(run, progress))
        job.succeeded.connect(lambda result: self._succeeded(run, result))
        job.failed.connect(lambda problem: self._failed(problem))
        job.ended.connect(lambda: self._ended(run))
        return run

    def _progressed(self, run: "_Run", progress: Progress) -> None:
        title, waiting = progress.message or run.order.title, len(self._waiting)
        self._tell(JobView("segment", title, progress.fraction, progress.left_s, waiting, is_urgent=run.is_urgent))
        partial = progress.partial if isinstance(progress.partial, dict) else {}
        if partial.get("doubts"):
            self.doubted.emit(run.order, partial)
        if partial.get("slices"):
            self._hand_on(run, tuple(int(k) for k in partial["slices"]))

    def _succeeded(self, run: "_Run", result: dict[str, Any]) -> None:
        missing = tuple(int(k) for k in result["slices"] if int(k) not in run.handed_on)
        if missing:
            self._hand_on(run, missing)
        self.finished.emit(run.order, result)

    def _failed(self, problem: BaseException) -> None:
        self._waiting.clear()
        self.failed.emit(problem)

    def _hand_on(self, run: "_Run", slices: tuple[int, ...]) -> None:
        labels = np.load(run.folder / "labels.npy", mmap_mode="r")
        probability = np.load(run.folder / "probability.npy", mmap_mode="r")
        rows = [run.row_of(k) for k in slices]
        made = datetime.now(UTC).isoformat(timespec="seconds")
        source = DraftSource(run.order.model_id, run.order.threshold, made)
        part = DraftPart(run.order, slices, np.array(labels[rows]), np.array(probability[rows]), source)
        run.handed_on.update(slices)
        self.arrived.emit(part)

    def _ended(self, run: "_Run") -> None:
        self._running.pop(run.order.join, None)
        self.ended.emit(run.order)
        remove_run_folder(run.folder)
        if run is self._long:
            self._long = None
        self._next()
        if not self._running:
            self._tell(None)

    def _tell(self, view: JobView | None) -> None:
        self.job_changed.emit(view)


@dataclass(eq=False, slots=True)
class _Run:
    order: Order
    folder: Path
    job: Job
    is_urgent: bool
    handed_on: set[int] = field(default_factory=set)

    def row_of(self, k: int) -> int:
        """Where slice k stands in the arrays of this run."""
        return k if self.order.slices is None else self.order.slices.index(k)


def part_of(part: DraftPart, n: int) -> DraftPart:
    """The n-th slice of a part, as if it had been ordered alone."""
    k = part.slices[n]
    order = replace(part.order, slices=(k,), join=uuid.uuid4().hex)
    return DraftPart(order, (k,), part.labels[n : n + 1], part.probability[n : n + 1], part.source)


def relabelled(part: DraftPart, table: dict[int, int]) -> DraftPart:
    """The part with the model's label numbers replaced by the study's; what the table lacks becomes background."""
    lookup = np.zeros(256, np.uint8)
    for theirs, ours in table.items():
        lookup[theirs] = ours
    return replace(part, labels=lookup[part.labels])
