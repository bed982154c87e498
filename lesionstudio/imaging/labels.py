"""Label: what a number in a mask means, and how it looks. A number is never used again, not even after deletion."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from lesionstudio.words import _

LABEL_COLOURS = ("#F5A539", "#A082FB", "#137C5F", "#975595", "#48B19B", "#E8230F", "#E2BEFE", "#ABE5AE")
"""The palette in order of use (LOOK section 7); from the ninth label on it repeats with a dotted outline."""

MOST_LABELS = 255


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that can be marked. Number 0 is background and never a Label."""

    number: int
    name: str
    colour: str
    visible: bool = True
    locked: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A study's labels by number, the deleted ones too: their numbers stay taken, their voxels read as 0."""

    labels: tuple[Label, ...] = ()

    @classmethod
    def first(cls) -> "LabelSet":
        """What a new study starts with: one label."""
        return cls().add(_("Lesion"))

    def __iter__(self) -> Iterator[Label]:
        return iter(self.shown())

    def __len__(self) -> int:
        return len(self.shown())

    def shown(self) -> tuple[Label, ...]:
        """The labels that are not deleted."""
        return tuple(label for label in self.labels if not label.deleted)

    @property
    def next_number(self) -> int:
        """The number a new label gets."""
        return max((label.number for label in self.labels), default=0) + 1

    @property
    def locked(self) -> frozenset[int]:
        """Numbers that neither a tool nor a model may write or overwrite; deleted labels are not locked."""
        return frozenset(label.number for label in self.shown() if label.locked)

    def add(self, name: str, wished: int = 0) -> "LabelSet":
        """With one more label, in its number's colour: the next number, or the wished one where nobody has had it.

        Raises ValueError beyond 255 labels.
        """
        taken = {label.number for label in self.labels}
        number = wished if wished and wished not in taken else self.next_number
        if number > MOST_LABELS:
            raise ValueError(number)
        colour = LABEL_COLOURS[(number - 1) % len(LABEL_COLOURS)]
        return LabelSet((*self.labels, Label(number, name, colour)))

    def changed(self, number: int, **fields: Any) -> "LabelSet":
        """With some fields of one label replaced."""
        return LabelSet(tuple(replace(one, **fields) if one.number == number else one for one in self.labels))

    def by_number(self, number: int) -> Label | None:
        """The label of this number that is not deleted, or None (0, unknown, deleted)."""
        return next((label for label in self.shown() if label.number == number), None)

    def to_json(self) -> list[dict[str, Any]]:
        """As project.json keeps them."""
        return [asdict(label) for label in self.labels]

    @classmethod
    def from_json(cls, saved: list[dict[str, Any]]) -> "LabelSet":
        """What to_json gave. Raises TypeError for anything else."""
        return cls(tuple(Label(**entry) for entry in saved))


def match_labels(names: tuple[str, ...], labels: LabelSet) -> dict[int, int] | None:
    """{model's number: study's number} where nobody has to be asked, else None.

    By name, in English or the language in use, whatever the case; one label and one label belong together.
    """
    if len(names) == 1 and len(labels) == 1:
        return {1: labels.shown()[0].number}
    found = labels_by_name(names, labels)
    return found if len(found) == len(names) else None


def labels_by_name(names: tuple[str, ...], labels: LabelSet) -> dict[int, int]:
    """{model's number: study's number} for those labels of a model that the study has under the same name."""
    by_name = {label.name.casefold(): label.number for label in labels}
    found = [by_name.get(name.casefold(), by_name.get(_(name).casefold())) for name in names]
    return {theirs: ours for theirs, ours in enumerate(found, 1) if ours is not None}
