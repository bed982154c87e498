"""LearningRun: one run of learning that a person began: where it learns, from what, and how far it is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.versions import curve_points
from lesionstudio.gui.views import CurvePoint
from lesionstudio.progress import Progress

UNDER_WAY = "learning"
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


class UnderWay:
    """The mark that a study bears while a learning goes on in it, so that the next start knows what was cut short.

    It is the number of versions there were at the beginning: where there are more now, that learning came to its end.
    """

    def __init__(self) -> None:
        self._over: set[Path] = set()

    def begin(self, settings: dict[str, Any], versions: int) -> None:
        """A learning begins in the study of these settings."""
        settings[UNDER_WAY] = versions

    def end(self, home: Path, settings: dict[str, Any] | None) -> None:
        """It is over, however; without settings another study is open, and that one is told when it is opened."""
        if settings is None:
            self._over.add(home)
        else:
            settings.pop(UNDER_WAY, None)

    def was_cut_short(self, home: Path, settings: dict[str, Any], versions: int) -> bool:
        """Whether what began in this study never ended; takes the mark away where it did."""
        if home not in self._over and settings.get(UNDER_WAY) == versions:
            return True
        self._over.discard(home)
        settings.pop(UNDER_WAY, None)
        return False


def in_colour(pixels: NDArray[np.generic]) -> bool:
    """Whether a slice (row, column[, channel]) has three channels or more that differ."""
    return pixels.ndim == 3 and pixels.shape[2] >= 3 and bool(np.any(pixels[..., :1] != pixels[..., 1:3]))
