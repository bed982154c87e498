"""Which DICOM files make one scan, in which order, and what is to be said about them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats.dicom_header import Instance
from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.formats.source import hashed
from lesionstudio.words import _, ngettext, number, size

_SAME_DIRECTION = 0.9995
_SAME_PLACE_MM = 1e-3
_LAST_TYPES = ("LOCALIZER", "SURVIEW", "SCREEN", "DOSE_INFO", "PATIENT_INFO", "SCOUT")
_LAST_WORDS = re.compile(r"\b(scout|localizer|localiser|topogram|scano\w*|surview|survey|dose report)\b", re.IGNORECASE)
_RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"


@dataclass(frozen=True, slots=True)
class Series:
    """The files of one scan in display order. `apart` tells it from others of its series; "" where it is alone."""

    instances: tuple[Instance, ...]
    apart: str
    key: str
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> Instance:
        """The file that is shown first; all others agree with it in size, kind and orientation."""
        return self.instances[0]

    @property
    def id(self) -> str:
        """A name for the scan that says nothing of the patient."""
        return hashed(self.key, length=20)

    @property
    def name(self) -> str:
        """What the list calls it."""
        first = self.first
        numbered = _("Series {number}").format(number=first.series_number) if first.series_number else ""
        known = first.description or numbered or _("{modality} series").format(modality=first.modality or "DICOM")
        return f"{known}, {self.apart}" if self.apart else known

    @property
    def comes_last(self) -> bool:
        """Localizers, dose reports and screen captures: listed after everything else, not segmented unless asked."""
        first = self.first
        marked = any(mark in part for part in first.image_type for mark in _LAST_TYPES)
        captured = first.burned_in or (first.samples >= 3 and first.modality in ("CT", "MR", "PT"))
        return marked or captured or first.sop_class == _RT_DOSE or bool(_LAST_WORDS.search(first.description))


def group(instances: Iterable[Instance]) -> list[Series]:
    """The scans that these files make, each sorted, in the order of series number and name.

    One SeriesInstanceUID is split by matrix, kind of pixels and orientation; where images lie at the same place also
    by echo, b-value, time and image type. A file with several frames is a scan of its own.
    """
    by_uid: dict[str, list[Instance]] = {}
    for instance in instances:
        by_uid.setdefault(f"{instance.study_uid}/{instance.series_uid}", []).append(instance)
    series = [made for members in by_uid.values() for made in _split(members)]
    return sorted(series, key=lambda one: (_sort_number(one.first.series_number), one.name, one.key))


def normal_of(instance: Instance) -> NDArray[np.float64] | None:
    """Unit vector across the slice in LPS, or None where the file has no sound orientation."""
    if not instance.orientation or not instance.position:
        return None
    across = np.cross(instance.orientation[:3], instance.orientation[3:])
    length = float(np.linalg.norm(across))
    return across / length if length > 0.5 else None


def display_normal(instance: Instance) -> NDArray[np.float64] | None:
    """The normal, pointing to where the slices go on the screen: to the feet, to the back, or to the patient's left."""
    normal = normal_of(instance)
    if normal is None:
        return None
    ways = np.array([1.0, 1.0, -1.0])  # LPS: left, posterior, and down to inferior
    axis = int(np.argmax(np.abs(normal)))
    return normal if normal[axis] * ways[axis] > 0 else -normal


def places_mm(instances: Sequence[Instance]) -> NDArray[np.float64] | None:
    """How far each lies along the first one's display normal; None where one of them has no place."""
    normal = display_normal(instances[0])
    if normal is None or not all(instance.position for instance in instances):
        return None
    places: NDArray[np.float64] = np.array([instance.position for instance in instances]) @ normal
    return places


def _split(members: list[Instance]) -> list[Series]:
    unique, doubles = _without_copies(members)
    groups: list[list[Instance]] = []
    for instance in unique:
        home = next((g for g in groups if instance.frames == 1 and _belong(g[0], instance)), None)
        if home is None:
            groups.append([instance])
        else:
            home.append(instance)
    groups = [part for one in groups for part in _split_repeats(one)]
    copies = (ngettext("{n} file is a copy and left out.", "{n} files are copies and left out.", doubles),)
    return [_series(one, groups, copies if doubles else ()) for one in groups]


def _series(one: list[Instance], groups: list[list[Instance]], copies: tuple[str, ...]) -> Series:
    ordered = _in_order(one)
    first = ordered[0]
    apart = _difference(first, [other[0] for other in groups if other is not one])
    facts = (first.series_uid, *_identity(first), first.sop_uid if first.frames > 1 else "")
    series = Series(tuple(ordered), apart, repr((*facts, apart if len(groups) > 1 else "")))
    return replace(series, notes=(*copies, *_notes(ordered)))


