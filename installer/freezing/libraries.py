"""What the shared libraries of the frozen program ask for, by name: read with binutils. Linux only."""

import hashlib
import os
import re
import subprocess
from pathlib import Path


def libraries_in(folder: Path) -> list[Path]:
    """All shared libraries and compiled modules of a folder, links not followed."""
    return [file for file in sorted(folder.rglob("*")) if is_library(file)]


def is_library(file: Path) -> bool:
    """Whether this is one, whatever it is called."""
    if file.is_symlink() or not file.is_file() or ".so" not in file.name:
        return False
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def needed(file: Path) -> list[str]:
    """The libraries that this one asks for when it is loaded."""
    return re.findall(r"^\s*NEEDED\s+(\S+)$", _objdump("-p", file), re.MULTILINE)


def wanted_symbols(file: Path) -> set[str]:
    """The names that this library takes from others."""
    return {line.split()[-1] for line in _objdump("-T", file).splitlines() if "*UND*" in line}


def offered_symbols(file: Path) -> dict[str, str]:
    """The names that this library offers, and the version each belongs to; "" where it has none."""
    found = {}
    for line in _objdump("-T", file).splitlines():
        parts = line.split()
        if len(parts) > 4 and "*UND*" not in line and re.match(r"[0-9a-f]{8}", parts[0]):
            version = parts[-2].strip("()")
            found[parts[-1]] = version if re.match(r"[A-Za-z_]", version) and version != "Base" else ""
    return found


def newest_glibc(folder: Path) -> str:
    """The oldest version of the C library that all of them run with: the newest that one of them asks for."""
    found = {
        version for file in libraries_in(folder) for version in re.findall(r"GLIBC_(2\.\d+)\b", _objdump("-p", file))
    }
    return max(found, key=lambda version: int(version.split(".")[1]), default="2.31")


def drop_orphans(folder: Path) -> int:
    """Deletes libraries that no other asks for any more, and links to nothing; bytes saved.

    Those in the folders of torch, NVIDIA and OpenVINO may be loaded by name, so they stay.
    """
    every = {file: set(needed(file)) for file in libraries_in(folder)}
    loose = {
        file
        for file in every
        if file.parent == folder
        or (file.parent.name.endswith((".libs", "lib")) and not {"torch", "nvidia"}.intersection(file.parts))
    }
    kept = {file for file in every if file not in loose or file.name.startswith("libpython") or "cpython" in file.name}
    reached = set().union(*(every[file] for file in kept))
    while more := {file for file in loose - kept if file.name in reached}:
        kept |= more
        reached |= set().union(*(every[file] for file in more))
    saved = sum(file.stat().st_size for file in loose - kept)
    for file in loose - kept:
        file.unlink()
    for link in [path for path in folder.rglob("*") if path.is_symlink() and not path.exists()]:
        link.unlink()
    return saved


def link_doubles(folder: Path) -> int:
    """Leaves one of libraries that are alike to the last byte and a link in each other's place; bytes saved."""
    first: dict[bytes, Path] = {}
    saved = 0
    for file in libraries_in(folder):
        kept = first.setdefault(hashlib.sha256(file.read_bytes()).digest(), file)
        if kept is not file and kept.name == file.name:
            saved += file.stat().st_size
            file.unlink()
            file.symlink_to(os.path.relpath(kept, file.parent))
    return saved


def _objdump(option: str, file: Path) -> str:
    return subprocess.run(["objdump", option, str(file)], capture_output=True, text=True, check=False).stdout
