"""Segment in the real compute process, as the window starts it: pieces, an urgent slice, a kill -9 in the middle."""

import os
import signal
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

from lesionstudio.compute.compute import JobFailed, JobReported, JobStarted, JobSucceeded, Level, Message
from lesionstudio.compute.worker import LocalCompute
from lesionstudio.imaging.formats import find_scan
from tests import phantoms
from tests.tiny_model import save_tiny_model

LONG_S = 120.0
SLICES = 60


@pytest.mark.slow
def test_a_slice_passes_a_scan_and_a_kill_costs_one_message(tmp_path: Path) -> None:
    volume = np.random.default_rng(0).integers(-1000, 20, (SLICES, 128, 128)).astype(np.int16)
    affine = phantoms.grid("axial", volume.shape, (5.0, 1.0, 1.0))
    source = find_scan(phantoms.write_nifti(tmp_path / "v.nii", volume, affine)).source.to_json()
    model = str(save_tiny_model(tmp_path / "model"))
    inbox: Queue[Message] = Queue()
    compute = LocalCompute(inbox.put)

    def submit(name: str, *, level: Level = Level.ORDINARY, **more: Any) -> str:
        (tmp_path / name).mkdir()
        common = {"source": source, "model": model, "threshold": None, "device": "cpu", "out": str(tmp_path / name)}
        return compute.submit("segment_scan", {"slices": None, "first": 0} | common | more, level=level)

    def until(job: str, kind: type[Message], heard: list[Message]) -> Any:
        while True:
            heard.append(inbox.get(timeout=LONG_S))
            if heard[-1].job == job and isinstance(heard[-1], kind):
                return heard[-1]
            assert not (isinstance(heard[-1], JobFailed) and kind is not JobFailed), heard[-1]

    heard: list[Message] = []
    scan = submit("scan", first=30)
    first = until(scan, JobStarted, heard) and until(scan, JobReported, heard)
    while "slices" not in (first.progress.partial or {}):  # what speaks against the model is said before
        first = until(scan, JobReported, heard)
    assert first.progress.partial == {"slices": [30]}
    slice_ = submit("slice", level=Level.URGENT, slices=[7], first=7)
    assert until(slice_, JobSucceeded, heard).result["slices"] == [7]
    assert not any(isinstance(message, JobSucceeded) and message.job == scan for message in heard)
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("a process is killed otherwise here")
    assert compute.process_id
    os.kill(compute.process_id, signal.SIGKILL)
    until(scan, JobFailed, heard)
    again = submit("again", slices=[7])
    assert until(again, JobSucceeded, heard).result["slices"] == [7]
    assert sum(isinstance(message, JobFailed) for message in heard) == 1
    for array in ("labels.npy", "probability.npy"):
        np.testing.assert_array_equal(np.load(tmp_path / "slice" / array), np.load(tmp_path / "again" / array))
    compute.close()
