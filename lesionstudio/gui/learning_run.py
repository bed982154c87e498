"""LearningRun: one run of learning that a person began: where it learns, from what, and how far it is."""

from dataclasses import dataclass, field
from pathlib import Path

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.versions import curve_points
from lesionstudio.gui.views import CurvePoint
from lesionstudio.progress import Progress

_SEEN = 0.02


@dataclass(eq=False, slots=True)
class Learning:
    """One run of learning: where it learns, from what, and how far it is."""

    home: Path
    study: str
    begins_with: str
    points: list[CurvePoint] = field(default_factory=list)
    fraction: float | None = None
    left_s: float | None = None
    job: Job | None = None
    first: tuple[float, float] | None = None

    @property
    def minutes(self) -> float:
        """How long it has been learning."""
        return self.points[-1].minutes if self.points else 0.0

    def take(self, progress: Progress, now_s: float) -> None:
        """Notes how far it is; where nobody says how long it will take, that is told by the pace so far."""
        self.fraction, done = progress.fraction, progress.fraction or 0.0
        self.left_s = progress.left_s
        if self.first is None:
            self.first = now_s, done
        elif self.left_s is None and done - self.first[1] >= _SEEN:
            self.left_s = (now_s - self.first[0]) / (done - self.first[1]) * (1 - done)
        if isinstance(progress.partial, dict):
            self.points += curve_points(progress.partial.get("curve", ()))
