"""Empty libraries in the place of large ones that are only asked for: what others link and nothing here calls.

OpenCV brings FFmpeg for films and OpenBLAS for equations of more than a hundred unknowns, SciPy an OpenBLAS beside
that of NumPy, Qt tables of all languages for sorting, Pillow what photographs screens. An empty library offers the same
names, so that loading succeeds. Films and screens answer "none"; an equation would end the program rather than be
wrong, which is why tests/installer/test_hollow.py lists what of OpenCV, SciPy and scikit-image may be used. For the
tables of ICU, empty ones are what ICU itself builds with (`stubdata`).
"""

import shutil
import subprocess
import tempfile
from fnmatch import fnmatch
from pathlib import Path

from installer.freezing.libraries import libraries_in, needed, offered_symbols, wanted_symbols

NONE, NEVER = "xor %eax, %eax\nret\n", "ud2\n"
TABLES = ".byte 32,0,0xda,0x27, 20,0,0,0, 0,0,2,0, 0x54,0x6f,0x43,0x50, 1,0,0,0, 0,0,0,0\n.zero 64\n"
HOLLOW = {
    "opencv_python_headless.libs/libav*": NONE,
    "opencv_python_headless.libs/libsw*": NONE,
    "opencv_python_headless.libs/libopenblas*": NEVER,
    "scipy.libs/libscipy_openblas*": NEVER,
    "pillow.libs/libxcb-*": NONE,
    "lib/libicudata.so.*": TABLES,
}
"""Folder and name of a library -> what is in its place, as x86 assembly."""


def hollow_out(folder: Path) -> int:
    """Puts them in their places; bytes saved. Nothing where `as` and `ld` are not there."""
    if not shutil.which("as") or not shutil.which("ld"):
        return 0
    every = libraries_in(folder)
    hollow = {file: body for file in every if (body := _body(file))}
    full = [file for file in every if file not in hollow]
    wanted = {file: _wanted_from(file, full) for file in hollow}
    return sum(_replace(file, wanted[file], body) for file, body in hollow.items())


def _body(file: Path) -> str:
    """What goes in the place of this library; "" for one that stays as it is."""
    place = f"{file.parent.name}/{file.name}"
    return next((body for pattern, body in HOLLOW.items() if fnmatch(place, pattern)), "")


def _wanted_from(file: Path, users: list[Path]) -> dict[str, str]:
    """The names of this library that others take, with their versions."""
    taken = set().union(*(wanted_symbols(user) for user in users if file.name in needed(user)))
    return {name: version for name, version in offered_symbols(file).items() if name in taken}


def _replace(file: Path, names: dict[str, str], body: str) -> int:
    """An empty library under this name, offering these names under their versions; bytes saved."""
    before = file.stat().st_size
    with tempfile.TemporaryDirectory() as place:
        code, script, made = (Path(place) / name for name in ("empty.s", "versions", "empty.o"))
        section, kind = (".section .rodata\n.balign 16\n", "object") if body == TABLES else (".text\n", "function")
        labels = "".join(f".globl {name}\n.type {name},@{kind}\n{name}:\n" for name in names)
        code.write_text(section + labels + body + '.section .note.GNU-stack,"",@progbits\n', encoding="ascii")
        script.write_text(_versions(names), encoding="ascii")
        subprocess.run(["as", code, "-o", made], check=True)
        versioned = [f"--version-script={script}"] if any(names.values()) else []
        subprocess.run(["ld", "-shared", "-soname", file.name, *versioned, "-o", file, made], check=True)
    return before - file.stat().st_size


def _versions(names: dict[str, str]) -> str:
    """The linker's list of versions, each with its names."""
    nodes = sorted({version for version in names.values() if version})
    lists = {node: " ".join(f"{name};" for name, version in names.items() if version == node) for node in nodes}
    return "\n".join(f"{node} {{ global: {inside} }};" for node, inside in lists.items())
