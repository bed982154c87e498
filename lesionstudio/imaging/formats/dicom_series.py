"""Which DICOM files make one scan, in which order, and what is to be said about them."""

import filecmp
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats.dicom_header import Instance
from lesionstudio.imaging.formats.dicom_notes import notes_on
from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.formats.source import hashed
from lesionstudio.words import _, ngettext, size

_SAME_DIRECTION = 0.9995
_TELLS = ("echo_ms", "b_value", "time", "image_type")
_FINER_TELLS = ("acquisition", "trigger_ms", "folder")
_SAME_PLACE_MM = 1e-3
_LAST_TYPES = ("LOCALIZER", "SURVIEW", "SCREEN", "DOSE_INFO", "PATIENT_INFO", "SCOUT")
_LAST_WORDS = re.compile(r"\b(scout|localizer|localiser|topogram|scano\w*|surview|survey|dose report)\b", re.IGNORECASE)
_RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"


@dataclass(frozen=True, slots=True)
class Series:
    """The files of one scan in display order. `apart` tells it from others of its series; "" where it is alone.

    `is_aside`: a single image across a stack of others in its series: a localizer that does not say so.
    """

    instances: tuple[Instance, ...]
    apart: str
    key: str
    notes: tuple[str, ...] = ()
    is_aside: bool = False

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
        return (
            self.is_aside
            or marked
            or captured
            or first.sop_class == _RT_DOSE
            or bool(_LAST_WORDS.search(first.description))
        )


def group(instances: Iterable[Instance]) -> list[Series]:
    """The scans that these files make, each sorted: studies in the order they came, then by series number and name.

    Files of one series may lie in several folders. One SeriesInstanceUID is split by matrix, kind of pixels and
    orientation; where images lie at the same place also by echo, b-value, time and image type, and by acquisition,
    trigger time or folder where that tells all of them apart. A file with several frames is a scan of its own.
    """
    by_uid: dict[tuple[str, ...], list[Instance]] = {}
    for instance in instances:
        by_uid.setdefault(uid_of(instance), []).append(instance)
    studies = {uid[:2]: n for n, uid in reversed(list(enumerate(by_uid)))}
    series = [made for members in by_uid.values() for made in _split(members)]
    return sorted(series, key=lambda one: (studies[uid_of(one.first)[:2]], *_place_in_study(one)))


def uid_of(instance: Instance) -> tuple[str, ...]:
    """Patient, study and series of a file; where it names no series the files of its folder belong together."""
    series = instance.series_uid or str(instance.path.parent)
    return instance.patient, instance.study_uid, series


def _place_in_study(series: Series) -> tuple[int, str, str]:
    return _sort_number(series.first.series_number), series.name, series.key


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
    parts = [part for one in groups for part in _split_repeats(one)]
    copies = (ngettext("{n} file is a copy and left out.", "{n} files are copies and left out.", doubles),)
    return [_series(one, parts, copies if doubles else ()) for one in parts]


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """Files that make one scan; `told`: what took them apart from others at the same place."""

    members: list[Instance]
    told: tuple[str, ...] = ()

    @property
    def first(self) -> Instance:
        return self.members[0]


def _series(part: _Part, parts: list[_Part], copies: tuple[str, ...]) -> Series:
    ordered = _in_order(part.members)
    first, others = ordered[0], [other for other in parts if other is not part]
    apart = _difference(first, part.told, [other.first for other in others])
    folders = list(dict.fromkeys(one.first.path.parent for one in parts))
    facts = (first.series_uid, *_identity(first), first.sop_uid if first.frames > 1 else "")
    words = ", ".join(word for tell in apart if (word := _in_words(tell, first, folders)))
    series = Series(tuple(ordered), words, repr((*facts, *(_fact(first, tell, folders) for tell in apart))))
    across = any(len(other.members) > 2 and _fact(other.first, "plane") != _fact(first, "plane") for other in others)
    is_aside = len(ordered) == first.frames == 1 and across
    return replace(series, is_aside=is_aside, notes=(*copies, *notes_on(ordered, places_mm(ordered))))


def _identity(instance: Instance) -> tuple[Any, ...]:
    return (instance.rows, instance.columns, *(round(value, 1) + 0.0 for value in instance.orientation))


def _without_copies(members: list[Instance]) -> tuple[list[Instance], int]:
    """Files that are not the same image once more; some programs give all images one name, so the place counts too."""
    seen: dict[tuple[Any, ...], Instance] = {}
    alike: dict[tuple[Path, Path], bool] = {}
    for one in members:
        what: tuple[Any, ...] = (one.sop_uid or str(one.path), one.position, one.number, one.echo_ms, one.b_value,
                                 one.rows, one.columns, one.frames)  # fmt: skip
        kept = seen.setdefault(what, one)
        if kept is not one and not _is_copy(kept.path, one.path, alike):
            seen[(*what, one.path.parent)] = one
    return list(seen.values()), len(members) - len(seen)


