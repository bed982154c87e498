"""Verbs about what a picture shows: classify, train-classifier; and what evaluate says of a classifier."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lesionstudio.cli.options import Out, Paths, Patients, Strict
from lesionstudio.cli.terminal import Terminal
from lesionstudio.cli.verb import end, verb
from lesionstudio.words import _, number

Classes = Annotated[Path, typer.Option(help=_("Folder with a folder of pictures for each class."))]


@verb("classify", _("What pictures show, how sure that is, and why."))
def classify(
    ctx: typer.Context,
    paths: Paths,
    model: Annotated[str, typer.Option(metavar="ID|FOLDER", help=_("The classifier, by id or folder."))] = "",
    heatmaps: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Writes pictures there that show where the answer comes from."))
    ] = None,
    strict: Strict = False,
) -> None:
    """What pictures show, how sure that is, and why."""
    from lesionstudio.workflows.classify import classify as look

    with ctx.obj.terminal.progress() as report:
        entries = look(paths, model, heatmaps, strict, report)
    heads = (_("File"), _("Class"), _("Confidence"), _("Remark"))
    ctx.obj.terminal.table(heads, [_row(entry) for entry in entries if "error" not in entry])
    end(ctx, entries, entries)


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    remark = _("unlike anything it was trained on") if entry["unlike_training"] else ""
    return entry["path"], entry["class"], number(entry["confidence"], 3), remark


@verb("train-classifier", _("Trains a classifier on one folder of pictures a class."))
def train_classifier(
    ctx: typer.Context,
    data: Classes,
    out: Out,
    architecture: Annotated[
        str | None,
        typer.Option(
            help=_(
                "The network: sequential-cnn, mobilenetv2, efficientnet-b0, efficientnet-lite0, resnet50 and others."
            )
        ),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(
            metavar="MODEL|FILE|imagenet",
            help=_("Lends its layers where they fit: a model, an encoder's safetensors file, or published ones."),
        ),
    ] = "",
    size: Annotated[int | None, typer.Option(min=32, help=_("Side of what the network sees, in pixels."))] = None,
    batch: Annotated[int | None, typer.Option(min=2, help=_("Pictures of one step."))] = None,
    rate: Annotated[float | None, typer.Option("--learning-rate", min=0, help=_("How large a step is."))] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help=_("Ends after so many rounds."))] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help=_("Ends after so many minutes."))] = None,
    patients: Patients = "",
    seed: Annotated[int | None, typer.Option(help=_("Repeats a training exactly."))] = None,
) -> None:
    """Trains a classifier on one folder of pictures a class."""
    from lesionstudio.workflows.train_classifier import train_classifier as train

    wishes = {"architecture": architecture, "side": size, "batch": batch, "rate": rate, "rounds": rounds}
    wishes |= {"minutes": minutes, "seed": seed}
    changes = {name: value for name, value in wishes.items() if value is not None}
    terminal: Terminal = ctx.obj.terminal
    with terminal.progress() as report:
        made = train(data, out, changes=changes, patients=patients, weights=weights, report=report)
    for sentence in made["warnings"]:
        terminal.warn(sentence)
    for entry in made["unreadable"]:
        terminal.warn(f"{entry['path']}: {entry['error']}", entry["hint"])
    show_class_scores(terminal, made["scores"])
    terminal.say(_("The classifier is in {folder}.").format(folder=made["folder"]))
    terminal.result(made)


def show_class_scores(terminal: Terminal, scores: dict[str, Any]) -> None:
    """Tells a person how well classes were told apart."""
    heads = (_("Class"), _("Pictures"), _("Precision"), _("Recall"), "F1")
    terminal.table(heads, [_class_row(name, one) for name, one in scores["classes"].items()])
    accuracy, ends = scores["accuracy"], scores["ci95"]["accuracy"]
    if accuracy is None:
        terminal.say(_("No picture could be judged."))
        return
    text = _("Right: {share} of {n} pictures")
    said = text.format(share=number(accuracy, 3), n=number(scores["pictures"]))
    between = (
        _(", 95 % interval {low} to {high}").format(low=number(ends[0], 3), high=number(ends[1], 3)) if ends else ""
    )
    terminal.say(f"{said}{between}.")


def _class_row(name: str, scores: dict[str, Any]) -> tuple[str, ...]:
    shares = ("" if scores[key] is None else number(scores[key], 3) for key in ("precision", "recall", "f1"))
    return name, number(scores["pictures"]), *shares


def is_classifier(model: str) -> bool:
    """Whether this model, by id or folder, says what pictures show. Raises ModelProblem where there is none."""
    from lesionstudio.workflows.models import show_model

    return bool(show_model(model)["task"] == "classification")


def evaluate_classes(ctx: typer.Context, model: str, data: Path | None, **options: Any) -> None:
    """evaluate, where the model is a classifier: ends with 1 when a picture could not be read."""
    if data is None:
        raise typer.BadParameter(
            _("A classifier is judged by --data, a folder with a folder of pictures for each class.")
        )
    from lesionstudio.workflows.evaluate_classifier import evaluate_classifier

    terminal: Terminal = ctx.obj.terminal
    with terminal.progress() as report:
        scores = evaluate_classifier(model, data, report=report, **options)
    show_class_scores(terminal, scores)
    if scores["outside"] is not None:
        terminal.say(_("Sources it was never trained on:"))
        show_class_scores(terminal, scores["outside"])
    if options["page"] is not None:
        terminal.say(_("The report is {path}.").format(path=options["page"].absolute()))
    end(ctx, scores, [*scores["cases"], *(scores["outside"] or {"cases": ()})["cases"]])
