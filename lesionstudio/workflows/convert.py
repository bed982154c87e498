"""`lesionstudio convert`: scans of any format as PNG slices, TIFF stacks or NIfTI, nothing lost where that can be."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesionstudio.errors import LesionStudioError, ProjectProblem, UnreadableFile
from lesionstudio.imaging.choices import guessed_offset
from lesionstudio.imaging.doubts import hu_sentence
from lesionstudio.imaging.formats import FoundScan, read_scan
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, preset_window, presets_for
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.stacks import stacks_of
from lesionstudio.project.storage import telling_of_output
from lesionstudio.words import _, ngettext
from lesionstudio.workflows.asked_scans import asked_scans, place_of, plain, protect_originals, share_of
from lesionstudio.workflows.converted import TARGETS, Target, Written
from lesionstudio.workflows.export_files import Names, file_names
from lesionstudio.workflows.held_back import hold_back


@dataclass(frozen=True, slots=True)
class ConvertOrder:
    """What to convert, to what kind of file, and where the files go.

    `window` is a preset's key, or "LOW:HIGH" in the values of the scan: 8-bit pictures in that window; "": all values.
    `burned_in` lets pictures out that have text burned in.
    """

    paths: Sequence[Path]
    out: Path
    to: Target = "png"
    window: str = ""
    overwrite: bool = False
    strict: bool = False
    names: Names = "auto"
    burned_in: bool = False


def convert_files(order: ConvertOrder, report: Reporter = silent) -> list[dict[str, Any]]:
    """Writes every scan as `name_0001.png`, a picture a slice (one of one slice as `name.png`), or as one volume.

    Slices are counted as they are displayed, an axial scan's from the head down. Numbered pictures of one size become
    one TIFF or NIfTI. For each scan {"path", "files", "lossless", "unit", "offset", "window", "notes"}: `offset` is
    what was added to the values (null where they stand as they were), `window` what is shown black and white; or
    {"path", "error", "hint"}; with `strict` the first failure raises. Raises ProjectProblem when `out` holds the scans
    or cannot be written.
    """
    out, began = plain(order.out), time.monotonic()
    found = list(asked_scans(order.paths, strict=order.strict))
    protect_originals(found, out)
    if order.to != "png":
        found = _as_stacks(found)
    with telling_of_output(out):
        out.mkdir(parents=True, exist_ok=True)
    names = file_names(found, order.names)
    return [
        _outcome(order, one, name, share_of(report, n, len(found), began))
        for n, (one, name) in enumerate(zip(found, names))
    ]


def masks_left(paths: Sequence[Path]) -> str:
    """A sentence on masks in these folders, which a search passes over; "" where there are none."""
    from lesionstudio.imaging.formats.folders import folders_in

    n = sum(len(folder.mask_names) for path in paths if path.is_dir() for folder in folders_in(path))
    text = ngettext("{n} mask was passed over; named as a file it is converted.",
                    "{n} masks were passed over; named as files they are converted.", n)  # fmt: skip
    return text if n else ""


def _outcome(order: ConvertOrder, found: FoundScan, name: str, report: Reporter) -> dict[str, Any]:
    path = place_of(found)
    try:
        return {"path": path, **_converted(order, found, name, report)}
    except LesionStudioError as problem:
        if order.strict or isinstance(problem, ProjectProblem):
            raise
        return {"path": path, "error": problem.message, "hint": problem.hint}


def _converted(order: ConvertOrder, found: FoundScan, name: str, report: Reporter) -> dict[str, Any]:
    if found.error:
        raise UnreadableFile(found.error, hint=found.hint)
    scan = read_scan(found.source)
    if not order.burned_in:
        hold_back(found.source, scan)
    made = TARGETS[order.to](scan, wanted_window(order.window, scan))
    places = made.places(plain(order.out), name, is_picture=scan.slices == 1 and found.kind == "image")
    if not order.overwrite:
        _check_free(places)
    written: Written = made.write(places, plain(order.out), report, found.name)
    facts = made.facts()
    return {
        "files": [str(file) for file in written.files],
        **facts,
        "lossless": facts["lossless"] and not written.notes,
        "notes": [*scan.notes, *_joined(found), *_about_hu(scan), *made.notes, *written.notes],
    }


def _as_stacks(found: Sequence[FoundScan]) -> list[FoundScan]:
    """Numbered pictures as volumes, where all are of one kind."""
    by_file = {one.source.files[0]: one for one in found}
    scans = []
    for one in stacks_of(found):
        files = one.source.files if one.source.format == "stack" else ()
        scans += [one] if len({_kind(by_file[file]) for file in files}) < 2 else [by_file[file] for file in files]
    return scans


def _kind(picture: FoundScan) -> tuple[Any, ...]:
    """The same for pictures whose values mean the same; of one that cannot be read its own."""
    try:
        scan = read_scan(picture.source)
    except UnreadableFile:
        return (picture.id,)
    return scan.dtype, scan.channels, scan.unit, scan.value_range, scan.value_window


def wanted_window(wanted: str, scan: Scan) -> Window | None:
    """The window that a preset's key or "LOW:HIGH" means for this scan; None for "".

    Raises LesionStudioError where it means none.
    """
    if not wanted:
        return None
    keys = list(dict.fromkeys([*(preset.key for preset in presets_for(scan)), "auto", "full"]))
    if wanted in keys:
        for k in range(scan.slices if wanted == "full" else 0):
            scan.slice(k)
        return preset_window(scan, wanted, scan.slices // 2)
    try:
        low, high = (float(end) for end in wanted.split(":"))
    except ValueError:
        low = high = 0.0
    if not low < high:
        raise LesionStudioError(
            _("{window} is no window for {name}.").format(window=wanted, name=scan.name),
            hint=_("Give {names}, or LOW:HIGH in the values of the scan.").format(names=", ".join(keys)),
        )
    return Window.between(low, high)


def _joined(found: FoundScan) -> list[str]:
    """Which pictures became one volume."""
    if found.source.format != "stack":
        return []
    files, text = found.source.files, _("{n} numbered pictures were joined, {first} to {last}.")
    return [text.format(n=len(files), first=files[0].name, last=files[-1].name)]


def _about_hu(scan: Scan) -> list[str]:
    try:
        offset = guessed_offset(scan, [scan.slices // 2])
    except UnreadableFile:  # that slice is named already
        return []
    return [] if offset is None else [hu_sentence(offset)]


def _check_free(places: Sequence[Path]) -> None:
    there = next((path for path in places if path.exists()), None)
    if there is not None:
        raise LesionStudioError(_("{path} is there already.").format(path=there), hint=_("--overwrite replaces it."))
