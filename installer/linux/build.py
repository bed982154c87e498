"""Makes the Linux packages of a frozen program: a .deb, and a .tar.gz for all others.

No AppImage: its tool and the start of every such file are published as files of its project alone, and no package
registry (PyPI, npm, Debian) holds them. The .tar.gz installs for one person, without an administrator, anywhere.
"""

import shutil
import subprocess
import tarfile
from pathlib import Path

from installer.freezing.frozen import Frozen
from installer.linux import debian, menu

HERE = Path(__file__).resolve().parent
MACHINE = "x86_64"
TOOLS = {"dpkg-deb": "dpkg", "xz": "xz-utils", **dict.fromkeys(("ar", "as", "ld", "objdump", "strip"), "binutils")}
"""Programs that this needs, and the packages of Debian that bring them."""


def package(frozen: Frozen, out: Path) -> list[Path]:
    """The .deb, and the .tar.gz with the same packed program in it: packing takes the longest."""
    deb = debian.package(frozen, out)
    return [deb, _tar(frozen, deb, out)]


def _tar(frozen: Frozen, deb: Path, out: Path) -> Path:
    """install.sh beside the packed program: so it can look for room before anything is unpacked."""
    stem = f"{frozen.stem}-linux-{MACHINE}"
    place = frozen.folder.parents[1] / "tar" / stem
    shutil.rmtree(place.parent, ignore_errors=True)
    place.mkdir(parents=True)
    with (place / "program.tar.xz").open("wb") as packed:
        subprocess.run(["ar", "p", deb, "data.tar.xz"], stdout=packed, check=True)
    for name in ("install.sh", "uninstall.sh"):
        text = (HERE / name).read_text(encoding="utf-8")
        (place / name).write_text(_filled(text, frozen), encoding="utf-8")
        (place / name).chmod(0o755)
    menu.write_menu(place / "share", "@PROGRAM@")
    shutil.copy(HERE / "README.txt", place)
    target = out / f"{stem}.tar.gz"
    with tarfile.open(target, "w:gz", compresslevel=1) as packed_all:
        packed_all.add(place, stem, filter=_of_nobody)
    return target


def _filled(text: str, frozen: Frozen) -> str:
    """The script with its figures: the version, how many MB the program takes, and where it lies in the packed file."""
    told = {"VERSION": frozen.wanted.version, "MEGABYTES": str(int(frozen.megabytes()) + 1), "PLACE": debian.PLACE}
    for name, value in told.items():
        text = text.replace(f"@{name}@", value)
    return text


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whose computer this was built on is nobody's business."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
