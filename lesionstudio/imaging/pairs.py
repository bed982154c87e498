"""Which mask belongs to which image, which part of a data set a pair is in, and whose it is. Names only, no pixels."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lesionstudio.errors import LesionStudioError, UnreadableFile
from lesionstudio.imaging.segments import Overlap
from lesionstudio.words import _

PARTS = ("train", "val", "test")
MASK_ENDINGS = ("_mask", "_label", "_seg")
_PICTURES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".bmp",
    ".tif",
    ".tiff",
    ".webp",
    ".jp2",
    ".nii",
    ".nii.gz",
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".mgz",
    ".dcm",
    ".am",
    ".labels",
)
_DOUBLE_ENDINGS = (".nii.gz", ".seg.nrrd")
_NAME_COLUMNS, _PART_COLUMNS, _GROUP_COLUMNS = ("file", "id", "image"), ("split", "part"), ("patient", "group")


@dataclass(frozen=True, slots=True)
class Pair:
    """An image and its mask; `part` is train, val, test or "", `group` a patient or whatever must stay together.

    `overlap`: which of two segments of the mask keeps a voxel that both claim.
    """

    id: str
    image: Path
    mask: Path
    part: str = ""
    group: str = ""
    overlap: Overlap = "smaller"


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs by name, and the names of files that found no partner."""

    pairs: tuple[Pair, ...]
    unpaired: tuple[str, ...] = ()

    def of_part(self, part: str) -> "Pairs":
        """Those of one part; all for ""."""
        return self if not part else replace(self, pairs=tuple(pair for pair in self.pairs if pair.part == part))


def pair_folders(images: Path, masks: Path, split: Path | None = None, *, by_number: bool = False) -> Pairs:
    """Images and masks of two folders, matched by name (or by the last number in it); parts and groups from a CSV.

    With a CSV only what it names is used. Raises LesionStudioError where a folder or the CSV cannot be read.
    """
    key = _number if by_number else _key
    found = _matched(_by_key(pictures_in(images), key), _by_key(pictures_in(masks), key))
    if split is None:
        return found
    rows = read_split(split)
    placed = tuple(
        replace(pair, part=rows[_key(pair.image)][0], group=rows[_key(pair.image)][1] or pair.id)
        for pair in found.pairs
        if _key(pair.image) in rows
    )
    return Pairs(placed, found.unpaired)


def pairs_of_data(data: Path) -> Pairs:
    """The pairs of a data folder, whichever way it is laid out.

    `images` and `masks` in it, with or without split.csv; or such folders, or pictures with `_mask` files side by
    side, under train, val and test; or pictures and `_mask` files side by side at any depth.
    """
    split = data / "split.csv"
    if (data / "images").is_dir():
        return pair_folders(data / "images", data / "masks", split if split.is_file() else None)
    parts = [part for part in PARTS if (data / part).is_dir()]
    if not parts:
        return _side_by_side(data)
    groups = read_split(split) if split.is_file() else {}
    pairs: list[Pair] = []
    unpaired: list[str] = []
    for part in parts:
        folder = data / part
        has_folders = (folder / "images").is_dir()
        found = pair_folders(folder / "images", folder / "masks") if has_folders else _side_by_side(folder)
        pairs += [replace(pair, part=part, group=_group(pair, groups)) for pair in found.pairs]
        unpaired += found.unpaired
    return Pairs(tuple(pairs), tuple(unpaired))


def mask_name(pair: Pair) -> str:
    """A name by which the mask is found beside its picture: its own where it says so, else the picture's."""
    says_so = _key(pair.mask) == _key(pair.image)
    return pair.mask.name if says_so else pair.id + pair.mask.name[len(_stem(pair.mask)) :]


def grouped_by(pairs: Pairs, patients: str) -> Pairs:
    """The pairs with their group from a CSV (file, patient), or from what a regular expression finds in the name."""
    if patients.lower().endswith(".csv"):
        rows = read_split(Path(patients))
        return replace(pairs, pairs=tuple(replace(pair, group=_group(pair, rows)) for pair in pairs.pairs))
    try:
        wanted = re.compile(patients)
    except re.error as problem:
        raise LesionStudioError(
            _("{pattern} is not a regular expression.").format(pattern=patients), hint=str(problem)
        ) from problem
    return replace(pairs, pairs=tuple(replace(pair, group=_found_in(pair, wanted)) for pair in pairs.pairs))


