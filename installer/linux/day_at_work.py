"""DayAtWork: the main job and Learn in the installed program, by mouse and keys from outside; its files are read.

Opens a series, paints, lets the compute process segment, checks two slices, learns from them, exports, is killed in
the middle of work and comes back.
"""

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from installer.linux.screen_hand import STEP_S, NotSeen, ScreenHand, until

STROKE = (560, 520), (610, 526)
PATIENCE_S = 180.0
LEARNING_S = 2400.0
MOST_SLICES = 9


class DayAtWork:
    """`start(folder)` starts the program on a folder of scans; `study` is that folder as seen from here."""

    def __init__(
        self, hand: ScreenHand, start: Callable[[], "subprocess.Popen[bytes]"], study: Path, out: Path
    ) -> None:
        self.hand, self.start, self.study, self.out = hand, start, study, out
        self.figures: dict[str, Any] = {}
        self._program: subprocess.Popen[bytes] | None = None

    def live(self, name: str) -> dict[str, Any]:
        """All of it, in order; returns seconds and counts. The screenshots are named after `name`."""
        try:
            self._open()
            self._paint_and_segment()
            self._check_two()
            self._photograph(f"{name}-checked")
            self._export()
            self._learn()
            self._photograph(f"{name}-learned")
            self._be_killed_and_come_back()
            self._photograph(f"{name}-back")
        except NotSeen as problem:
            self._photograph(f"{name}-problem")
            self.figures["problem"] = str(problem)
            raise
        finally:
            self._end()
        return self.figures

    # What the program's files say

    @property
    def home(self) -> Path:
        """The project's folder."""
        return self.study / "lesionstudio"

    def statuses(self) -> list[str]:
        """The status of each slice of the first scan, as it stands on the disk."""
        return self._of_slices("statuses")

    def roles(self) -> list[str]:
        """What each slice is for: to learn from, held out, or between."""
        return self._of_slices("roles")

    def _of_slices(self, name: str) -> list[str]:
        for _again in range(50):  # it may not be there yet
            try:
                file = min((self.home / "items").glob("[!.]*.json"))
                said: list[str] = json.loads(file.read_text(encoding="utf-8"))[name]
                return said
            except (OSError, ValueError):
                time.sleep(STEP_S)
        return []

    def journal_bytes(self) -> int:
        """How much stands in the journals."""
        return journal_bytes(self.home)

    # The steps

    def _open(self) -> None:
        started = time.monotonic()
        self._program = self.start()
        until(lambda: self.hand.windows("LesionStudio"), PATIENCE_S, "the window")
        self.figures["window_s"] = time.monotonic() - started
        until(lambda: (self.home / "project.json").exists(), PATIENCE_S, "the study")
        self.figures["study_open_s"] = time.monotonic() - started

    def _paint_and_segment(self) -> None:
        paint_until(self.hand, lambda: self.statuses()[:1] == ["corrected"], "a stroke on the disk")
        started = time.monotonic()
        self.hand.press("s")
        until(lambda: any((self.home / "drafts").glob("*.nii.gz")), PATIENCE_S * 2, "a draft of the compute process")
        self.figures["segment_s"] = time.monotonic() - started

    def _check_two(self) -> None:
        """Marks and checks slices until two of those to learn from are: which are held out is dealt by chance."""
        for n in range(MOST_SLICES):
            self.hand.press("Escape")  # the tour, where it came late
            if n:
                self.hand.drag(*STROKE)
                time.sleep(2)
            self._press_until("Return", lambda n=n: self.statuses()[n : n + 1] == ["checked"], f"slice {n + 1} checked")
            self.figures["checked"] = self.roles()[: n + 1]
            if self.figures["checked"].count("learn") == 2:
                return

    def _export(self) -> None:
        self._press_until("ctrl+e", lambda: True, "the sheet")
        time.sleep(3)
        self._press_until("Return", lambda: (self.study / "export" / "index.csv").exists(), "the exported masks")
        self.hand.focus(f"{self.study.name}.*LesionStudio")
        self.figures["exported"] = sorted(file.name for file in (self.study / "export").iterdir())

    def _learn(self) -> None:
        started = time.monotonic()
        self.hand.press("ctrl+shift+l")
        until(lambda: any((self.home / "models").glob("[!.]*/card.json")), LEARNING_S, "a learned version")
        self.figures["learn_s"] = time.monotonic() - started

    def _be_killed_and_come_back(self) -> None:
        assert self._program is not None
        for _slice in range(len(self.statuses())):  # to the last one, that the slices checked before do not matter
            self.hand.press("Next")
        time.sleep(3)
        before = self.journal_bytes()
        self.hand.drag(*STROKE)
        until(lambda: self.journal_bytes() > before, PATIENCE_S, "a stroke in the journal")
        self._program.kill()
        self._program.wait()
        self.figures["saved_when_killed"] = self.statuses()[-1]
        self._program = self.start()
        self.figures["back_s"] = until(
            lambda: self.statuses()[-1] == "corrected", PATIENCE_S, "the stroke after the kill"
        )

    # Hands

    def _press_until(self, key: str, seen: Callable[[], bool], what: str) -> None:
        self.hand.press(key)
        until(seen, PATIENCE_S, what)

    def _photograph(self, name: str) -> None:
        self.hand.photograph(self.out / f"{name}.png")

    def _end(self) -> None:
        if self._program is not None and self._program.poll() is None:
            self._program.terminate()
            self._program.wait(30)


def journal_bytes(project: Path) -> int:
    """How much stands in the journals of a project's folder."""
    return sum(file.stat().st_size for file in (project / "journal").glob("*") if file.is_file())


def paint_until(hand: ScreenHand, seen: Callable[[], bool], what: str) -> None:
    """Closes the tour and paints; again where the picture was not there yet. Raises NotSeen."""
    end = time.monotonic() + PATIENCE_S
    while not seen():
        if time.monotonic() > end:
            raise NotSeen(what)
        hand.press("Escape", "b")
        hand.drag(*STROKE)
        with suppress(NotSeen):
            until(seen, 15, "")
