"""Makes the .dmg of a frozen program: the app, and Applications beside it to drag it to. For Apple's own processors.

It is signed by nobody (that needs an Apple account): README says how it is opened the first time.
"""

import shutil
import subprocess
from pathlib import Path

from installer.freezing.frozen import Frozen
from installer.macos.bundle import NAME

MACHINE = "arm64"
TOOLS = dict.fromkeys(("codesign", "hdiutil"), "Xcode")


def package(frozen: Frozen, out: Path) -> list[Path]:
    """The disk image. PyInstaller made the app beside the folder before the licences were written."""
    app = frozen.folder.with_name(NAME)
    _bring_licences(frozen.folder / "_internal" / "resources", app / "Contents" / "Resources" / "resources")
    _run("codesign", "--force", "--deep", "--sign", "-", str(app))
    _run("codesign", "--verify", "--deep", str(app))
    target = out / f"{frozen.stem}-macos-{MACHINE}.dmg"
    _run(
        "hdiutil", "create", "-volname", "LesionStudio", "-srcfolder", str(_laid_out(app)),
        "-fs", "HFS+", "-format", "ULMO", "-ov", str(target),
    )  # fmt: skip
    return [target]


def _bring_licences(source: Path, target: Path) -> None:
    shutil.copyfile(source / "licences.json", target / "licences.json")
    shutil.copytree(source / "licences", target / "licences", dirs_exist_ok=True)


def _laid_out(app: Path) -> Path:
    """What the opened image shows."""
    folder = app.with_name("image")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copytree(app, folder / app.name, symlinks=True)
    (folder / "Applications").symlink_to("/Applications")
    return folder


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
