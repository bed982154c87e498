"""Builds the package for the system it runs on: a .deb and a .tar.gz, a set-up program or a .dmg.

    python3 installer/build.py [--without-models] [--device cpu|cuda] [--version V] [--out DIR]

--without-models leaves out weights that are not under a licence for any use; --device cuda packs PyTorch for NVIDIA
cards (about 3 GB to download). What was left out and what everything weighs is said in left-out.md beside them.
"""

import argparse
import importlib
import shutil
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
sys.path.insert(0, str(ROOT))
if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is imported
    sys.exit("LesionStudio needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info))

from installer import ready  # noqa: E402
from installer.freezing.environment import cuda_of  # noqa: E402
from installer.freezing.frozen import Wanted, freeze  # noqa: E402
from lesionstudio import __version__  # noqa: E402
from lesionstudio.words import _, use_language  # noqa: E402


def main() -> int:
    """Freezes and packs; says where the packages lie and how large they are."""
    use_language("auto", ROOT / "resources" / "translations")
    chosen = _parse(sys.argv[1:])
    wanted = Wanted(chosen.device, chosen.version, not chosen.without_models)
    system = importlib.import_module(f"installer.{SYSTEMS[sys.platform]}.build")
    _look_for(system.TOOLS)
    python = ready.make_ready(chosen.device, for_builds=True)
    if chosen.device == "cuda" and not cuda_of(python):
        sys.exit(_("The PyTorch that pip found here works without CUDA. Set pip up with a place that has one with it."))
    frozen = freeze(python, wanted, chosen.work)
    print(_("Frozen: {folder}, {size:.0f} MB").format(folder=frozen.folder, size=frozen.megabytes()), flush=True)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in ("left-out.md", "left-out.json"):
        shutil.copy(chosen.work / name, chosen.out)
    for file in [] if chosen.only_freeze else system.package(replace(frozen, tightness=chosen.tightness), chosen.out):
        print(_("{file}: {size:.0f} MB").format(file=file, size=file.stat().st_size / 1e6), flush=True)
    return 0


def _look_for(tools: dict[str, str]) -> None:
    """Ends with a sentence where a program is missing that the packages of this system are made with."""
    lacking = sorted({package for tool, package in tools.items() if not shutil.which(tool)})
    if lacking:
        sys.exit(_("To make the packages, install first: {packages}").format(packages=" ".join(lacking)))


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="installer/build.py", description=_("Builds a package to install."))
    parser.add_argument("--without-models", action="store_true", help=_("leave out models for research only"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help=_("what PyTorch is packed for"))
    parser.add_argument("--cuda", dest="device", action="store_const", const="cuda", help=_("as --device cuda"))
    parser.add_argument("--version", default=__version__, help=_("the version the package says it is"))
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help=_("the folder for the packages"))
    parser.add_argument("--work", type=Path, default=ROOT / "build", help=_("the folder to work in"))
    parser.add_argument("--tightness", type=int, default=6, help=_("how hard it is compressed, from 1 (quick) to 9"))
    parser.add_argument("--only-freeze", action="store_true", help=_("stop when the program itself is ready"))
    chosen = parser.parse_args(words)
    chosen.out, chosen.work = chosen.out.resolve(), chosen.work.resolve()
    return chosen


if __name__ == "__main__":
    sys.exit(main())
