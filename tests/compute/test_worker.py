"""The real compute process with fake verbs: three endings, urgent jobs, deaths and restarts."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from lesionstudio.compute.compute import (
    ComputeBug,
    JobCancelled,
    JobFailed,
    JobReported,
    JobStarted,
    JobSucceeded,
    Level,
    Message,
)
from lesionstudio.compute.worker import LocalCompute
from lesionstudio.errors import LesionStudioError, ModelProblem
from lesionstudio.progress import Progress

FAKE = [sys.executable, "-m", "lesionstudio.compute.server", "tests.compute.fake_verbs:VERBS"]
LONG_S = 30.0
ENDINGS = JobSucceeded | JobFailed | JobCancelled


class Desk:
    """A LocalCompute with its messages in the order they came."""

    def __init__(self, command: list[str] = FAKE, patience_s: float = 5.0) -> None:
        self._inbox: Queue[Message] = Queue()
        self.heard: list[Message] = []
        self.compute = LocalCompute(self._inbox.put, command=command, patience_s=patience_s)

    def submit(self, verb: str, level: Level = Level.ORDINARY, **arguments: Any) -> str:
        return self.compute.submit(verb, arguments, level=level)

    def until(self, found: Callable[[Message], bool]) -> Message:
        while not self.heard or not found(self.heard[-1]):
            self.heard.append(self._inbox.get(timeout=LONG_S))
        return self.heard[-1]

    def ending(self, job: str) -> Message:
        for message in self.heard:
            if message.job == job and isinstance(message, ENDINGS):
                return message
        return self.until(lambda message: message.job == job and isinstance(message, ENDINGS))

    def started(self, job: str) -> None:
        self.until(lambda message: message == JobStarted(job))

    def rest(self) -> list[Message]:
        while True:
            try:
                self.heard.append(self._inbox.get(timeout=0.2))
            except Empty:
                return self.heard


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.compute.close()


@pytest.fixture
def impatient() -> Iterator[Desk]:
    made = Desk(patience_s=0.3)
    yield made
    made.compute.close()


def result_of(desk: Desk, job: str) -> Any:
    ending = desk.ending(job)
    assert isinstance(ending, JobSucceeded), ending
    return ending.result


def problem_of(desk: Desk, job: str) -> Exception:
    ending = desk.ending(job)
    assert isinstance(ending, JobFailed), ending
    return ending.problem


def test_a_result_comes_back_as_it_was_sent(desk: Desk) -> None:
    value = {"name": "Läsion", "slices": [1, 2], "share": 0.25, "none": None}
    job = desk.submit("echo", value=value)
    assert result_of(desk, job) == value
    assert desk.heard == [JobStarted(job), JobSucceeded(job, value)]


def test_jobs_run_in_the_order_they_came(desk: Desk) -> None:
    jobs = [desk.submit("echo", value=n) for n in range(4)]
    desk.ending(jobs[-1])
    assert [message.job for message in desk.heard if isinstance(message, JobSucceeded)] == jobs


def test_what_a_job_reports_arrives_while_it_runs(desk: Desk, tmp_path: Path) -> None:
    job = desk.submit("count", until=str(tmp_path / "enough"))
    said = desk.until(lambda message: isinstance(message, JobReported))
    assert said == JobReported(job, Progress(None, "counting", None, 1))
    (tmp_path / "enough").touch()
    assert result_of(desk, job) >= 1


def test_a_mistake_of_the_user_arrives_as_such_with_its_hint(desk: Desk) -> None:
    problem = problem_of(desk, desk.submit("refuse"))
    assert isinstance(problem, ModelProblem)
    assert (problem.message, problem.hint) == ("No model.", "Choose one.")


def test_a_bug_arrives_with_its_trace(desk: Desk) -> None:
    problem = problem_of(desk, desk.submit("stumble"))
    assert isinstance(problem, ComputeBug)
    assert str(problem) == "ZeroDivisionError: of course"
    assert 'raise ZeroDivisionError("of course")' in problem.trace


def test_a_verb_nobody_knows_is_a_bug_not_a_death(desk: Desk) -> None:
    assert isinstance(problem_of(desk, desk.submit("no such verb")), ComputeBug)
    assert result_of(desk, desk.submit("echo", value=1)) == 1


def test_a_result_that_json_cannot_carry_is_a_bug_of_that_job(desk: Desk) -> None:
    assert "TypeError" in str(problem_of(desk, desk.submit("unspeakable")))


def test_what_libraries_print_does_not_disturb_the_messages(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    niceness, read = result_of(desk, desk.submit("chatter"))
    assert niceness >= 10
    assert read == 0
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == ["print", "fd 1", "a child"]


def test_an_urgent_job_passes_a_long_one_between_two_pieces(desk: Desk, tmp_path: Path) -> None:
    long = desk.submit("count", until=str(tmp_path / "enough"))
    desk.started(long)
    waiting = desk.submit("echo", value="waits")
    urgent = desk.submit("echo", value="passes", level=Level.URGENT)
    assert result_of(desk, urgent) == "passes"
    assert not any(message.job == waiting for message in desk.heard)
    (tmp_path / "enough").touch()
    assert result_of(desk, waiting) == "waits"
    ended = [message.job for message in desk.heard if isinstance(message, JobSucceeded)]
    assert ended == [urgent, long, waiting]


def test_whatever_is_asked_for_passes_what_runs_in_the_background(desk: Desk, tmp_path: Path) -> None:
    learning = desk.submit("count", level=Level.BACKGROUND, until=str(tmp_path / "enough"))
    desk.started(learning)
    long = desk.submit("count", until=str(tmp_path / "scan"))
    desk.started(long)
    assert result_of(desk, desk.submit("echo", value="passes both", level=Level.URGENT)) == "passes both"
    (tmp_path / "scan").touch()
    assert result_of(desk, long) >= 1
    (tmp_path / "enough").touch()
    assert result_of(desk, learning) >= 1


def test_a_cancelled_job_that_was_passed_does_not_cost_the_one_that_passed_it(impatient: Desk, tmp_path: Path) -> None:
    learning = impatient.submit("count", level=Level.BACKGROUND, until=str(tmp_path / "never"))
    impatient.started(learning)
    long = impatient.submit("count", until=str(tmp_path / "enough"))
    impatient.started(long)
    impatient.compute.cancel(learning)
    longer_than_patience = time.monotonic() + 0.7
    impatient.until(lambda message: time.monotonic() > longer_than_patience)
    (tmp_path / "enough").touch()
    assert result_of(impatient, long) >= 1
    assert result_of(impatient, impatient.submit("echo", value=1)) == 1


def test_cancel_is_answered_at_once_and_nothing_else_is_heard_of_the_job(desk: Desk, tmp_path: Path) -> None:
    job = desk.submit("count", until=str(tmp_path / "never"))
    desk.until(lambda message: isinstance(message, JobReported))
    desk.compute.cancel(job)
    next_job = desk.submit("echo", value=1)
    assert result_of(desk, next_job) == 1
    said = [message for message in desk.rest() if message.job == job]
    assert said.index(JobCancelled(job)) == len(said) - 1


def test_a_waiting_job_can_be_cancelled_and_never_starts(desk: Desk, tmp_path: Path) -> None:
    long = desk.submit("count", until=str(tmp_path / "enough"))
    desk.started(long)
    waiting = desk.submit("echo", value=1)
    desk.compute.cancel(waiting)
    desk.compute.cancel(waiting)
    (tmp_path / "enough").touch()
    desk.ending(long)
    assert [message for message in desk.rest() if message.job == waiting] == [JobCancelled(waiting)]


def test_a_cancelled_long_job_also_stops_while_an_urgent_one_has_passed_it(desk: Desk, tmp_path: Path) -> None:
    long = desk.submit("count", until=str(tmp_path / "never"))
    desk.started(long)
    urgent = desk.submit("count", level=Level.URGENT, until=str(tmp_path / "enough"))
    desk.started(urgent)
    desk.compute.cancel(long)
    (tmp_path / "enough").touch()
    assert result_of(desk, urgent) >= 0
    assert result_of(desk, desk.submit("echo", value=1)) == 1


def test_a_process_that_ignores_cancel_is_ended_and_the_next_job_runs(impatient: Desk) -> None:
    stuck = impatient.submit("stubborn")
    impatient.started(stuck)
    first_process = impatient.compute.process_id
    impatient.compute.cancel(stuck)
    assert result_of(impatient, impatient.submit("echo", value="alive")) == "alive"
    assert impatient.compute.process_id != first_process
    assert [message for message in impatient.rest() if message.job == stuck] == [JobStarted(stuck), JobCancelled(stuck)]


def test_a_job_that_was_passed_fails_once_when_the_passing_one_takes_the_process_down(
    impatient: Desk, tmp_path: Path
) -> None:
    long = impatient.submit("count", until=str(tmp_path / "never"))
    impatient.started(long)
    stuck = impatient.submit("stubborn", level=Level.URGENT)
    impatient.started(stuck)
    impatient.compute.cancel(stuck)
    assert isinstance(problem_of(impatient, long), LesionStudioError)
    assert result_of(impatient, impatient.submit("echo", value=1)) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a process is killed otherwise here")
def test_a_killed_process_costs_the_running_job_one_message_and_the_queue_goes_on(desk: Desk, tmp_path: Path) -> None:
    running = desk.submit("count", until=str(tmp_path / "never"))
    desk.started(running)
    waiting = desk.submit("echo", value="still here")
    process = desk.compute.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert result_of(desk, waiting) == "still here"
    failures = [message for message in desk.rest() if isinstance(message, JobFailed)]
    assert [failure.job for failure in failures] == [running]
    assert "SIGKILL" in str(failures[0].problem)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a process is killed otherwise here")
def test_a_process_killed_while_idle_costs_nothing(desk: Desk) -> None:
    assert result_of(desk, desk.submit("echo", value=1)) == 1
    process = desk.compute.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert result_of(desk, desk.submit("echo", value=2)) == 2
    assert not any(isinstance(message, JobFailed) for message in desk.rest())


def test_a_verb_that_kills_its_process_fails_alone(desk: Desk) -> None:
    deadly, fine = desk.submit("die"), desk.submit("echo", value=1)
    assert isinstance(problem_of(desk, deadly), LesionStudioError)
    assert result_of(desk, fine) == 1


def test_a_process_that_cannot_start_fails_every_job_once_and_is_tried_again_with_the_next() -> None:
    desk = Desk([sys.executable, "-c", "raise SystemExit(3)"])
    jobs = [desk.submit("echo", value=1)]
    assert "exit code 3" in str(problem_of(desk, jobs[0]))
    jobs.append(desk.submit("echo", value=2))
    assert "exit code 3" in str(problem_of(desk, jobs[1]))
    assert [message.job for message in desk.rest()] == jobs
    desk.compute.close()


def test_a_program_that_is_not_there_fails_the_job(tmp_path: Path) -> None:
    desk = Desk([str(tmp_path / "nothing")])
    assert isinstance(problem_of(desk, desk.submit("echo", value=1)), LesionStudioError)
    desk.compute.close()


def test_closing_ends_a_busy_process_and_nothing_is_heard_afterwards() -> None:
    desk = Desk()
    stuck = desk.submit("stubborn")
    desk.started(stuck)
    process = desk.compute._process
    assert process is not None
    desk.compute.close()
    assert process.poll() is not None
    assert desk.rest() == [JobStarted(stuck)]


def test_nobody_waits_until_a_busy_process_listens() -> None:
    desk = Desk([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        desk.compute.start()
        while desk.compute.process_id is None:
            time.sleep(0.01)
        began = time.monotonic()
        for _job in range(20):
            desk.compute.submit("echo", {"value": "x" * 100_000})
        assert time.monotonic() - began < 1
    finally:
        desk.compute.close()
    assert desk.compute.process_id is None
