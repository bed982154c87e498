"""Which DICOM segmentations of two folders belong together: those that were drawn on the same series."""

from collections.abc import Mapping
from pathlib import Path

from lesionstudio.imaging.formats.names import stem
from lesionstudio.imaging.pairs import Pair, Pairs


def with_series(found: Pairs, images: Path, masks: Path) -> Pairs:
    """The pairs, in which files of named segments that alone name a series in their folder go by that series.

    What names told of such a file does not count then; files that name no series, or share it, stay as they were.
    """
    here, there = _alone_on_a_series(images), _alone_on_a_series(masks)
    by_series = {here[series]: there[series] for series in here if series in there}
    if not by_series:
        return found
    moved = {*by_series, *by_series.values()}
    kept = [pair for pair in found.pairs if not {pair.image, pair.mask} & moved]
    kept += [Pair(stem(mask.name), image, mask) for image, mask in by_series.items()]
    names = {path.name for path in moved}
    lost = [
        path.name for pair in found.pairs for path in (pair.image, pair.mask) if _lost_its_partner(path, pair, moved)
    ]
    return Pairs(tuple(kept), (*(name for name in found.unpaired if name not in names), *lost))


def _lost_its_partner(path: Path, pair: Pair, moved: set[Path]) -> bool:
    return path not in moved and bool({pair.image, pair.mask} & moved)


def _alone_on_a_series(folder: Path) -> Mapping[str, Path]:
    """The file that names each series, where no other file of the folder names it too."""
    from lesionstudio.imaging.formats import series_of_mask

    files: dict[str, list[Path]] = {}
    for path in sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith(".")):
        named = series_of_mask(path)
        for series in named.series if named is not None else ():
            files.setdefault(series, []).append(path)
    return {series: paths[0] for series, paths in files.items() if len(paths) == 1}
