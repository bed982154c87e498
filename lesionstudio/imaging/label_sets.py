"""LabelList: a named list of labels with colours, to be chosen for a study, and as the JSON file people share."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.labels import LABEL_COLOURS, MOST_LABELS, Label, LabelSet
from lesionstudio.words import _

FORMAT, ENDING = "lesionstudio labels", ".labels.json"
_LONGEST_NAME, _LARGEST_FILE = 80, 1 << 20
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class LabelList:
    """Labels by name, with the numbers they have in masks; `own`: made by a person, not shipped."""

    name: str
    labels: tuple[Label, ...]
    own: bool = True

    @classmethod
    def of(cls, name: str, names: Collection[str], *, own: bool = False) -> "LabelList":
        """These names, numbered from 1, in the order of the palette."""
        colours = LABEL_COLOURS * (len(names) // len(LABEL_COLOURS) + 1)
        return cls(name, tuple(Label(n, one, colours[n - 1]) for n, one in enumerate(names, 1)), own)

    def to_json(self) -> dict[str, Any]:
        """As a file holds it."""
        labels = [{"number": one.number, "name": one.name, "colour": one.colour} for one in self.labels]
        return {"format": FORMAT, "version": 1, "name": self.name, "labels": labels}

    @classmethod
    def from_json(cls, saved: Any) -> "LabelList":
        """What to_json gave. Raises ValueError, with a sentence, for anything else."""
        if not isinstance(saved, dict) or saved.get("format") != FORMAT or not isinstance(saved.get("labels"), list):
            raise ValueError(_("It holds no list of labels."))
        labels = tuple(_label(entry) for entry in saved["labels"])
        if not labels:
            raise ValueError(_("Its list of labels is empty."))
        for field in ("number", "name"):
            values = [str(getattr(one, field)).casefold() for one in labels]
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(_("Two of its labels are called {value}.").format(value=twice))
        return cls(_name(saved.get("name")), labels)


def shipped() -> tuple[LabelList, ...]:
    """The lists that come with the program."""
    lungs = LabelList.of(_("Lung lesions"), (_("Ground-glass"), _("Consolidation"), _("Effusion")))
    lobes = LabelList.of(_("Brain lobes"), (_("Frontal"), _("Parietal"), _("Temporal"), _("Occipital")))
    return lungs, lobes


def read_list(path: Path) -> LabelList:
    """The list in a file that somebody shared. Raises UnreadableFile with one sentence and a hint."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError(_("It is far too large for one."))
        return LabelList.from_json(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, RecursionError) as problem:
        reason = str(problem) if type(problem) is ValueError else _("It cannot be read as JSON.")
        if isinstance(problem, OSError):
            reason = problem.strerror or type(problem).__name__
        message = _("{name} is not a label set. {reason}").format(name=path.name, reason=reason)
        hint = _("Export a label set from LesionStudio to see how such a file looks.")
        raise UnreadableFile(message, hint=hint) from problem


def with_list(labels: LabelSet, chosen: LabelList, used: Collection[int], *, is_fresh: bool) -> LabelSet:
    """A study's labels once a list is chosen for it.

    Labels of the same name keep their number, those already `used` stay, the others are marked deleted. New ones get
    the list's number where nobody has had it, else the next. `is_fresh`: nothing was ever marked in the study, so no
    number means anything yet: the list's own numbers are taken as they are. Raises ValueError beyond 255 labels.
    """
    if is_fresh:
        return _replaced(labels, chosen)
    ours = {label.name.casefold(): label for label in labels.shown()}
    taken = {label.number for label in labels.labels}
    made: list[Label] = []
    for theirs in chosen.labels:
        known = ours.get(theirs.name.casefold())
        number = known.number if known is not None else _free(theirs.number, taken)
        taken.add(number)
        made.append(replace(known or theirs, number=number, colour=theirs.colour, name=theirs.name))
    kept = {label.number for label in made}
    others = (label for label in labels.labels if label.number not in kept)
    return LabelSet((*made, *(_kept_if_used(label, used) for label in others)))


def moved(now: LabelSet, before: LabelSet, after: LabelSet, used: Collection[int]) -> LabelSet:
    """The labels as they are now, with the change from `before` to `after` done on them; marked ones stay.

    What was renamed, recoloured or added since stays as it is. A name that comes back although its number now means
    another label, with marks, gets the next number.
    """
    old, new = _by_number(before), _by_number(after)
    current, homeless = _by_number(now), list[Label]()
    for number in sorted(old.keys() | new.keys()):
        wanted, is_used = new.get(number), number in used
        if old.get(number) == wanted:
            continue
        if is_used and not (wanted is not None and _same_name(wanted, current.get(number)) and not wanted.deleted):
            homeless += [wanted] if wanted is not None and not wanted.deleted else []
        elif wanted is None:
            current[number] = replace(current[number], deleted=True)
        else:
            current[number] = wanted
    order = [*new, *(number for number in current if number not in new)]
    changed = LabelSet(tuple(current[number] for number in order if number in current))
    for label in homeless:
        if all(not _same_name(label, one) for one in changed.shown()) and changed.next_number <= MOST_LABELS:
            changed = LabelSet((*changed.labels, replace(label, number=changed.next_number)))
    return changed


def _replaced(labels: LabelSet, chosen: LabelList) -> LabelSet:
    numbers = {label.number for label in chosen.labels}
    others = (replace(label, deleted=True) for label in labels.labels if label.number not in numbers)
    return LabelSet((*chosen.labels, *others))


def _kept_if_used(label: Label, used: Collection[int]) -> Label:
    return label if label.deleted or label.number in used else replace(label, deleted=True)


def _free(wished: int, taken: Collection[int]) -> int:
    number = wished if wished not in taken else max(taken) + 1
    if number > MOST_LABELS:
        raise ValueError(number)
    return number


def _by_number(labels: LabelSet) -> dict[int, Label]:
    return {label.number: label for label in labels.labels}


def _same_name(one: Label, other: Label | None) -> bool:
    return other is not None and one.name.casefold() == other.name.casefold()


def _label(entry: Any) -> Label:
    if not isinstance(entry, dict):
        raise ValueError(_("It holds no list of labels."))
    number, colour = entry.get("number"), entry.get("colour")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_LABELS:
        raise ValueError(_("Label numbers go from 1 to {most}, not {value}.").format(most=MOST_LABELS, value=number))
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
        raise ValueError(_("{value} is not a colour such as #F5A539.").format(value=colour))
    return Label(number, _name(entry.get("name")), colour.upper())


def _name(value: Any) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(_("A name in it is empty or too long."))
    return name
