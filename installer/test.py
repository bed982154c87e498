"""Runs LesionStudio's tests from a clone of its repository: makes .venv at the first start, then calls pytest.

The files of tests are shared out among as many processes as there are processors, four at most (`-n 1`: as one says).

python3 installer/test.py [--all] [--device cpu|cuda] [words for pytest]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_WORKERS = 4
sys.path.insert(0, str(ROOT))
if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is imported
    sys.exit("LesionStudio needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info))

from installer import ready  # noqa: E402
from lesionstudio.words import _, use_language  # noqa: E402


def main() -> int:
    """Gets everything ready and tests; returns what pytest returned."""
    use_language("auto", ROOT / "resources" / "translations")
    chosen, for_pytest = _parse(sys.argv[1:])
    python = ready.make_ready(chosen.device, for_tests=True)
    which = [] if chosen.all else ["-m", "not slow"]
    which += workers(for_pytest)
    try:
        return subprocess.run([python, "-m", "pytest", *which, *for_pytest], cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 130


def workers(words: list[str]) -> list[str]:
    """How pytest is told to share the tests out; nothing where a person says it, or follows a test with a debugger."""
    if any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb", "--trace")) for word in words):
        return []
    return ["-n", str(min(MOST_WORKERS, _processors())), "--dist", "loadfile"]


def _processors() -> int:
    """Processors this program may use, which in a container are often fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
