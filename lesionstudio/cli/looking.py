"""Verbs that look: info, measure, models, doctor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lesionstudio.cli.options import (
    InOverlap,
    Paths,
    Strict,
    say_guesses,
)
from lesionstudio.cli.terminal import Terminal
from lesionstudio.cli.verb import end, verb
from lesionstudio.words import _, number, size, unit_name


@verb("info", _("What is in these files: size, spacing, modality."))
def info(ctx: typer.Context, paths: Paths, strict: Strict = False) -> None:
    """What is in these files: size, spacing, modality."""
    from lesionstudio.workflows.info import describe

    with ctx.obj.terminal.progress() as report:
        entries = describe(paths, strict=strict, report=report)
    say_guesses(ctx.obj.terminal, entries)
    rows = [
        (entry["path"], entry["format"], _lengths(entry["shape"]), entry["dtype"] or "", entry["modality"] or "")
        for entry in entries
        if "error" not in entry
    ]
    ctx.obj.terminal.table((_("File"), _("Format"), _("Size"), _("Values"), _("Modality")), rows)
    end(ctx, entries, entries)


@verb("measure", _("How large the lesions of a mask are, and how bright."))
def measure(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(help=_("A picture, a volume, or the folder of one series."))],
    mask: Annotated[Path, typer.Option(metavar="FILE", help=_("The mask of this scan."))],
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Writes the table to this file, too."))] = None,
    overlap: InOverlap = "smaller",
) -> None:
    """How large the lesions of a mask are, and how bright."""
    from lesionstudio.workflows.measure import measure as measure_lesions

    terminal: Terminal = ctx.obj.terminal
    with terminal.progress() as report:
        found = measure_lesions(path, mask, csv_to=csv, overlap=overlap, report=report)
    for sentence in found["warnings"]:
        terminal.warn(sentence)
    if found["lesions"]:
        terminal.table(_heads(found), [_cells(lesion) for lesion in found["lesions"]])
    else:
        terminal.say(_("Nothing is marked in this mask."))
    if csv is not None:
        terminal.say(_("The table is in {file}.").format(file=csv.absolute()))
    terminal.result(found["lesions"])


def _heads(found: dict[str, Any]) -> tuple[str, ...]:
    px = found["lesions"][0]["area_px"] is not None
    lengths = (_("Area px"), _("Long px"), _("Short px")) if px else (_("Area mm²"), _("Long mm"), _("Short mm"))
    mean = _("Mean {unit}").format(unit=unit_name(found["unit"])) if found["unit"] else _("Mean")
    return _("Label"), lengths[0], _("Volume ml"), *lengths[1:], mean, _("Slices")


def _cells(lesion: dict[str, Any]) -> tuple[str, ...]:
    first, last = lesion["first_slice"], lesion["last_slice"]
    unit = "mm" if lesion["area_px"] is None else "px"
    area = lesion["area_mm2"] if unit == "mm" else lesion["area_px"]
    figures = (area, lesion["volume_ml"], lesion[f"long_axis_{unit}"], lesion[f"short_axis_{unit}"], lesion["mean"])
    cells = ["" if x is None else number(x, 2 if n == 1 else 1) for n, x in enumerate(figures)]
    slices = str(first) if first == last else _("{first} to {last}").format(first=first, last=last)
    return str(lesion["label"]), *cells, slices


@verb("models", _("The models there are, and what is known of them."))
def models(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="ID", help=_("Shows this model's card."))] = "",
    layers: Annotated[bool, typer.Option("--layers", help=_("Shows its layers, shapes and parameters."))] = False,
    add: Annotated[Path | None, typer.Option(metavar="FILE|FOLDER|ZIP", help=_("Takes a model in."))] = None,
    describe: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Puts what this JSON file says onto its card."))
    ] = None,
    average: Annotated[
        str, typer.Option(metavar="ID,ID,...", help=_("Averages the weights of these into one, in --out."))
    ] = "",
    out: Annotated[Path | None, typer.Option(help=_("Where the averaged model goes."))] = None,
) -> None:
    """The models there are, and what is known of them."""
    from lesionstudio.workflows import models as shelf

    if layers and not model:
        raise typer.BadParameter(_("--layers needs the ID of a model."))
    if describe is not None and not model:
        raise typer.BadParameter(_("--describe needs the ID of a model."))
    if bool(average) != (out is not None):
        raise typer.BadParameter(_("--average and --out go together."))
    terminal: Terminal = ctx.obj.terminal
    if average and out is not None:
        from lesionstudio.workflows.describing import average_models

        made = average_models([name.strip() for name in average.split(",")], out)
        terminal.say(_("The model is in {folder}.").format(folder=out.absolute()))
        terminal.result({"id": made.id, "folder": str(out.absolute()), "sha256": made.sha256})
    elif describe is not None:
        from lesionstudio.workflows.describing import describe_model

        described = describe_model(model, describe)
        terminal.say(_("The card says so now."))
        terminal.result(shelf.card_facts_of(described))
    elif add is not None:
        taken = shelf.add_model(add)
        terminal.say(_("{id} is on the shelf, in {folder}.").format(**taken))
        terminal.result(taken)
    elif layers:
        table = shelf.layer_table(model)
        rows = [(row["name"], row["type"], size(*row["output_shape"]), row["parameters"]) for row in table["layers"]]
        terminal.table((_("Layer"), _("Type"), _("Output"), _("Parameters")), rows)
        terminal.say(_("{trainable} weights, {running_statistics} running statistics.").format(**table))
        terminal.result(table)
    elif model:
        card = shelf.show_model(model)
        lines = shelf.card_lines_of(model) or [(name, _in_words(value)) for name, value in card.items()]
        terminal.table((_("Entry"), _("Value")), lines)
        terminal.result(card)
    else:
        known = shelf.list_models()
        rows = [(entry["id"], entry["title"], ", ".join(entry["labels"]), entry["licence"]) for entry in known]
        terminal.table((_("Model"), _("Title"), _("Labels"), _("Licence")), rows)
        terminal.result(known)


@verb("doctor", _("What is installed, and which device will be used and why."))
def doctor(
    ctx: typer.Context,
    project: Annotated[Path | None, typer.Option(metavar="DIR", help=_("Checks this study instead."))] = None,
    mend: Annotated[bool, typer.Option("--mend", help=_("Mends it, and keeps what it replaces."))] = False,
) -> None:
    """What is installed, and which device will be used and why; or whether a study is sound."""
    if mend and project is None:
        raise typer.BadParameter(_("--mend needs --project."))
    if project is not None:
        _check_up(ctx, project, mend=mend)
        return
    from lesionstudio.workflows.doctor import doctor as examine

    with ctx.obj.terminal.progress() as report:
        found = examine(report=report)
    ctx.obj.terminal.table((_("Entry"), _("Value")), [(name, _in_words(value)) for name, value in found.items()])
    ctx.obj.terminal.result(found)


def _check_up(ctx: typer.Context, project: Path, *, mend: bool) -> None:
    """Lists what is wrong with a study; ends with 1 when anything is left to mend."""
    from lesionstudio.workflows.check_project import check_project

    terminal: Terminal = ctx.obj.terminal
    with terminal.progress() as report:
        found = check_project(project, mend=mend, report=report)
    rows = [(one["item"], one["problem"], _("Mended") if one["mended"] else one["mend"]) for one in found["findings"]]
    if rows:
        terminal.table((_("Scan"), _("Found"), _("What mending does")), rows)
    elif found["sound"]:
        terminal.say(_("Nothing is wrong with this study."))
    end(ctx, found, (), failed=not found["sound"])


def _lengths(shape: Sequence[int] | None) -> str:
    """Columns, rows and, where there are several, slices; nothing for contours."""
    if shape is None:
        return ""
    slices, rows, columns = shape
    return size(columns, rows) if slices == 1 else size(columns, rows, slices)


def _in_words(value: Any) -> str:
    """A JSON value on one line, without its brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_words(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        words = [_in_words(inner) for inner in value]
        return (" " if all(text.endswith(".") for text in words) else ", ").join(words)
    return "" if value is None else str(value)
