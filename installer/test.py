"""Runs LesionStudio's tests from a clone of its repository: makes .venv at the first start, then calls pytest.

python3 installer/test.py [--all] [--device cpu|cuda] [words for pytest]
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is imported
    sys.exit("LesionStudio needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info))

from installer import ready  # noqa: E402
from lesionstudio.words import _  # noqa: E402


def main() -> int:
    """Gets everything ready and tests; returns what pytest returned."""
    chosen, for_pytest = _parse(sys.argv[1:])
    python = ready.make_ready(chosen.device, for_tests=True)
    which = [] if chosen.all else ["-m", "not slow"]
    try:
        return subprocess.run([python, "-m", "pytest", *which, *for_pytest], cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _parse(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="installer/test.py", description=_("Installs what is missing and runs the tests.")
    )
    parser.add_argument("--all", action="store_true", help=_("the slow tests too"))
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help=_("what PyTorch is installed for")
    )
    return parser.parse_known_args(words)


if __name__ == "__main__":
    sys.exit(main())
