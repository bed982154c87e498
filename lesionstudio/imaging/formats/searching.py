"""The search of a folder as a whole: its scans as soon as something is known of them, and the masks beside them.

A folder of very many files is searched in a process of its own: the window's threads take turns with each other, and
reading 60,000 headers on one of them makes hand and eye wait. A small one is searched where it is asked for: it is
done before a process would have started.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any, NamedTuple

from lesionstudio.compute.process import close_input, how_it_ended
from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import reading_server
from lesionstudio.imaging.formats.apart import failure_of, is_apart
from lesionstudio.imaging.formats.folders import count_files
from lesionstudio.imaging.formats.reading_process import NO_WINDOW, widen
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.itself import child_environment, start_command
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _, language

COMMAND = "_search"
MANY_FILES = 2000
_TELL_EVERY_S = 0.1


class Found(NamedTuple):
    """The masks beside the scans, by item id; and ids that were told of early, but are no scans of their own."""

    masks: dict[str, Path]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Search:
    """Which folder is searched, the salt of its patients' hashes, and about how many files it has."""

    folder: Path
    salt: str
    files: int

    @classmethod
    def of(cls, folder: Path, salt: str) -> "Search":
        """The search of a folder, its files counted: quick, for nothing is opened."""
        return cls(folder, salt, count_files(folder))

    def run(self, tell: Callable[[FoundScan], None], report: Reporter) -> Found:
        """Tells of every scan, of DICOM series early and again where they grew; `report` hears of the files.

        Raises UnreadableFile where the folder is gone, and what `report` raises.
        """
        return (self._apart if self.files > MANY_FILES and is_apart() else self.here)(tell, report)

    def here(self, tell: Callable[[FoundScan], None], report: Reporter) -> Found:
        """Searches in this process."""
        from lesionstudio.imaging.formats import find_masks, find_scans

        everything: list[FoundScan] = []
        early: dict[str, FoundScan] = {}

        def tell_early(found: FoundScan) -> None:
            early[found.id] = found
            tell(found)

        for found in find_scans(self.folder, report, salt=self.salt, early=tell_early, files=self.files):
            everything.append(found)
            if early.get(found.id) != found:
                tell(found)
        return Found(find_masks(self.folder, everything), frozenset(early) - {found.id for found in everything})

    def _apart(self, tell: Callable[[FoundScan], None], report: Reporter) -> Found:
        process = _started()
        try:
            return self._heard(process, tell, report)
        finally:
            process.kill()
            process.wait()
            close_input(process)
            if process.stdout is not None:
                process.stdout.close()

    def _heard(self, process: "subprocess.Popen[bytes]", tell: Callable[[FoundScan], None], report: Reporter) -> Found:
        question = {"folder": str(self.folder), "salt": self.salt, "files": self.files, "language": language()}
        for line in _answers(process, question):
            said = json.loads(line)
            if "scan" in said:
                tell(FoundScan.from_json(said["scan"], self.folder))
            elif "fraction" in said:
                report(Progress(said["fraction"]))
            elif "failure" in said:
                raise failure_of(said)
            else:
                masks = {item_id: Path(path) for item_id, path in said["masks"].items()}
                return Found(masks, frozenset(said["gone"]))
        raise UnreadableFile(
            _("The search of this folder broke off ({how}).").format(how=how_it_ended(process.wait())),
            hint=_("What was found stays in the list. Open the folder once more to go on."),
        )


def serve() -> None:
    """Searches for another process: a question through stdin, an answer a line through stdout."""
    requests, answers = reading_server.own_pipes()
    question = json.loads(requests.readline())
    reading_server.speak(question["language"])
    says = _Says(answers)
    Thread(target=says.beat, name="how far", daemon=True).start()
    search = Search(Path(question["folder"]), question["salt"], question["files"])

    def everything() -> dict[str, Any]:
        found = search.here(lambda one: says.say({"scan": one.to_json(search.folder)}), says.note)
        return {"masks": {item_id: str(path) for item_id, path in found.masks.items()}, "gone": sorted(found.gone)}

    with suppress(BrokenPipeError):  # nobody listens any more
        says.say(reading_server.attempted(everything))


class _Says:
    """What goes back: scans at once, and how far it is ever again, so that whoever waits can say that nobody does."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers, self._alone = answers, Lock()
        self._fraction: float | None = None

    def say(self, what: dict[str, Any]) -> None:
        """One line."""
        line = json.dumps(what).encode() + b"\n"
        with self._alone:
            self._answers.write(line)
            self._answers.flush()

    def note(self, progress: Progress) -> None:
        """How far it is now."""
        self._fraction = progress.fraction

    def beat(self) -> None:
        """Tells how far it is as long as the process lives, however long a disk keeps it waiting."""
        while True:
            time.sleep(_TELL_EVERY_S)
            try:
                self.say({"fraction": self._fraction})
            except OSError:  # whoever asked is gone
                os._exit(0)


def _started() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        start_command(COMMAND),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(OPENBLAS_NUM_THREADS="1"),
        creationflags=NO_WINDOW,
        start_new_session=True,  # Ctrl+C is not for it
    )
    widen(process.stdout)
    return process


def _answers(process: "subprocess.Popen[bytes]", question: dict[str, Any]) -> IO[bytes]:
    requests, answers = process.stdin, process.stdout
    assert requests is not None and answers is not None
    with suppress(OSError):  # it is gone already: then there are no answers
        requests.write(json.dumps(question).encode() + b"\n")
        requests.flush()
    return answers
