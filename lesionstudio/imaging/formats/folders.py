"""What lies in a folder of scans: its folders and files in the order people count, masks apart, links passed over."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lesionstudio.imaging.formats.names import in_natural_order, is_mask_folder, is_mask_name, is_segment_name

_EXPORT_HEAD = b"file,source,slice,position_mm,"
_RESTS_AFTER, _REST_S = 200, 0.001


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of a search: the names of its files in natural order, masks apart."""

    path: Path
    names: tuple[str, ...]
    mask_names: tuple[str, ...]

    @property
    def files(self) -> Iterator[Path]:
        """The files that are no masks, each path made when it is asked for: there may be very many."""
        return (self.path / name for name in self.names)


def folders_in(root: Path) -> Iterator[Folder]:
    """Folders in natural order; hidden ones, masks' and the program's own are left out, and links are not followed.

    In a folder that is worked in, so is what was exported into it.
    """
    is_study = (root / "lesionstudio" / "project.json").is_file()
    waiting = [root]
    while waiting:
        here = waiting.pop()
        names, files = _entries(here)
        if "project.json" in files and here != root:
            continue
        if is_study and here != root and "index.csv" in files and _is_of_export(here / "index.csv"):
            continue
        waiting += [here / name for name in in_natural_order(names, reverse=True) if not _is_left_out(name)]
        regular = [name for name in in_natural_order(files) if not name.startswith(".")]
        masks = [name for name in regular if is_mask_name(name)]
        if len(masks) == len(regular) and not names:  # nothing beside them: then they are what the folder is about
            masks = [name for name in masks if is_segment_name(name)]
        apart = set(masks)
        yield Folder(here, tuple(name for name in regular if name not in apart), tuple(masks))


def count_files(root: Path) -> int:
    """About how many files a search will look at: counted in no time, while putting them in order takes some.

    It rests now and then: a window whose thread shares Python with this one would wait for it after each call into Qt.
    """
    files, seen, waiting = 0, 0, [str(root)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [] if _is_left_out(entry.name) else [entry.path]
                else:
                    files += not entry.name.startswith(".")
                seen += 1
                if seen % _RESTS_AFTER == 0:
                    time.sleep(_REST_S)
    return files


def _is_of_export(index: Path) -> bool:
    """Whether a table is the one that an export writes beside its masks."""
    try:
        with index.open("rb") as file:
            return file.read(len(_EXPORT_HEAD)) == _EXPORT_HEAD
    except OSError:
        return False


def _entries(folder: Path) -> tuple[list[str], list[str]]:
    """Names of folders and of files of their own: no link, device, pipe or socket. Nothing of what may not be read."""
    names: list[str] = []
    files: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                names.append(entry.name)
            elif entry.is_file(follow_symlinks=False):
                files.append(entry.name)
    return names, files


def files_of(folder: Path, wanted: Callable[[str], bool] = lambda _name: True) -> list[Path]:
    """A folder's own files whose names are wanted, in natural order; hidden ones left out."""
    names = (name for name in _entries(folder)[1] if not name.startswith(".") and wanted(name))
    return [folder / name for name in in_natural_order(names)]


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or is_mask_folder(name)
