"""`lesionstudio convert`: scans of any format as PNG, a picture a slice, so that nothing is lost where that can be."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lesionstudio.errors import LesionStudioError, ProjectProblem, UnreadableFile
from lesionstudio.imaging.choices import guessed_offset
from lesionstudio.imaging.doubts import hu_sentence
from lesionstudio.imaging.formats import FoundScan, read_scan
from lesionstudio.imaging.formats.png import write_picture
from lesionstudio.imaging.formats.png_storage import PngStorage, all_values, in_window
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, preset_window, presets_for
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.storage import file_name, make_folders, telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.asked_scans import asked_scans, place_of, plain, protect_originals, share_of
from lesionstudio.workflows.export_files import original_names


@dataclass(frozen=True, slots=True)
class ConvertOrder:
    """What to convert, to what kind of file, and where the files go.

    `window` is a preset's key, or "LOW:HIGH" in the values of the scan: 8-bit pictures in that window; "": all values.
    """

    paths: Sequence[Path]
    out: Path
    to: Literal["png"] = "png"
    window: str = ""
    overwrite: bool = False
    strict: bool = False


def convert_files(order: ConvertOrder, report: Reporter = silent) -> list[dict[str, Any]]:
    """Writes each slice of every scan in these files and folders as `name_0001.png`, a picture of one slice `name.png`.

    Slices are counted as they are displayed, an axial scan's from the head down. For each scan {"path", "files",
    "lossless", "unit", "offset", "window", "notes"}: `offset` is what was added to the values (null where they stand as
    they were), `window` what is shown black and white; or {"path", "error", "hint"}; with `strict` the first failure
    raises. Raises ProjectProblem when `out` holds the scans or cannot be written.
    """
    out, began = plain(order.out), time.monotonic()
    found = list(asked_scans(order.paths, strict=order.strict))
    protect_originals(found, out)
    with telling_what_fails(out):
        out.mkdir(parents=True, exist_ok=True)
    names = original_names(found)
    return [
        _outcome(order, one, name, share_of(report, n, len(found), began))
        for n, (one, name) in enumerate(zip(found, names))
    ]


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
    places = _places(order, name, found, scan.slices)
    if not order.overwrite:
        _check_free(places)
    window = wanted_window(order.window, scan)
    storage = all_values(scan) if window is None else in_window(scan, window)
    steps = Steps(report, scan.slices, found.name)
    files, unread = [], {}
    for k, path in enumerate(places):
        try:
            _write(scan, k, storage, path, plain(order.out))
            files.append(str(path))
        except UnreadableFile as problem:
            unread[k] = problem
        steps.advance()
    if not files:
        raise next(iter(unread.values()))
    left_out = [_("Slice {k} was left out: {reason}").format(k=k + 1, reason=why.message) for k, why in unread.items()]
    return {"files": files, **_facts(storage), "notes": [*scan.notes, *_about_hu(scan), *storage.notes, *left_out]}


def _write(scan: Scan, k: int, storage: PngStorage, path: Path, out: Path) -> None:
    pixels = storage.stored(scan.slice(k))
    make_folders(path.parent, out)
    with telling_what_fails(path):
        write_picture(path, pixels, storage.meaning.to_texts())


def wanted_window(wanted: str, scan: Scan) -> Window | None:
    """The window that a preset's key or "LOW:HIGH" means for this scan; None for "".

    Raises LesionStudioError where it means none.
    """
    if not wanted:
        return None
    keys = [preset.key for preset in presets_for(scan)]
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


def _facts(storage: PngStorage) -> dict[str, Any]:
    meaning, window = storage.meaning, storage.meaning.window
    return {
        "lossless": storage.is_lossless,
        "unit": meaning.unit or None,
        "offset": meaning.offset,
        "window": [window.low, window.high] if window else None,
    }


def _about_hu(scan: Scan) -> list[str]:
    offset = guessed_offset(scan, [scan.slices // 2])
    return [] if offset is None else [hu_sentence(offset)]


def _places(order: ConvertOrder, name: str, found: FoundScan, slices: int) -> list[Path]:
    is_picture = slices == 1 and found.kind == "image"
    names = [name] if is_picture else [f"{name}_{k + 1:04d}" for k in range(slices)]
    return [plain(order.out) / file_name(one, f".{order.to}") for one in names]


def _check_free(places: Sequence[Path]) -> None:
    there = next((path for path in places if path.exists()), None)
    if there is not None:
        raise LesionStudioError(_("{path} is there already.").format(path=there), hint=_("--overwrite replaces it."))
