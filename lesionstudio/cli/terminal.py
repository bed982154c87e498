"""How the command line speaks: words or one JSON document on stdout, progress and trouble on stderr."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lesionstudio.errors import LesionStudioError
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.words import _

STDOUT = "-"


def take_json(words: Sequence[str]) -> tuple[list[str], str]:
    """The words without `--json [FILE]`, and where the JSON goes: "-" is stdout, "" nowhere.

    A word after `--json` is FILE where it comes last and is no scan or id that was meant as input: it ends in .json, or
    nothing of that name exists and more than the verb stands before it.
    """
    rest = list(words)
    for place, word in enumerate(rest):
        if word.startswith("--json="):
            return rest[:place] + rest[place + 1 :], word.removeprefix("--json=") or STDOUT
        if word == "--json":
            after = rest[place + 1 :]
            if len(after) == 1 and _is_json_file(after[0], alone=place < 2):
                return rest[:place], after[0]
            return rest[:place] + after, STDOUT
    return rest, ""


def _is_json_file(word: str, *, alone: bool) -> bool:
    if word.startswith("-"):
        return False
    return word.lower().endswith(".json") or not (alone or Path(word).exists())


class Terminal:
    """Where a verb's words and results go. `json_to` is what take_json gave."""

    def __init__(self, json_to: str = "") -> None:
        self._json_to = json_to
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    def say(self, text: str) -> None:
        """Tells people; silent when stdout belongs to a JSON document."""
        if self._json_to != STDOUT:
            print(text)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Shows rows under heads, as wide as they need; words keep their place when read by a program."""
        if self._json_to == STDOUT:
            return
        cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
        for row in cells:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())

    def result(self, document: Any) -> None:
        """Writes the JSON document where one was asked for. Raises LesionStudioError when it cannot."""
        if self._json_to == STDOUT:
            print(json.dumps(document, indent=1, allow_nan=False))
        elif self._json_to:
            try:
                text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
                Path(self._json_to).write_text(text, encoding="utf-8")
            except OSError as problem:
                raise LesionStudioError(
                    _("{path} cannot be written: {reason}.").format(path=self._json_to, reason=problem.strerror)
                ) from problem

    def complain(self, problem: LesionStudioError) -> None:
        """Says on stderr what is wrong, and below it what to do."""
        self.warn(problem.message, problem.hint)

    def warn(self, sentence: str, hint: str = "") -> None:
        """Says on stderr a sentence, and below it what to do."""
        print(sentence, file=sys.stderr)
        if hint:
            print("  " + hint, file=sys.stderr)

    @contextmanager
    def progress(self) -> Iterator[Reporter]:
        """A Reporter that draws a bar on stderr while the block runs; silent where stderr is no terminal."""
        if not sys.stderr.isatty():
            yield silent
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}")
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None, left="")

            def report(progress: Progress) -> None:
                total = None if progress.fraction is None else 1.0
                left = "" if progress.left_s is None else _time_left(progress.left_s)
                bar.update(task, description=progress.message, completed=progress.fraction or 0, total=total, left=left)

            yield report


def _time_left(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return (
        _("{minutes} min {seconds} s left").format(minutes=minutes, seconds=rest)
        if minutes
        else _("{seconds} s left").format(seconds=rest)
    )
