"""about: which build this is, whose work is in it, and what a report of a mistake should say. No patient's data."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lesionstudio import __version__
from lesionstudio.itself import is_installed
from lesionstudio.resources import resource, resources_folder
from lesionstudio.settings import cache_folder, config_folder, data_folder, log_file
from lesionstudio.workflows.commit import build, commit
from lesionstudio.workflows.doctor import PACKAGES

_LONGEST, _LAST_LINES = 60, 40


@dataclass(frozen=True, slots=True)
class Licence:
    """Somebody's work that is in the program, and its terms: a name of them, and their text where it is shipped."""

    name: str
    version: str
    terms: str
    text: Path | None = None


def licences() -> list[Licence]:
    """What was packed with the program; from source, what is installed beside it. By name, each once."""
    packed = resource("licences.json")
    found = _packed(packed) if packed.is_file() else [_installed(one) for one in metadata.distributions()]
    return sorted({one.name.casefold(): one for one in found}.values(), key=lambda one: one.name.casefold())


def own_terms() -> Path | None:
    """The text of the program's own licence."""
    places = (resource("licences", "LesionStudio.txt"), resources_folder().parent / "LICENSE")
    return next((place for place in places if place.is_file()), None)


def terms_of_others() -> Path | None:
    """The folder with the texts of everything that was packed; None from source."""
    folder = resource("licences")
    return folder if folder.is_dir() else None


def folders() -> dict[str, Path]:
    """Where things of this user lie."""
    return {"settings": config_folder(), "data": data_folder(), "cache": cache_folder(), "log": log_file().parent}


def report(window: Sequence[str] = ()) -> str:
    """What somebody who mends a mistake wants to know, for the clipboard. `window`: lines about the screen.

    Names of folders have "~" for the person's home; the log holds no names of scans.
    """
    facts = build()
    kind = f"installed, built {facts.get('built', '?')}" if is_installed() else "from source"
    lines = [
        f"LesionStudio {__version__} {commit()} ({kind})",
        f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        *window,
        "",
        *(f"{name} {version}" for name in PACKAGES if (version := _version(name))),
        "",
        *(f"{name}: {_without_home(place)}" for name, place in folders().items()),
        "",
        *_end_of_log(),
    ]
    return "\n".join(lines) + "\n"


def _packed(path: Path) -> list[Licence]:
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [_from_entry(entry) for entry in entries]


def _from_entry(entry: dict[str, str]) -> Licence:
    text = resource("licences", entry["file"]) if entry.get("file") else None
    return Licence(entry["name"], entry.get("version", ""), entry.get("licence", ""), text)


def _installed(one: metadata.Distribution) -> Licence:
    facts = one.metadata
    kinds = [kind.rpartition(" :: ")[2] for kind in facts.get_all("Classifier") or () if kind.startswith("License")]
    words = _first(facts, "License").partition("\n")[0]
    terms = _first(facts, "License-Expression") or ", ".join(kinds) or (words if len(words) <= _LONGEST else "")
    return Licence(facts["Name"], one.version, terms)


def _first(facts: metadata.PackageMetadata, name: str) -> str:
    return str((facts.get_all(name) or ("",))[0]).strip()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _without_home(place: Path) -> str:
    home = Path.home()
    return f"~/{place.relative_to(home).as_posix()}" if place.is_relative_to(home) else str(place)


def _end_of_log() -> list[str]:
    try:
        return log_file().read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
    except OSError:
        return []
