"""The kinds of file that masks are written as, and what one that refers to its scan says of it."""

from dataclasses import dataclass
from typing import Literal

from lesionstudio.imaging.formats.source import ScanSource

MaskFormat = Literal["png", "tiff", "nifti", "nrrd", "seg-nrrd", "dicom-seg"]
ENDINGS: dict[MaskFormat, str] = {
    "png": ".png",
    "tiff": ".tif",
    "nifti": ".nii.gz",
    "nrrd": ".nrrd",
    "seg-nrrd": ".seg.nrrd",
    "dicom-seg": ".dcm",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a DICOM-SEG says besides its labels: the scan it was drawn on, what the patient is called, who marked.

    `alias`: the patient's name and number in the file; None leaves all that the scan says of patient and study.
    `model`: what made the marks, "" where a person did; `by_itself`: nobody has looked at them.
    """

    source: ScanSource
    alias: str | None = ""
    model: str = ""
    by_itself: bool = False
