"""FoundMask: the files that together are the mask of one scan; and which scan, told by names alone.

A mask is one file; or one file a slice (`chest_0007.png`, counted from 1); or, of either, one file a label
(`chest_0007_Frontal.png`), as this program exports them and others do too; or several files of named segments.
"""

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lesionstudio.imaging.formats.names import is_segment_name, natural_key, pairing_key, stem
from lesionstudio.imaging.formats.references import References
from lesionstudio.imaging.pairs import is_picture_name

By = Literal["name", "number"]
_OF_SCAN = "\0"
_SLICE = re.compile(r"^(.*)_(\d{1,6})$")


@dataclass(frozen=True, slots=True)
class MaskPart:
    """One file: of which slice (None: of all), and of which label it holds the marks ("": its values say)."""

    path: Path
    k: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class FoundMask:
    """The mask of one scan, in one file or several; `name` as a person would call it."""

    name: str
    parts: tuple[MaskPart, ...]

    @classmethod
    def of(cls, path: Path) -> "FoundMask":
        """A mask in one file."""
        return cls(path.name, (MaskPart(path),))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that have files of their own, in order."""
        return tuple(sorted({part.label for part in self.parts if part.label}, key=natural_key))


@dataclass(frozen=True, slots=True)
class ScanNames:
    """What a scan may be called in the name of a mask: its own file, its name, the name it is exported under.

    `by_slice`: the same of its slices, where each has a file of its own. `folders`: those it lies in, inner ones last;
    they tell scans of one name apart. `series` and `frame`: the UIDs of a DICOM series and of its frame of reference.
    """

    id: str
    keys: tuple[str, ...]
    slices: int = 1
    by_slice: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    series: str = ""
    frame: str = ""

    @classmethod
    def of(
        cls, item_id: str, names: Sequence[str], slices: int, by_slice: Iterable[str] = (), folders: Iterable[str] = ()
    ) -> "ScanNames":
        """Names of files, with their endings; folders in them do not matter."""
        keys = dict.fromkeys(pairing_key(Path(name).name) for name in names)
        by_slice = tuple(pairing_key(Path(name).name) for name in by_slice)
        return cls(item_id, tuple(keys), slices, by_slice, tuple(folder.lower() for folder in folders))


@dataclass(frozen=True, slots=True)
class Matched:
    """The masks there are, in natural order, and the scan that each belongs to ("" for none)."""

    masks: tuple[FoundMask, ...]
    scans: tuple[str, ...]


def mask_files(places: Sequence[Path], scans: Collection[Path]) -> list[Path]:
    """The pictures, volumes and segmentations in folders, at any depth, and files named themselves; none of the scans.

    Hidden ones, links, what a study keeps of its own, and DICOM pictures in a folder are left out.
    """
    found = dict.fromkeys(path for place in places for path in (_below(place, scans) if place.is_dir() else [place]))
    return sorted((path for path in found if path not in scans), key=lambda path: natural_key(str(path)))


def matched(
    files: Sequence[Path],
    scans: Sequence[ScanNames],
    labels: Mapping[str, str],
    by: By = "name",
    references: Mapping[Path, References] | None = None,
) -> Matched:
    """Puts files together to masks, and each mask to the scan its name tells. No scan gets two.

    Several files of named segments that belong to one scan are one mask together.

    `labels`: how a label may stand at the end of a file's name -> its name; `references`: the series that files say
    they were drawn on, which counts more than names.
    """
    known = _Known(scans, labels, references or {})
    groups: dict[tuple[str, str], list[MaskPart]] = {}
    owners: dict[tuple[str, str], str] = {}
    for path in files:
        owner, part, group = known.placed(path)
        groups.setdefault(group, []).append(part)
        owners[group] = owner
    masks = tuple(_together(name, parts) for (_folder, name), parts in groups.items())
    sure = list(owners.values())
    if by == "number":
        guess = [_by_number(mask, scans) if len(mask.parts) == 1 else owner for mask, owner in zip(masks, sure)]
        return Matched(masks, _each_once(guess))
    guess = [known.by_beginning(mask) for mask in masks]
    if len(scans) == 1 and (len(masks) == 1 or not any([*sure, *guess])):
        guess = [scans[0].id] * len(masks)
    wishes = [one or other for one, other in zip(sure, guess)]
    return _with_their_like(Matched(masks, _each_once(sure, guess)), wishes)


class _Known:
    """The scans by what they may be called, and the labels by how they stand in names."""

    def __init__(
        self, scans: Sequence[ScanNames], labels: Mapping[str, str], references: Mapping[Path, References]
    ) -> None:
        self._all, self._references = scans, references
        self._scans: dict[str, list[ScanNames]] = {}
        self._slices = {key: (scan, k) for scan in reversed(scans) for k, key in enumerate(scan.by_slice)}
        self._labels = {ending.lower(): name for ending, name in labels.items()}
        self._beginnings: dict[str, set[str]] = {}
        for scan in scans:
            for key in scan.keys:
                self._scans.setdefault(key, []).append(scan)
                for beginning in (key, _shortened(key)):
                    self._beginnings.setdefault(beginning, set()).add(scan.id)

    def placed(self, path: Path) -> tuple[str, MaskPart, tuple[str, str]]:
        """The scan a file is of ("" for none), which part of its mask it is, and the mask it belongs to."""
        key, folder = pairing_key(path.name), str(path.parent)
        if path in self._references:
            owner = self._drawn_on(self._references[path])
            return owner, MaskPart(path), ("", f"{_OF_SCAN}{owner}") if owner else (folder, path.name)
        if key in self._scans:
            whole = self._called(key, path)
            return whole.id if whole else "", MaskPart(path), (folder, path.name)
        base, label = self._without_label(key)
        scan, k = self._slice_of(base, path)
        if scan is None or (k is None and not label):
            return "", MaskPart(path), (folder, path.name)
        return scan.id, MaskPart(path, k, label), (folder, scan.keys[0])

    def _drawn_on(self, named: References) -> str:
        """The scan of the series that is named; else the only one that lies in a frame of reference that is named."""
        of_series = [scan for scan in self._all if scan.series and scan.series in named.series]
        in_frame = [scan for scan in of_series or self._all if scan.frame and scan.frame in named.frames]
        if of_series:
            return (in_frame or of_series)[0].id
        return in_frame[0].id if len(in_frame) == 1 else ""

    def by_beginning(self, mask: FoundMask) -> str:
        """The one scan that is called alike but for its last word: case01_t1 and case01_lobes."""
        key = pairing_key(mask.parts[0].path.name)
        for beginning in (key, _shortened(key), _shortened(_shortened(key))):
            found = self._beginnings.get(beginning, set())
            if len(found) == 1 and len(beginning) > 1:
                return next(iter(found))
        return ""

    def _without_label(self, key: str) -> tuple[str, str]:
        for ending, name in self._labels.items():
            if ending and key.endswith(f"_{ending}"):
                return key[: -len(ending) - 1], name
        return key, ""

    def _called(self, key: str, path: Path) -> ScanNames | None:
        """The scan of this name; of several the one in a folder called as one of the mask's. None: nobody can tell."""
        scans, folders = self._scans.get(key, []), {part.lower() for part in path.parent.parts}
        if len(scans) < 2:
            return scans[0] if scans else None
        alike = [len(folders & set(scan.folders)) for scan in scans]
        best = max(alike)
        return scans[alike.index(best)] if best and alike.count(best) == 1 else None

    def _slice_of(self, base: str, path: Path) -> tuple[ScanNames | None, int | None]:
        """The scan of this name, or the volume one of whose slices it is."""
        if base in self._scans:
            return self._called(base, path), None
        if base in self._slices:
            return self._slices[base]
        numbered = _SLICE.match(base)
        scan = self._called(numbered[1], path) if numbered else None
        if numbered is None or scan is None or not 1 <= int(numbered[2]) <= scan.slices or scan.slices == 1:
            return None, None
        return scan, int(numbered[2]) - 1


