"""The window is killed while the model learns: no stroke is lost, nothing is left over, and it goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lesionstudio.project.project import Project
from tests.benchmarks.kill import look
from tests.studies import SIDE, checked_study
from tests.tiny_model import save_tiny_model, tiny_card

HOME, ENDS_S = Path(__file__).resolve().parents[2], 60.0


@contextmanager
def window(study: Path, log: Path) -> Iterator["subprocess.Popen[str]"]:
    """A window that learns and paints; killed at the end if it is not dead by then."""
    command = [sys.executable, "-m", "tests.benchmarks.learning_window", str(study), str(log)]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


def next_said(program: "subprocess.Popen[str]", *, again: bool) -> dict[str, Any]:
    """The next line of the window that says how far it is, after a pause or before."""
    assert program.stdout is not None
    for line in program.stdout:
        said: dict[str, Any] = json.loads(line)
        if said["again"] is again:
            return said
    raise AssertionError("the window ended by itself")


def is_over(process: int) -> bool:
    """Whether a process has ended; where its parent died before it nobody may have taken note of it yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the processes are looked up in /proc")
def test_killed_while_it_learns_it_starts_again_with_every_stroke_and_learns_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LESIONSTUDIO_HOME", str(tmp_path / "home"))
    study, log = checked_study(tmp_path / "study", 8), tmp_path / "log.jsonl"
    project = Project.open(study)
    save_tiny_model(project.home / "models" / "tiny", tiny_card(long_side=(SIDE, SIDE)))
    project.settings |= {"model": "tiny", "label_tables": {"tiny": {"1": 1}}}
    project.close()
    with window(study, log) as program:
        said = next_said(program, again=True)
        while log.read_bytes().count(b"\n") < 4:
            time.sleep(0.05)
        os.kill(program.pid, signal.SIGKILL)
        killed = time.monotonic()
        program.wait()
    end = time.monotonic() + ENDS_S
    while not is_over(said["compute"]):
        assert time.monotonic() < end, "the compute process lives on"
        time.sleep(0.05)
    assert look(study, log, killed).steps >= 3
    with window(study, tmp_path / "later.jsonl") as program:
        assert next_said(program, again=False)["steps"] >= said["steps"], "from the checkpoint on, not from nothing"
    assert not list((study / "lesionstudio" / "learning").glob("*-checkpoint*")), "no half a file"
