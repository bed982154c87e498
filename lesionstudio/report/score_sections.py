"""Sections on how well the model did."""

from collections.abc import Mapping
from typing import Any

from lesionstudio.report import figures
from lesionstudio.report.sections import Plate, Section, Table, between, shown
from lesionstudio.words import _, ngettext, number

_MOST_ROWS = 60

Scores = Mapping[str, Any]


def tiles(scores: Scores) -> list[dict[str, str]]:
    """The figures at the top: name, value, interval."""
    mean, ci95, pooled, bias = scores["mean"], scores["ci95"], scores["pooled"], scores["volume_bias"]
    is_one = len(scores["labels"]) < 2
    limits = between([bias["low"], bias["high"]], 2 if bias["unit"] == "ml" else 0) if bias["low"] is not None else ""
    found = [
        (_("Dice, mean of cases"), shown(mean["dice"]), between(ci95["dice"])),
        (_("Dice (F1), pooled"), shown(pooled["f1"]), _("all pixels together") if is_one else _("mean of the labels")),
        (_("IoU, mean of cases"), shown(mean["iou"]), between(ci95["iou"])),
        (_("Precision"), shown(mean["precision"]), between(ci95["precision"])),
        (_("Recall"), shown(mean["recall"]), between(ci95["recall"])),
        (_("Border error, HD95"), f"{shown(mean['hd95_mm'], 1)} {_unit(scores)}", _("mean of cases")),
        (_("Volume bias"), _with_unit(bias["mean"], bias["unit"]), limits),
    ]  # fmt: skip
    people = scores.get("readers")
    if people:
        text = ngettext("{n} case that two drew in", "{n} cases that two drew in", people["cases"])
        text = text.format(n=number(people["cases"]))
        title = _("Dice between {n} readers").format(n=number(people["readers"]))
        found.append((title, shown(people["dice"]), text))
    return [{"name": name, "value": value, "range": text} for name, value, text in found]


def table_section(scores: Scores) -> Section:
    """Every measure: mean with its interval, pooled, by label, lesion by lesion."""
    names = {
        "dice": _("Dice (F1)"),
        "iou": "IoU",
        "precision": _("Precision"),
        "recall": _("Recall"),
        "specificity": _("Specificity"),
        "accuracy": _("Accuracy"),
    }
    pooled = scores["pooled"] | {"dice": scores["pooled"]["f1"]}
    rows = [
        (text, shown(scores["mean"][name]), between(scores["ci95"][name]), shown(pooled[name]))
        for name, text in names.items()
    ]
    unit = _unit(scores)
    lengths = {
        "hd_mm": _("Hausdorff distance, {unit}").format(unit=unit),
        "hd95_mm": _("HD95, {unit}").format(unit=unit),
        "assd_mm": _("Mean border distance (ASSD), {unit}").format(unit=unit),
        "surface_dice": _("Surface Dice at 1 {unit}").format(unit=unit),
    }
    rows += [(text, shown(scores["mean"][name]), "", "") for name, text in lengths.items()]
    empty = scores["empty"]
    texts = [
        _how_it_is_averaged(scores),
        _(
            "Empty in both: {both}. Marked only by the model: {only_reference}. Only in the truth: {only_prediction}."
        ).format(
            both=number(empty["both"]),
            only_reference=number(empty["only_reference"]),
            only_prediction=number(empty["only_prediction"]),
        ),
    ]
    heads = ("", _("Mean"), _("95 % interval"), _("Pooled"))
    return Section(_("How good it is"), texts, [Table(heads, rows), _lesions(scores), *_by_label(scores)])


def _how_it_is_averaged(scores: Scores) -> str:
    if len(scores["labels"]) > 1:
        return _(
            "A label's mean is over the cases whose truth has it; the mean of all is that of the labels, each counting "
            "the same. Intervals are 95 %, from 2,000 resamples of whole patients."
        )
    return _("Means are over cases whose truth is marked; intervals are 95 %, from 2,000 resamples of whole patients.")


def _lesions(scores: Scores) -> Table:
    found = scores["lesions"]
    heads = (_("Lesion by lesion"), _("Found"), _("Missed"), _("Invented"), _("Sensitivity"), _("Precision"))
    counts = [number(found[name]) for name in ("found", "missed", "invented")]
    return Table(heads, [("", *counts, shown(found["sensitivity"]), shown(found["precision"]))])


