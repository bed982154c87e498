"""Verbs that make: a split of the data, a model, a new version of one."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lesionstudio.cli.options import (
    Channels,
    Data,
    HuOffset,
    Images,
    InOverlap,
    InStructure,
    Masks,
    OnDevice,
    Out,
    PairBy,
    Patients,
    Split,
    pairs,
)
from lesionstudio.cli.terminal import Terminal
from lesionstudio.cli.verb import verb
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _, number


@verb("split", _("Deals pictures and masks out for training, validation and test."))
def split(
    ctx: typer.Context,
    images: Annotated[Path, typer.Option(help=_("Folder of pictures."))],
    masks: Annotated[Path, typer.Option(help=_("Folder of masks."))],
    out: Out,
    share: Annotated[str, typer.Option(metavar="70:15:15", help=_("Shares of train, validation, test."))] = "70:15:15",
    patients: Patients = "",
    pair_by: PairBy = "name",
    blocks: Annotated[
        bool, typer.Option("--blocks", help=_("Blocks of neighbouring slices, for slices of one scan."))
    ] = False,
    structure: InStructure = None,
    seed: Annotated[int, typer.Option(help=_("Repeats a split exactly."))] = 0,
    link: Annotated[bool, typer.Option("--link", help=_("Links instead of copies."))] = False,
) -> None:
    """Deals pictures and masks out for training, validation and test."""
    from lesionstudio.workflows.labelled import Places
    from lesionstudio.workflows.split import SplitOrder, shares_in
    from lesionstudio.workflows.split import split as split_pairs

    order = SplitOrder(shares_in(share), blocks, None if structure is None else int(structure), seed, link)
    places = Places(images, masks, patients=patients, pair_by=pair_by)
    with ctx.obj.terminal.progress() as report:
        made = split_pairs(places, out, order, report)
    for sentence in made["warnings"]:
        ctx.obj.terminal.warn(sentence)
    heads = (_("Part"), _("Pictures"), _("Groups"), _("Marked, %"), _("Without a mark"))
    rows = [
        (part, str(its["pictures"]), str(its["groups"]), number(its["marked_percent"], 2), str(its["empty"]))
        for part, its in made["parts"].items()
    ]
    ctx.obj.terminal.table(heads, rows)
    ctx.obj.terminal.result(made)


@verb("train", _("Trains a model on pictures and masks."))
def train(
    ctx: typer.Context,
    out: Out,
    images: Images = None,
    masks: Masks = None,
    split: Split = None,
    data: Data = None,
    model_from: Annotated[str, typer.Option("--from", metavar="MODEL", help=_("Starts from this model."))] = "",
    recipe: Annotated[Path | None, typer.Option(help=_("JSON file that says how to train."))] = None,
    architecture: Annotated[str | None, typer.Option(help=_("The network."))] = None,
    depth: Annotated[int | None, typer.Option(min=3, max=5, help=_("Levels of the encoder."))] = None,
    encoder: Annotated[str | None, typer.Option(help=_("The network's encoder."))] = None,
    encoder_weights: Annotated[
        str | None, typer.Option(metavar="imagenet|none|FILE|MODEL", help=_("What its encoder starts from."))
    ] = None,
    channels: Channels = "",
    neighbours: Annotated[
        int | None, typer.Option(min=0, max=5, help=_("Slices on either side that the network sees too."))
    ] = None,
    intensity: Annotated[
        str | None,
        typer.Option(
            metavar="auto|unit|zscore|percentiles|encoder|LOW:HIGH", help=_("What of the intensities it sees.")
        ),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="NAME,...", help=_("Names of the labels, from number 1 on."))
    ] = None,
    loss: Annotated[
        str | None, typer.Option(metavar="dice|bce|ce|focal|tversky", help=_("What is made small; sums with +."))
    ] = None,
    size: Annotated[int | None, typer.Option(min=32, help=_("Side of a training patch in pixels."))] = None,
    orientations: Annotated[
        Literal["1", "2", "4", "8"] | None,
        typer.Option(help=_("How pictures may lie to learn from: 8 any way, 4 mirrored, 2 left and right.")),
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help=_("Patches of one step."))] = None,
    rate: Annotated[float | None, typer.Option("--learning-rate", min=0, help=_("How large a step is."))] = None,
    steps: Annotated[int | None, typer.Option(min=1, help=_("Ends after so many steps, whatever the epochs."))] = None,
    whole: Annotated[
        bool, typer.Option("--all", help=_("Learns from train and val together; nothing is held out."))
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help=_("Marks from this probability on, where nothing is held out."))
    ] = None,
    folds: Annotated[
        int, typer.Option(min=0, help=_("So many models instead, each judged by the groups it never saw."))
    ] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help=_("How often every picture is seen."))] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help=_("Ends after so many minutes."))] = None,
    patients: Patients = "",
    pair_by: PairBy = "name",
    overlap: InOverlap = "smaller",
    goal: Annotated[
        Literal["balanced", "miss-less", "invent-less"] | None,
        typer.Option(help=_("What chooses the weights and the threshold: F1, F2 or F0.5.")),
    ] = None,
    structure: InStructure = None,
    hu_offset: HuOffset = None,
    device: OnDevice = "auto",
    devices: Annotated[int, typer.Option(min=1, help=_("How many devices share the work."))] = 1,
    seed: Annotated[int | None, typer.Option(help=_("Repeats a training exactly."))] = None,
    resume: Annotated[bool, typer.Option("--resume", help=_("Goes on where it was stopped."))] = False,
) -> None:
    """Trains a model on pictures and masks."""
    places = pairs(images, masks, split, data, pair_by, overlap)
    from lesionstudio.workflows.train import train as train_model

    named: dict[str, Any] = {
        "architecture": architecture,
        "encoder": encoder,
        "encoder_weights": encoder_weights,
        "loss": loss,
    }
    named |= {"depth": depth, "size": size, "epochs": epochs, "minutes": minutes, "seed": seed, "goal": goal}
    named["orientations"] = orientations and int(orientations)
    named |= {"neighbours": neighbours, "intensity": intensity, "batch": batch, "learning_rate": rate}
    named["labels"] = labels and [name.strip() for name in labels.split(",")]
    named |= {"steps": steps, "whole": whole or None, "threshold": threshold}
    if folds:
        asked: dict[str, Any] = {
            "model_from": model_from,
            "recipe": recipe,
            "channels": channels,
            "devices": devices,
            "device": device,
        }
        asked |= {"structure": structure and int(structure), "hu_offset": hu_offset}
        _train_folds(ctx, out, folds, {**places, "patients": patients}, named, asked, resume=resume)
        return
    with ctx.obj.terminal.progress() as report:
        made = train_model(
            out,
            **places,
            model_from=model_from,
            recipe=recipe,
            changes={name: value for name, value in named.items() if value is not None},
            channels=channels,
            patients=patients,
            structure=structure and int(structure),
            hu_offset=hu_offset,
            device=device,
            devices=devices,
            resume=resume,
            report=_telling(ctx.obj.terminal, report),
        )
    ctx.obj.terminal.say(made["training"]["ended"])
    ctx.obj.terminal.say(_("The model is in {folder}.").format(folder=out.absolute()))
    ctx.obj.terminal.result(made)


def _train_folds(
    ctx: typer.Context,
    out: Path,
    folds: int,
    places: dict[str, Any],
    named: dict[str, Any],
    asked: dict[str, Any],
    *,
    resume: bool,
) -> None:
    from lesionstudio.workflows.folds import mean_of_folds, train_folds
    from lesionstudio.workflows.labelled import Places

    terminal: Terminal = ctx.obj.terminal
    changes = {name: value for name, value in named.items() if value is not None}
    with terminal.progress() as report:
        told = _telling(terminal, report)
        found = train_folds(out, folds, Places(**places), changes=changes, resume=resume, report=told, **asked)
    text = _("Dice {dice}, all pixels together {f1}, over {n} cases left out; marks from {threshold} on.")
    means = {name: number(value, 3) for name, value in mean_of_folds(found).items()}
    cut = number(found["settled"]["threshold"], 2)
    terminal.say(text.format(n=number(len(found["scores"]["cases"])), threshold=cut, **means))
    terminal.result(found)


def _telling(terminal: Terminal, report: Reporter) -> Reporter:
    """A Reporter that says at once what is odd about the data, and what had to be made do with."""

    def told(progress: Progress) -> None:
        partial = progress.partial or {}
        for sentence in (*partial.get("warnings", ()), *partial.get("notes", ())):
            terminal.warn(sentence)
        report(progress)

    return told


@verb("learn", _("Makes a new version of a model from the checked slices of a study."))
def learn(
    ctx: typer.Context,
    project: Annotated[Path, typer.Argument(help=_("The folder of scans, or the lesionstudio folder in it."))],
    model_from: Annotated[
        str, typer.Option("--from", metavar="MODEL|none", help=_("Starts from this model, or from nothing."))
    ] = "",
    minutes: Annotated[
        float, typer.Option(min=0, help=_("Ends after so many minutes; 0 leaves it to the program."))
    ] = 0,
    channels: Channels = "",
    use_if_better: Annotated[
        bool, typer.Option("--use-if-better", help=_("Uses the version if it marks held-out slices better."))
    ] = False,
    device: OnDevice = "auto",
    seed: Annotated[int, typer.Option(help=_("Repeats a training exactly."))] = 0,
) -> None:
    """Makes a new version of a model from the checked slices of a study."""
    from lesionstudio.workflows.learn_here import learn_here

    terminal: Terminal = ctx.obj.terminal
    with terminal.progress() as report:
        made = learn_here(
            project,
            model_from=model_from,
            minutes=minutes,
            channels=channels,
            device=device,
            seed=seed,
            use_if_better=use_if_better,
            report=_telling(terminal, report),
        )
    terminal.say(_("The model is in {folder}.").format(folder=made["folder"]))
    _show_held_out(terminal, made["held_out"])
    terminal.say(made["why"])
    terminal.result(made)


def _show_held_out(terminal: Terminal, held_out: dict[str, Any]) -> None:
    """The held-out slices before and after, when they were measured."""
    if held_out["after"] is None:
        return
    heads = (_("Held out"), _("Slice"), _("before"), _("after"))
    rows = [(one["name"], one["slice"] + 1, one["before"], one["after"]) for one in held_out["each"]]
    rows.append((_("Mean"), "", held_out["before"], held_out["after"]))
    shown = [(name, str(k), number(before, 2), number(after, 2)) for name, k, before, after in rows]
    terminal.table(heads, shown)