def _identity(instance: Instance) -> tuple[Any, ...]:
    return (instance.rows, instance.columns, *(round(value, 1) + 0.0 for value in instance.orientation))


def _without_copies(members: list[Instance]) -> tuple[list[Instance], int]:
    seen: dict[str, Instance] = {}
    for instance in members:
        seen.setdefault(instance.sop_uid or str(instance.path), instance)
    return list(seen.values()), len(members) - len(seen)


def _belong(one: Instance, other: Instance) -> bool:
    """Whether both could be slices of one volume, wherever they lie."""
    if (
        _pixel_kind(one) != _pixel_kind(other)
        or bool(one.orientation) != bool(other.orientation)
        or len(one.spacing) != len(other.spacing)
    ):
        return False
    if ("LOCALIZER" in one.image_type) != ("LOCALIZER" in other.image_type):
        return False
    if one.spacing and not np.allclose(one.spacing, other.spacing, rtol=1e-3):
        return False
    if not one.orientation:
        return True
    along = [np.dot(one.orientation[n : n + 3], other.orientation[n : n + 3]) for n in (0, 3)]
    return bool(min(along) > _SAME_DIRECTION)


def _pixel_kind(instance: Instance) -> tuple[Any, ...]:
    in_palette = instance.photometric == "PALETTE COLOR"
    return instance.rows, instance.columns, instance.samples, instance.bits_allocated, instance.frames, in_palette


def _split_repeats(members: list[Instance]) -> list[list[Instance]]:
    """Several images at one place are taken apart by what the files say about them, as far as that goes."""
    for tell in ("echo_ms", "b_value", "time", "image_type"):
        if not _repeats(members):
            break
        values = list(dict.fromkeys(getattr(instance, tell) for instance in members))
        if len(values) > 1:
            parts = [[i for i in members if getattr(i, tell) == value] for value in values]
            return [finer for part in parts for finer in _split_repeats(part)]
    return [members]


def _repeats(members: list[Instance]) -> bool:
    places = places_mm(members)
    return places is not None and len(members) > 1 and bool(np.diff(np.sort(places)).min() < _SAME_PLACE_MM)


def _in_order(members: list[Instance]) -> list[Instance]:
    """By place, then by the number in the file; by number alone where the files have no place."""
    places = places_mm(members)
    rounded = np.zeros(len(members)) if places is None else np.round(places / _SAME_PLACE_MM)
    keys = [(rounded[n], one.number, natural_key(one.path.name)) for n, one in enumerate(members)]
    return [members[n] for n in sorted(range(len(members)), key=keys.__getitem__)]


def _difference(first: Instance, others: list[Instance]) -> str:
    """What sets the scan apart from the others of its series."""
    parts = []
    if any(_plane(first) != _plane(other) for other in others):
        parts.append(_plane(first))
    if any((first.rows, first.columns) != (other.rows, other.columns) for other in others):
        parts.append(size(first.columns, first.rows))
    for tell, text in (("echo_ms", _("TE {value}")), ("b_value", _("b {value}")), ("time", _("time {value}"))):
        if any(getattr(first, tell) != getattr(other, tell) for other in others):
            parts.append(text.format(value=getattr(first, tell) or "?"))
    if any(first.image_type != other.image_type for other in others) and not parts:
        parts.append(" ".join(first.image_type[2:]).lower() or _("other kind"))
    if others and (not parts or first.frames > 1):
        parts.append(str(first.number))
    return ", ".join(part for part in parts if part)


def _plane(instance: Instance) -> str:
    normal = normal_of(instance)
    planes = (_("sagittal"), _("coronal"), _("axial"))
    return planes[int(np.argmax(np.abs(normal)))] if normal is not None else ""


def _notes(ordered: list[Instance]) -> tuple[str, ...]:
    notes = []
    if any(instance.lossy for instance in ordered):
        notes.append(_("The pictures were compressed with loss."))
    if ordered[0].at_detector:
        notes.append(_("The pixel size is that at the detector, not in the patient."))
    places = places_mm(ordered)
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


def _tilt_note(ordered: list[Instance], places: NDArray[np.float64]) -> list[str]:
    way = np.subtract(ordered[-1].position, ordered[0].position)
    length = float(np.linalg.norm(way))
    if length < _SAME_PLACE_MM or places[-1] <= places[0]:
        return []
    tilt = float(np.degrees(np.arccos(np.clip((places[-1] - places[0]) / length, -1, 1))))
    return [_("The slices are tilted by {angle}° (gantry tilt).").format(angle=number(tilt, 1))] if tilt > 1 else []


def _sort_number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() and len(text) < 12 else 1 << 40
