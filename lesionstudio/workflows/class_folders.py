"""Pictures in one folder a class, what is known of each, and how they are dealt out to learn from and to judge by."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count
from pathlib import Path
from typing import Any, TypeVar

from lesionstudio.errors import LesionStudioError, NotEnoughExamples, UnreadableFile
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.likeness import Likeness, near_duplicates
from lesionstudio.imaging.pairs import PARTS, read_split
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.dealing import Load, of_groups
from lesionstudio.words import _

_CLASSES_AT_LEAST = 2
_SHARES = (70.0, 15.0, 15.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClassPicture:
    """A picture, its class by name, the group that must stay together, and its part ("" before it is dealt).

    `id` is its path below the folder of classes. One that cannot be read has an error and a hint.
    """

    id: str
    path: Path
    source: ScanSource
    label: str
    group: str = ""
    part: str = ""
    error: str = ""
    hint: str = ""

    def open(self) -> Scan:
        """Reads it. Raises UnreadableFile."""
        if self.error:
            raise UnreadableFile(self.error, hint=self.hint)
        return read_scan(self.source)


def class_pictures(data: Path, patients: str = "") -> list[ClassPicture]:
    """Every picture below the folders of classes, in the natural order of names. Raises NotEnoughExamples.

    `patients` is a regular expression for names, or a CSV with the columns file and patient; else each is a group.
    """
    folders = [path for path in _folders(data) if not path.name.startswith(".")]
    if not folders:
        raise NotEnoughExamples(
            _("{folder} holds no folder of pictures.").format(folder=data),
            hint=_("Put the pictures of each class into a folder of its name."),
        )
    found = [one for folder in folders for one in _of_class(folder, data)]
    return _grouped(found, patients)


def _folders(data: Path) -> list[Path]:
    try:
        return sorted((path for path in data.iterdir() if path.is_dir()), key=lambda path: natural_key(path.name))
    except OSError as problem:
        raise UnreadableFile(
            _("There is no folder {folder}.").format(folder=data), hint=_("Check the path.")
        ) from problem


def _of_class(folder: Path, data: Path) -> Iterable[ClassPicture]:
    for found in find_scans(folder):
        files = found.source.files
        path = files[0] if len(files) == 1 else files[0].parent
        name = str(path.relative_to(data)) + (f"#{found.source.part}" if len(files) > 1 else "")
        yield ClassPicture(name, path, found.source, folder.name, found.patient or name, "", found.error, found.hint)


def _grouped(pictures: Sequence[ClassPicture], patients: str) -> list[ClassPicture]:
    ordered = sorted(pictures, key=lambda one: natural_key(one.id))
    if not patients:
        return ordered
    if patients.lower().endswith(".csv"):
        rows = read_split(Path(patients))
        return [replace(one, group=rows.get(one.path.stem, ("", ""))[1] or one.group) for one in ordered]
    try:
        pattern = re.compile(patients)
    except re.error as problem:
        raise LesionStudioError(
            _("{pattern} is not a regular expression.").format(pattern=patients), hint=str(problem)
        ) from problem
    return [replace(one, group=_matched(pattern, one)) for one in ordered]


def _matched(pattern: re.Pattern[str], one: ClassPicture) -> str:
    found = pattern.search(one.path.name)
    if found is None:
        return one.group
    return found.group(1) if found.groups() else found.group(0)


def read_all(
    pictures: Sequence[T], read: Callable[[T], Any], report: Reporter, text: str
) -> list[tuple[T, Any | LesionStudioError]]:
    """What `read` gives for each, decoded on as many threads as there are cores; an error stands in its place."""
    steps, found = Steps(report, len(pictures), text), []
    with ThreadPoolExecutor(max(2, cpu_count() or 1)) as threads:
        for one, value in zip(pictures, threads.map(lambda one: _or_error(read, one), pictures)):
            found.append((one, value))
            steps.advance()
    return found


def _or_error(read: Callable[[T], Any], one: T) -> Any | LesionStudioError:
    try:
        return read(one)
    except LesionStudioError as problem:
        return problem


def labels_of(pictures: Iterable[ClassPicture]) -> tuple[str, ...]:
    """The classes' names, in the natural order. Raises NotEnoughExamples where there is only one."""
    labels = tuple(sorted({one.label for one in pictures}, key=natural_key))
    if len(labels) < _CLASSES_AT_LEAST:
        raise NotEnoughExamples(
            _("There is only one class, {name}.").format(name=", ".join(labels)),
            hint=_("Put the pictures of each class into a folder of its name."),
        )
    return labels


