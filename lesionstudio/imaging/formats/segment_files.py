"""Masks whose segments have names: DICOM-SEG, RTSTRUCT, segmentations of 3D Slicer and label fields of Amira."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import amira, dicom_seg, rtstruct
from lesionstudio.imaging.formats.kinds import format_of_start
from lesionstudio.imaging.formats.source import hashed
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import Segment, Segmentation
from lesionstudio.words import _

SegmentKind = Literal["dicom-seg", "rtstruct", "seg-nrrd", "amira"]
_SURFACES = "1.2.840.10008.5.1.4.1.1.66.5"
_START_BYTES = 352


def kind_of(path: Path) -> SegmentKind | None:
    """Which of these a file is, told by its content; None where it is none of them. Raises OSError."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if start.startswith(amira.STARTS):
        return "amira"
    kind = format_of_start(start, path.name)
    if kind == "nrrd":
        from lesionstudio.imaging.formats import nrrd, seg_nrrd

        return "seg-nrrd" if seg_nrrd.has_segments(nrrd.read_header(path).texts) else None
    return _kind_of_dicom(path) if kind == "dicom" else None


def read(path: Path, on: Scan | Geometry) -> Segmentation | None:
    """The segments on the scan's grid; None where the file is of another kind. Raises UnreadableFile, GridMismatch."""
    kind, geometry = kind_of(path), on.geometry if isinstance(on, Scan) else on
    if kind == "dicom-seg":
        return dicom_seg.read(path, geometry)
    if kind == "rtstruct":
        return rtstruct.read(path, on)
    if kind == "amira":
        return amira.read(path, geometry)
    if kind == "seg-nrrd":
        from lesionstudio.imaging.formats import seg_nrrd

        return seg_nrrd.read(path, geometry)
    return None


def segments(path: Path) -> tuple[Segment, ...]:
    """What the segments of such a file are called; none where it is of another kind."""
    kind = kind_of(path)
    if kind == "seg-nrrd":
        from lesionstudio.imaging.formats import seg_nrrd

        return seg_nrrd.segments(path)
    readers = {"dicom-seg": dicom_seg.segments, "rtstruct": rtstruct.segments, "amira": amira.segments}
    return readers[kind](path) if kind in readers else ()


@dataclass(frozen=True, slots=True)
class MaskFacts:
    """What the header of such a file says. `shape` is () for contours, which have none; `patient` a salted hash."""

    kind: SegmentKind
    shape: tuple[int, ...] = ()
    modality: str = ""
    patient: str = ""


def facts(path: Path, salt: str) -> MaskFacts | None:
    """What is known of such a file without its voxels; None where it is of another kind."""
    kind = kind_of(path)
    if kind is None:
        return None
    if kind == "amira":
        return MaskFacts(kind, amira.shape(path))
    if kind == "seg-nrrd":
        from lesionstudio.imaging.formats import nrrd

        return MaskFacts(kind, nrrd.read_header(path).geometry.shape)
    return _facts_of_dicom(path, kind, salt)


def _facts_of_dicom(path: Path, kind: SegmentKind, salt: str) -> MaskFacts:
    from lesionstudio.imaging.formats.dicom_header import read_tags

    with path.open("rb") as file:
        head = read_tags(file, ["PatientID", "PatientName", "Modality", "NumberOfFrames", "Rows", "Columns"])
    lengths = tuple(int(head.get(key) or 0) for key in ("NumberOfFrames", "Rows", "Columns"))
    patient = "\n".join(str(head.get(key, "")) for key in ("PatientID", "PatientName")).strip()
    return MaskFacts(kind, lengths if kind == "dicom-seg" else (), str(head.get("Modality", "")), hashed(patient, salt))


def _kind_of_dicom(path: Path) -> SegmentKind | None:
    from lesionstudio.imaging.formats.dicom_header import read_tags

    with path.open("rb") as file:
        sop_class = str(read_tags(file, ["SOPClassUID"]).get("SOPClassUID", ""))
    if sop_class == _SURFACES:
        message = _("{name} holds surfaces, no voxels or contours.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Save it as a DICOM segmentation in the program it came from."))
    if sop_class in dicom_seg.CLASSES:
        return "dicom-seg"
    return "rtstruct" if sop_class == rtstruct.CLASS else None
