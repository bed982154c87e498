"""What `info` tells of masks that are no pictures: DICOM-SEG, RTSTRUCT and label fields of Amira."""

import os
from pathlib import Path
from typing import Any

_NO_PICTURE = ("dicom-seg", "rtstruct", "amira")


def mask_facts(path: Path, salt: str) -> dict[str, Any] | None:
    """The entry of such a file; None for every other one. Raises UnreadableFile.

    `shape` counts the frames of a DICOM-SEG, in their file's order; contours have neither shape nor spacing.
    """
    from lesionstudio.imaging.formats import facts_of_mask

    found = facts_of_mask(path, salt)
    if found is None or found.kind not in _NO_PICTURE:
        return None
    return {
        "path": os.path.normpath(path.absolute()),
        "name": path.stem,
        "format": found.kind,
        "kind": "mask",
        "shape": list(found.shape) if found.shape else None,
        "dtype": "uint8" if found.shape else None,
        "channels": 1,
        "spacing_mm": None,
        "orientation": None,
        "modality": found.modality or None,
        "unit": None,
        "patient": found.patient or None,
        "frames": found.shape[0] if found.shape else None,
        "window": None,
        "hu_offset_guess": None,
        "notes": [],
        "segments": segments_of(path),
    }


def segments_of(path: Path) -> list[dict[str, Any]]:
    """Number, name and colour of each segment a mask's file tells of; none of a mask of another kind."""
    from lesionstudio.imaging.formats import segments_in

    return [{"number": one.number, "name": one.name, "colour": one.colour or None} for one in segments_in(path)]
