"""What is to be said of a DICOM series: loss, gaps, images at one place, uneven spacing, gantry tilt."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats.dicom_header import Instance
from lesionstudio.words import _, number

_SAME_PLACE_MM = 1e-3


def notes_on(ordered: Sequence[Instance], places: NDArray[np.float64] | None) -> tuple[str, ...]:
    """Sentences about a sorted series; `places`: how far each image lies along the normal, None where nobody knows."""
    notes = []
    if any(instance.lossy for instance in ordered):
        notes.append(_("The pictures were compressed with loss."))
    if ordered[0].at_detector:
        notes.append(_("The pixel size is that at the detector, not in the patient."))
    if places is not None and len(ordered) > 1:
        notes += _spacing_notes(places)
        notes += _tilt_note(ordered, places)
    return tuple(notes)


def _spacing_notes(places: NDArray[np.float64]) -> list[str]:
    steps = np.diff(places)
    same = int((steps < _SAME_PLACE_MM).sum())
    if same:
        text = _("{n} images lie at the place of another and are told apart by nothing but their number.")
        return [text.format(n=number(same))]
    usual = float(np.median(steps))
    notes = []
    for k in np.flatnonzero(steps > 1.5 * usual)[:3]:
        text = _("Slices may be missing between {first} and {second}: {gap} mm instead of {usual} mm.")
        gap, one, two = number(steps[k], 1), number(k + 1), number(k + 2)
        notes.append(text.format(first=one, second=two, gap=gap, usual=number(usual, 1)))
    for k in np.flatnonzero(steps < 0.5 * usual)[:3]:
        text = _("Slices {first} and {second} are only {gap} mm apart.")
        notes.append(text.format(first=number(k + 1), second=number(k + 2), gap=number(steps[k], 3)))
    return notes


def _tilt_note(ordered: Sequence[Instance], places: NDArray[np.float64]) -> list[str]:
    way = np.subtract(ordered[-1].position, ordered[0].position)
    length = float(np.linalg.norm(way))
    if length < _SAME_PLACE_MM or places[-1] <= places[0]:
        return []
    tilt = float(np.degrees(np.arccos(np.clip((places[-1] - places[0]) / length, -1, 1))))
    return [_("The slices are tilted by {angle}° (gantry tilt).").format(angle=number(tilt, 1))] if tilt > 1 else []
