"""Verbs that make files of a person's scans: segment, convert, export, demo."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lesionstudio.cli.options import (
    BurnedIn,
    Channels,
    Format,
    HuOffset,
    InNames,
    InValues,
    Model,
    OnDevice,
    Out,
    Overwrite,
    Paths,
    Strict,
    numbers,
    say_guesses,
    saying_doubts,
)
from lesionstudio.cli.terminal import Terminal
from lesionstudio.cli.verb import end, verb
from lesionstudio.words import _, number


@verb("segment", _("Marks lesions with a model and writes a mask of every slice."))
def segment(
    ctx: typer.Context,
    paths: Paths,
    model: Model,
    out: Out,
    format: Annotated[Format, typer.Option(help=_("The kind of file."))] = "png",
    values: InValues = "auto",
    names: InNames = "auto",
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help=_("Marks from this probability on."))] = None,
    box: Annotated[str, typer.Option(metavar="ROW,COLUMN,ROW,COLUMN", help=_("Only within this box."))] = "",
    flips: Annotated[bool, typer.Option("--flips", help=_("Averages over mirrored pictures."))] = False,
    hu_offset: HuOffset = None,
    channels: Channels = "",
    device: OnDevice = "auto",
    probabilities: Annotated[bool, typer.Option("--probabilities", help=_("Writes probabilities too."))] = False,
    overwrite: Overwrite = False,
    strict: Strict = False,
) -> None:
    """Marks lesions with a model and writes a mask of every slice."""
    corners = numbers(box, "--box", 4)
    place = (int(corners[0]), int(corners[1]), int(corners[2]), int(corners[3])) if corners else None
    from lesionstudio.workflows.segment import Choices
    from lesionstudio.workflows.segment_files import SegmentOrder, model_folder, segment_files

    order = SegmentOrder(
        paths,
        Choices(model_folder(model), threshold, device, flips, channels, hu_offset, place),
        out,
        format=format,
        values=values,
        names=names,
        probabilities=probabilities,
        overwrite=overwrite,
        strict=strict,
    )
    with ctx.obj.terminal.progress() as report:
        entries = segment_files(order, saying_doubts(ctx.obj.terminal, report))
    for entry in entries:
        for sentence in entry.get("warnings", ()):
            if sentence not in entry["doubts"]:
                ctx.obj.terminal.warn(f"{entry['path']}: {sentence}")
    say_guesses(ctx.obj.terminal, entries)
    written = sum(len(entry.get("masks", ())) for entry in entries)
    ctx.obj.terminal.say(_("{n} masks written to {folder}.").format(n=written, folder=out.absolute()))
    end(ctx, entries, entries)


@verb("convert", _("Writes scans as PNG slices, TIFF stacks or NIfTI, and numbered pictures as one stack."))
def convert(
    ctx: typer.Context,
    paths: Paths,
    out: Out,
    to: Annotated[Literal["png", "tiff", "nifti"], typer.Option(help=_("The kind of file."))] = "png",
    window: Annotated[
        str,
        typer.Option(
            metavar="NAME|LOW:HIGH",
            help=_("8-bit pictures in this window: lung, mediastinum, bone, brain, liver, full, auto."),
        ),
    ] = "",
    names: InNames = "auto",
    burned_in: BurnedIn = False,
    overwrite: Overwrite = False,
    strict: Strict = False,
) -> None:
    """Writes scans as PNG slices, TIFF stacks or NIfTI, and numbered pictures as one stack."""
    from lesionstudio.workflows.convert import ConvertOrder, convert_files, masks_left

    order = ConvertOrder(paths, out, to, window, overwrite, strict, names, burned_in)
    with ctx.obj.terminal.progress() as report:
        entries = convert_files(order, report)
    for entry in entries:
        for sentence in entry.get("notes", ()):
            ctx.obj.terminal.warn(f"{entry['path']}: {sentence}")
    if left := masks_left(paths):
        ctx.obj.terminal.warn(left)
    written = sum(len(entry.get("files", ())) for entry in entries)
    ctx.obj.terminal.say(_("{n} files written to {folder}.").format(n=written, folder=out.absolute()))
    end(ctx, entries, entries)


@verb("export", _("Writes the masks of a study as files."))
def export(
    ctx: typer.Context,
    project: Annotated[Path, typer.Argument(help=_("The folder of scans, or the lesionstudio folder in it."))],
    out: Out,
    format: Annotated[Format, typer.Option(help=_("The kind of file."))] = "png",
    values: InValues = "auto",
    names: InNames = "auto",
    only: Annotated[Literal["checked"] | None, typer.Option(help=_("Leaves corrected slices out."))] = None,
    unchecked: Annotated[Literal["black"] | None, typer.Option(help=_("Writes the other slices black."))] = None,
    images: Annotated[bool, typer.Option("--images", help=_("Writes the pictures too, in the window shown."))] = False,
    lesions: Annotated[bool, typer.Option("--lesions", help=_("Writes a table of the lesions too."))] = False,
    burned_in: BurnedIn = False,
    overwrite: Overwrite = False,
) -> None:
    """Writes the masks of a study as files."""
    from lesionstudio.workflows.export import ExportOrder, export_masks

    order = ExportOrder(
        project,
        out,
        format,
        values,
        names,
        only_checked=only == "checked",
        unchecked_black=unchecked == "black",
        images=images,
        lesions=lesions,
        burned_in=burned_in,
        overwrite=overwrite,
    )
    with ctx.obj.terminal.progress() as report:
        done = export_masks(order, report)
    terminal: Terminal = ctx.obj.terminal
    terminal.say(_("{n} files written to {folder}.").format(n=len(done["files"]), folder=out.absolute()))
    if not done["files"] and not done["kept"]:
        terminal.warn(_("There was nothing to export."), _("Check a slice in the window first."))
    if done["kept"]:
        text = _("{n} files were there already and stay as they are.").format(n=len(done["kept"]))
        terminal.warn(text, _("--overwrite replaces them."))
    end(ctx, done, [*done["failed"], *done["held_back"]], failed=bool(done["kept"]))


@verb("demo", _("The main job on the sample study, without a window."))
def demo(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option(help=_("Where masks and screenshot go."))] = None,
    device: OnDevice = "auto",
) -> None:
    """The main job on the sample study, without a window."""
    from lesionstudio.settings import data_folder
    from lesionstudio.workflows.demo import DemoOrder
    from lesionstudio.workflows.demo import demo as do_demo

    terminal: Terminal = ctx.obj.terminal
    with terminal.progress() as report:
        done = do_demo(DemoOrder(out or data_folder() / "demo", device), ctx.obj.show_demo, report)
    terminal.say(_("Dice {dice}, with the model {model}.").format(dice=number(done["dice"], 2), model=done["model"]))
    terminal.say(_("{n} masks in {folder}").format(n=len(done["masks"]), folder=Path(done["masks"][0]).parent))
    terminal.say(_("The window: {path}").format(path=done["screenshot"]))
    terminal.result(done)
