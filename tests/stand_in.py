"""A stand-in for the compute process: the same Protocol, in a thread of this process, with a crude network."""

import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.compute.compute import (
    JobCancelled,
    JobFailed,
    JobReported,
    JobStarted,
    JobSucceeded,
    Listener,
)
from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import read_scan
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.progress import Cancelled, Progress, Reporter

Verb = Callable[..., Any]


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


class StandIn:
    """Runs verbs on one thread, in order; `hold` keeps jobs waiting until the test lets them go."""

    def __init__(self, listener: Listener, verbs: Mapping[str, Verb] | None = None) -> None:
        self._listener = listener
        self._verbs = verbs or {"segment_scan": bright_is_lesion}
        self._pool = ThreadPoolExecutor(1)
        self._over: set[str] = set()
        self.let_go = threading.Event()
        self.let_go.set()
        self.submitted: list[tuple[str, dict[str, Any], bool]] = []

    def submit(self, verb: str, arguments: Mapping[str, Any], *, urgent: bool = False) -> str:
        """Queues a verb; a urgent one waits for its turn like any other here."""
        job = uuid.uuid4().hex
        self.submitted.append((verb, dict(arguments), urgent))
        self._pool.submit(self._run, job, verb, dict(arguments))
        return job

    def cancel(self, job: str) -> None:
        """Ends the job as cancelled, at once."""
        self._over.add(job)
        self._listener(JobCancelled(job))

    def close(self) -> None:
        """Ends everything."""
        self.let_go.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: str, verb: str, arguments: dict[str, Any]) -> None:
        self.let_go.wait(20)
        if job in self._over:
            return
        self._listener(JobStarted(job))

        def report(progress: Progress) -> None:
            if job in self._over:
                raise Cancelled
            self._listener(JobReported(job, progress))

        try:
            self._listener(JobSucceeded(job, self._verbs[verb](**arguments, report=report)))
        except Cancelled:
            return
        except LesionStudioError as problem:
            self._listener(JobFailed(job, problem))
