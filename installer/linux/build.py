"""Makes the Linux packages of a frozen program: a .deb, and a .tar.gz for all others.

No AppImage: its tool and the start of every such file are published as files of its project alone, and no package
registry (PyPI, npm, Debian) holds them. The .tar.gz installs for one person, without an administrator, anywhere.
"""

import shutil
import subprocess
import tarfile
from pathlib import Path

from installer.freezing.frozen import NAME, Frozen
from installer.freezing.sizes import bytes_in
from installer.linux import debian, menu
from lesionstudio.words import _

HERE = Path(__file__).resolve().parent
MACHINE = "x86_64"


def package(frozen: Frozen, out: Path) -> list[Path]:
    """The .deb where there is a dpkg-deb, and the .tar.gz."""
    files = [_tar(frozen, out)]
    if shutil.which("dpkg-deb"):
        files.insert(0, debian.package(frozen, out))
    return files


def _tar(frozen: Frozen, out: Path) -> Path:
    """install.sh beside the packed program: so it can look for room before anything is unpacked."""
    stem = f"{frozen.stem}-linux-{MACHINE}"
    place = frozen.folder.parents[1] / "tar" / stem
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    _pack_program(frozen, place / "program.tar.xz")
    for name in ("install.sh", "uninstall.sh"):
        text = (HERE / name).read_text(encoding="utf-8")
        (place / name).write_text(_filled(text, frozen), encoding="utf-8")
        (place / name).chmod(0o755)
    menu.write_menu(place / "share", "@PROGRAM@")
    (place / "README.txt").write_text((HERE / "README.txt").read_text(encoding="utf-8"), encoding="utf-8")
    target = out / f"{stem}.tar.gz"
    with tarfile.open(target, "w:gz", compresslevel=1) as packed:
        packed.add(place, stem, filter=_of_nobody)
    return target


def _filled(text: str, frozen: Frozen) -> str:
    """The script with its figures: the version, and how many MB the program takes."""
    return text.replace("@VERSION@", frozen.wanted.version).replace("@MEGABYTES@", str(_megabytes(frozen)))


def _megabytes(frozen: Frozen) -> int:
    return int(bytes_in(frozen.folder) / 1e6) + 1


def _pack_program(frozen: Frozen, target: Path) -> None:
    """xz packs a third better than gzip here; on all processors where there is an xz, else by Python."""
    command = ["tar", "--owner=0", "--group=0", "--sort=name", "-I", "xz -6 -T0", "-cf", target]
    if shutil.which("xz") and shutil.which("tar"):
        if subprocess.run([*command, "-C", frozen.folder.parent, NAME], check=False).returncode:
            raise SystemExit(_("{file} could not be written.").format(file=target))
        return
    with tarfile.open(target, "w:xz") as packed:
        packed.add(frozen.folder, NAME, filter=_of_nobody)


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whose computer this was built on is nobody's business."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
