"""LearningRun: one run of learning that a person began: where it learns, from what, and how far it is."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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

    @staticmethod
    def notes_in(progress: Progress) -> list[str]:
        """What has to be said of how it learns: memory that ran out, a disk that refused."""
        return list(map(str, progress.partial.get("notes", ()))) if isinstance(progress.partial, dict) else []

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


def in_colour(pixels: NDArray[np.generic]) -> bool:
    """Whether a slice (row, column[, channel]) has three channels or more that differ."""
    return pixels.ndim == 3 and pixels.shape[2] >= 3 and bool(np.any(pixels[..., :1] != pixels[..., 1:3]))
