"""Searching a folder for scans, as they come, and for the masks beside them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import raster, tiff, tiff_colour, volumes
from lesionstudio.imaging.formats.dicom_frames import frames_of
from lesionstudio.imaging.formats.dicom_gathering import Gathered
from lesionstudio.imaging.formats.dicom_header import Instance, NoPicture, read_instance
from lesionstudio.imaging.formats.dicom_series import Series
from lesionstudio.imaging.formats.folders import count_files, files_of, folders_in
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.names import is_mask_name, natural_key, pairing_key, patient_name, stem
from lesionstudio.imaging.formats.segments_beside import segments_beside
from lesionstudio.imaging.formats.source import Format, FoundScan, ScanSource, Shape, hashed
from lesionstudio.progress import Reporter, Steps
from lesionstudio.words import _, ngettext, size

_VOLUME_ENDINGS = (".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".am", ".labels")
_IMAGE_FOLDERS = ("images", "image", "imgs", "img", "raw", "scans")
Guard = Callable[[Path, Callable[[], object]], object]
"""Runs a decoder on a file: whatever it raises becomes UnreadableFile."""


def scans_in(
    root: Path,
    report: Reporter,
    salt: str,
    guarded: Guard,
    early: Callable[[FoundScan], None] | None = None,
    files: int | None = None,
) -> Iterator[FoundScan]:
    """Every scan below root: pictures and volumes in one file as they are met, then DICOM series.

    A series' files may lie in several folders; `early` is told of it as far as it is known before all were seen.
    """
    steps = Steps(report, count_files(root) if files is None else files)
    seen: set[str] = set()
    gathered = Gathered(lambda series: _found_in(series, salt, guarded), early)
    for folder in folders_in(root):
        for path in folder.files:
            steps.advance(message=path.name)
            for found in _looked_at(path, root, salt, guarded, gathered):
                yield _with_own_id(found, seen)
        gathered.end_folder()
    for found in gathered.all():
        yield _with_own_id(found, seen)


def masks_beside(root: Path, found: Sequence[FoundScan]) -> dict[str, Path]:
    """For each scan the mask file of the same name, beside it or in a folder of masks."""
    known: dict[Path, dict[str, Path]] = {}
    pairs: dict[str, Path] = {}
    for scan in found:
        if scan.error or scan.last:
            continue
        place = scan.source.files[0].parent
        if place not in known:
            known[place] = _masks_around(place, root)
        mask = known[place].get(pairing_key(_own_name(scan)))
        if mask is not None:
            pairs[scan.id] = mask
    pairs = _each_once(pairs, found)
    pairs |= _only_volume_masks(root, found, pairs)
    return pairs | segments_beside(root, found, pairs)


def described(path: Path, kind: Format, root: Path, salt: str) -> FoundScan:
    """What the header of a picture or volume in one file says. Raises what its decoder raises."""
    shape, more, modality = _facts_of(path, kind)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return FoundScan(
        id=name,
        source=ScanSource(kind, (path,)),
        name=stem(path.name),
        shape=shape,
        modality=modality,
        patient=hashed(patient_name(path, root) if path.is_relative_to(root) else "", salt),
        facts=facts(shape, *more),
        kind=_kind(shape),
    )


def of_series(series: Series, salt: str) -> list[FoundScan]:
    """What is known of a DICOM series before any of its pixels are read; a file of many frames may hold volumes."""
    parts = frames_of(series.first) if series.first.frames > 1 else []
    if len(parts) < 2:
        return [_of_volume(series, series.instances, salt)]
    return [
        replace(
            _of_volume(series, volume.instances, salt, f"v{n}"),
            id=f"{series.id}-v{n}",
            name=f"{series.name}, {volume.apart}",
        )
        for n, volume in enumerate(parts)
    ]


def _of_volume(series: Series, slices: Sequence[Instance], salt: str, part: str = "") -> FoundScan:
    first = series.first
    shape = (max(len(slices), 1 if part else first.frames), first.rows, first.columns)
    return FoundScan(
        id=series.id,
        source=ScanSource("dicom", tuple(instance.path for instance in series.instances), part),
        name=series.name,
        shape=shape,
        modality=first.modality,
        patient=hashed(first.patient, salt),
        study=first.study or _("Study {number}").format(number=hashed(first.study_uid, salt, 4)),
        facts=facts(shape, first.modality),
        kind=_kind(shape),
        last=series.comes_last,
    )


def facts(shape: Shape, *more: str) -> str:
    """Size and kind in words: "CT, 512 × 512, 24 slices"."""
    slices = [ngettext("{n} slice", "{n} slices", shape[0])] if shape[0] > 1 else []
    return ", ".join([part for part in more if part] + [size(shape[2], shape[1]), *slices])


def _looked_at(path: Path, root: Path, salt: str, guarded: Guard, gathered: Gathered) -> Iterator[FoundScan]:
    """The scan in a file, or why it cannot be read; nothing of what holds no picture, or belongs to a series."""
    try:
        found = guarded(path, lambda: _look(path, root, salt, gathered))
    except UnreadableFile as error:
        yield _unreadable(path, root, salt, error)
        return
    if isinstance(found, FoundScan):
        yield found


def _found_in(series: Series, salt: str, guarded: Guard) -> list[FoundScan]:
    """The scans of a series; a file of frames whose places cannot be read is said to be unreadable."""
    path = series.first.path
    try:
        found: Any = guarded(path, lambda: of_series(series, salt))
    except UnreadableFile as error:
        return [replace(_of_volume(series, series.instances, salt), error=error.message, hint=error.hint)]
    return list(found)


def _look(path: Path, root: Path, salt: str, gathered: Gathered) -> FoundScan | None:
    """The scan in a file; a DICOM file is put aside for grouping, and what holds no picture is passed over."""
    kind = format_of(path)
    if kind is None or (kind == "nifti" and _has_header_beside(path)):
        return None
    if kind != "dicom":
        return described(path, kind, root, salt)
    with suppress(NoPicture):
        gathered.add(read_instance(path))
    return None


def _facts_of(path: Path, kind: Format) -> tuple[Shape, tuple[str, ...], str]:
    if kind == "raster":
        picture = raster.read_header(path)
        return (1, picture.rows, picture.columns), (), picture.modality
    if kind == "tiff":
        group = tiff.read_header(path).groups[0]
        return group.shape, (_("colour"),) if tiff_colour.is_colour(group.keyframe) else (), ""
    header = volumes.read_header(path, kind)
    more = (ngettext("{n} volume", "{n} volumes", header.volumes),) if header.volumes > 1 else ()
    return header.geometry.shape, more, ""


def _unreadable(path: Path, root: Path, salt: str, error: UnreadableFile) -> FoundScan:
    name = path.relative_to(root).as_posix()
    source = ScanSource(format_of_name(path), (path,))
    patient = hashed(patient_name(path, root), salt)
    return FoundScan(name, source, path.name, (0, 0, 0), patient=patient, error=error.message, hint=error.hint)


def format_of_name(path: Path) -> Format:
    """The format of a file that could not be read, as well as can be told."""
    try:
        return format_of(path) or "raster"
    except OSError:
        return "raster"


def _with_own_id(found: FoundScan, seen: set[str]) -> FoundScan:
    """A copy of a series in another folder is another scan; its folder's name makes the id its own."""
    unique, n = found.id, 2
    while unique in seen:
        unique, n = f"{found.id}-{n}", n + 1
    seen.add(unique)
    return found if unique == found.id else replace(found, id=unique)


