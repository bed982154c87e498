"""Makes the set-up program of a frozen program with Inno Setup: for one person, without an administrator."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

from installer.freezing.frozen import Frozen
from lesionstudio.words import _

SCRIPT = Path(__file__).resolve().with_name("lesionstudio.iss")
MACHINE = "x64"
TOOLS: dict[str, str] = {}  # Inno Setup need not be on the path: _compiler() looks for it.
SIGNS = (16, 32, 48, 64, 128, 256)
_PLACES = ("ProgramFiles(x86)", "ProgramFiles", "LOCALAPPDATA")
COMMAND = '@"%~dp0..\\lesionstudio-console.exe" %*\r\n'


def package(frozen: Frozen, out: Path) -> list[Path]:
    """The set-up program. Ends with a sentence where there is no Inno Setup."""
    (frozen.folder / "bin").mkdir(exist_ok=True)
    (frozen.folder / "bin" / "lesionstudio.cmd").write_text(COMMAND, encoding="ascii", newline="")
    icon = _icon(frozen)
    stem = f"{frozen.stem}-windows-{MACHINE}"
    facts = {"Version": frozen.wanted.version, "Folder": frozen.folder, "Icon": icon, "Out": out, "Stem": stem}
    command = [_compiler(), "/Q", *(f"/D{name}={value}" for name, value in facts.items()), str(SCRIPT)]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(_("Inno Setup could not make the set-up program; its sentence stands above."))
    return [out / f"{stem}.exe"]


def _compiler() -> str:
    """Inno Setup's compiler: on the path, or where its own set-up puts it."""
    found = shutil.which("iscc")
    places = [Path(os.environ[name]) / "Inno Setup 6" / "ISCC.exe" for name in _PLACES if name in os.environ]
    places += [place.parents[1] / "Programs" / place.parent.name / place.name for place in places[-1:]]
    compiler = found or next((str(place) for place in places if place.is_file()), "")
    if not compiler:
        raise SystemExit(
            _("There is no Inno Setup 6 here: https://jrsoftware.org/isinfo.php, or `choco install innosetup`.")
        )
    return compiler


def _icon(frozen: Frozen) -> Path:
    """The sign in the sizes that Windows asks for, as one .ico: a list of PNG files."""
    folder, target = frozen.folder / "_internal" / "resources" / "icons" / "app", frozen.folder.with_name("icon.ico")
    pictures = [(folder / f"lesionstudio-{side}.png").read_bytes() for side in SIGNS]
    head, at = struct.pack("<HHH", 0, 1, len(SIGNS)), 6 + 16 * len(SIGNS)
    for side, picture in zip(SIGNS, pictures, strict=True):
        head += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    target.write_bytes(head + b"".join(pictures))
    return target
