"""Starts LesionStudio from a clone of its repository: makes .venv at the first start, then opens the window.

    python3 installer/run.py [--device cpu|cuda] [FOLDER | VERB ...]

Without words the window opens on the sample study; without a display the same job is done headless.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is imported
    sys.exit("LesionStudio needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info))

from installer import ready, system  # noqa: E402
from lesionstudio.words import _, use_language  # noqa: E402


def main() -> int:
    """Gets everything ready and starts; returns what the program returned."""
    use_language("auto", ROOT / "resources" / "translations")
    chosen = _parse(sys.argv[1:])
    python = ready.make_ready(chosen.device)
    words, surroundings = chosen.words or _sample_in_the_window(), dict(os.environ)
    if not words:
        print(_("No display was found, so the sample study is done without a window."), flush=True)
        words, surroundings["QT_QPA_PLATFORM"] = ["demo"], "offscreen"
    try:
        return subprocess.run([python, "-m", "lesionstudio", *words], env=surroundings, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="installer/run.py", description=_("Installs what is missing and starts LesionStudio.")
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help=_("what PyTorch is installed for")
    )
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="...", help=_("a folder of scans, or a verb with its words")
    )
    return parser.parse_args(words)


def _sample_in_the_window() -> list[str]:
    """The word that opens the sample study in the window; none where no window can open."""
    return [str(ROOT / "resources" / "sample")] if system.has_display() else []


if __name__ == "__main__":
    sys.exit(main())
