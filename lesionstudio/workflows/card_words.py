"""A model's card in words: lines of name and sentence, as `models ID` prints them and the window's sheet shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from lesionstudio.model_card import ModelCard, ModelInput
from lesionstudio.words import _, ngettext, number
from lesionstudio.workflows.expected import expected_words

Line = tuple[str, str]


def card_lines(card: ModelCard) -> list[Line]:
    """What the card says of a model that marks lesions, in the order a person asks; nothing where it says nothing."""
    scores = card.scores if isinstance(card.scores, Mapping) else {}
    lines = [
        (_("Marks"), ", ".join(_(name) for name in card.labels)),
        (_("Made for"), _(card.made_for)),
        (_("Goes in"), _input_words(card)),
        (_("How good"), score_words(scores)),
        (_("By patient"), _patient_words(scores.get("by_patient") or {})),
        (_("Membranes"), _membrane_words(scores.get("membrane") or {})),
        (_("Expect"), _expected(card, scores)),
        (_("Where nothing is"), _nothing_words(scores)),
        (_("Probabilities"), _calibration_words(scores.get("calibration") or {})),
        (_("Worst cases"), _worst_words(scores.get("worst") or ())),
        (_("Known failures"), " ".join(one.text for one in card.failures)),
        (_("Rules"), _rule_words(card)),
        (_("Learned from"), card.data),
        (_("Licence"), " ".join(f"{words.rstrip('.')}." for words in (_(card.licence), _(card.licence_note)) if words)),
        (_("Network"), ", ".join(part for part in (card.architecture, card.encoder) if part)),
        (_("Trained"), _training_words(card)),
        (_("Made again"), str(card.training.get("again") or card.training.get("command") or "")),
        (_("Notes"), " ".join(card.notes)),
    ]
    return [(name, words) for name, words in lines if words]


def score_words(scores: Mapping[str, Any]) -> str:
    """Mean Dice with its interval, pooled Dice and IoU, and on what."""
    dice = scores.get("dice")
    if dice is None:
        return _("not measured yet")
    said = [_with_interval(_("Dice {value}").format(value=number(float(dice), 3)), scores.get("ci95_dice"))]
    pooled = scores.get("pooled") or {}
    if pooled:
        text = _("all pixels together Dice {dice}, IoU {iou}")
        said.append(text.format(dice=number(float(pooled["f1"]), 3), iou=number(float(pooled["iou"]), 3)))
    if scores.get("cases"):
        cases = ngettext("on {n} case", "on {n} cases", int(scores["cases"])).format(n=number(scores["cases"]))
        said.append(f"{cases}, {_part_words(str(scores.get('part', '')))}".rstrip(", "))
    return "; ".join(said) + "."


def _part_words(part: str) -> str:
    known = {"val": _("which chose weights and threshold"), "test": _("never used for learning")}
    return known.get(part, "")


def _with_interval(words: str, ends: Sequence[float] | None) -> str:
    if not ends:
        return words
    low, high = (number(float(end), 3) for end in ends)
    return _("{words} ({low} to {high})").format(words=words, low=low, high=high)


def _input_words(card: ModelCard) -> str:
    said = [_one_input(one) for one in card.inputs]
    low, high = card.long_side
    if high:
        sides = number(low) if low == high else _("{low} to {high}").format(low=number(low), high=number(high))
        said.append(_("scaled to a long side of {sides} pixels").format(sides=sides))
    if card.view == "crop":
        said.append(_("pieces of about {side} pixels around what is to be marked").format(side=number(card.crop_side)))
    plane = _("{plane} slices").format(plane=_(card.plane)) if card.plane else ""
    return "; ".join(part for part in (card.modality, plane, *dict.fromkeys(said)) if part) + "."


def _one_input(one: ModelInput) -> str:
    rule = one.rule
    channel = "" if one.channel < 0 else _("channel {n}").format(n=one.channel)
    beside = _("{n} slices on").format(n=number(one.offset)) if one.offset else ""
    ends = _("{low} to {high}").format(low=number(rule.low), high=number(rule.high))
    kinds = {
        "window": _("values from {ends} {unit}").format(ends=ends, unit=rule.unit),
        "percentiles": _("percentiles {ends} of the picture").format(ends=ends),
        "unit": _("all that the file can store"),
        "zscore": _("the picture's mean and spread"),
    }
    return ", ".join(part for part in (channel, beside, kinds[rule.kind].strip()) if part)


def _patient_words(patients: Mapping[str, Any]) -> str:
    if not patients:
        return ""
    text = _("mean of {n} patients {dice}, the worst {worst} (all pixels of a patient together).")
    return text.format(
        n=number(patients["patients"]), dice=number(patients["dice"], 3), worst=number(patients["worst"], 3)
    )


def _membrane_words(cells: Mapping[str, Any]) -> str:
    if not cells:
        return ""
    ends = cells.get("ci95") or {}
    said = [
        _with_interval(f"{name} {number(float(cells[key]), 3)}", ends.get(key))
        for key, name in (("v_rand", "V-Rand"), ("v_info", "V-Info"))
    ]
    best = cells["best"]["v_rand"]
    text = _("{scores} at {threshold}; the best threshold on these sections, {best}, would give V-Rand {value}.")
    return text.format(
        scores=", ".join(said),
        threshold=number(float(cells["threshold"]), 2),
        best=number(float(best["threshold"]), 2),
        value=number(float(best["value"]), 3),
    )


def _expected(card: ModelCard, scores: Mapping[str, Any]) -> str:
    here = [one for one in scores.get("operating") or () if one["threshold"] == round(card.threshold, 4)]
    return expected_words(here[0], card) if here else ""


def _nothing_words(scores: Mapping[str, Any]) -> str:
    said = []
    empty, scans = scores.get("empty") or {}, scores.get("nothing_there") or {}
    if empty.get("cases"):
        text = _("marks something on {marked} of {n} pictures without anything to mark, {mean} px on average.")
        shares = {name: number(empty[name]) for name in ("marked",)}
        said.append(text.format(n=number(empty["cases"]), mean=number(empty["mean_px"]), **shares))
    if scans:
        unit = "ml" if "marked_ml" in scans else "px"
        amounts = ", ".join(number(one, 1 if unit == "ml" else 0) for one in scans[f"marked_{unit}"])
        text = _("{amounts} {unit} on whole scans that show nothing to mark.")
        said.append(text.format(amounts=amounts, unit=unit))
    return " ".join(said)


def _calibration_words(by_label: Mapping[str, Any]) -> str:
    errors = [float(one["error"]) for one in by_label.values() if one.get("error") is not None]
    if not errors:
        return ""
    text = _("are off by {error} percentage points on average (expected calibration error).")
    return text.format(error=number(100 * sum(errors) / len(errors), 1))


def _worst_words(worst: Sequence[Mapping[str, Any]]) -> str:
    if not worst:
        return ""
    return "; ".join(_one_of_the_worst(one) for one in worst) + "."


def _one_of_the_worst(one: Mapping[str, Any]) -> str:
    text = _("Dice {dice} ({wanted} px to mark, {missed} of them missed, {false} falsely marked)")
    counts = {name: number(int(one[name])) for name in ("wanted", "missed", "false")}
    return text.format(dice=number(float(one["dice"]), 2), **counts)


def _rule_words(card: ModelCard) -> str:
    said = [_("marks from a probability of {threshold} on").format(threshold=number(card.threshold, 2))]
    if card.smallest:
        said.append(_("drops marks smaller than {n} pixels").format(n=number(card.smallest)))
    if card.flips:
        sides = _("averages over the picture and its mirror image")
        said.append(sides if card.flips == "sides" else _("averages over eight orientations"))
    if card.chest is not None:
        said.append(_("looks only at the lungs where a whole chest is seen"))
    return "; ".join(said) + "."


def _training_words(card: ModelCard) -> str:
    run, before = card.training, card.training.get("before") or {}
    known = {
        _("{n} steps"): _together(run, before, "steps"),
        _("{n} minutes"): _together(run, before, "minutes"),
        _("seed {n}"): run.get("seed"),
    }
    said = [text.format(n=number(value)) for text, value in known.items() if value is not None]
    said += [str(run[name]) for name in ("processor", "precision") if run.get(name)]
    return ", ".join([*said, *([card.made] if card.made else [])])


def _together(run: Mapping[str, Any], before: Mapping[str, Any], name: str) -> float | None:
    """What a run was long, with the run that it went on from."""
    return None if run.get(name) is None else round(run[name] + before.get(name, 0), 1)
