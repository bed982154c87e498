"""The local Compute: starts the compute process, feeds it, watches it, and starts it again when it dies."""

import json
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import RLock, Thread, Timer
from typing import Any

from lesionstudio.compute.compute import JobCancelled, JobFailed, JobReported, JobStarted, Level, Listener
from lesionstudio.compute.process import close_input, compute_command, end_process, how_it_ended, start_process
from lesionstudio.compute.wire import to_line, to_message
from lesionstudio.compute.writing import Writer
from lesionstudio.errors import LesionStudioError
from lesionstudio.words import _

PATIENCE_S = 5.0
_LAST_WORDS_S = 1.0

_Process = subprocess.Popen[bytes]


@dataclass(eq=False, slots=True)
class _Job:
    """A job that the process has not answered yet. Once cancelled, whatever it says is dropped."""

    line: bytes
    is_started: bool = False
    is_cancelled: bool = False


class LocalCompute:
    """Jobs in a process of its own on this machine.

    The listener is called on the watching thread (for `cancel`, on the caller's) and must not wait. A process that dies
    costs each job that was running one JobFailed; a new one takes the jobs that were waiting.
    """

    def __init__(
        self, listener: Listener, *, command: Sequence[str] | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._listener, self._patience_s = listener, patience_s
        self._command = list(command or compute_command())
        self._jobs: dict[str, _Job] = {}
        self._begun: list[str] = []
        self._lock = RLock()
        self._process: _Process | None = None
        self._writer: Writer | None = None
        self._watch: Thread | None = None
        self._is_closing = False

    def start(self) -> None:
        """Starts the process, if none runs; `submit` does it too."""
        with self._lock:
            if self._watch is None and not self._is_closing:
                self._watch = Thread(target=self._keep_running, name="compute", daemon=True)
                self._watch.start()

    @property
    def process_id(self) -> int | None:
        """The process at work, None while there is none."""
        process = self._process
        return process.pid if process else None

    def submit(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        level: Level = Level.ORDINARY,
    ) -> str:
        """Queues a verb with arguments that JSON can carry and gives the job's id."""
        id = uuid.uuid4().hex
        job = _Job(to_line(do="run", id=id, verb=verb, arguments=dict(arguments), level=level))
        with self._lock:
            self._jobs[id] = job
            self._tell(job.line)
        self.start()
        return id

    def cancel(self, job: str) -> None:
        """Ends the job as cancelled, at once; a process that does not stop working on it is ended."""
        with self._lock:
            known = self._jobs.get(job)
            if known is None or known.is_cancelled:
                return
            known.is_cancelled = True
            process = self._process
            if process is None:
                del self._jobs[job]
            elif known.is_started:
                self._end_unless_stopped(job, process)
            self._tell(to_line(do="cancel", id=job))
        self._listener(JobCancelled(job))

    def close(self) -> None:
        """Ends the process; no message comes afterwards."""
        with self._lock:
            self._is_closing = True
            self._jobs.clear()
            process, writer, watch = self._process, self._writer, self._watch
        if process is not None and writer is not None:
            if not writer.end(_LAST_WORDS_S):
                process.kill()
            end_process(process)
        if watch is not None:
            watch.join(self._patience_s)

    def _keep_running(self) -> None:
        """The watching thread: one process after the other, as long as each comes up."""
        while not self._is_closing and self._run_once():
            pass

    def _run_once(self) -> bool:
        """One process from its start to its death; gives whether it ever came up."""
        try:
            process = start_process(self._command)
        except OSError as problem:
            self._bury(str(problem), came_up=False)
            return False
        with self._lock:
            self._process, self._writer = process, Writer(process)
            writer, is_late = self._writer, self._is_closing
            for job in self._jobs.values():
                self._tell(job.line)
        if is_late:
            end_process(process)
        came_up = self._listen(process)
        how = how_it_ended(process.wait())
        writer.end(_LAST_WORDS_S)
        close_input(process)
        self._bury(how, came_up=came_up)
        return came_up

    def _listen(self, process: _Process) -> bool:
        came_up = False
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                answer = json.loads(line)
                if answer["say"] == "ready":
                    came_up = True
                else:
                    self._hear(answer, process)
        return came_up

    def _hear(self, answer: dict[str, Any], process: _Process) -> None:
        message = to_message(answer)
        with self._lock:
            job = self._jobs.get(message.job)
            if job is None:
                return
            if isinstance(message, JobStarted):
                job.is_started = True
                self._begun.append(message.job)
                if job.is_cancelled:
                    self._end_unless_stopped(message.job, process)
            elif not isinstance(message, JobReported):
                del self._jobs[message.job]
                self._begun = [one for one in self._begun if one != message.job]
        if not job.is_cancelled:
            self._listener(message)

    def _end_unless_stopped(self, job: str, process: _Process) -> None:
        """Kills the process if it has not let go of a cancelled job when patience ends.

        A job that another one has passed cannot let go before that is over: patience begins anew.
        """

        def end() -> None:
            with self._lock:
                is_passed = job in self._begun[:-1]
            if job in self._jobs and self._process is process:
                self._end_unless_stopped(job, process) if is_passed else process.kill()

        timer = Timer(self._patience_s, end)
        timer.daemon = True
        timer.start()

    def _bury(self, how: str, *, came_up: bool) -> None:
        """Fails the jobs that died with a process, once each; where it never came up, also those that were waiting."""
        with self._lock:
            self._process, self._writer, self._begun = None, None, []
            if not came_up:
                self._watch = None
            lost = [id for id, job in self._jobs.items() if job.is_started or job.is_cancelled or not came_up]
            failed = [id for id in lost if not self._jobs.pop(id).is_cancelled]
        problem = _stopped(how) if came_up else _would_not_start(how)
        for id in failed:
            self._listener(JobFailed(id, problem))

    def _tell(self, line: bytes) -> None:
        """Says something to the process, if there is one: the next one is told what waits."""
        if self._writer is not None:
            self._writer.say(line)


def _stopped(how: str) -> LesionStudioError:
    return LesionStudioError(
        _("The compute process stopped ({how}) and was started again.").format(how=how),
        hint=_("No mark is lost. Start the work again; if it stops again, memory may be short: close other programs."),
    )


def _would_not_start(how: str) -> LesionStudioError:
    return LesionStudioError(
        _("The compute process does not start ({how}).").format(how=how),
        hint=_("Painting and saving go on. Run the installer's test to see what is missing."),
    )