def _masks_around(place: Path, root: Path) -> dict[str, Path]:
    """Mask files by pairing key: beside the pictures first, then masks/, then labels/, then other folders of masks."""
    folders = _mask_folders(place) + (_mask_folders(place.parent) if place != root else [])
    files = files_of(place, is_mask_name)
    files += [path for folder in folders for path in files_of(folder)]
    masks: dict[str, Path] = {}
    for path in files:
        masks.setdefault(pairing_key(path.name), path)
    return masks


def _each_once(pairs: dict[str, Path], found: Sequence[FoundScan]) -> dict[str, Path]:
    """A mask that several scans fit by name belongs to the one in images/, else it is left to the person."""
    places = {scan.id: scan.source.files[0].parent.name.lower() for scan in found if scan.id in pairs}
    claims: dict[Path, list[str]] = {}
    for scan_id, mask in pairs.items():
        claims.setdefault(mask, []).append(scan_id)
    kept = {}
    for mask, scan_ids in claims.items():
        usual = [scan_id for scan_id in scan_ids if places[scan_id] in _IMAGE_FOLDERS]
        chosen = scan_ids if len(scan_ids) == 1 else usual
        if len(chosen) == 1:
            kept[chosen[0]] = mask
    return {scan_id: kept[scan_id] for scan_id in pairs if scan_id in kept}


def _mask_folders(place: Path) -> list[Path]:
    """masks/, then labels/, then masks_cortex/ and the like."""
    folders = [path for path in place.iterdir() if path.is_dir() and path.name.lower().startswith(("masks", "labels"))]
    usual = {"masks": 0, "labels": 1}
    return sorted(folders, key=lambda path: (usual.get(path.name.lower(), 2), natural_key(path.name)))


def _only_volume_masks(root: Path, found: Sequence[FoundScan], pairs: dict[str, Path]) -> dict[str, Path]:
    """A folder that holds one series (in a folder of its own) and one mask volume: they belong together."""
    volumes: dict[Path, list[FoundScan]] = {}
    for scan in found:
        if scan.source.format == "dicom" and not scan.last and not scan.error:
            place = scan.source.files[0].parent
            volumes.setdefault(place if place == root else place.parent, []).append(scan)
            volumes.setdefault(place, []).append(scan)
    single: dict[str, Path] = {}
    for place, scans in volumes.items():
        masks = files_of(place, _is_mask_volume)
        if len(masks) == 1 and len({scan.id for scan in scans}) == 1 and scans[0].id not in pairs:
            single[scans[0].id] = masks[0]
    return single


def _is_mask_volume(name: str) -> bool:
    return is_mask_name(name) and any(end in name.lower() for end in _VOLUME_ENDINGS)


def _own_name(scan: FoundScan) -> str:
    return scan.source.files[0].name if len(scan.source.files) == 1 else scan.name


def _has_header_beside(path: Path) -> bool:
    """Whether this is the second file of a pair, found through its header."""
    base = stem(path.name)
    is_voxels = path.name[len(base) :].lower() in (".img", ".img.gz")
    return is_voxels and any(path.with_name(base + end).exists() for end in (".hdr", ".hdr.gz"))


def _kind(shape: Shape) -> Literal["image", "volume"]:
    return "volume" if shape[0] > 1 else "image"
