"""split: a folder of pictures and masks dealt out for training, validation and test, by patient, group or block."""

import csv
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import LesionStudioError, NotEnoughExamples, ProjectProblem
from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.likeness import Likeness, likeness, near_duplicates
from lesionstudio.imaging.pairs import PARTS, Pair, mask_name
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.dealing import Load, in_blocks, of_groups
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _, ngettext, number
from lesionstudio.workflows.labelled import Places, read_pair

_NAMED = 5
_DRAFT = ".split-in-the-making"


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """How to deal: shares of train, val and test; `blocks` of neighbours instead of patients; links instead of copies.

    `structure` is the grey that marks the structure in these masks; it is looked at, the files stay as they are.
    """

    shares: tuple[float, float, float] = (70.0, 15.0, 15.0)
    blocks: bool = False
    structure: int | None = None
    seed: int = 0
    link: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """What a look at a pair showed: its patient, the share of it that is marked, and the picture's likeness."""

    pair: Pair
    patient: str
    marked: float
    likeness: Likeness | None


def split(places: Places, out: Path, order: SplitOrder, report: Reporter = silent) -> dict[str, Any]:
    """Makes out/train, out/val and out/test with images/ and masks/ in each, and out/split.csv; all or nothing.

    Whole patients or groups stay together, dealt so that each part has its share of pictures and of marks; blocks are
    cut along the natural order of names, with one picture left out between two. A mask whose name does not say whose
    it is gets the name of its picture. Gives {"split", "parts": {part: {"pictures", "groups", "marked_percent",
    "empty"}}, "left_out", "near_duplicates", "unpaired", "warnings"}. Raises LesionStudioError; nothing is written
    then.
    """
    _refuse_full(out)
    pairs = places.pairs(report)
    looked = _looked_at(pairs.pairs, order.structure, report)
    dealt = _dealt(looked, order)
    placed = [(one, dealt[one.pair.id]) for one in looked if dealt[one.pair.id]]
    twins = [
        {"files": [placed[i][0].pair.image.name, placed[j][0].pair.image.name], "parts": [placed[i][1], placed[j][1]]}
        for i, j in near_duplicates([one.likeness for one, _part in placed])
        if placed[i][1] != placed[j][1]
    ]
    _write(placed, out, order.link, report)
    left_out = [one.pair.image.name for one in looked if not dealt[one.pair.id]]
    return {
        "split": str((out / "split.csv").absolute()),
        "parts": {part: _facts([one for one, its in placed if its == part]) for part in PARTS},
        "left_out": left_out,
        "near_duplicates": twins,
        "unpaired": list(pairs.unpaired),
        "warnings": _warnings(looked, order, twins, pairs.unpaired),
        "order": asdict(order),
    }


