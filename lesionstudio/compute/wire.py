"""What travels between the two processes: JSON, one document a line; failures as kind, message and hint."""

import json
import traceback
from typing import Any

from lesionstudio import errors
from lesionstudio.compute.compute import (
    ComputeBug,
    JobCancelled,
    JobFailed,
    JobReported,
    JobStarted,
    JobSucceeded,
    Message,
)
from lesionstudio.errors import LesionStudioError
from lesionstudio.progress import Progress


def to_line(**facts: Any) -> bytes:
    """One line of the conversation. Raises TypeError for what JSON cannot carry."""
    return json.dumps(facts).encode("ascii") + b"\n"


def progress_to_facts(progress: Progress) -> dict[str, Any]:
    """A Progress as facts of a line."""
    return {name: getattr(progress, name) for name in Progress.__slots__}


def problem_to_facts(problem: Exception) -> dict[str, str]:
    """A LesionStudioError by kind, message and hint; anything else as a bug with its trace."""
    if isinstance(problem, LesionStudioError):
        return {"kind": type(problem).__name__, "message": problem.message, "hint": problem.hint}
    trace = "".join(traceback.format_exception(problem))
    return {"kind": "", "message": f"{type(problem).__name__}: {problem}", "trace": trace}


def to_message(answer: dict[str, Any]) -> Message:
    """The message that an answer of the compute process is."""
    job = answer["id"]
    match answer["say"]:
        case "started":
            return JobStarted(job)
        case "progress":
            return JobReported(job, Progress(**{name: answer[name] for name in Progress.__slots__}))
        case "result":
            return JobSucceeded(job, answer["value"])
        case "cancelled":
            return JobCancelled(job)
        case _:
            return JobFailed(job, _problem(answer))


def _problem(answer: dict[str, Any]) -> Exception:
    kind = getattr(errors, answer["kind"], None) if answer["kind"] else None
    if isinstance(kind, type) and issubclass(kind, LesionStudioError):
        return kind(answer["message"], hint=answer["hint"])
    return ComputeBug(answer["message"], answer.get("trace", ""))
