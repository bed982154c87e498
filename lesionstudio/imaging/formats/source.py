"""ScanSource: where a scan lies on disk; FoundScan: what a search found, before anything of it is decoded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, overload

Shape = tuple[int, int, int]
Format = Literal["raster", "tiff", "dicom", "nifti", "nrrd", "metaimage", "stack"]
Values = Literal["auto", "binary", "index", "per-label"]
"""How masks are written; see write_mask."""
FORMATS: tuple[Format, ...] = ("raster", "tiff", "dicom", "nifti", "nrrd", "metaimage", "stack")


class NamedFiles(Sequence[Path]):
    """Files by their names in a folder; each becomes a Path when it is asked for.

    A study has tens of thousands: as Paths, all at once, they keep Python from everything else for a tenth of a second.
    """

    __slots__ = ("_folder", "_names")

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder, self._names = folder, tuple(names)

    @overload
    def __getitem__(self, at: int) -> Path: ...
    @overload
    def __getitem__(self, at: slice) -> "NamedFiles": ...
    def __getitem__(self, at: int | slice) -> "Path | NamedFiles":
        if isinstance(at, slice):
            return NamedFiles(self._folder, self._names[at])
        return self._folder / self._names[at]

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[Path]:
        return map(self._folder.__truediv__, self._names)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, NamedFiles) and self._folder == other._folder and self._names == other._names:
            return True
        return isinstance(other, NamedFiles | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def written(self, root: Path | None) -> list[str] | None:
        """As to_json writes them where that takes no Path: in this folder, or absolute; None where it takes one."""
        if root == self._folder:
            return list(self._names)
        if root is None and self._folder.is_absolute() and not any(n[:1] == "/" or ":" in n for n in self._names):
            before = f"{self._folder.as_posix()}/"
            return [before + name for name in self._names]
        return None


@dataclass(frozen=True, slots=True)
class ScanSource:
    """The files a scan is read from, in slice order where each holds one slice.

    `part` says which of several scans in the same files is meant: "t3" the fourth volume of a 4-D file, "s2" the
    third group of pages; "" the first. For a DICOM series it is not needed: the files say it. `spacing_mm`: what a
    person said of a stack of pictures: distance of slices, rows and columns.
    """

    format: Format
    files: Sequence[Path]
    part: str = ""
    spacing_mm: tuple[float, float, float] | None = None

    def to_json(self, root: Path | None = None) -> dict[str, Any]:
        """As JSON; paths relative to root where they lie in it, else absolute, always with forward slashes."""
        files = self.files.written(root) if isinstance(self.files, NamedFiles) else None
        if files is None:
            files = [_relative(file, root) for file in self.files]
        spacing = {"spacing_mm": list(self.spacing_mm)} if self.spacing_mm is not None else {}
        return {"format": self.format, "files": files, "part": self.part, **spacing}

    @classmethod
    def from_json(cls, saved: dict[str, Any], root: Path | None = None) -> "ScanSource":
        """What to_json wrote. Raises ValueError or KeyError where it is no such thing."""
        if saved["format"] not in FORMATS or set(map(type, saved["files"])) != {str}:
            raise ValueError(saved["format"])
        files, spacing = NamedFiles(root or Path(), saved["files"]), saved.get("spacing_mm")
        said = None if spacing is None else (float(spacing[0]), float(spacing[1]), float(spacing[2]))
        return cls(saved["format"], files, str(saved.get("part", "")), said)


@dataclass(frozen=True, slots=True)
class FoundScan:
    """One scan of a folder, or one file that could not be read (`error` and `hint` say why).

    `id`: relative path, for DICOM a hash of what makes the series; `patient`: a salted hash, or "" where nothing tells;
    `facts`: size and kind in words; `last`: localizers, screen captures and the like, listed after everything else.
    """

    id: str
    source: ScanSource
    name: str
    shape: Shape
    modality: str = ""
    patient: str = ""
    study: str = ""
    facts: str = ""
    kind: Literal["image", "volume"] = "image"
    last: bool = False
    error: str = ""
    hint: str = ""

    def to_json(self, root: Path | None = None) -> dict[str, Any]:
        """As JSON, with the source's paths relative to root."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {"source": self.source.to_json(root)}

    @classmethod
    def from_json(cls, saved: dict[str, Any], root: Path | None = None) -> "FoundScan":
        """What to_json wrote."""
        shape = tuple(int(length) for length in saved["shape"])
        return cls(**{**saved, "shape": shape, "source": ScanSource.from_json(saved["source"], root)})


def hashed(text: str, salt: str = "", length: int = 12) -> str:
    """A short name for something nobody shall read, the same for the same text and salt; "" stays ""."""
    import hashlib

    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()[:length] if text else ""


def _relative(file: Path, root: Path | None) -> str:
    if root is None:
        return (file if file.is_absolute() else file.absolute()).as_posix()
    name, before = file.as_posix(), f"{root.as_posix()}/"
    if name.startswith(before):  # ten times as quick as what follows, which knows every case
        return name[len(before) :]
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.absolute().as_posix()
