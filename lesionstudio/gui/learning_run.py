"""LearningRun: one run of learning that a person began: where it learns, from what, and how far it is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.versions import curve_points
from lesionstudio.gui.views import CurvePoint, JobView
from lesionstudio.progress import Progress
from lesionstudio.project.project import Project
from lesionstudio.words import _

UNDER_WAY = "learning"
_SEEN = 0.02


@dataclass(eq=False, slots=True)
class Learning:
    """One run of learning: where it learns, from what, and how far it is.

    A pause ends its job, not the run: another job goes on from the checkpoint, and says its whole curve again.
    """

    home: Path
    study: str
    begins_with: str
    arguments: dict[str, Any] = field(default_factory=dict)
    points: list[CurvePoint] = field(default_factory=list)
    fraction: float | None = None
    left_s: float | None = None
    job: Job | None = None
    first: tuple[float, float] | None = None
    is_paused: bool = False
    done_before: float = 0.0

    @property
    def minutes(self) -> float:
        """How long it has been learning."""
        return self.points[-1].minutes if self.points else 0.0

    def pause(self) -> None:
        """Ends its job for now; what it learned is kept."""
        job, self.job, self.is_paused = self.job, None, True
        if job is not None:
            job.cancel()

    def go_on(self) -> None:
        """Is about to learn again: how far it came counts on from there."""
        self.is_paused, self.first, self.left_s = False, None, None
        self.done_before = self.fraction or 0.0

    def view(self, message: str = "") -> JobView:
        """How it reads in the job bar."""
        title = message or _("Learning from {name}").format(name=self.study)
        if self.is_paused:
            title = _("Learning paused")
        return JobView("learn", title, self.fraction, self.left_s, can_pause=True, is_paused=self.is_paused)

    @staticmethod
    def notes_in(progress: Progress) -> list[str]:
        """What has to be said of how it learns: memory that ran out, a disk that refused."""
        return list(map(str, progress.partial.get("notes", ()))) if isinstance(progress.partial, dict) else []

    def take(self, progress: Progress, now_s: float) -> None:
        """Notes how far it is; where nobody says how long it will take, that is told by the pace so far."""
        done = progress.fraction or 0.0
        if progress.fraction is not None:
            self.fraction = self.done_before + (1 - self.done_before) * done
        self.left_s = progress.left_s
        if self.first is None:
            self.first = now_s, done
        elif self.left_s is None and done - self.first[1] >= _SEEN:
            self.left_s = (now_s - self.first[0]) / (done - self.first[1]) * (1 - done)
        if isinstance(progress.partial, dict):
            known = {one.minutes for one in self.points}
            self.points += [one for one in curve_points(progress.partial.get("curve", ())) if one.minutes not in known]


def terms(project: Project, model: Path | None, device: str) -> dict[str, Any]:
    """What the verbs that learn in a study are told of it, as it is now."""
    return {
        "project": str(project.home),
        "model": str(model) if model else "",
        "device": device,
        "seed": project.seed,
        "tables": {key: dict(table) for key, table in project.settings.get("label_tables", {}).items()},
    }


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
