"""A second reader of DICOM-SEG, written from the standard's attributes (PS3.3 A.51, C.8.20): where each marked voxel
lies in the patient. It shares nothing with the program's own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ReadSegment:
    """One segment: its marked voxels' places in RAS+ mm, and the images its frames say they were drawn on."""

    label: str
    places_mm: NDArray[np.float64]
    drawn_on: tuple[str, ...]


def read_seg(path: Path) -> list[ReadSegment]:
    """The segments of a BINARY segmentation in the order of their numbers."""
    dataset = pydicom.dcmread(path)
    assert (dataset.Modality, dataset.SegmentationType) == ("SEG", "BINARY")
    assert (dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.SamplesPerPixel) == (1, 1, 0, 1)
    size = (dataset.NumberOfFrames, dataset.Rows, dataset.Columns)
    bits = np.unpackbits(np.frombuffer(dataset.PixelData, np.uint8), bitorder="little")[: int(np.prod(size))]
    frames = bits.reshape(size)
    return [_segment(dataset, frames, one) for one in dataset.SegmentSequence]


def _segment(dataset: pydicom.Dataset, frames: NDArray[np.uint8], described: pydicom.Dataset) -> ReadSegment:
    places, drawn_on = [np.zeros((0, 3))], []
    shared = dataset.SharedFunctionalGroupsSequence[0]
    for pixels, own in zip(frames, dataset.PerFrameFunctionalGroupsSequence):
        identified = (own if "SegmentIdentificationSequence" in own else shared).SegmentIdentificationSequence[0]
        if identified.ReferencedSegmentNumber == described.SegmentNumber:
            places.append(_places_mm(shared, own, pixels))
            for derived in own.get("DerivationImageSequence", []):
                drawn_on += [source.ReferencedSOPInstanceUID for source in derived.SourceImageSequence]
    return ReadSegment(str(described.SegmentLabel), np.concatenate(places), tuple(drawn_on))


def _places_mm(shared: pydicom.Dataset, own: pydicom.Dataset, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """PS3.3 C.7.6.2.1.1: position + column * spacing * row direction + row * spacing * column direction, in LPS."""
    orientation = (own if "PlaneOrientationSequence" in own else shared).PlaneOrientationSequence[0]
    measures = (own if "PixelMeasuresSequence" in own else shared).PixelMeasuresSequence[0]
    along_row, along_column = np.array(orientation.ImageOrientationPatient, float).reshape(2, 3)
    row_mm, column_mm = (float(length) for length in measures.PixelSpacing)
    origin = np.array(own.PlanePositionSequence[0].ImagePositionPatient, float)
    rows, columns = np.nonzero(pixels)
    lps = origin + columns[:, None] * column_mm * along_row + rows[:, None] * row_mm * along_column
    return lps * (-1, -1, 1)
