"""What names of files and folders tell: their order, which is a mask of which, and which patient they are of."""

import re
from collections.abc import Iterable
from pathlib import Path

_MASK_ENDING = re.compile(r"[_-](mask|masks|label|labels|seg|segmentation)$", re.IGNORECASE)
_MASK_BEGINNING = re.compile(r"^(mask|label|seg)[_-]", re.IGNORECASE)
_IMAGE_ENDING = re.compile(r"[_-](image|img|volume|scan)$", re.IGNORECASE)
_SKIPPED_FOLDER = re.compile(r"^(masks|labels)|^lesionstudio$", re.IGNORECASE)
_COUNTER = re.compile(r"[_ ][a-z]{0,5}[_ -]?\d{1,4}$", re.IGNORECASE)
_COUNTED_WORD = re.compile(r"[_ ](slice|image|frame|img)[_ -]?\d{1,4}$", re.IGNORECASE)
_SUBJECT = re.compile(r"(sub-[a-z0-9]+)(?=[_.]|$)", re.IGNORECASE)
_WORD_OF_A_MASK = re.compile(r"mask|label|seg", re.IGNORECASE)
_PARTS = re.compile(r"\d+|\D+")
_SEGMENT_ENDINGS = (".seg.nrrd", ".am", ".labels")
_ANY_DIGIT = str.maketrans("123456789", "000000000")
_DOUBLE_ENDINGS = (".nii.gz", ".img.gz", ".seg.nrrd")

NaturalKey = tuple[tuple[int, int, str], ...]


def natural_key(name: str) -> NaturalKey:
    """Sorts names as people count: _1, _2, _10; capitals do not matter."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.lower()) for part in _parts(name))


def in_natural_order(names: Iterable[str], *, reverse: bool = False) -> list[str]:
    """The names by natural_key, and those that count alike by themselves."""
    names = list(names)
    if len({name.translate(_ANY_DIGIT) for name in names}) < 2:  # as cameras and scanners number: IM0001, IM0002
        return sorted(names, reverse=reverse)
    return [name for _key, name in sorted(((natural_key(name), name) for name in names), reverse=reverse)]


def stem(name: str) -> str:
    """The name without its ending, of "a.nii.gz" without both; of a name without an ending itself."""
    for ending in _DOUBLE_ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return Path(name).stem


def is_mask_name(name: str) -> bool:
    """Whether the name says that the file is a mask: x_mask, x_label, x_seg, mask_x, x.seg.nrrd, x.am."""
    if is_segment_name(name):
        return True
    if not _WORD_OF_A_MASK.search(name):  # as of most: what follows takes ten times as long
        return False
    return bool(_MASK_ENDING.search(stem(name)) or _MASK_BEGINNING.search(stem(name)))


def is_segment_name(name: str) -> bool:
    """Whether the ending says that the file is a segmentation and cannot be a picture."""
    return name.lower().endswith(_SEGMENT_ENDINGS)


def is_mask_folder(name: str) -> bool:
    """Whether the folder is one of masks or of the program's own: never searched for scans."""
    return bool(_SKIPPED_FOLDER.search(name))


def pairing_key(name: str) -> str:
    """The same for an image and the mask of it: the name without ending, _mask, _label, _seg or _image."""
    bare = _MASK_BEGINNING.sub("", _MASK_ENDING.sub("", stem(name)))
    return _IMAGE_ENDING.sub("", bare).lower()


def patient_name(path: Path, root: Path) -> str:
    """The patient a picture is of, as far as names tell, else "".

    What is named as BIDS wants it (sub-01/ses-2/sub-01_ses-2_FLAIR) says so. Else a folder below the root that has a
    number in its name is a patient's (TCGA_CS_5397_20010315), else what is left of the file's name without its counters
    (LIDC-IDRI-0008_n1_s00 is of LIDC-IDRI-0008), if that has a number in it.
    """
    for part in reversed(path.relative_to(root).parts):
        if subject := _SUBJECT.match(part):
            return subject[1]
    for folder in reversed(path.relative_to(root).parent.parts):
        if _has_number(folder) and re.search(r"[a-z]", folder, re.IGNORECASE):
            return folder
    return _without_counters(stem(path.name))


def _without_counters(name: str) -> str:
    shortened = ""
    while True:
        shorter = _COUNTED_WORD.sub("", name) if _COUNTED_WORD.search(name) else _COUNTER.sub("", name)
        if shorter == name or not _has_number(shorter):
            return shortened
        name = shortened = shorter


def _has_number(name: str) -> bool:
    return bool(re.search(r"\d", name))


def _parts(name: str) -> list[str]:
    return _PARTS.findall(name)
