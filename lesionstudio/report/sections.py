"""What the page's sections are made of, and the words they share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lesionstudio.report.pictures import AGREED, FALSE, LABELS, MISSED
from lesionstudio.words import _, number


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words. `kind`: classes of the template (narrow, small, long)."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """A figure and what it shows in words, for whoever cannot see it."""

    uri: str
    alt: str
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page; whatever is empty is left out."""

    title: str
    texts: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Plate] = ()
    samples: Sequence[Any] = ()
    contact: Sequence[str] = ()
    contact_title: str = ""
    commands: Sequence[str] = ()
    key: Sequence[tuple[str, str]] = field(default=())


def error_key() -> list[tuple[str, str]]:
    """The colours of errors and what they mean."""
    return [(MISSED, _("Missed")), (FALSE, _("False mark")), (AGREED, _("Agreed"))]


def label_key(names: Sequence[str]) -> list[tuple[str, str]]:
    """The colours of several labels; nothing to explain where there is one."""
    return [(LABELS[n % len(LABELS)], name) for n, name in enumerate(names)] if len(names) > 1 else []


def part_name(part: str) -> str:
    """What a part is called."""
    names = {"train": _("Training part"), "val": _("Validation part"), "test": _("Test part")}
    names["held out"] = _("Held-out slices")
    return names.get(part, _("All pictures given"))


def shown(value: float | None, digits: int = 3) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else number(value, digits)


def between(ends: Sequence[float] | None, digits: int = 3) -> str:
    """An interval in words; "" for none."""
    if not ends:
        return ""
    return _("{low} to {high}").format(low=number(ends[0], digits), high=number(ends[1], digits))
