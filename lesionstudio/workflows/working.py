"""Working: a model in the middle of learning, as the compute process holds it, and its checkpoint on the disk.

It stays here between two jobs, so that a pause costs nothing; after the process ended it goes on from the checkpoint.
"""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lesionstudio.errors import LesionStudioError, ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.model_card import ModelCard
from lesionstudio.project.storage import make_folders
from lesionstudio.words import _
from lesionstudio.workflows.at_work import LEARNING_NAME
from lesionstudio.workflows.lessons import Kept, Lessons, Outputs
from lesionstudio.workflows.teaching import Beginning, Point
from lesionstudio.workflows.yardstick import Yardstick

if TYPE_CHECKING:
    from lesionstudio.learning.going_on import Learner
    from lesionstudio.learning.inference import Predictor

CHECKPOINT_NAME, WORKING_ID = "checkpoint.safetensors", "working"
_LARGE = 10_000


@dataclass(slots=True, eq=False)
class Working:
    """What learns in one study: where it began, what it has learned from so far, and the versions that it became.

    `base` is the id of the model it began with, "" for none; `versions` came of these weights, the oldest first.
    """

    home: Path
    base: str
    begins: Beginning
    outputs: Outputs
    learner: "Learner"
    yardstick: Yardstick
    versions: list[str] = field(default_factory=list)
    curve: list[Point] = field(default_factory=list)
    added: dict[str, str] = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)
    lessons: Lessons = field(default_factory=Lessons)
    tried: frozenset[str] = frozenset()
    wants_lessons: bool = False
    is_lost: bool = False
    _predictor: "tuple[int, Predictor] | None" = None

    @property
    def card(self) -> ModelCard:
        """The card of the model as it is now."""
        return replace(self.begins.card, id=WORKING_ID)

    @property
    def predictor(self) -> "Predictor":
        """Runs the weights of this moment."""
        from lesionstudio.learning.inference import Predictor
        from lesionstudio.learning.torch_engine import TorchEngine

        learner = self.learner
        if self._predictor is None or self._predictor[0] != learner.steps:
            engine = TorchEngine(learner.averaged, self.card.channels, learner.device, _precision(learner))
            self._predictor = learner.steps, Predictor(self.card, engine)
        return self._predictor[1]

    def belongs_to(self, in_use: str, waiting: str) -> bool:
        """Whether it may go on beside this model in use: it began with it or became it, and nothing since was refused.

        `waiting` is the version that nobody has answered yet; any other that came later was rejected.
        """
        line = [self.base, *self.versions]
        if self.is_lost or in_use not in line:
            return False
        return set(line[line.index(in_use) + 1 :]) <= {waiting}


def checkpoint_path(home: Path) -> Path:
    """Where a study keeps what it has learned so far."""
    return home / LEARNING_NAME / CHECKPOINT_NAME


def keep(working: Working, facts: dict[str, Any]) -> None:
    """Writes the checkpoint, whole or not at all. Raises ProjectProblem; the one before stays whole then."""
    from lesionstudio.learning.checkpoints import save_checkpoint

    path = checkpoint_path(working.home)
    make_folders(path.parent, working.home)
    draft = path.with_name(f"{os.getpid()}-{CHECKPOINT_NAME}")
    tensors = {name: _short(name, value) for name, value in working.learner.state().items()}
    try:
        save_checkpoint(draft, tensors, {**facts, "learner": working.learner.facts()})
        disk.flush(draft)
        disk.replace(draft, path)
        disk.flush_folder(path.parent)
    except (OSError, LesionStudioError) as problem:
        draft.unlink(missing_ok=True)
        sentence = _("What was learned could not be saved: {reason}").format(reason=_reason(problem))
        hint = _("Learning goes on. Make room on the disk; it is tried again.")
        raise ProjectProblem(sentence, hint=hint) from problem


def read_kept(home: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Tensors and facts of the checkpoint; None where there is none, or none that can be read."""
    from lesionstudio.learning.checkpoints import read_checkpoint

    path = checkpoint_path(home)
    try:
        return read_checkpoint(path) if path.is_file() else None
    except LesionStudioError:
        return None


def _reason(problem: Exception) -> str:
    cause = problem if isinstance(problem, OSError) else problem.__cause__
    return str(getattr(cause, "strerror", None) or cause or problem)


def _precision(learner: "Learner") -> str:
    return "bf16" if learner.hardware.precision == "bf16" else "fp32"


def _short(name: str, value: Any) -> Any:
    """A large tensor in half the bytes: what is lost is less than the next step moves."""
    if not value.is_floating_point() or value.numel() <= _LARGE:
        return value
    return value.bfloat16() if name.startswith("optimizer.") else value.half()
