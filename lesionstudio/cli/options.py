"""The words that several verbs of the command line take, and what they mean."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lesionstudio.cli.terminal import Terminal
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _

Device = Literal["auto", "cpu", "cuda", "mps"]
Format = Literal["png", "tiff", "nifti", "nrrd", "seg-nrrd", "dicom-seg"]
Names = Literal["auto", "original", "alias", "hash"]
Values = Literal["auto", "binary", "index", "per-label"]
Structure = Literal["0", "255"]
Overlap = Literal["smaller", "first", "last"]

Paths = Annotated[list[Path], typer.Argument(help=_("Files, folders, or both; a folder is searched for scans."))]
Out = Annotated[Path, typer.Option(help=_("Where the files go."))]
Strict = Annotated[bool, typer.Option("--strict", help=_("Stops at the first file that cannot be read."))]
Overwrite = Annotated[bool, typer.Option("--overwrite", help=_("Replaces files that exist."))]
OnDevice = Annotated[Device, typer.Option(help=_("Where the network runs."))]
Model = Annotated[str, typer.Option(metavar="ID|FOLDER", help=_("The model, by id or folder."))]
Images = Annotated[Path | None, typer.Option(help=_("Folder of pictures."))]
Masks = Annotated[Path | None, typer.Option(help=_("Folder of masks."))]
Split = Annotated[Path | None, typer.Option(help=_("CSV with the columns file and split."))]
Data = Annotated[Path | None, typer.Option(help=_("Folder with train, val and test in it."))]
Patients = Annotated[str, typer.Option(metavar="REGEX|CSV", help=_("What tells the patients apart."))]
PairBy = Annotated[
    Literal["name", "number"], typer.Option(help=_("Pairs pictures and masks by name, or by the number in it."))
]
InStructure = Annotated[Structure | None, typer.Option(help=_("The grey that marks the structure in these masks."))]
InOverlap = Annotated[
    Overlap,
    typer.Option(help=_("Which segment keeps a voxel that two claim: the smaller, the first or the last of the file.")),
]
HuOffset = Annotated[
    float | None,
    typer.Option(help=_("What was added to HU in these pictures (1024, 32768, ...); a guess is said, never applied.")),
]
Channels = Annotated[str, typer.Option(metavar="NUMBER,...|luminance", help=_("Which channels the model gets."))]
InValues = Annotated[Values, typer.Option(help=_("What a pixel of a mask holds."))]

InNames = Annotated[
    Names,
    typer.Option(
        help=_(
            "How files are called; auto: DICOM by an alias (CT 001), others by their names; original: by the patient."
        )
    ),
]
BurnedIn = Annotated[bool, typer.Option("--burned-in", help=_("Lets pictures with text burned in out."))]


def pairs(
    images: Path | None,
    masks: Path | None,
    split: Path | None,
    data: Path | None,
    pair_by: str = "name",
    overlap: Overlap = "smaller",
) -> dict[str, Any]:
    """Where pictures and masks are: --data, or --images and --masks, perhaps with --split; and how they go together."""
    if (data is None) == (images is None and masks is None) or (images is None) != (masks is None):
        raise typer.BadParameter(_("Give either --data, or --images and --masks."))
    return {"images": images, "masks": masks, "split": split, "data": data, "pair_by": pair_by, "overlap": overlap}


def numbers(text: str, option: str, count: int) -> tuple[float, ...] | None:
    try:
        found = tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        found = (0.0,)
    if len(found) not in (0, count):
        raise typer.BadParameter(_("{option} takes {n} numbers with commas.").format(option=option, n=count))
    return found or None


def say_guesses(terminal: Terminal, answers: Iterable[Mapping[str, Any]]) -> None:
    """Says once each number that seems to have been added to HU, and which option reads the pictures so."""
    from lesionstudio.imaging.doubts import hu_sentence

    guesses = {answer.get("hu_offset_guess") for answer in answers}
    for offset in sorted(guess for guess in guesses if guess is not None):
        hint = _("With --hu-offset {offset}, segment, train and evaluate read them so.").format(offset=offset)
        terminal.warn(hu_sentence(offset), hint)


def saying_doubts(terminal: Terminal, report: Reporter) -> Reporter:
    """A Reporter that says what speaks against a model in a scan as soon as it is known, before anything is drawn."""

    def said(progress: Progress) -> None:
        partial = progress.partial if isinstance(progress.partial, dict) else {}
        for sentence in partial.get("doubts", ()):
            terminal.warn(f"{partial.get('path', '')}: {sentence}")
        report(progress)

    return said
