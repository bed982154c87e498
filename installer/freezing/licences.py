"""The list of what others wrote: name, version, licence and its text, made from what was really packed."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from installer.freezing.environment import python_home, site_packages

TEXTS = re.compile(r"(^|[/\\])(licen[cs]e|copying|notice|copyright)[^/\\]*$", re.IGNORECASE)
NOT_TEXTS = (".py", ".pyc", ".so", ".json")
Packed = Iterable[tuple[str, Path]]


@dataclass(frozen=True, slots=True)
class Part:
    """What others wrote. `file` is its licence's text in the folder `licences`, "" where none came with it."""

    name: str
    version: str
    licence: str
    file: str
    kind: str
    libraries: tuple[str, ...] = ()


def write_licences(packed: Packed, python: Path, resources: Path) -> list[Part]:
    """Writes licences.json and the texts in `licences/` beside it; returns the list."""
    packed, texts = list(packed), resources / "licences"
    shutil.rmtree(texts, ignore_errors=True)
    texts.mkdir(parents=True)
    parts = [*_from_packages(packed, python, texts), *_from_python(python, texts)]
    parts += [*_from_system(packed, python, texts), *_from_resources(resources, texts)]
    parts.sort(key=lambda part: part.name.lower())
    (resources / "licences.json").write_text(json.dumps([asdict(part) for part in parts], indent=1), encoding="utf-8")
    return parts


def owners(python: Path) -> dict[Path, metadata.Distribution]:
    """Each file of the packages installed for this Python, and the package it belongs to."""
    found = {}
    site = site_packages(python)
    for package in metadata.distributions(path=[str(site)]):
        for file in package.files or ():
            found[site / str(file)] = package
    return found


def licence_of(package: metadata.Distribution) -> str:
    """The licence as the package names it: an SPDX expression, else its classifiers, else its first line."""
    said = package.metadata
    if said["License-Expression"]:
        return str(said["License-Expression"])
    kinds = [line.rsplit(" :: ", 1)[-1] for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    named = [kind for kind in kinds if kind != "OSI Approved"]
    first = str(said["License"] or "").strip().partition("\n")[0]
    return ", ".join(named) or first[:80] or "see text"


def _from_packages(packed: Packed, python: Path, texts: Path) -> Iterator[Part]:
    """Packages of which a module, a library or a file is in the program."""
    belongs, used = owners(python), {}
    for place, source in packed:
        package = belongs.get(source)
        if package is not None:
            used.setdefault(package.metadata["Name"], (package, []))[1].append(place)
    for name in ("pyinstaller",):  # its starter is in the program, under an exception to its licence
        used.setdefault(name, (_package(belongs, name), []))
    for name, (package, places) in used.items():
        libraries = tuple(sorted({Path(place).name for place in places if _is_library(place)}))
        file = _copy_texts(name, _texts_of(package), texts)
        yield Part(name, package.version, licence_of(package), file, "package", libraries)


def _package(belongs: dict[Path, metadata.Distribution], name: str) -> metadata.Distribution:
    found = (package for package in belongs.values() if package.metadata["Name"].lower() == name)
    return next(found, None) or metadata.distribution(name)


def _is_library(place: str) -> bool:
    return ".so" in place or place.endswith((".dll", ".dylib", ".pyd"))


def _texts_of(package: metadata.Distribution) -> list[Path]:
    files = [Path(str(package.locate_file(file))) for file in package.files or () if TEXTS.search(str(file))]
    return [file for file in files if file.is_file() and not file.name.endswith(NOT_TEXTS)]


def _copy_texts(name: str, files: Iterable[Path], texts: Path) -> str:
    """One file of all these texts, each once."""
    said = dict.fromkeys(file.read_text(encoding="utf-8", errors="replace").strip() for file in files)
    if not said:
        return ""
    target = texts / f"{name}.txt"
    target.write_text("\n\n-----\n\n".join(said) + "\n", encoding="utf-8")
    return target.name


def _from_python(python: Path, texts: Path) -> Iterator[Part]:
    home, (major, minor, micro) = python_home(python), sys.version_info[:3]
    files = [home / "LICENSE.txt", home / "lib" / f"python{major}.{minor}" / "LICENSE.txt"]
    file = _copy_texts("Python", [file for file in files if file.is_file()], texts)
    yield Part("Python", f"{major}.{minor}.{micro}", "PSF-2.0", file, "language")


def _from_system(packed: Packed, python: Path, texts: Path) -> Iterator[Part]:
    """Shared libraries that came from the system this was built on, by its packages."""
    own = (site_packages(python), python_home(python))
    found: dict[str, list[str]] = {}
    for place, source in packed:
        if _is_library(place) and not any(source.is_relative_to(folder) for folder in own):
            found.setdefault(_debian_package(source), []).append(Path(place).name)
    for name, libraries in found.items():
        copyright_file = Path("/usr/share/doc") / name.partition(":")[0] / "copyright"
        files = [copyright_file] if name and copyright_file.is_file() else []
        file = _copy_texts(f"system-{name.partition(':')[0]}", files, texts)
        yield Part(name or "?", _debian_version(name), _named_in(files), file, "library", tuple(sorted(libraries)))


def _debian_package(library: Path) -> str:
    """The Debian package that this file came with; "" elsewhere. /lib and /usr/lib are one folder."""
    if not shutil.which("dpkg"):
        return ""
    for path in (library.resolve(), Path("/usr") / library.relative_to("/"), library):
        said = subprocess.run(["dpkg", "-S", str(path)], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            return said.stdout.split(": ")[0].partition(",")[0]
    short = re.sub(r"^/usr(/lib/)", r"\1", str(library.resolve()))
    said = subprocess.run(["dpkg", "-S", short], capture_output=True, text=True, check=False)
    return said.stdout.split(": ")[0].partition(",")[0] if said.returncode == 0 else ""


def _debian_version(name: str) -> str:
    if not name:
        return ""
    command = ["dpkg-query", "-W", "-f", "${Version}", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _named_in(files: Iterable[Path]) -> str:
    """The licences that a Debian copyright file names."""
    text = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
    names = dict.fromkeys(name.strip() for name in re.findall(r"^License:\s*(\S.*)$", text, re.MULTILINE))
    return ", ".join(names)[:200] or "see text"


def _from_resources(resources: Path, texts: Path) -> Iterator[Part]:
    """Type, signs and weights that are shipped beside the code."""
    for name, licence, place in (
        ("Inter", "OFL-1.1", "fonts/LICENSE-inter.txt"),
        ("Tabler icons", "MIT", "icons/LICENSE-tabler.txt"),
    ):
        yield Part(name, "", licence, _copy_texts(name, [resources / place], texts), "resource")
    for folder in sorted((resources / "models").glob("*/")):
        file = _copy_texts(f"model-{folder.name}", [path for path in [folder / "LICENSE"] if path.is_file()], texts)
        said = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        yield Part(said.get("title", folder.name), said.get("version", ""), said.get("licence", ""), file, "model")
