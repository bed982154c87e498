"""Writing DICOM-SEG: labels as segments that refer to the slices of the series they were drawn on.

What goes out of the patient: nothing but the alias given, unless all is asked for. The UIDs of study, series, images
and frame of reference stay: without them a mask belongs to nothing. Name, number, birth date, sex, the dates and the
description of the study and whoever sent the patient do not go out.
"""

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio import __version__
from lesionstudio.errors import GridMismatch, LesionStudioError
from lesionstudio.imaging.formats import dicom_series
from lesionstudio.imaging.formats.dicom_frames import frames_of
from lesionstudio.imaging.formats.dicom_header import Instance, read_instance, read_tags
from lesionstudio.imaging.formats.mask_kinds import Drawn
from lesionstudio.imaging.formats.segment_codes import Code, code_of
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.words import _

_NAME, _SERIES_NUMBER = "LesionStudio", 901
_REMOVED = "Patient and study replaced by an alias; UIDs kept, so that masks find their pictures"
_PLACE = (
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality",
    "FrameOfReferenceUID", "PositionReferenceIndicator", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing", "SliceThickness", "SpacingBetweenSlices", "Rows", "Columns", "NumberOfFrames",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "DimensionIndexSequence",
    "DimensionOrganizationSequence",
)  # fmt: skip
_PATIENT = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "PatientAge", "StudyDate",
    "StudyTime", "StudyID", "StudyDescription", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip
_NEEDED = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
           "StudyTime", "ReferringPhysicianName")  # fmt: skip


def write(
    path: Path, labels: NDArray[np.uint8], names: Mapping[int, str], colours: Mapping[int, str], drawn: Drawn | None
) -> None:
    """Writes labels (slice, row, column), whole or not at all: binary segments numbered from 1, one a name.

    Raises OSError; LesionStudioError where the scan is no DICOM series, GridMismatch where it has other slices.
    """
    if drawn is None or drawn.source.format != "dicom":
        raise LesionStudioError(
            _("A DICOM-SEG refers to a DICOM series, and this scan is none."),
            hint=_("Choose NIfTI or .seg.nrrd for it."),
        )
    slices = _slices(drawn.source)
    if len(slices) > 1 and not all(instance.position and instance.orientation for instance, _frame in slices):
        raise _lacking(path)
    if len(slices) != len(labels):
        text = _("The mask has {mask} slices, the series {scan}.")
        raise GridMismatch(text.format(mask=len(labels), scan=len(slices)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names of patients are in what is warned about
            logging.getLogger("highdicom").setLevel(logging.CRITICAL + 1)
            made = _made(labels, slices, names, colours, drawn)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise _lacking(path) from error
    with whole_file(path) as draft:
        made.save_as(draft, enforce_file_format=True)


def _lacking(path: Path) -> LesionStudioError:
    text = _("{name} cannot be written: the series lacks what a DICOM-SEG has to say of it.").format(name=path.name)
    return LesionStudioError(text, hint=_("Choose NIfTI or .seg.nrrd for it."))


def _slices(source: ScanSource) -> list[tuple[Instance, int]]:
    """The file and frame of each slice, in display order."""
    series = dicom_series.group(read_instance(file) for file in source.files)[0]
    if len(series.instances) > 1 or series.first.frames == 1:
        return [(instance, 0) for instance in series.instances]
    volume = frames_of(series.first)[int(source.part[1:]) if source.part else 0]
    return [(frame, frame.number - 1) for frame in volume.instances]


def _made(
    labels: NDArray[np.uint8],
    slices: Sequence[tuple[Instance, int]],
    names: Mapping[int, str],
    colours: Mapping[int, str],
    drawn: Drawn,
) -> Any:
    import highdicom
    from pydicom.uid import generate_uid

    numbers = sorted(names)
    segment_of = np.zeros(256, np.uint8)
    segment_of[numbers] = np.arange(1, len(numbers) + 1)
    instances = [instance for instance, _frame in slices]
    made = highdicom.seg.Segmentation(
        source_images=_sources(instances, drawn.alias),
        pixel_array=segment_of[labels],
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _segment(n, names[number], colours[number], drawn) for n, number in enumerate(numbers, 1)
        ],
        series_instance_uid=generate_uid(),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer=_NAME,
        manufacturer_model_name=_NAME,
        software_versions=__version__,
        device_serial_number="0",
        content_label="MASK",
        series_description="LesionStudio mask",
        specific_character_set="ISO_IR 192",
        **_places(instances),
    )
    if drawn.alias is not None:
        made.PatientIdentityRemoved, made.DeidentificationMethod = "YES", _REMOVED[:64]
    return made


def _sources(slices: Sequence[Instance], alias: str | None) -> list[Any]:
    """The headers of the series, one a file; all of one orientation: some differ in the last digits."""
    headers = [_described(file, alias) for file in dict.fromkeys(instance.path for instance in slices)]
    for header in headers:
        for keyword in ("ImageOrientationPatient", "PixelSpacing"):
            if keyword in headers[0] and keyword in header:
                setattr(header, keyword, headers[0].get(keyword))
    return headers


def _described(file: Path, alias: str | None) -> Any:
    """What of a source file goes into the mask: its place and UIDs, and of the patient what was asked for."""
    with file.open("rb") as stream:
        header = read_tags(stream, [*_PLACE, *(_PATIENT if alias is None else ())])
    for keyword in _NEEDED:
        if keyword not in header:
            setattr(header, keyword, "")
    if alias is not None:
        header.PatientID, header.PatientName = alias, alias
    return header


def _segment(number: int, name: str, colour: str, drawn: Drawn) -> Any:
    import highdicom

    category, kind = (_coded(code) for code in code_of(name))
    way = "AUTOMATIC" if drawn.by_itself else "SEMIAUTOMATIC" if drawn.model else "MANUAL"
    algorithm = None
    if drawn.model:
        family = _coded(Code("123109", "Artificial Intelligence", "DCM"))
        algorithm = highdicom.AlgorithmIdentificationSequence(drawn.model[:64], family, __version__)
    return highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=" ".join(name.replace("\\", " ").split())[:64],
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type=way,
        algorithm_identification=algorithm,
        display_color=highdicom.color.CIELabColor.from_string(colour),
    )


def _coded(code: Code) -> Any:
    from pydicom.sr.coding import Code as DicomCode

    return DicomCode(code.value, code.scheme, code.meaning)


def _places(slices: Sequence[Instance]) -> dict[str, Any]:
    """How large a pixel is and, of frames of one file, where they lie; nothing where the file does not say."""
    import highdicom

    first = slices[0]
    if not all(one.position and one.orientation and one.spacing for one in slices):
        return {}
    between = first.between or None
    measures = highdicom.PixelMeasuresSequence(first.spacing, first.thickness or between or 1.0, between)
    if len(slices) == 1 or slices[1].path != first.path:
        return {"pixel_measures": measures}
    return {
        "pixel_measures": measures,
        "plane_positions": [highdicom.PlanePositionSequence("PATIENT", one.position) for one in slices],
        "plane_orientation": highdicom.PlaneOrientationSequence("PATIENT", first.orientation),
    }
