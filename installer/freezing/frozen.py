"""Frozen: the program as PyInstaller made it, a folder that needs no Python. freeze() makes it."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from installer.freezing import hollow, libraries, licences, sizes, stripping, tables
from lesionstudio import __version__
from lesionstudio.words import _
from lesionstudio.workflows.commit import commit

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "installer" / "lesionstudio.spec"
NAME = "lesionstudio"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be built: for which device, under which version, with the models that come with it or without."""

    device: str = "cpu"
    version: str = __version__
    with_models: bool = True


@dataclass(frozen=True, slots=True)
class Frozen:
    """A folder with the program `lesionstudio` and `_internal/`, and what it was made of.

    `tightness`: how hard packages of it are compressed, from 1, in a few minutes, to 9.
    """

    folder: Path
    wanted: Wanted
    commit: str
    built: str
    tightness: int = 6

    @property
    def stem(self) -> str:
        """How files made of it begin: the version, and CUDA or no models where that is so."""
        marks = ["cuda"] * (self.wanted.device == "cuda") + ["without-models"] * (not self.wanted.with_models)
        return "-".join([NAME, self.wanted.version, *marks])

    def megabytes(self) -> float:
        """How large the folder is."""
        return sizes.bytes_in(self.folder) / 1e6


def freeze(python: Path, wanted: Wanted, work: Path) -> Frozen:
    """Freezes the package with this Python's packages in `work`. Ends with a sentence where PyInstaller fails."""
    frozen = Frozen(work / "dist" / NAME, wanted, commit(), f"{datetime.now(UTC):%Y-%m-%d}")
    extra = _extra(frozen, work / "extra")
    _run_pyinstaller(python, wanted, work, extra)
    inside = next(path for path in (frozen.folder / "_internal", frozen.folder) if path.is_dir())
    saved = _make_small(inside)
    packed = list(_packed(work / "work" / NAME, inside))
    licences.copy_metadata(packed, python, inside)
    licences.write_licences(packed, python, inside / "resources", wanted.version)
    sizes.write_report(work, packed, python, inside, saved)
    return frozen


def _make_small(inside: Path) -> dict[str, float]:
    """Megabytes saved, by what was done. Libraries on Linux only: elsewhere they are as they come."""
    saved = {_("What tables hold for other programs and for people"): tables.make_small(inside)}
    if sys.platform.startswith("linux"):
        saved |= {
            _("Libraries that OpenCV, SciPy and Qt link and nothing here calls, empty now"): hollow.hollow_out(inside),
            _("Libraries of the system that nothing asks for any more"): libraries.drop_orphans(inside),
            _("Names in libraries that only debuggers read"): stripping.strip_symbols(inside),
            _("Libraries that two packages bring"): libraries.link_doubles(inside),
        }
    return {why: size / 1e6 for why, size in saved.items()}


def _extra(frozen: Frozen, folder: Path) -> Path:
    """What the program says of itself in About."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    said = {"commit": frozen.commit, "built": frozen.built, **asdict(frozen.wanted)}
    (folder / "build.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
    return folder


def _run_pyinstaller(python: Path, wanted: Wanted, work: Path, extra: Path) -> None:
    places = ["--distpath", str(work / "dist"), "--workpath", str(work / "work")]
    chosen = {"LESIONSTUDIO_EXTRA": str(extra), "LESIONSTUDIO_MODELS": "yes" if wanted.with_models else "no"}
    command = [str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *places, str(SPEC)]
    if subprocess.run(
        command, env={**os.environ, **chosen}, cwd=ROOT, stdin=subprocess.DEVNULL, check=False
    ).returncode:
        raise SystemExit(_("PyInstaller could not freeze the program; the reason stands above."))


def _packed(work: Path, inside: Path) -> Iterator[tuple[str, Path]]:
    """What was packed: the place in the program ("" for modules, which share one archive) and where it came from."""
    for _name, source, _kind in _table(work / "PYZ-00.toc"):
        if source and source != "-":
            yield "", Path(source)
    for place, source, kind in _table(work / "COLLECT-00.toc"):
        if kind != "SYMLINK" and (inside / place).is_file():
            yield place, Path(source)


def _table(file: Path) -> list[tuple[str, str, str]]:
    """The list of files in one of PyInstaller's notes of what it did."""
    said = ast.literal_eval(file.read_text(encoding="utf-8"))
    return list(_lists_of_three(said))


def _lists_of_three(said: object) -> Iterator[tuple[str, str, str]]:
    if isinstance(said, tuple) and len(said) == 3 and all(isinstance(part, str) for part in said):
        yield said  # type: ignore[misc]
    elif isinstance(said, tuple | list):
        for part in said:
            yield from _lists_of_three(part)
