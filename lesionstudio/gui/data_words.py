"""What data hold before training, in lines of words and in drawings."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from lesionstudio.gui.widgets.plot import Drawing, Line
from lesionstudio.words import _, ngettext, number, size

_NAMED, _BINS = 3, 24
Facts = dict[str, Any]


def part_words(part: str) -> str:
    """What a part is called."""
    names = {"train": _("training"), "val": _("validation"), "test": _("test")}
    return names.get(part, _("no parts"))


def data_lines(facts: Facts) -> list[tuple[str, str]]:
    """Title and words of each line of the data page."""
    parts: Facts = facts["parts"]
    lines = [
        (_("Pictures"), _counts(parts)),
        (_("Parts"), _parts(parts)),
        (_("Size"), _sizes(parts)),
        (_("Spacing"), _spacings(parts)),
        (_("Without a mark"), _empty(parts)),
        (_("Marked"), _marked(parts, facts["labels"])),
        (_("Lesions in a slice"), _lesions(parts)),
    ]
    return [(title, words) for title, words in lines if words]


def intensities(facts: Facts) -> Drawing:
    """How often each value occurs, part by part."""
    lines = []
    for n, (part, one) in enumerate(facts["parts"].items()):
        edges, shares = one["intensities"]["edges"], one["intensities"]["shares"]
        middles = [(low + high) / 2 for low, high in pairwise(edges)]
        points = tuple(zip(middles, (100 * share for share in shares)))
        lines.append(Line(points, _role(n), part_words(part), is_dashed=n > 0))
    return Drawing(tuple(lines), _("value"), "%")


def lesion_sizes(facts: Facts) -> Drawing | None:
    """How many lesions of each size there are, on a logarithmic scale; None where there is none."""
    areas = np.array([area for part in facts["parts"].values() for area in _areas(part)])
    if not len(areas):
        return None
    counts, edges = np.histogram(np.log10(np.maximum(areas, 0.1)), _BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    unit = "mm²" if all(part["spacings_mm"] for part in facts["parts"].values()) else "px"
    points = tuple((float(x), float(n)) for x, n in zip(middles, counts))
    return Drawing((Line(points),), _("area, {unit}, power of ten").format(unit=unit), _("lesions"))


def _role(n: int) -> str:
    return ("accent", "text2", "warn", "good")[n % 4]


def _counts(parts: Facts) -> str:
    files, slices = (sum(part[name] for part in parts.values()) for name in ("files", "slices"))
    groups = sum(part["groups"] for part in parts.values())
    said = [ngettext("{n} file", "{n} files", files)]
    said += [ngettext("{n} slice", "{n} slices", slices)] if slices != files else []
    said += [ngettext("{n} patient or group", "{n} patients or groups", groups)] if groups != files else []
    return ", ".join(said)


def _parts(parts: Facts) -> str:
    if set(parts) == {""}:
        return _("none named: one in five is held out, by group or by block")
    return ", ".join(f"{part_words(part)} {number(one['files'])}" for part, one in parts.items())


def _sizes(parts: Facts) -> str:
    counts: dict[tuple[int, int], int] = {}
    for part in parts.values():
        for rows, columns, n in part["sizes"]:
            counts[rows, columns] = counts.get((rows, columns), 0) + n
    most = sorted(counts, key=lambda shape: -counts[shape])
    return _some(size(columns, rows) for rows, columns in most)


def _spacings(parts: Facts) -> str:
    found = {tuple(entry[1:3]): 0 for part in parts.values() for entry in part["spacings_mm"]}
    if not found:
        return _("not in the files: lengths are in pixels")
    return _some(f"{number(row, 2)} × {number(column, 2)} mm" for row, column in found)


def _empty(parts: Facts) -> str:
    empty, slices = (sum(part[name] for part in parts.values()) for name in ("empty", "slices"))
    return _("{n} of {all} slices").format(n=number(empty), all=number(slices))


def _marked(parts: Facts, labels: Iterable[int]) -> str:
    total = max(sum(part["slices"] for part in parts.values()), 1)

    def share(label: int) -> float:
        return float(sum(part["percent_of"].get(str(label), 0.0) * part["slices"] for part in parts.values()) / total)

    numbers = list(labels)
    if len(numbers) == 1:
        return _("{percent} % of the pixels").format(percent=number(share(numbers[0]), 2))
    text = _("label {n}: {percent} %")
    return ", ".join(text.format(n=n, percent=number(share(n), 2)) for n in numbers)


def _lesions(parts: Facts) -> str:
    areas = [area for part in parts.values() for area in _areas(part)]
    if not areas:
        return ""
    unit = "mm²" if all(part["spacings_mm"] for part in parts.values()) else "px"
    low, middle, high = (number(value) for value in np.percentile(areas, (10, 50, 90)))
    text = _("{n}, half of them under {middle} {unit} ({low} to {high} for most)")
    return text.format(n=number(len(areas)), middle=middle, unit=unit, low=low, high=high)


def _areas(part: Facts) -> list[float]:
    return [area for areas in part["lesions"].values() for area in areas]


def _some(words: Iterable[str]) -> str:
    shown = list(words)
    more = len(shown) - _NAMED
    return ", ".join(shown[:_NAMED]) + (", " + _("{n} more").format(n=number(more)) if more > 0 else "")
