"""The real compute process while the model learns along: urgent drafts pass, and a kill -9 costs next to nothing."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from statistics import median

import pytest

from lesionstudio.compute.compute import JobFailed, JobReported, JobSucceeded, Level, Message
from lesionstudio.compute.worker import LocalCompute
from lesionstudio.imaging.formats import find_scan
from tests.studies import SIDE, checked_study
from tests.tiny_model import save_tiny_model, tiny_card

LONG_S = 120.0


class Desk:
    """A study with every slice checked, and what the process says."""

    def __init__(self, folder: Path) -> None:
        self.study = checked_study(folder / "scans", 20)
        self.home = self.study / "lesionstudio"
        self.model = save_tiny_model(folder / "tiny", tiny_card(long_side=(SIDE, SIDE)))
        self.inbox: Queue[Message] = Queue()
        self.compute = LocalCompute(self.inbox.put)

    def learn(self) -> str:
        order = {"project": str(self.home), "model": str(self.model), "device": "cpu", "seed": 0, "tables": {}}
        return self.compute.submit("learn_along", order, level=Level.BACKGROUND)

    def told(self, job: str, name: str) -> object:
        """The next partial result of this name."""
        while True:
            message = self.inbox.get(timeout=LONG_S)
            assert not isinstance(message, JobFailed), message
            is_its = isinstance(message, JobReported) and message.job == job
            if is_its and isinstance(message.progress.partial, dict) and name in message.progress.partial:
                return message.progress.partial[name]

    def ending(self, job: str) -> Message:
        while True:
            message = self.inbox.get(timeout=LONG_S)
            if message.job == job and isinstance(message, JobSucceeded | JobFailed):
                return message

    def worked_s(self) -> float:
        """Processor seconds of the compute process so far."""
        facts = Path(f"/proc/{self.compute.process_id}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")

    def draft(self, model: Path, out: Path) -> float:
        """Seconds until a slice has its draft: by the clock, or, where others hold the processor, of work."""
        out.mkdir()
        worked = self.worked_s()
        source = find_scan(self.study / "p00.png").source.to_json(None)
        asked = {"slices": [0], "first": 0, "threshold": None, "device": "cpu", "model": str(model)}
        began = time.monotonic()
        ended = self.ending(
            self.compute.submit("segment_scan", {**asked, "source": source, "out": str(out)}, level=Level.URGENT)
        )
        assert isinstance(ended, JobSucceeded), ended
        return min(time.monotonic() - began, self.worked_s() - worked)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.compute.close()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process worked is read from /proc")
def test_drafts_pass_what_learns_and_after_a_kill_it_goes_on_from_the_checkpoint(desk: Desk, tmp_path: Path) -> None:
    learning = desk.learn()
    seen: set[str] = set()
    while not seen:
        seen = set(desk.told(learning, "along")["seen"])  # type: ignore[index]
    beside = [desk.draft(desk.home / "learning", tmp_path / f"beside{n}") for n in range(3)]
    desk.compute.cancel(learning)
    desk.ending(desk.compute.submit("more_lessons", {"project": str(desk.home)}, level=Level.BACKGROUND))
    alone = [desk.draft(desk.home / "learning", tmp_path / f"alone{n}") for n in range(3)]
    assert median(beside) < median(alone) + 1.0, "it passes within a second, whatever it takes itself"
    checkpoint = desk.home / "learning" / "checkpoint.safetensors"
    assert checkpoint.is_file()
    learning = desk.learn()
    steps = desk.told(learning, "along")["steps"]  # type: ignore[index]
    assert steps > 0
    process = desk.compute.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert isinstance(desk.ending(learning), JobFailed)
    again = desk.learn()
    assert desk.told(again, "along")["steps"] >= steps > 0  # type: ignore[index]
    desk.compute.close()  # as a window that was killed: the pipe ends
    assert [path.name for path in checkpoint.parent.iterdir()] == [checkpoint.name]
    models = desk.home / "models"
    assert not [path for path in models.iterdir() if not (path / "card.json").is_file()] if models.is_dir() else True
