"""What a judgement says in figures and words: tiles with intervals, rows from the worst case on, versions paired."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lesionstudio.metrics.cases import SHARES
from lesionstudio.metrics.intervals import Difference, ci95, paired, ratio_ci95
from lesionstudio.words import _, ngettext, number

Scores = dict[str, Any]
Case = dict[str, Any]
Ends = tuple[float, float]
NO_NUMBER = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: its value, the ends of its interval, and the scale both are drawn on. None: not measured."""

    key: str
    title: str
    value: float | None
    unit: str
    ends: Ends | None
    scale: Ends
    digits: int = 2
    gain: str = ""

    @property
    def text(self) -> str:
        """The value in words."""
        if self.value is None:
            return NO_NUMBER
        return signed(self.value, self.digits) if self.scale[0] < 0 else number(self.value, self.digits)

    @property
    def ends_text(self) -> str:
        """The interval in words, or why there is none."""
        if self.value is None:
            return _("not measured")
        if self.ends is None:
            return _("too few for an interval")
        words_of = signed if self.scale[0] < 0 else number
        low, high = (words_of(end, self.digits) for end in self.ends)
        words = _("{low} to {high}").format(low=low, high=high)
        return f"{words} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as a row; `place` is its number among the cases of the scores."""

    place: int
    name: str
    dice: float
    dice_text: str
    missed: str
    invented: str
    border: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Volumes:
    """Volume wanted and marked of each case, in `unit`."""

    unit: str
    points: tuple[tuple[float, float], ...]


def tiles(scores: Scores, other: Scores | None = None) -> tuple[Tile, ...]:
    """Dice, IoU, precision, recall, border error, volume bias; with another version's scores also the gain on it."""
    names = {"dice": _("Dice (F1)"), "iou": _("IoU"), "precision": _("Precision"), "recall": _("Recall")}
    shares = [
        Tile(key, title, scores["mean"][key], "", _ends(scores["ci95"][key]), (0, 1), 2, _gain(scores, other, key))
        for key, title in names.items()
    ]
    return (*shares, _border(scores, other), _bias(scores))


def rows(scores: Scores, other: Scores | None = None) -> tuple[CaseRow, ...]:
    """The cases, the worst first: by Dice, then by how much is wrong. `other`: Dice of another version beside it."""
    cases = scores["cases"]
    theirs = {case["id"]: case["dice"] for case in other["cases"]} if other else {}
    order = sorted(range(len(cases)), key=lambda n: (cases[n]["dice"], -_wrong(cases[n])))
    return tuple(_row(n, cases[n], theirs.get(cases[n]["id"])) for n in order)


def volumes(scores: Scores) -> Volumes:
    """What was wanted and what was marked in each case, in ml where every case has a spacing, else in pixels."""
    cases = scores["cases"]
    if cases and all(case["volume_ml"] is not None for case in cases):
        return Volumes("ml", tuple((case["reference_volume_ml"], case["volume_ml"]) for case in cases))
    return Volumes("px", tuple((case["reference_voxels"], case["voxels"]) for case in cases))


def precision_recall(scores: Scores) -> tuple[tuple[tuple[float, float, float], ...], float | None]:
    """(recall, precision, threshold) of the first label, and the area under it."""
    curves = next(iter(scores["curves"].values()), None)
    if curves is None:
        return (), None
    return tuple(map(tuple, curves["precision_recall"])), curves["average_precision"]


def at_threshold(points: Sequence[tuple[float, float, float]], threshold: float) -> tuple[float, float] | None:
    """The point of the curve at the threshold nearest to this one."""
    if not points:
        return None
    recall, precision, _threshold = min(points, key=lambda point: abs(point[2] - threshold))
    return recall, precision


def difference(scores: Scores, other: Scores, name: str) -> Difference:
    """How much better these scores are than the other's on the cases that both have, averaged as their means are."""
    theirs = {case["id"]: case for case in other["cases"]}
    both = [(theirs[case["id"]], case) for case in _wanted(scores) if case["id"] in theirs]
    pairs = [(_by_label(a, name), _by_label(b, name)) for a, b in both]
    shared = [sorted(a.keys() & b.keys()) for a, b in pairs]
    before, after = ([{n: pair[side][n] for n in names} for pair, names in zip(pairs, shared)] for side in (0, 1))
    return paired(before, after, [_group(case) for _case, case in both])


