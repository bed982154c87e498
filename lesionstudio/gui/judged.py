"""Judged: what a model can be judged on, and what came of it. Plain values."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from lesionstudio.project.worklist import Role

Kind = Literal["held out", "test", "folder"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged on: this study's held-out or test slices, or a part ("" all) of a data folder."""

    kind: Kind = "held out"
    folder: str = ""
    part: str = ""

    @property
    def role(self) -> Role:
        """The role of the slices of a study."""
        return Role.TEST if self.kind == "test" else Role.HELD_OUT


@dataclass(frozen=True, slots=True)
class Amount:
    """Slices of a study for one purpose: how many there are, how many of them are checked, in how many scans."""

    slices: int = 0
    checked: int = 0
    scans: int = 0


@dataclass(slots=True, eq=False)
class Found:
    """What came of judging one model: its scores, the folder with what it marked, when, and the page once written."""

    scores: dict[str, Any]
    folder: Path
    made: datetime
    page: Path | None = None
