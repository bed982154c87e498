"""`lesionstudio info`: what files and folders hold, without showing anything of a patient but a hash."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesionstudio.errors import LesionStudioError, UnreadableFile
from lesionstudio.imaging.formats.names import is_mask_folder, is_mask_name, is_segment_name
from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.settings import data_folder
from lesionstudio.words import _
from lesionstudio.workflows.info_masks import mask_facts, segments_of

_RASTER_NAMES = {"jpg": "jpeg", "jp2": "jpeg2000", "j2k": "jpeg2000", "dib": "bmp"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One thing to tell of: a scan that was found, what a mask says, or a path that holds neither."""

    path: Path
    found: FoundScan | None = None
    error: LesionStudioError | None = None
    mask: dict[str, Any] | None = None


def describe(paths: Sequence[Path], strict: bool = False, report: Reporter = silent) -> list[dict[str, Any]]:
    """For each picture or volume in these files and folders what CLI.md's `info` lists, else {path, error, hint}.

    With `strict` the first file that cannot be read raises. The patient is a hash that means nothing elsewhere.
    """
    salt = _salt()
    asked = [one for path in paths for one in _in_path(Path(path), salt)]
    steps = Steps(report, len(asked))
    listed = []
    for one in asked:
        listed.append(_told(one, strict))
        steps.advance(message=one.path.name)
    return listed


def _in_path(path: Path, salt: str) -> Iterator[_Asked]:
    from lesionstudio.imaging.formats import find_scan, find_scans

    try:
        if not path.is_dir() and (mask := mask_facts(path, salt)) is not None:
            yield _Asked(path, mask=mask)
            return
        if not path.is_dir():
            yield _Asked(path, find_scan(path, salt=salt))
            return
        found = list(find_scans(path, salt=salt))
    except LesionStudioError as error:
        yield _Asked(path, error=error)
        return
    if not found:
        message = _("{name} holds no picture that can be read.").format(name=path.name)
        yield _Asked(
            path, error=UnreadableFile(message, hint=_("Masks are passed over; name their files to see them."))
        )
    yield from (_Asked(_place(one.source), one) for one in found)


def _told(one: _Asked, strict: bool) -> dict[str, Any]:
    try:
        if one.error is not None:
            raise one.error
        if one.mask is not None:
            return one.mask
        assert one.found is not None
        if one.found.error:
            raise UnreadableFile(one.found.error, hint=one.found.hint)
        return _facts(one.path, one.found)
    except LesionStudioError as error:
        if strict:
            raise
        return {"path": _absolute(one.path), "error": error.message, "hint": error.hint}


def _facts(path: Path, found: FoundScan) -> dict[str, Any]:
    from lesionstudio.imaging.choices import guessed_offset
    from lesionstudio.imaging.doubts import hu_sentence
    from lesionstudio.imaging.formats import read_scan

    scan = read_scan(found.source)
    geometry, window, offset = scan.geometry, scan.window, guessed_offset(scan, [scan.slices // 2])
    return {
        "path": _absolute(path),
        "name": found.name,
        "format": _format(found.source),
        "kind": "mask" if _is_mask(found.source) else found.kind,
        "shape": list(geometry.shape),
        "dtype": str(scan.dtype),
        "channels": scan.channels,
        "spacing_mm": list(geometry.spacing_mm) if geometry.has_spacing else None,
        "orientation": geometry.plane or None,
        "modality": scan.modality or None,
        "unit": scan.unit or None,
        "patient": found.patient or None,
        "frames": geometry.shape[0],
        "window": {"width": window.width, "level": window.level} if window else None,
        "hu_offset_guess": offset,
        "notes": [*scan.notes, *([] if offset is None else [hu_sentence(offset)])],
        **({"segments": segments_of(path)} if is_segment_name(path.name) else {}),
    }


def _absolute(path: Path) -> str:
    """The path from the root, without ".." in it; links stay as they are."""
    return os.path.normpath(path.absolute())


def _place(source: ScanSource) -> Path:
    """The file, or the folder of a series."""
    return source.files[0] if len(source.files) == 1 else source.files[0].parent


def _format(source: ScanSource) -> str:
    if source.format != "raster":
        return source.format
    ending = source.files[0].suffix.lower().lstrip(".")
    return _RASTER_NAMES.get(ending, ending or "raster")


def _is_mask(source: ScanSource) -> bool:
    file = source.files[0]
    return source.format != "dicom" and (is_mask_name(file.name) or is_mask_folder(file.parent.name))


def _salt() -> str:
    """A secret of this installation: the same patient has the same hash here, and nobody can guess back."""
    path = data_folder() / "salt"
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        fresh = secrets.token_hex(16)
    with suppress(OSError):  # where nothing can be kept, the hash holds for this call
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fresh, encoding="ascii")
    return fresh