def _by_label(scores: Scores) -> list[Table]:
    if len(scores["labels"]) < 2:
        return []
    means, pooled = (_("Dice, mean"), _("95 % interval"), _("IoU, mean")), (_("Dice, pooled"), _("IoU, pooled"))
    rows = [
        (
            name,
            number(one["cases"]),
            shown(one["mean"]["dice"]),
            between(one["ci95"]["dice"]),
            shown(one["mean"]["iou"]),
            *(shown(one["pooled"][entry]) for entry in ("f1", "iou")),
            shown(one["mean"]["hd95_mm"], 1),
        )
        for name, one in scores["labels"].items()
    ]
    heads = (_("Label"), _("Cases"), *means, *pooled, _("HD95"))
    return [Table(heads, rows, _("By label"))]


def cases_section(scores: Scores) -> Section:
    """Cases from the worst on, and patients."""
    marked = [case for case in scores["cases"] if case["reference_voxels"]]
    order = sorted(marked, key=lambda case: (case["dice"], -case["reference_voxels"]))
    heads = (_("Case"), "Dice", "IoU", _("Precision"), _("Recall"), _("HD95"), _("Lesions missed"), _("invented"))
    rows = [
        (
            case["id"],
            *(shown(case[name]) for name in ("dice", "iou", "precision", "recall")),
            shown(case["hd95_mm"], 1),
            number(case["lesions"]["missed"]),
            number(case["lesions"]["invented"]),
        )
        for case in order[:_MOST_ROWS]
    ]
    said = [] if len(order) <= _MOST_ROWS else [_("The worst {n} of {all}.").format(n=_MOST_ROWS, all=len(order))]
    tables = [Table(heads, rows, kind="small long"), *_patients(scores)]
    plates = [Plate(figures.dice_of_cases(scores["cases"]), _("Dice, case by case"))] if marked else []
    return Section(_("Case by case"), said, tables, plates)


def _patients(scores: Scores) -> list[Table]:
    """The worst first; those without a lesion last."""
    found = scores["by_patient"]
    if len(found) < 2 or len(found) == len(scores["cases"]):
        return []
    rows = [
        (name, number(one["cases"]), *(shown(one[key]) for key in ("dice", "iou", "pooled_dice", "pooled_iou")))
        for name, one in sorted(found.items(), key=lambda pair: (pair[1]["dice"] is None, pair[1]["pooled_dice"]))
    ]
    means, pooled = (_("Dice, mean"), _("IoU, mean")), (_("Dice, pooled"), _("IoU, pooled"))
    heads = (_("Patient or group"), _("Cases"), *means, *pooled)
    return [Table(heads, rows, _("By patient"), "small long")]


def curves_section(scores: Scores) -> Section:
    """What another threshold would give, and how far probabilities can be trusted."""
    curves, cut = scores["curves"], scores["threshold"]
    plates = [
        Plate(figures.precision_and_recall(curves, cut), _("Precision and recall"), is_wide=True),
        Plate(figures.reliability(curves), _("Calibration")),
    ]
    texts = [
        _("All pixels together. The dot is the threshold in use; figures are average precision and area under ROC."),
        _("Calibration: of pixels given a probability, the share that is marked; the figure is the expected error."),
    ]
    return Section(_("Thresholds"), texts, figures=plates)


def confusion_section(scores: Scores) -> Section:
    """Which label was taken for which."""
    names = [name or _("background") for name in scores["confusion"]["labels"]]
    counts = scores["confusion"]["counts"]
    rows = [(name, *(number(count) for count in row)) for name, row in zip(names, counts)]
    table = Table((_("Truth, pixels"), *names), rows, kind="narrow")
    plate = Plate(figures.confusion(names, counts), _("Confusion"))
    return Section(_("Confusion"), [_("Rows: truth. Columns: prediction.")], [table], [plate])


def volume_section(scores: Scores) -> Section:
    """Whether the model marks too much or too little."""
    bias = scores["volume_bias"]
    said = [] if bias["low"] is None else [_bias_words(bias)]
    plates = [Plate(figures.bland_altman(scores["cases"], bias), _("Volume bias"))]
    return Section(_("Volume bias"), [*said, _("Bland and Altman's plot, a dot a case.")], figures=plates)


def _bias_words(bias: Mapping[str, Any]) -> str:
    less = _(
        "On average the model marks {mean} less than the truth; nineteen of twenty cases lie between {low} and {high}."
    )
    more = _(
        "On average the model marks {mean} more than the truth; nineteen of twenty cases lie between {low} and {high}."
    )
    shown_as = {"mean": abs(bias["mean"]), "low": bias["low"], "high": bias["high"]}
    text = less if bias["mean"] < 0 else more
    return text.format(**{name: _with_unit(value, bias["unit"]) for name, value in shown_as.items()})


def _unit(scores: Scores) -> str:
    return "mm" if scores["volume_bias"]["unit"] == "ml" else "px"


def _with_unit(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{number(value, 2 if unit == 'ml' else 0)} {unit}"
