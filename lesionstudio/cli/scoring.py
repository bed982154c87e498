"""Verbs that judge: evaluate, compare, score."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lesionstudio.cli.classifying import evaluate_classes, is_classifier
from lesionstudio.cli.options import (
    Data,
    HuOffset,
    Images,
    InOverlap,
    InStructure,
    Masks,
    Model,
    OnDevice,
    PairBy,
    Patients,
    Split,
    numbers,
    pairs,
    say_guesses,
)
from lesionstudio.cli.verb import verb
from lesionstudio.words import _, number

Part = Annotated[Literal["train", "val", "test"] | None, typer.Option(help=_("Only this part."))]
Flips = Annotated[bool, typer.Option("--flips", help=_("Averages over mirrored pictures."))]


@verb("evaluate", _("How well a model does on pictures whose masks are known."))
def evaluate(
    ctx: typer.Context,
    model: Model,
    images: Images = None,
    masks: Masks = None,
    split: Split = None,
    data: Data = None,
    part: Part = None,
    patients: Patients = "",
    pair_by: PairBy = "name",
    overlap: InOverlap = "smaller",
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help=_("Marks from this probability on."))] = None,
    flips: Flips = False,
    structure: InStructure = None,
    hu_offset: HuOffset = None,
    device: OnDevice = "auto",
    page: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help=_("Writes a report that needs nothing else."))
    ] = None,
    settle: Annotated[
        bool,
        typer.Option("--settle", help=_("First chooses threshold and least size on these pictures.")),
    ] = False,
    onto_card: Annotated[
        bool, typer.Option("--onto-card", help=_("Puts what was measured onto the model's card, with its worst cases."))
    ] = False,
    nothing_there: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help=_("Scans that show nothing to mark: what it marks there."))
    ] = None,
    outside: Annotated[
        Path | None,
        typer.Option(help=_("For a classifier: pictures of sources it was never trained on, judged apart.")),
    ] = None,
) -> None:
    """How well a model does on pictures whose masks are known."""
    places = pairs(images, masks, split, data, pair_by, overlap)
    if is_classifier(model):
        page_of = {"outside": outside, "page": page}
        evaluate_classes(ctx, model, data, split=split, part=part or "", patients=patients, **page_of)
        return
    if outside is not None:
        raise typer.BadParameter(_("--outside is for classifiers."))
    from lesionstudio.workflows.evaluate import evaluate as evaluate_model

    with ctx.obj.terminal.progress() as report:
        scores = evaluate_model(
            model,
            **places,
            part=part or "",
            patients=patients,
            threshold=threshold,
            flips=flips,
            structure=structure and int(structure),
            hu_offset=hu_offset,
            device=device,
            page=page,
            settle=settle,
            onto_card=onto_card,
            nothing_there=nothing_there or (),
            report=report,
        )
    for one in scores.get("nothing_there", ()):
        ctx.obj.terminal.say(_amount_words(one))
    if onto_card:
        ctx.obj.terminal.say(_("The card says so now."))
    if page is not None:
        ctx.obj.terminal.say(_("The report is {path}.").format(path=page.absolute()))
    say_guesses(ctx.obj.terminal, [scores])
    _show_scores(ctx, scores)


@verb("compare", _("Two models on the same cases, paired."))
def compare(
    ctx: typer.Context,
    a: Annotated[str, typer.Option("--a", metavar="ID|FOLDER", help=_("The first model."))],
    b: Annotated[str, typer.Option("--b", metavar="ID|FOLDER", help=_("The second model."))],
    images: Images = None,
    masks: Masks = None,
    split: Split = None,
    data: Data = None,
    part: Part = None,
    patients: Patients = "",
    pair_by: PairBy = "name",
    overlap: InOverlap = "smaller",
    flips: Flips = False,
    structure: InStructure = None,
    hu_offset: HuOffset = None,
    device: OnDevice = "auto",
) -> None:
    """Two models on the same cases, paired."""
    places = pairs(images, masks, split, data, pair_by, overlap)
    from lesionstudio.workflows.compare import compare as compare_models

    with ctx.obj.terminal.progress() as report:
        found = compare_models(
            a,
            b,
            **places,
            part=part or "",
            patients=patients,
            flips=flips,
            structure=structure and int(structure),
            hu_offset=hu_offset,
            device=device,
            report=report,
        )
    heads = ("", found["a"]["model"], found["b"]["model"], _("Difference"), _("95 % interval"))
    ctx.obj.terminal.table(heads, [_compared(found, name) for name in found["difference"]])
    ctx.obj.terminal.result(found)


@verb("score", _("How well masks agree with reference masks."))
def score(
    ctx: typer.Context,
    predictions: Annotated[Path, typer.Option(help=_("Folder of masks to judge."))],
    masks: Annotated[Path, typer.Option(help=_("Folder of reference masks."))],
    spacing: Annotated[str, typer.Option(metavar="MM,MM,MM", help=_("Slice, row and column distance."))] = "",
    pair_by: PairBy = "name",
    overlap: InOverlap = "smaller",
    structure: InStructure = None,
) -> None:
    """How well masks agree with reference masks."""
    spacing_mm = numbers(spacing, "--spacing", 3)
    from lesionstudio.workflows.score import score as score_masks

    with ctx.obj.terminal.progress() as report:
        scores = score_masks(
            predictions,
            masks,
            spacing=spacing_mm,
            pair_by=pair_by,
            overlap=overlap,
            structure=structure and int(structure),
            report=report,
        )
    _show_scores(ctx, scores)


def _show_scores(ctx: typer.Context, scores: dict[str, Any]) -> None:
    """Means with their intervals; of several labels also each label's."""
    labels = list(scores["labels"].values()) if len(scores["labels"]) > 1 else []
    found = [(name, _each(scores, labels, name)) for name, value in scores["mean"].items() if value is not None]
    rows = [(name, *cells) for name, cells in found]
    cells = scores.get("membrane") or {}
    rest = [""] * (1 + len(labels))
    rows += [(name, number(cells[name], 3), *rest) for name in ("v_rand", "v_info") if name in cells]
    names = list(scores["labels"]) if labels else []
    ctx.obj.terminal.table((_("Mean over cases"), "", _("95 % interval"), *names), rows)
    ctx.obj.terminal.result(scores)


def _each(scores: dict[str, Any], labels: list[dict[str, Any]], name: str) -> list[str]:
    """One mean in words: the value, its interval, and that of each label."""
    known = [scores["mean"][name], *(label["mean"].get(name) for label in labels)]
    value, *others = ["" if one is None else number(one, 3) for one in known]
    return [value, _ends(scores["ci95"].get(name)), *others]


def _ends(ends: tuple[float, float] | None) -> str:
    return _("{low} to {high}").format(low=number(ends[0], 3), high=number(ends[1], 3)) if ends else ""


def _amount_words(one: dict[str, Any]) -> str:
    """How much was marked on a scan that shows nothing to mark."""
    if one["marked_ml"] is None:
        amount = _("{n} px").format(n=number(one["marked_px"]))
    else:
        amount = _("{n} ml").format(n=number(one["marked_ml"], 1))
    return _("{path}: {amount} marked on {marked} of {n} slices.").format(
        path=one["path"], amount=amount, marked=number(one["marked_slices"]), n=number(one["slices"])
    )


def _compared(found: dict[str, Any], name: str) -> tuple[str, ...]:
    """One row of the table of two models."""
    gain = found["difference"][name]
    values = (found["a"]["mean"][name], found["b"]["mean"][name], gain["mean"])
    return (name, *("" if value is None else number(value, 3) for value in values), _ends(gain["ci95"]))
