"""The list of what others wrote: name, version, licence and its text, made from what was really packed."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from installer.freezing.environment import python_home, site_packages

ROOT = Path(__file__).resolve().parents[2]
TEXTS = re.compile(r"(^|[/\\])(licen[cs]e|copying|notice|copyright)[^/\\]*$", re.IGNORECASE)
NOT_TEXTS = (".py", ".pyc", ".so", ".json")
KNOWN = Path(__file__).with_name("texts")
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


@dataclass(frozen=True, eq=False, slots=True)
class Package:
    """An installed package and its files; what it says of itself is read once, for that takes time."""

    name: str
    version: str
    files: tuple[Path, ...]
    said: metadata.Distribution


def write_licences(packed: Packed, python: Path, resources: Path, version: str) -> list[Part]:
    """Writes licences.json and the texts in `licences/` beside it; returns the list."""
    packed, texts = list(packed), resources / "licences"
    shutil.rmtree(texts, ignore_errors=True)
    texts.mkdir(parents=True)
    parts = [*_from_packages(packed, python, texts), *_from_python(python, texts)]
    parts += [*_from_system(packed, python, texts), *_from_resources(resources, texts)]
    parts.sort(key=lambda part: part.name.lower())
    own = _copy_texts("LesionStudio", [ROOT / "LICENSE"], texts)
    parts.insert(0, Part("LesionStudio", version, "Apache-2.0", own, "program"))
    (resources / "licences.json").write_text(json.dumps([asdict(part) for part in parts], indent=1), encoding="utf-8")
    return parts


@cache
def owners(python: Path) -> dict[Path, Package]:
    """Each file of the packages installed for this Python, and the package it belongs to."""
    site = site_packages(python)
    found = {}
    for said in metadata.distributions(path=[str(site)]):
        files = tuple(site / str(file) for file in said.files or ())
        package = Package(said.metadata["Name"], said.version, files, said)
        found |= dict.fromkeys(files, package)
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


def copy_metadata(packed: Packed, python: Path, inside: Path) -> None:
    """What a package says of itself, where importlib.metadata finds it: versions are asked for at run time."""
    belongs, site = owners(python), site_packages(python)
    for package in {belongs[source] for _place, source in packed if source in belongs}:
        for file in package.files:
            if file.name == "METADATA" and file.is_relative_to(site):
                target = inside / file.relative_to(site)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def _from_packages(packed: Packed, python: Path, texts: Path) -> Iterator[Part]:
    """Packages of which a module, a library or a file is in the program."""
    belongs = owners(python)
    used: dict[Package, list[str]] = {}
    for place, source in packed:
        if source in belongs:
            used.setdefault(belongs[source], []).append(place)
    for starter in {package for package in belongs.values() if package.name.lower() == "pyinstaller"}:
        used.setdefault(starter, [])  # its starter is in the program, under an exception to its licence
    for package, places in used.items():
        libraries = tuple(sorted({Path(place).name for place in places if _is_library(place)}))
        file = _copy_texts(package.name, _texts_of(package), texts) or _known_text(package, texts)
        yield Part(package.name, package.version, licence_of(package.said), file, "package", libraries)


def _is_library(place: str) -> bool:
    return ".so" in place or place.endswith((".dll", ".dylib", ".pyd"))


def _texts_of(package: Package) -> list[Path]:
    files = [file for file in package.files if TEXTS.search(str(file)) or "licenses" in file.parts]
    return [file for file in files if file.is_file() and not file.name.endswith(NOT_TEXTS)]


def _known_text(package: Package, texts: Path) -> str:
    """The licence's own text for a package that comes without one, after who wrote it and where its source is."""
    licence = licence_of(package.said)
    known = next((file for file in KNOWN.glob("*.txt") if licence.startswith(file.stem)), None)
    if known is None:
        return ""
    said = package.said.metadata
    author = said["Author"] or said["Author-email"] or "its authors"
    places = [said["Home-page"], *(said.get_all("Project-URL") or ())]
    head = f"{package.name} {package.version}, copyright {author}\n" + "\n".join(filter(None, places))
    target = texts / f"{package.name}.txt"
    target.write_text(f"{head}\n\n{known.read_text(encoding='utf-8')}", encoding="utf-8")
    return target.name


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
