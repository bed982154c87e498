"""Nothing is looked up on the network unasked: while the window opens, reads, segments and says what it is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lesionstudio.gui.dialogs.about_sheet import AboutSheet
from lesionstudio.gui.theme import Look
from lesionstudio.learning.inference import Predictor
from tests import phantoms
from tests.gui.seats import hands_on
from tests.tiny_model import save_tiny_model

ROOT = Path(__file__).resolve().parents[1]
ASKING = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind")
WATCHER = f"""
import os, sys
def watch(event, facts):
    if event in {ASKING!r} and not (len(facts) > 1 and isinstance(facts[1], (str, bytes))):
        with open(os.environ["LESIONSTUDIO_ASKED"], "a") as file:
            file.write(f"{{event}} {{facts[1:]}}\\n")
sys.addaudithook(watch)
"""

heard: list[str] | None = None


def listen(event: str, facts: tuple[object, ...]) -> None:
    """A file of this computer is a str or bytes, and no network's."""
    if heard is not None and event in ASKING and not (len(facts) > 1 and isinstance(facts[1], str | bytes)):
        heard.append(f"{event} {facts[1:]}")


sys.addaudithook(listen)


@contextmanager
def listening() -> Iterator[list[str]]:
    """What is asked of a network in the block (sys.addaudithook cannot be taken back, so it is told to listen)."""
    global heard
    heard = []
    try:
        yield heard
    finally:
        heard = None


def test_the_hook_hears_what_it_must() -> None:
    import socket

    with listening() as asked, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
    assert len(asked) == 1


@pytest.mark.usefixtures("qapp")
def test_the_window_a_model_and_about_ask_nobody(tmp_path: Path) -> None:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    (tmp_path / "study").mkdir()
    phantoms.write_png(tmp_path / "study" / "p.png", phantoms.picture_phantom())
    look = Look(app, "dark")
    look.icons.load()
    with listening() as asked, hands_on(look, tmp_path / "study", labels=1) as hands:
        pictures = hands.session.scan.slice(0)[None, None].astype("float32")  # type: ignore[union-attr]
        Predictor.open(save_tiny_model(tmp_path / "model"), "cpu").predict(pictures)
        hands.do("about")
        sheet = next(one for one in hands.window.findChildren(AboutSheet) if one.isVisible())
        hands.until(lambda: hands.desk.parts.runner.is_idle)
        sheet.reject()
    assert asked == []


@pytest.mark.slow
def test_the_whole_main_job_in_processes_of_its_own_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCHER)
    asked = tmp_path / "asked"
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path), "LESIONSTUDIO_ASKED": str(asked)}
    done = subprocess.run(
        [sys.executable, "-m", "lesionstudio", "demo", "--out", str(tmp_path / "out"), "--json"],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not asked.exists(), asked.read_text()
