"""The scans of a study as a tree: patient, study, series. Each branch is a row that folds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lesionstudio.gui.list_order import Branch, branches_of
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
    branches = branches_of(items)
    if len(branches) < 2 and not any(branch.last or len(branch.studies) > 1 for branch in branches):
        return list(items)
    numbers = {patient: n for n, patient in enumerate(dict.fromkeys(one.patient for one in items if one.patient), 1)}
    rows: list[Row] = []
    for branch in branches:
        if not branch.last:
            rows += _of_patient(branch, numbers, folded)
    return rows + _not_for_marking([branch for branch in branches if branch.last], numbers, folded)


def keys_above(items: Sequence[ItemView], item_id: str) -> list[str]:
    """The branches that an item stands under."""
    above: dict[int, str] = {}
    for row in with_headings(items):
        if isinstance(row, Heading):
            above = {level: key for level, key in above.items() if level < row.level} | {row.level: row.key}
        elif row.id == item_id:
            return list(above.values())
    return []


def _of_patient(branch: Branch[ItemView], numbers: dict[str, int], folded: Collection[str]) -> list[Row]:
    """One branch for patient and study where there is only one study; where nothing is known of either, none."""
    who = _who(branch, numbers)
    if len(branch.studies) == 1 or not who:
        return [row for study in branch.studies for row in _of_study(branch, study, who, 0, folded)]
    heading = Heading(_key(branch), who, 0, sum(map(len, branch.studies.values())), _key(branch) in folded)
    below = [row for study in branch.studies for row in _of_study(branch, study, "", 1, folded)]
    return [heading, *(() if heading.is_folded else below)]


def _of_study(branch: Branch[ItemView], study: str, who: str, level: int, folded: Collection[str]) -> list[Row]:
    items, key = branch.studies[study], f"{_key(branch)}/{study}"
    text = ", ".join(part for part in (who, study) if part)
    if not text and level == 0:
        return list(items)
    heading = Heading(key, text or _("Study without a name"), level, len(items), key in folded)
    return [heading, *(() if heading.is_folded else items)]


def _not_for_marking(branches: list[Branch[ItemView]], numbers: dict[str, int], folded: Collection[str]) -> list[Row]:
    """Localizers, reports and captures, by patient and study where there are several patients."""
    if not branches:
        return []
    scans = sum(len(items) for branch in branches for items in branch.studies.values())
    root = Heading(NOT_FOR_MARKING, _("Not for marking"), 0, scans, NOT_FOR_MARKING in folded)
    if root.is_folded:
        return [root]
    if len(numbers) > 1:
        below = [(one, study, _who(one, numbers)) for one in branches for study in one.studies]
        return [root, *(row for one, study, who in below for row in _of_study(one, study, who, 1, folded))]
    return [root, *(item for branch in branches for items in branch.studies.values() for item in items)]


def _who(branch: Branch[ItemView], numbers: dict[str, int]) -> str:
    return _("Patient {n}").format(n=numbers[branch.patient]) if branch.patient else ""


def _key(branch: Branch[ItemView]) -> str:
    return f"{branch.last}/{branch.patient}"
