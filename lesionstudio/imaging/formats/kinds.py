"""Which format a file is of, told by its first bytes; by its name only where they say nothing."""

from pathlib import Path

from lesionstudio.imaging.formats.source import Format

_RASTER_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51")
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NRRD_STARTS = tuple(b"NRRD000%d" % version for version in range(1, 6))
_BY_ENDING: dict[str, Format] = {
    ".png": "raster", ".jpg": "raster", ".jpeg": "raster", ".bmp": "raster", ".webp": "raster", ".jp2": "raster",
    ".j2k": "raster", ".tif": "tiff", ".tiff": "tiff", ".dcm": "dicom", ".dicom": "dicom", ".ima": "dicom",
    ".nrrd": "nrrd", ".nhdr": "nrrd", ".mha": "metaimage", ".mhd": "metaimage",
    ".nii": "nifti", ".hdr": "nifti", ".img": "nifti", ".mgz": "nifti", ".mgh": "nifti",
}  # fmt: skip
_VALUE_TYPES = {
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"OB", b"OW", b"PN", b"SH", b"SL", b"SQ",
    b"SS", b"ST", b"TM", b"UI", b"UL", b"UN", b"US", b"UT",
}  # fmt: skip
_NEEDED = 352


def format_of(path: Path) -> Format | None:
    """The format that reads this file, or None where none does. Raises OSError."""
    with path.open("rb") as file:
        return format_of_start(file.read(_NEEDED), path.name)


def format_of_start(start: bytes, name: str) -> Format | None:
    """The format of a file that starts like this. A DICOM file may have a TIFF header in its preamble."""
    lower = name.lower()
    if start[128:132] == b"DICM":
        return "dicom"
    if lower.endswith((".nii.gz", ".img.gz")) or start[344:348] in (b"n+1\0", b"ni1\0") or start[4:8] == b"n+2\0":
        return "nifti"
    if start.startswith(_NRRD_STARTS):
        return "nrrd"
    if start.startswith(_TIFF_STARTS):
        return "tiff"
    if start.startswith(_RASTER_STARTS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return "raster"
    ending = _BY_ENDING.get("." + lower.rpartition(".")[2]) if "." in lower else None
    return ending or ("dicom" if _starts_with_an_element(start) else None)


def _starts_with_an_element(start: bytes) -> bool:
    """Whether a file without preamble starts with a DICOM element of group 2 or 8."""
    if len(start) < 16:
        return False
    if start[4:6] in _VALUE_TYPES and start[:2] in (b"\x02\0", b"\x08\0", b"\0\x02", b"\0\x08"):
        return True
    is_low = start[:2] in (b"\x02\0", b"\x08\0") and start[3] == 0
    return is_low and int.from_bytes(start[4:8], "little") < 256
