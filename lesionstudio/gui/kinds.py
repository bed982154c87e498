"""Kinds: what a picture shows, as a classifier says it, and how that reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _, number

UNLIKE, NOT_ASKED = "\0unlike", "\0not asked"
"""What the filter of the scan list calls pictures unlike all that was learned from, and those nobody asked about."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a picture shows: a class, the share of each class, and whether it is unlike all that was learned from.

    `k`: the slice that says it most clearly. `error`: why nothing can be said, `hint` what to do.
    """

    name: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    unlike: bool = False
    k: int = 0
    error: str = ""
    hint: str = ""

    @property
    def confidence(self) -> float:
        """The share of its class, 0 to 1."""
        return dict(self.shares).get(self.name, 0.0)

    @property
    def group(self) -> str:
        """Under which heading of the filter it falls."""
        return UNLIKE if self.unlike else self.name

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Kind":
        """What workflows.kinds.look_at_pictures said of a picture."""
        if "error" in answer:
            return cls(error=str(answer["error"]), hint=str(answer["hint"]))
        shares = tuple((str(name), float(share)) for name, share in answer["probabilities"].items())
        return cls(str(answer["class"]), shares, bool(answer["unlike_training"]), int(answer["slice"]))

    def to_answer(self) -> dict[str, Any]:
        """As workflows.kinds.write_table takes it."""
        if self.error:
            return {"error": self.error, "hint": self.hint}
        return {"class": self.name, "probabilities": dict(self.shares), "unlike_training": self.unlike, "slice": self.k}


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture that can be asked about: of the study (`key` is its id), or dropped on the Classify page."""

    key: str
    name: str
    source: ScanSource
    facts: str = ""
    error: str = ""
    hint: str = ""
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class ClassifierView:
    """A classifier on the shelf. `accuracy`: its share of right answers on held-out pictures; None: not measured."""

    id: str
    folder: Path
    card: ModelCard
    accuracy: float | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes it tells apart."""
        return self.card.labels

    @property
    def title(self) -> str:
        """What it is called."""
        card = self.card
        return _(card.title)


Running = Literal["", "asked", "by itself"]


def class_words(name: str) -> str:
    """A class as a person reads it at the beginning of a line; those of other classifiers as they are called."""
    if name in (UNLIKE, NOT_ASKED):
        return _("Unlike") if name == UNLIKE else _("Not asked yet")
    known = {"brain": _("Brain"), "lung": _("Lung"), "other": _("Other")}
    return known.get(name) or name[:1].upper() + name[1:]


def percent(share: float) -> str:
    """ "97 %"; never "100 %" for what is only nearly sure."""
    whole = min(round(100 * share), 99) if share < 1 else 100
    return f"{number(whole)}\N{NO-BREAK SPACE}%"


def kind_words(kind: Kind) -> str:
    """In a few words: "Brain 97 %"."""
    return _("Cannot be read") if kind.error else f"{class_words(kind.name)} {percent(kind.confidence)}"


def classes_words(labels: tuple[str, ...]) -> str:
    """What a classifier tells apart, in one phrase: "Brain, lung or other"."""
    words = [class_words(name) for name in labels]
    low = [words[0], *(one[:1].lower() + one[1:] for one in words[1:])]
    if len(low) < 2:
        return "".join(low)
    return _("{first} or {last}").format(first=", ".join(low[:-1]), last=low[-1])