def _together(name: str, parts: Sequence[MaskPart]) -> FoundMask:
    """The mask in these files, called as they are where each of them holds all of it, or segments of it."""
    is_split = any(part.k is not None or part.label for part in parts)
    return FoundMask(name if is_split else ", ".join(part.path.name for part in parts), tuple(parts))


def _with_their_like(found: Matched, wishes: Sequence[str]) -> Matched:
    """Files of named segments that found their scan taken by another such file come in together with it."""
    masks, left_out = list(found.masks), set[int]()
    for n, scan_id in enumerate(wishes):
        if scan_id and not found.scans[n] and scan_id in found.scans and _has_segments(found.masks[n]):
            first = found.scans.index(scan_id)
            if _has_segments(found.masks[first]):
                masks[first] = _together("", (*masks[first].parts, *found.masks[n].parts))
                left_out.add(n)
    kept = [n for n in range(len(masks)) if n not in left_out]
    return Matched(tuple(masks[n] for n in kept), tuple(found.scans[n] for n in kept))


def _has_segments(mask: FoundMask) -> bool:
    return all(is_segment_name(part.path.name) for part in mask.parts)


def _each_once(*wishes: Sequence[str]) -> tuple[str, ...]:
    """For each mask a scan that no other one has: first come those of the first wishes, each in order."""
    given = [""] * len(wishes[0])
    for wished in wishes:
        for n, scan_id in enumerate(wished):
            if scan_id and not given[n] and scan_id not in given:
                given[n] = scan_id
    return tuple(given)


def _by_number(mask: FoundMask, scans: Sequence[ScanNames]) -> str:
    wanted = _last_number(stem(mask.parts[0].path.name))
    found = {scan.id for scan in scans if wanted is not None and wanted == _last_number(scan.keys[0])}
    return next(iter(found)) if len(found) == 1 else ""


def _last_number(name: str) -> int | None:
    numbers = re.findall(r"\d+", name)
    return int(numbers[-1]) if numbers else None


def _shortened(key: str) -> str:
    """Without its last word; a number is no word: slice_3 is never slice_4."""
    head, _sign, last = key.rpartition("_")
    return head if head and not last.isdigit() else key


def _below(folder: Path, scans: Collection[Path]) -> Iterator[Path]:
    from lesionstudio.imaging.formats import series_of_mask

    for place, names, files in os.walk(folder):
        if "project.json" in files and Path(place) != folder:
            names.clear()
            continue
        names[:] = [name for name in names if not name.startswith(".")]
        for path in (Path(place) / name for name in files if not name.startswith(".")):
            is_named = is_picture_name(path.name) and path.suffix.lower() != ".dcm"
            if path not in scans and _is_regular(path) and (is_named or series_of_mask(path) is not None):
                yield path


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