def read_split(path: Path) -> dict[str, tuple[str, str]]:
    """Name without ending -> (part, group) of a split CSV. Raises UnreadableFile where it has no column of names.

    Without a column of names, patient and slice make one (patient_slice), as in brain_lgg.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableFile(_("The split {path} cannot be read.").format(path=path), hint=str(problem)) from problem
    columns = list(rows[0]) if rows else []
    name = next((column for column in _NAME_COLUMNS if column in columns), None)
    if name is None and {"patient", "slice"} <= set(columns):
        return {f"{row['patient']}_{row['slice']}": (_first(row, _PART_COLUMNS), row["patient"]) for row in rows}
    if name is None:
        raise UnreadableFile(
            _("The split {path} has no column of file names.").format(path=path),
            hint=_("It needs a column called file, id or image."),
        )
    return {_key(Path(row[name])): (_first(row, _PART_COLUMNS), _first(row, _GROUP_COLUMNS)) for row in rows}


def pictures_in(folder: Path) -> list[Path]:
    """Files of a folder that can hold a picture, by name. Raises UnreadableFile where there is no such folder."""
    if not folder.is_dir():
        raise UnreadableFile(_("There is no folder {folder}.").format(folder=folder), hint=_("Check the path."))
    return sorted(path for path in folder.iterdir() if _is_picture(path))


def is_picture_name(name: str) -> bool:
    """Whether a file of this name can hold a picture, a volume or a mask of one."""
    return name.lower().endswith(_PICTURES) and not name.startswith(".")


def _is_picture(path: Path) -> bool:
    return path.is_file() and is_picture_name(path.name)


def _side_by_side(folder: Path) -> Pairs:
    """Pictures at any depth whose `_mask` stands beside them."""
    files = sorted(path for path in folder.rglob("*") if _is_picture(path))
    masks = {_spot(path): path for path in files if _stem(path).lower().endswith(MASK_ENDINGS)}
    images = {_spot(path): path for path in files if not _stem(path).lower().endswith(MASK_ENDINGS)}
    return _matched(images, masks)


def _spot(path: Path) -> str:
    return str(path.parent / _key(path))


def _matched(images: dict[str, Path], masks: dict[str, Path]) -> Pairs:
    pairs = tuple(Pair(_stem(images[key]), images[key], masks[key]) for key in images if key in masks)
    alone = [path.name for key, path in images.items() if key not in masks]
    alone += [path.name for key, path in masks.items() if key not in images]
    return Pairs(pairs, tuple(alone))


def _by_key(files: Iterable[Path], key: Callable[[Path], str]) -> dict[str, Path]:
    return {key(path): path for path in files}


def _stem(path: Path) -> str:
    ending = next((ending for ending in _DOUBLE_ENDINGS if path.name.lower().endswith(ending)), "")
    return path.name[: -len(ending)] if ending else path.stem


def _key(path: Path) -> str:
    """The name without extension and without the ending that says it is a mask."""
    known = path.name.lower().endswith(_PICTURES)
    stem = _stem(path) if known else path.name
    ending = next((ending for ending in MASK_ENDINGS if stem.lower().endswith(ending)), "")
    return stem[: len(stem) - len(ending)]


def _number(path: Path) -> str:
    found = re.findall(r"\d+", _stem(path))
    return str(int(found[-1])) if found else _key(path)


def _group(pair: Pair, rows: dict[str, tuple[str, str]]) -> str:
    return rows.get(_key(pair.image), ("", ""))[1] or pair.group or pair.id


def _first(row: dict[str, str], columns: Sequence[str]) -> str:
    return next((row[column] or "" for column in columns if column in row), "")


def _found_in(pair: Pair, wanted: re.Pattern[str]) -> str:
    found = wanted.search(pair.image.name)
    if found is None:
        return pair.id
    return found.group(1) if found.groups() else found.group(0)
