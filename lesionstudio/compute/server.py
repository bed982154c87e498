"""The compute process's loop: run a verb, send Progress, result or failure; let a more urgent job pass a long one.

Requests come in and messages go out as JSON, one a line, through the pipes that were stdin and stdout. Whatever
libraries print goes to stderr. The end of the input ends the process.
"""

import importlib
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Lock, Thread
from typing import Any, BinaryIO

from lesionstudio.compute.compute import Level
from lesionstudio.compute.wire import problem_to_facts, progress_to_facts, to_line
from lesionstudio.errors import OutOfMemory
from lesionstudio.progress import Cancelled, Progress
from lesionstudio.words import _

VERBS = "lesionstudio.workflows:VERBS"
_NICENESS = 10
_REPORT_EVERY_S = 0.05
_GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Request:
    id: str
    verb: str
    arguments: dict[str, Any]
    level: int


class Server:
    """Runs requests on the thread that calls `run`; another thread reads them."""

    def __init__(self, verbs: str, requests: BinaryIO, answers: BinaryIO) -> None:
        self._verbs, self._requests, self._answers = verbs, requests, answers
        self._waiting: dict[int, deque[_Request]] = {level: deque() for level in reversed(Level)}
        self._cancelled: set[str] = set()
        self._is_closing = False
        self._news, self._writing = Condition(), Lock()
        self._reported_at = 0.0

    def run(self) -> None:
        """Serves until the input ends."""
        Thread(target=self._read, name="requests", daemon=True).start()
        self._say("ready")
        while (request := self._next()) is not None:
            self._carry(request)

    def _read(self) -> None:
        for line in self._requests:
            order = json.loads(line)
            if order["do"] == "run":
                self._queue(_Request(order["id"], order["verb"], order["arguments"], order["level"]))
            else:
                self._cancel(order["id"])
        with self._news:
            self._is_closing = True
            self._news.notify()
        time.sleep(_GRACE_S)
        os._exit(0)

    def _queue(self, request: _Request) -> None:
        with self._news:
            self._waiting[request.level].append(request)
            self._news.notify()

    def _cancel(self, job: str) -> None:
        with self._news:
            self._cancelled.add(job)
            for queue in self._waiting.values():
                unstarted = [request for request in queue if request.id == job]
                for request in unstarted:
                    queue.remove(request)
                    self._say("cancelled", id=job)

    def _next(self) -> _Request | None:
        with self._news:
            self._news.wait_for(lambda: any(self._waiting.values()) or self._is_closing)
            return None if self._is_closing else self._most_urgent(-1)

    def _most_urgent(self, above: int) -> _Request | None:
        """Takes the next request of the highest level that is more than this; None where there is none."""
        return next((queue.popleft() for level, queue in self._waiting.items() if level > above and queue), None)

    def _carry(self, request: _Request) -> None:
        """Runs one request to one of its three endings."""
        self._say("started", id=request.id)
        try:
            function = _named(self._verbs, request.verb)
            value = function(**request.arguments, report=lambda progress: self._report(request, progress))
            self._say("result", id=request.id, value=value)
        except Cancelled:
            self._say("cancelled", id=request.id)
        except MemoryError:
            problem = OutOfMemory(_("There is not enough memory for this."), hint=_("Close other programs."))
            self._say("failure", id=request.id, **problem_to_facts(problem))
        except Exception as problem:
            self._say("failure", id=request.id, **problem_to_facts(problem))
        finally:
            self._cancelled.discard(request.id)

    def _report(self, request: _Request, progress: Progress) -> None:
        """What a verb's `report` does: pass it on, let more urgent jobs run here and now, stop what is cancelled."""
        self._stop_if_unwanted(request)
        now = time.monotonic()
        if progress.partial is not None or now - self._reported_at > _REPORT_EVERY_S:
            self._reported_at = now
            self._say("progress", id=request.id, **progress_to_facts(progress))
        while (passing := self._next_above(request.level)) is not None:
            self._carry(passing)
        self._stop_if_unwanted(request)

    def _stop_if_unwanted(self, request: _Request) -> None:
        if self._is_closing or request.id in self._cancelled:
            raise Cancelled

    def _next_above(self, level: int) -> _Request | None:
        with self._news:
            return self._most_urgent(level)

    def _say(self, say: str, **facts: Any) -> None:
        line = to_line(say=say, **facts)
        with self._writing:
            try:
                self._answers.write(line)
                self._answers.flush()
            except OSError:
                os._exit(0)


def serve(verbs: str = VERBS) -> None:
    """Serves the verbs of the table named "module:NAME" (verb -> "module:function") until the input ends."""
    requests, answers = _take_pipes()
    os.environ["LESIONSTUDIO_DECODE_HERE"] = "1"  # this process stands apart from the window already
    _step_back()
    Server(verbs, requests, answers).run()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keeps stdin and stdout for the messages; what else reads finds nothing, what else prints goes to stderr."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    if sys.stderr is None:
        os.dup2(nothing, 2)
        sys.stderr = os.fdopen(2, "w", closefd=False)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, answers


def _step_back() -> None:
    """Lets the window go first, and leaves Ctrl+C in a terminal to it. (On Windows the starter lowers the priority.)"""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def _named(verbs: str, verb: str) -> Callable[..., Any]:
    table: dict[str, str] = _entry(verbs)
    function: Callable[..., Any] = _entry(table[verb])
    return function


def _entry(dotted: str) -> Any:
    module, name = dotted.split(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    serve(*sys.argv[1:2])
