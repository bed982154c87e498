"""Makes the .deb: the program in /usr/lib, its command, its menu entry, and what it asks of Debian and Ubuntu."""

import shutil
import subprocess
from pathlib import Path

from installer.freezing.frozen import Frozen
from installer.freezing.libraries import libraries_in, needed, newest_glibc
from installer.freezing.sizes import bytes_in
from installer.linux import menu
from lesionstudio.screen import LIBRARIES
from lesionstudio.words import _

HERE = Path(__file__).resolve().parent
PLACE = "usr/lib/lesionstudio"
ALWAYS = ("libgl1", "libegl1", "libfontconfig1", "libdbus-1-3", "libx11-6", "libx11-xcb1", "libxcb1")
CONTROL = """\
Package: lesionstudio
Version: {version}
Architecture: amd64
Maintainer: LesionStudio <lesionstudio@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: shared-mime-info, desktop-file-utils, xdg-utils
Section: science
Priority: optional
Description: Draw and correct lesion masks on medical pictures
 Open a folder of scans (DICOM, NIfTI, TIFF, PNG and more), paint, let a network
 propose a draft, correct it, and teach the network while you work. Everything
 runs on this computer; no picture leaves it. Research use only: not a medical
 device.
"""


def package(frozen: Frozen, out: Path) -> Path:
    """Writes the .deb and returns it. Ends with a sentence where dpkg-deb fails."""
    tree = frozen.folder.parents[1] / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    _put_program(frozen, tree)
    menu.write_menu(tree / "usr/share", "lesionstudio")
    _put_papers(frozen, tree)
    _put_control(frozen, tree)
    target = out / f"{frozen.stem.replace('lesionstudio-', 'lesionstudio_', 1)}_amd64.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{frozen.tightness}", "--build", str(tree), str(target)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(_("{file} could not be written.").format(file=target))
    return target


def depends(folder: Path) -> list[str]:
    """The Debian packages with the system's libraries that the packed ones load and that are not packed themselves."""
    packed = {file.name for file in folder.rglob("*.so*")}
    wanted = {name for file in libraries_in(folder) for name in needed(file)} - packed
    named = {LIBRARIES[name][0] for name in wanted if name in LIBRARIES}
    return [f"libc6 (>= {newest_glibc(folder)})", *sorted({*ALWAYS, *named})]


def _put_program(frozen: Frozen, tree: Path) -> None:
    """Hard links where they can be made: the program is large."""
    target = tree / PLACE
    target.parent.mkdir(parents=True)
    if subprocess.run(["cp", "-al", frozen.folder, target], capture_output=True, check=False).returncode:
        shutil.copytree(frozen.folder, target, symlinks=True, dirs_exist_ok=True)
    command = tree / "usr/bin/lesionstudio"
    command.parent.mkdir(parents=True)
    command.symlink_to("../lib/lesionstudio/lesionstudio")


def _put_papers(frozen: Frozen, tree: Path) -> None:
    """Our licence and where the others' lie, as Debian wants them."""
    papers = tree / "usr/share/doc/lesionstudio"
    papers.mkdir(parents=True)
    own = (HERE.parents[1] / "LICENSE").read_text(encoding="utf-8")
    others = f"Licences of what others wrote: /{PLACE}/_internal/resources/licences.json, and licences/ beside it.\n"
    (papers / "copyright").write_text(f"LesionStudio {frozen.wanted.version}\n\n{others}\n{own}", encoding="utf-8")


def _put_control(frozen: Frozen, tree: Path) -> None:
    place, size = tree / "DEBIAN", bytes_in(frozen.folder)
    place.mkdir()
    needs = ", ".join(depends(frozen.folder))
    text = CONTROL.format(version=frozen.wanted.version, kilobytes=size // 1024, depends=needs)
    (place / "control").write_text(text, encoding="utf-8")
    for name in ("preinst", "postinst", "postrm"):
        said = (HERE / "deb" / name).read_text(encoding="utf-8").replace("@MEGABYTES@", str(int(size / 1e6) + 1))
        (place / name).write_text(said, encoding="utf-8")
        (place / name).chmod(0o755)
