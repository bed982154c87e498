"""The scans of a study as a tree: patient, study, series. Each branch is a row that folds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from lesionstudio.gui.list_order import in_list_order
from lesionstudio.gui.views import ItemView
from lesionstudio.words import _

NOT_FOR_MARKING = "last"


@dataclass(frozen=True, slots=True)
class Heading:
    """A branch of the tree: a patient (level 0), or one of several studies of a patient (level 1).

    `key` names it among all; `scans`: how many stand under it.
    """

    key: str
    text: str
    level: int
    scans: int
    is_folded: bool = False


Row = ItemView | Heading


def with_headings(items: Sequence[ItemView], folded: Collection[str] = ()) -> list[Row]:
    """The items in list order, a heading before each patient and each of several studies; of what is folded only that.

    Items of one patient and study, and pictures that are of no known patient, need no heading.
    """
    ordered = in_list_order(items)
    if len({(item.patient, item.study) for item in ordered}) < 2 and not any(item.last for item in ordered):
        return list(ordered)
    numbers = {patient: n for n, patient in enumerate(dict.fromkeys(one.patient for one in items if one.patient), 1)}
    studies: dict[tuple[bool, str], set[str]] = {}
    for item in ordered:
        studies.setdefault((item.last, item.patient), set()).add(item.study)
    rows: list[Row] = []
    above: tuple[Heading, ...] = ()
    for item in ordered:
        branches = _branches(item, numbers, len(studies[item.last, item.patient]), len(numbers))
        for level, branch in enumerate(branches):
            if [one.key for one in above[: level + 1]] != [one.key for one in branches[: level + 1]]:
                rows.append(branch)
        above = branches
        rows.append(item)
    return _folded(_counted(rows), folded)


def keys_above(items: Sequence[ItemView], item_id: str) -> list[str]:
    """The branches that an item stands under."""
    above: dict[int, str] = {}
    for row in with_headings(items):
        if isinstance(row, Heading):
            above = {level: key for level, key in above.items() if level < row.level} | {row.level: row.key}
        elif row.id == item_id:
            return list(above.values())
    return []


def _branches(item: ItemView, numbers: dict[str, int], studies: int, patients: int) -> tuple[Heading, ...]:
    """What stands over an item, from the root; one branch for patient and study where there is only one study."""
    who = _("Patient {n}").format(n=numbers[item.patient]) if item.patient else ""
    both = ", ".join(part for part in (who, item.study) if part)
    key = f"{item.last}/{item.patient}"
    if item.last:
        root = Heading(NOT_FOR_MARKING, _("Not for marking"), 0, 0)
        return (root, Heading(f"{key}/{item.study}", both, 1, 0)) if both and patients > 1 else (root,)
    if not both:
        return ()
    if studies == 1 or not who:
        return (Heading(f"{key}/{item.study}", both, 0, 0),)
    return Heading(key, who, 0, 0), Heading(f"{key}/{item.study}", item.study or _("Study without a name"), 1, 0)


def _counted(rows: list[Row]) -> list[Row]:
    """The rows, each heading with how many scans stand under it."""
    counted, open_branches = list(rows), dict[int, int]()
    for place, row in enumerate(rows):
        if isinstance(row, Heading):
            open_branches = {level: at for level, at in open_branches.items() if level < row.level} | {row.level: place}
            continue
        for at in open_branches.values():
            branch = counted[at]
            if isinstance(branch, Heading):
                counted[at] = replace(branch, scans=branch.scans + 1)
    return counted


def _folded(rows: list[Row], folded: Collection[str]) -> list[Row]:
    """The rows without what stands under folded headings."""
    shown: list[Row] = []
    hidden_below = -1
    for row in rows:
        if isinstance(row, Heading) and (hidden_below < 0 or row.level <= hidden_below):
            is_folded = row.key in folded
            hidden_below = row.level if is_folded else -1
            shown.append(replace(row, is_folded=is_folded))
        elif hidden_below < 0:
            shown.append(row)
    return shown
