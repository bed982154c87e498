"""Sections on how the model came about: training, network, environment, and how to make it again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lesionstudio.report import figures
from lesionstudio.report.facts import ReportFacts
from lesionstudio.report.sections import Plate, Section, Table, shown
from lesionstudio.words import _, number


def training_section(card: Mapping[str, Any]) -> Section | None:
    """The run: how long, on what, why it stopped, its curves and recipe; None where the card tells nothing of it."""
    training = card["training"]
    if not training:
        return None
    curve = training.get("curve") or []
    is_course = bool(curve) and isinstance(curve[0], Mapping)
    best = training.get("best") or {}
    plates = (
        [Plate(figures.curves_of_training(curve, best.get("step")), _("Training curves"), is_wide=True)]
        if is_course
        else []
    )
    known = {
        _("Steps"): training.get("steps"),
        _("Epochs"): training.get("epochs"),
        _("Minutes"): training.get("minutes"),
        _("Device"): " ".join(str(training.get(name, "")) for name in ("device", "precision", "processor")).strip(),
        _("Seed"): training.get("seed"),
        _("Parent"): card.get("parent"),
        _("Goal"): _goal(training.get("goal", "")),
        _("Best at step"): best.get("step"),
        _("Its score on validation"): shown(best.get("score")) if best else None,
    }
    rows = [(name, str(value)) for name, value in known.items() if value not in (None, "")]
    said = [str(training["ended"])] if training.get("ended") else []
    said += [str(note) for note in training.get("notes", [])]
    recipe = [(name, _in_words(value)) for name, value in sorted(training.get("recipe", {}).items())]
    tables = [Table((_("Run"), ""), rows, kind="narrow")]
    tables += [Table((_("Recipe"), ""), recipe, kind="small narrow long")] if recipe else []
    return Section(_("How it was trained"), said, tables, plates)


def network_section(facts: ReportFacts) -> Section:
    """What the network is, what it sees, and its layers one by one."""
    card = facts.card
    rows = [
        (_("Network"), f"{card['architecture']}, {card['encoder']}" if card["encoder"] else str(card["architecture"])),
        (_("Labels"), ", ".join(card["labels"])),
        (_("Long side of what it sees, pixels"), _long_side(card["long_side"])),
        (_("Licence"), str(card["licence"])),
        (_("Data"), str(card["data"])),
        *((_("Input {n}").format(n=n), _seen(one)) for n, one in enumerate(card["inputs"], start=1)),
    ]
    tables = [Table((_("Model"), str(card["id"])), [row for row in rows if row[1]], kind="narrow")]
    layers = facts.layers
    said = []
    if layers:
        text = _("{trainable} trained numbers and {kept} running statistics: {total} together.")
        counts = {"trainable": layers["trainable"], "kept": layers["running_statistics"], "total": layers["total"]}
        said.append(text.format(**{name: number(count) for name, count in counts.items()}))
        heads = (_("Layer"), _("Kind"), _("Gives"), _("Trained numbers"))
        made = [
            (one["name"], one["type"], " × ".join(map(str, one["output_shape"])), number(one["parameters"]))
            for one in layers["layers"]
        ]
        tables.append(Table(heads, made, _("Layers"), "small long"))
    return Section(_("The network"), said, tables)


def environment_section(
    environment: Mapping[str, str], definitions: Mapping[str, str], again: Sequence[str]
) -> Section:
    """Versions, machine, definitions, and the command lines that make it again."""
    rows, named = list(environment.items()), list(definitions.items())
    tables = [
        Table((_("Environment"), ""), rows, kind="narrow"),
        Table((_("How each figure is computed"), ""), named, kind="small"),
    ]
    return Section(_("Made again"), tables=tables, commands=again)


def _goal(name: str) -> str:
    """What chose the weights and the threshold, in words; "" where nothing is said of it."""
    names = {
        "balanced": _("Balanced: F1 on validation chose weights and threshold"),
        "miss-less": _("Miss less: F2 on validation chose weights and threshold"),
        "invent-less": _("Invent less: F0.5 on validation chose weights and threshold"),
    }
    return names.get(name, "")


def _long_side(ends: Sequence[int]) -> str:
    """From the least to the greatest, or one number where they are the same."""
    low, high = ends
    if not high:
        return _("as the picture has it")
    return number(high) if low == high else _("{low} to {high}").format(low=number(low), high=number(high))


def _seen(one: Mapping[str, Any]) -> str:
    """An input of the network in words."""
    rule = one["rule"]
    channel = _("luminance") if one["channel"] < 0 else _("channel {n}").format(n=one["channel"])
    ends = f"{rule['low']:g} … {rule['high']:g} {rule['unit']}".strip()
    return f"{channel}, {rule['kind']} {ends} → {rule['out_low']:g} … {rule['out_high']:g}"


def _in_words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
