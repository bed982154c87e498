"""Figures of a report: curves, scatter and matrix, as SVG inside the page."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lesionstudio.words import _, number

INK, QUIET, LINE, ACCENT, WARM = "#1B1F26", "#5A6473", "#D0D6DE", "#1D57B5", "#B3541E"
_SERIES = (ACCENT, WARM, "#137C5F", "#975595", "#7A5AF8", "#A3231B", "#3B7A8C", "#6B7380")
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "grid.color": "#E9ECF0",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "lesionstudio",
}


def curves_of_training(curve: Sequence[Mapping[str, Any]], best_step: int | None) -> str:
    """Loss, F1, precision, recall, IoU and accuracy by epoch: training thin, validation strong; the best marked."""
    titles = {
        "loss": _("Loss"),
        "f1": "F1",
        "precision": _("Precision"),
        "recall": _("Recall"),
        "iou": "IoU",
        "accuracy": _("Accuracy"),
    }
    with _figure(7.4, 4.2, 2, 3) as (axes, uri):
        for one, (name, title) in zip(axes, titles.items()):
            for part, style in (("train", (QUIET, 1.0)), ("val", (ACCENT, 1.8))):
                rows = [row for row in curve if row.get(part) and row[part].get(name) is not None]
                word = _("training") if part == "train" else _("validation")
                dot = "o" if len(rows) == 1 else ""
                values = [row[part][name] for row in rows]
                one.plot(
                    [row["epoch"] for row in rows], values, label=word, color=style[0], lw=style[1], marker=dot, ms=3
                )
            for row in curve:
                if best_step is not None and row["step"] == best_step:
                    one.axvline(row["epoch"], color=WARM, lw=0.8, ls="--")
            one.set_title(title)
        axes[0].legend(fontsize=8)
        axes[4].set_xlabel(_("Epoch"))
    return uri[0]


def precision_and_recall(curves: Mapping[str, Any], threshold: float) -> str:
    """Precision against recall and the ROC curve of each label; a dot at the threshold in use."""
    with _figure(7.4, 3.2, 1, 2) as (axes, uri):
        for n, (name, one) in enumerate(curves.items()):
            colour = _SERIES[n % len(_SERIES)]
            _curve(axes[0], one["precision_recall"], threshold, colour, _named(name, one["average_precision"]))
            _curve(axes[1], one["roc"], threshold, colour, _named(name, one["area_under_roc"]))
        for ax, title, across, up in (
            (axes[0], _("Precision and recall"), _("Recall"), _("Precision")),
            (axes[1], _("ROC"), _("1 − specificity"), _("Recall")),
        ):
            ax.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel=across, ylabel=up, title=title)
            ax.legend(fontsize=8, loc="lower left" if ax is axes[0] else "lower right")
    return uri[0]


def reliability(curves: Mapping[str, Any]) -> str:
    """How often a probability comes true."""
    with _figure(3.6, 3.2, 1, 1) as (axes, uri):
        axes[0].plot([0, 1], [0, 1], color=QUIET, lw=0.8, ls="--")
        for n, (name, one) in enumerate(curves.items()):
            points = np.array(one["reliability"]).reshape(-1, 3)
            text = _named(name, one["calibration_error"])
            axes[0].plot(points[:, 0], points[:, 1], "o-", ms=3, color=_SERIES[n % len(_SERIES)], label=text)
        axes[0].set(xlabel=_("Probability"), ylabel=_("Share that is marked"), title=_("Calibration"))
        axes[0].legend(fontsize=8)
    return uri[0]


def bland_altman(cases: Sequence[Mapping[str, Any]], bias: Mapping[str, Any]) -> str:
    """Volume: the difference a case against the mean of both, with the bias and its limits of agreement."""
    key = "volume_ml" if bias["unit"] == "ml" else "voxels"
    unit = "ml" if bias["unit"] == "ml" else _("pixels")
    pairs = np.array([(case[key], case[f"reference_{key}"]) for case in cases], np.float64).reshape(-1, 2)
    with _figure(3.6, 3.2, 1, 1) as (axes, uri):
        axes[0].scatter(pairs.mean(axis=1), pairs[:, 0] - pairs[:, 1], s=14, color=ACCENT, alpha=0.6, lw=0)
        for name, style in (("mean", "-"), ("low", "--"), ("high", "--")):
            if bias[name] is not None:
                axes[0].axhline(bias[name], color=WARM, lw=1, ls=style)
        axes[0].set(title=_("Volume, {unit}").format(unit=unit))
        axes[0].set(xlabel=_("Mean of both"), ylabel=_("Prediction − truth"))
    return uri[0]


def dice_of_cases(cases: Sequence[Mapping[str, Any]]) -> str:
    """How many cases reached which Dice, of those whose reference is marked."""
    values = [case["dice"] for case in cases if case["reference_voxels"]]
    with _figure(3.6, 3.2, 1, 1) as (axes, uri):
        axes[0].hist(values, bins=np.linspace(0, 1, 21).tolist(), color=ACCENT, alpha=0.8)
        axes[0].set(xlabel="Dice", ylabel=_("Cases"), title=_("Dice, case by case"))
    return uri[0]


def confusion(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """The confusion matrix, each row as shares of the voxels that should have its label."""
    table = np.array(counts, np.float64)
    shares = table / table.sum(axis=1, keepdims=True).clip(1)
    side = 2.0 + 0.55 * len(names)
    with _figure(max(side, 3.6), max(side * 0.8, 3.0), 1, 1) as (axes, uri):
        axes[0].imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes[0].grid(False)
        for (i, j), share in np.ndenumerate(shares):
            axes[0].text(
                j, i, number(share, 3), ha="center", va="center", color="w" if share > 0.5 else INK, fontsize=8
            )
        axes[0].set_xticks(range(len(names)), names, rotation=30, ha="right")
        axes[0].set_yticks(range(len(names)), names)
        axes[0].set(xlabel=_("Predicted"), ylabel=_("Truth"), title=_("Confusion"))
    return uri[0]


def intensities(parts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The histogram of values of each part."""
    with _figure(3.6, 2.6, 1, 1) as (axes, uri):
        for n, (part, facts) in enumerate(parts.items()):
            found = facts["intensities"]
            style: dict[str, Any] = {"color": _SERIES[n % len(_SERIES)], "label": names.get(part, part)}
            axes[0].stairs(found["shares"], found["edges"], baseline=None, **style)
        axes[0].set(title=_("Values"), yscale="log", ylim=(1e-4, 1.5))
        axes[0].legend(fontsize=8)
    return uri[0]