def _is_copy(kept: Path, other: Path, alike: dict[tuple[Path, Path], bool]) -> bool:
    """Whether a file of one name holds the same; looked at in one pair of files for any two folders."""
    folders = kept.parent, other.parent
    if folders[0] == folders[1]:
        return True
    if folders not in alike:
        alike[folders] = filecmp.cmp(kept, other, shallow=False)
    return alike[folders]


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
    if any(abs(a - b) > 1e-3 * b for a, b in zip(one.spacing, other.spacing)):
        return False
    if one.orientation == other.orientation:
        return True
    along = [sum(one.orientation[k] * other.orientation[k] for k in range(n, n + 3)) for n in (0, 3)]
    return min(along) > _SAME_DIRECTION


def _pixel_kind(instance: Instance) -> tuple[Any, ...]:
    in_palette = instance.photometric == "PALETTE COLOR"
    return instance.rows, instance.columns, instance.samples, instance.bits_allocated, instance.frames, in_palette


def _split_repeats(members: list[Instance], told: tuple[str, ...] = ()) -> list[_Part]:
    """Several images at one place are taken apart by what the files say about them, as far as that goes."""
    most = _most_at_a_place(members)
    for tell in (*_TELLS, *_FINER_TELLS) if most > 1 else ():
        parts: dict[Any, list[Instance]] = {}
        for one in members:
            parts.setdefault(_told(one, tell), []).append(one)
        tells_all = len(parts) == most and all(_most_at_a_place(part) == 1 for part in parts.values())
        if len(parts) > 1 and (tell in _TELLS or tells_all):
            return [finer for part in parts.values() for finer in _split_repeats(part, (*told, tell))]
    return [_Part(members, told)]


def _told(instance: Instance, tell: str) -> Any:
    return instance.path.parent if tell == "folder" else getattr(instance, tell)


def _most_at_a_place(members: list[Instance]) -> int:
    """How many images lie at one place; 1 where nobody knows."""
    places = places_mm(members)
    if places is None or len(members) < 2:
        return 1
    ordered = np.sort(places)
    ends = np.flatnonzero(np.diff(ordered) >= _SAME_PLACE_MM)
    return int(np.diff(np.concatenate([[-1], ends, [len(ordered) - 1]])).max())


def _in_order(members: list[Instance]) -> list[Instance]:
    """By place, then by the number in the file; by number alone where the files have no place."""
    places = places_mm(members)
    rounded = np.zeros(len(members)) if places is None else np.round(places / _SAME_PLACE_MM)
    keys = [(rounded[n], one.number, natural_key(one.path.name)) for n, one in enumerate(members)]
    return [members[n] for n in sorted(range(len(members)), key=keys.__getitem__)]


def _difference(first: Instance, told: tuple[str, ...], others: list[Instance]) -> list[str]:
    """What sets the scan apart from the others of its series."""
    tells = [tell for tell in ("plane", "size") if any(_fact(first, tell) != _fact(other, tell) for other in others)]
    tells += [tell for tell in _TELLS[:3] if any(_told(first, tell) != _told(other, tell) for other in others)]
    tells += [tell for tell in _FINER_TELLS if tell in told]
    if any(first.image_type != other.image_type for other in others) and not tells:
        tells.append("image_type")
    if others and (not tells or first.frames > 1):
        tells.append("number")
    return tells


def _fact(first: Instance, tell: str, folders: Sequence[Path] = ()) -> Any:
    """What is so called of a scan, the same in every language."""
    if tell == "plane":
        normal = normal_of(first)
        return -1 if normal is None else int(np.argmax(np.abs(normal)))
    if tell == "size":
        return first.columns, first.rows
    return folders.index(first.path.parent) + 1 if tell == "folder" else _told(first, tell)


def _in_words(tell: str, first: Instance, folders: Sequence[Path]) -> str:
    fact = _fact(first, tell, folders)
    if tell == "plane":
        return (_("sagittal"), _("coronal"), _("axial"), "")[fact]
    if tell == "size":
        return size(*fact)
    if tell == "image_type":
        return " ".join(first.image_type[2:]).lower() or _("other kind")
    known = {
        "echo_ms": _("TE {value}"),
        "b_value": _("b {value}"),
        "time": _("time {value}"),
        "trigger_ms": _("time {value}"),
        "acquisition": _("acquisition {value}"),
        "folder": _("folder {value}"),
    }
    return known.get(tell, "{value}").format(value="?" if fact == "" else fact)


def _sort_number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() and len(text) < 12 else 1 << 40
