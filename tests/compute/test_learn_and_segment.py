"""The real compute process: Segment this slice passes a Learn that runs, and a cancelled Learn leaves nothing."""

from pathlib import Path
from queue import Queue

import pytest

from lesionstudio.compute.compute import JobCancelled, JobFailed, JobReported, JobSucceeded, Level, Message
from lesionstudio.compute.worker import LocalCompute
from lesionstudio.imaging.formats import find_scan
from tests.studies import SIDE, checked_study
from tests.tiny_model import save_tiny_model, tiny_card

LONG_S = 120.0


@pytest.mark.slow
def test_an_urgent_slice_passes_learn_and_a_cancelled_learn_leaves_no_version(tmp_path: Path) -> None:
    study = checked_study(tmp_path / "scans", 4)
    model = save_tiny_model(tmp_path / "tiny", tiny_card(long_side=(SIDE, SIDE)))
    inbox: Queue[Message] = Queue()
    compute = LocalCompute(inbox.put)
    order = {"project": str(study), "model": str(model), "device": "cpu", "minutes": 30.0, "seed": 0, "tables": {}}
    try:
        learning = compute.submit("learn", order, level=Level.BACKGROUND)
        until(inbox, learning, "Learning, loss")
        (tmp_path / "out").mkdir()
        asked = {"slices": [0], "first": 0, "threshold": None, "device": "cpu", "model": str(model)}
        source = find_scan(study / "p00.png").source.to_json(None)
        slice_job = compute.submit(
            "segment_scan", {**asked, "source": source, "out": str(tmp_path / "out")}, level=Level.URGENT
        )
        answer = ending(inbox, slice_job)
        assert isinstance(answer, JobSucceeded), answer
        until(inbox, learning, "Learning, loss")
        compute.cancel(learning)
        assert isinstance(ending(inbox, learning), JobCancelled)
        # Cancel is answered at once; the process follows when it has swept up, which the next job waits for.
        ending(inbox, compute.submit("warm_up", {"model": str(model), "device": "cpu"}))
        models = study / "lesionstudio" / "models"
        assert not models.is_dir() or list(models.iterdir()) == []
        assert (study / "lesionstudio" / "learning" / "checkpoint.safetensors").is_file(), "Learn goes on from there"
    finally:
        compute.close()


def until(inbox: "Queue[Message]", job: str, sentence: str) -> None:
    """Waits for a report of this job that begins so."""
    while True:
        message = inbox.get(timeout=LONG_S)
        assert not isinstance(message, JobFailed), message
        if isinstance(message, JobReported) and message.job == job and message.progress.message.startswith(sentence):
            return


def ending(inbox: "Queue[Message]", job: str) -> Message:
    """How this job ended."""
    while True:
        message = inbox.get(timeout=LONG_S)
        if message.job == job and isinstance(message, JobSucceeded | JobFailed | JobCancelled):
            return message