def dealt(
    pictures: Sequence[ClassPicture], looks: Sequence[Likeness | None], seed: int
) -> tuple[list[ClassPicture], list[tuple[str, str]]]:
    """Each picture with its part, and the near-duplicates by id; groups and near-duplicates are in one part.

    Groups are dealt class by class, 70 : 15 : 15. Raises NotEnoughExamples where a class has fewer than three groups.
    """
    twins = near_duplicates(looks, shifted=True)
    groups = _joined([one.group for one in pictures], twins)
    labels = labels_of(pictures)
    for label in labels:
        if len({group for one, group in zip(pictures, groups) if one.label == label}) < len(PARTS):
            raise NotEnoughExamples(
                _("The class {name} has fewer than three groups of pictures.").format(name=label),
                hint=_("One is needed to learn from, one to choose by and one to judge by."),
            )
    parts: dict[str, str] = {}
    for label in labels:
        mine = [group for one, group in zip(pictures, groups) if one.label == label and group not in parts]
        for some in _of_like_size(mine):
            parts |= of_groups([Load(group, group, 0.0) for group in some], _SHARES, seed)
    placed = [replace(one, group=group, part=parts[group]) for one, group in zip(pictures, groups)]
    return placed, [(pictures[i].id, pictures[j].id) for i, j in twins]


def _of_like_size(groups: Sequence[str]) -> list[list[str]]:
    """The groups' names, one a picture, in heaps of groups about as large, of three groups at least.

    Dealt heap by heap a patient of sixty slices is not made up for with sixty single pictures of one source.
    """
    sizes = {group: groups.count(group) for group in dict.fromkeys(groups)}
    heaps: list[list[str]] = []
    for group in sorted(sizes, key=lambda group: (sizes[group].bit_length() // 2, group)):
        begins = not heaps or sizes[group].bit_length() // 2 != sizes[heaps[-1][0]].bit_length() // 2
        if begins and (not heaps or len(heaps[-1]) >= len(PARTS)):
            heaps.append([])
        heaps[-1].append(group)
    if len(heaps) > 1 and len(heaps[-1]) < len(PARTS):
        heaps[-2:] = [heaps[-2] + heaps[-1]]
    return [[group for name in heap for group in [name] * sizes[name]] for heap in heaps]


def _joined(groups: Sequence[str], twins: Sequence[tuple[int, int]]) -> list[str]:
    """The groups, those that share near-duplicates under one name."""
    owner: dict[str, str] = {group: group for group in groups}

    def top(group: str) -> str:
        while owner[group] != group:
            group = owner[group]
        return group

    for i, j in twins:
        one, two = sorted((top(groups[i]), top(groups[j])))
        owner[two] = one
    return [top(group) for group in groups]


def write_deal(pictures: Sequence[ClassPicture], path: Path) -> None:
    """Writes split.csv: file, class, split, group."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "class", "split", "group"))
        table.writerows((one.id, one.label, one.part, one.group) for one in pictures)


def of_part(pictures: Sequence[ClassPicture], split: Path | None, part: str) -> list[ClassPicture]:
    """The pictures of one part of a split.csv that write_deal wrote; all without one. Raises NotEnoughExamples."""
    if split is None:
        return list(pictures)
    try:
        with split.open(encoding="utf-8-sig", newline="") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as problem:
        raise UnreadableFile(_("The split {path} cannot be read.").format(path=split), hint=str(problem)) from problem
    wanted = [
        replace(one, group=rows[one.id]["group"]) for one in pictures if rows.get(one.id, {}).get("split") == part
    ]
    if part and not wanted:
        raise NotEnoughExamples(
            _("No picture is in the part {part}.").format(part=part), hint=_("Check the split, or leave the part out.")
        )
    return wanted if part else list(pictures)