def _looked_at(pairs: Sequence[Pair], structure: int | None, report: Reporter) -> list[_Looked]:
    steps, found = Steps(report, len(pairs), _("Reading")), []
    for pair in sorted(pairs, key=lambda pair: natural_key(pair.id)):
        scan, marks = read_pair(pair, structure)
        group = pair.group if pair.group != pair.id else scan.patient
        share = np.count_nonzero(marks) / marks.size
        found.append(_Looked(pair, group, share, likeness(scan.slice(scan.slices // 2))))
        steps.advance()
    if not any(one.marked for one in found):
        raise NotEnoughExamples(
            _("No mask has a mark."), hint=_("Check the masks; with --structure 0 what is black is the structure.")
        )
    return found


def _dealt(looked: Sequence[_Looked], order: SplitOrder) -> dict[str, str]:
    """The part of each pair by its id; "" for one left out between two blocks. Raises NotEnoughExamples."""
    loads = [Load(one.pair.id, one.patient or one.pair.id, one.marked) for one in looked]
    wanted = [part for part, share in zip(PARTS, order.shares) if share > 0]
    groups = {load.group for load in loads}
    if len(wanted) > (len(loads) if order.blocks else len(groups)):
        raise NotEnoughExamples(
            _("{n} groups cannot be dealt into {parts} parts.").format(n=len(groups), parts=len(wanted)),
            hint=_("Give more patients, fewer parts (--share 80:20:0), or --blocks for slices of one scan."),
        )
    return in_blocks(loads, order.shares) if order.blocks else of_groups(loads, order.shares, order.seed)


def _facts(looked: Sequence[_Looked]) -> dict[str, Any]:
    marked = float(np.mean([one.marked for one in looked])) if looked else 0.0
    return {
        "pictures": len(looked),
        "groups": len({one.patient or one.pair.id for one in looked}),
        "marked_percent": round(100 * marked, 3),
        "empty": sum(one.marked == 0 for one in looked),
    }


def _warnings(
    looked: Sequence[_Looked], order: SplitOrder, twins: Sequence[dict[str, Any]], unpaired: Sequence[str]
) -> list[str]:
    said = []
    if unpaired:
        text = ngettext("{n} file has no partner: {names}", "{n} files have no partner: {names}", len(unpaired))
        said.append(text.format(n=number(len(unpaired)), names=_few(unpaired)))
    if not order.blocks and not any(one.patient for one in looked):
        said.append(_("No patients are known: each picture was dealt on its own. Name them with --patients."))
    if twins:
        text = _("Pictures in different parts are nearly the same: {names}")
        said.append(text.format(names=_few([" = ".join(one["files"]) for one in twins])))
    if np.mean([one.marked for one in looked]) > 0.5:
        said.append(_("More than half of the pixels are marked. Is 0 the structure? Then give --structure 0."))
    return said


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")


def _refuse_full(out: Path) -> None:
    there = [name for name in (*PARTS, "split.csv") if (out / name).exists()]
    if there:
        raise ProjectProblem(
            _("{folder} holds a split already: {names}.").format(folder=out, names=", ".join(there)),
            hint=_("Name another folder; nothing is replaced."),
        )


def _write(placed: Sequence[tuple[_Looked, str]], out: Path, link: bool, report: Reporter) -> None:
    """Copies into a hidden folder inside `out`, which takes its place when it is whole."""
    draft = out / _DRAFT
    steps = Steps(report, len(placed), _("Copying"))
    with telling_what_fails(out):
        try:
            shutil.rmtree(draft, ignore_errors=True)
            for one, part in placed:
                _put(one.pair.image, draft / part / "images" / one.pair.image.name, link)
                _put(one.pair.mask, draft / part / "masks" / mask_name(one.pair), link)
                steps.advance()
            _write_table(placed, draft / "split.csv")
            for piece in sorted(draft.iterdir()):
                piece.replace(out / piece.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _put(file: Path, place: Path, link: bool) -> None:
    if place.exists():
        raise LesionStudioError(
            _("Two files are called {name}.").format(name=file.name), hint=_("Give each picture a name of its own.")
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    if link:
        place.symlink_to(os.path.realpath(file))
    else:
        shutil.copyfile(file, place)


def _write_table(placed: Sequence[tuple[_Looked, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "split", "group", "marked_percent"))
        for one, part in placed:
            group = one.patient or one.pair.id
            table.writerow((one.pair.image.name, part, group, f"{100 * one.marked:.4f}"))


def shares_in(text: str) -> tuple[float, float, float]:
    """ "70:15:15" as shares of train, val and test; two numbers leave the test part out. Raises LesionStudioError."""
    try:
        found = [float(word) for word in text.split(":")]
    except ValueError:
        found = []
    found = [*found, 0.0] if len(found) == 2 else found
    if len(found) != 3 or min(found) < 0 or found[0] <= 0:
        raise LesionStudioError(
            _("{text} is no share of train, validation and test.").format(text=text),
            hint=_("Write three numbers with colons, such as 70:15:15."),
        )
    return found[0], found[1], found[2]