def _by_label(case: Case, name: str) -> dict[str, float]:
    """One figure of a case: by label where it is a share, else of the whole case; nothing where it has none."""
    if name in SHARES:
        return {label: one[name] for label, one in case["labels"].items()}
    return {} if case[name] is None else {"": case[name]}


def difference_words(scores: Scores, other: Scores, name: str) -> str:
    """The sentence on two versions: by how much, how sure, on how many cases better and worse."""
    found = difference(scores, other, "dice")
    if found.mean is None:
        return _("No case to compare on.")
    gain = signed(found.mean, 2)
    if found.interval is not None:
        low, high = (signed(end, 2) for end in found.interval)
        gain = _("{gain} ({low} to {high})").format(gain=gain, low=low, high=high)
    words = _("Dice {gain} against {version}: better on {better}, worse on {worse}.")
    return words.format(gain=gain, version=name, better=number(found.better), worse=number(found.worse))


def remarks(scores: Scores) -> list[str]:
    """Sentences on what the figures leave out."""
    said, empty = [], scores["empty"]
    without = empty["both"] + empty["only_reference"]
    if without:
        # As summary() counts them: nothing in the reference, something in the prediction.
        invented = empty["only_reference"]
        words = ngettext("{n} without a lesion", "{n} without a lesion", without)
        said.append(f"{words}, " + _("{n} of them with a false mark").format(n=number(invented)))
    if scores.get("left_out"):
        names = ", ".join(scores["left_out"])
        said.append(_("not known to the model: {names}").format(names=names))
    return said


def _row(place: int, case: Case, theirs: float | None) -> CaseRow:
    border = case["hd95_mm"]
    unit = "mm" if case["voxel_ml"] is not None else "px"
    return CaseRow(
        place,
        case["name"],
        case["dice"],
        number(case["dice"], 2),
        amount(case["missed_voxels"], case["voxel_ml"]),
        amount(case["invented_voxels"], case["voxel_ml"]),
        NO_NUMBER if border is None else f"{number(border, 1)} {unit}",
        "" if theirs is None else number(theirs, 2),
    )


def amount(voxels: int, voxel_ml: float | None) -> str:
    """So many voxels in words: "2.1 ml", or "312 px" where nobody knows how large a voxel is."""
    if voxel_ml is None:
        return f"{number(voxels)} px"
    ml = voxels * voxel_ml
    return f"{number(ml, 1 if ml >= 1 or not ml else 2)} ml"


def _wanted(scores: Scores) -> list[Case]:
    return [case for case in scores["cases"] if case["reference_voxels"]]


def _group(case: Case) -> str:
    return str(case["patient"] or case["id"])


def _wrong(case: Case) -> int:
    return int(case["missed_voxels"] + case["invented_voxels"])


def _ends(saved: Sequence[float] | None) -> Ends | None:
    return (saved[0], saved[1]) if saved else None


def signed(value: float, digits: int) -> str:
    """The value with its sign, also where it is a plus."""
    words = number(value, digits)
    return f"+{words}" if value > 0 and words.strip("0.,") else words


def _gain(scores: Scores, other: Scores | None, name: str) -> str:
    if other is None:
        return ""
    found = difference(scores, other, name)
    return "" if found.mean is None else signed(found.mean, 1 if name == "hd95_mm" else 2)


def _border(scores: Scores, other: Scores | None) -> Tile:
    known = [case for case in scores["cases"] if case["hd95_mm"] is not None]
    values = [case["hd95_mm"] for case in known]
    unit = "mm" if all(case["voxel_ml"] is not None for case in known) else "px"
    ends = ci95(values, [_group(case) for case in known])
    mean = sum(values) / len(values) if values else None
    top = max([*values, ends[1] if ends else 1.0, 1.0])
    return Tile("hd95", _("Border error, HD95"), mean, unit, ends, (0, top), 1, _gain(scores, other, "hd95_mm"))


def _bias(scores: Scores) -> Tile:
    """Marked less wanted, in percent of what is wanted over all cases."""
    title = _("Volume bias")
    found = volumes(scores).points
    wanted = sum(one for one, _marked in found)
    if not wanted:
        return Tile("bias", title, None, "%", None, (-1, 1), 0)
    excess = [100 * (marked - one) for one, marked in found]
    share = sum(excess) / wanted
    ends = ratio_ci95(excess, [one for one, _marked in found], [_group(case) for case in scores["cases"]])
    reach = max(abs(end) for end in (share, *(ends or ()), 10.0)) * 1.2
    return Tile("bias", title, share, "%", ends, (-reach, reach), 0)
