"""The order in which the scans of a study stand in the list, and in which one goes from scan to scan."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


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
    patients: dict[tuple[bool, str], dict[str, list[T]]] = {}
    for item in items:
        patients.setdefault((item.last, item.patient), {}).setdefault(item.study, []).append(item)
    ordered = sorted(patients.items(), key=lambda entry: entry[0][0])
    return [item for _patient, studies in ordered for members in studies.values() for item in members]