def lesion_sizes(parts: Mapping[str, Any], unit: str, labels: Mapping[str, str]) -> str:
    """How large what hangs together is in a slice, label by label."""
    areas: dict[str, list[float]] = {}
    for facts in parts.values():
        for label, own in facts["lesions"].items():
            areas.setdefault(label, []).extend(own)
    with _figure(3.6, 2.6, 1, 1) as (axes, uri):
        top = max((max(own) for own in areas.values() if own), default=1.0)
        edges = np.geomspace(1, max(top, 2), 31)
        for n, (label, own) in enumerate(sorted(areas.items())):
            text = labels.get(label, label)
            axes[0].hist(own, bins=edges.tolist(), histtype="step", color=_SERIES[n % len(_SERIES)], label=text)
        axes[0].set(xscale="log", xlabel=_("Area, {unit}").format(unit=unit), title=_("Lesions in a slice"))
        axes[0].legend(fontsize=8)
    return uri[0]


def confidence(calibration: Mapping[str, Any]) -> str:
    """How often an answer is right, by the confidence it was given with; larger dots are more pictures."""
    points = np.array(calibration["bins"], np.float64).reshape(-1, 3)
    with _figure(3.6, 3.2, 1, 1) as (axes, uri):
        axes[0].plot([0, 1], [0, 1], color=QUIET, lw=0.8, ls="--")
        axes[0].plot(points[:, 0], points[:, 1], color=ACCENT)
        axes[0].scatter(points[:, 0], points[:, 1], s=12 + 4 * np.sqrt(points[:, 2]), color=ACCENT, zorder=3)
        axes[0].set(xlim=(0, 1.02), ylim=(0, 1.05), xlabel=_("Confidence"), ylabel=_("Share that is right"))
        axes[0].set_title(_named(_("Calibration"), calibration["error"]))
    return uri[0]


def rounds(curve: Sequence[Mapping[str, float]], best: int) -> str:
    """Loss and accuracy of a classifier round by round; the round that was kept is marked."""
    numbers = range(1, len(curve) + 1)
    with _figure(7.4, 2.6, 1, 2) as (axes, uri):
        axes[0].plot(numbers, [row["train_loss"] for row in curve], color=QUIET, lw=1.0, label=_("training"))
        axes[0].plot(numbers, [row["val_loss"] for row in curve], color=ACCENT, lw=1.8, label=_("validation"))
        axes[1].plot(numbers, [row["val_accuracy"] for row in curve], color=ACCENT, lw=1.8)
        for one, title in zip(axes, (_("Loss"), _("Accuracy"))):
            one.axvline(best, color=WARM, lw=0.8, ls="--")
            one.set(title=title, xlabel=_("Round"))
        axes[0].legend(fontsize=8)
    return uri[0]


@contextmanager
def _figure(width: float, height: float, rows: int, columns: int) -> Iterator[tuple[list[Axes], list[str]]]:
    """The axes to draw on, and a list that holds the figure as a data URI afterwards. Inches."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure((width, height), layout="constrained")
        axes = np.atleast_1d(figure.subplots(rows, columns)).ravel().tolist()
        uri: list[str] = []
        yield axes, uri
        buffer = BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
        uri.append("data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii"))


def _curve(ax: Axes, points: Sequence[Sequence[float]], threshold: float, colour: str, text: str) -> None:
    if not points:
        return
    found = np.array(points)
    ax.plot(found[:, 0], found[:, 1], color=colour, label=text)
    at = found[np.abs(found[:, 2] - threshold).argmin()]
    ax.plot(at[0], at[1], "o", ms=5, color=colour)


def _named(name: str, value: float | None) -> str:
    return name if value is None else f"{name}, {number(value, 3)}"
