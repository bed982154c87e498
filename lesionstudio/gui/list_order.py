"""The order in which the scans of a study stand in the list, and in which one goes from scan to scan."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Listed(Protocol):
    """A scan, as an item or as a row."""

    @property
    def patient(self) -> str:
        """A hash, or ""."""

    @property
    def study(self) -> str:
        """Date and words of the examination, or ""."""

    @property
    def last(self) -> bool:
        """Whether it is no scan to work on: a localizer, a report, a capture of the screen."""


T = TypeVar("T", bound=Listed)


def in_list_order(items: Iterable[T]) -> list[T]:
    """By patient and study in the order they came; what is no scan to work on comes last."""
    return [item for branch in branches_of(items) for study in branch.studies.values() for item in study]


@dataclass(frozen=True, eq=False, slots=True)
class Branch(Generic[T]):
    """The scans of one patient by study; `last`: those that are no scans to work on."""

    last: bool
    patient: str
    studies: dict[str, list[T]]


def branches_of(items: Iterable[T]) -> list[Branch[T]]:
    """Patients with their studies, in list order."""
    found: dict[tuple[bool, str], Branch[T]] = {}
    for item in items:
        key = item.last, item.patient
        if key not in found:
            found[key] = Branch(item.last, item.patient, {})
        found[key].studies.setdefault(item.study, []).append(item)
    return sorted(found.values(), key=lambda branch: branch.last)
