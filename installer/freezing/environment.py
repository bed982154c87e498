"""Where a Python keeps its packages and itself: asked of that Python, which need not be the one that runs this."""

import subprocess
from functools import cache
from pathlib import Path

_ASK = "import sys, sysconfig; print(sysconfig.get_path('purelib')); print(sys.base_prefix)"


def site_packages(python: Path) -> Path:
    """The folder of this Python's packages."""
    return _places(python)[0]


def python_home(python: Path) -> Path:
    """The folder of the Python that this one was made from, with the standard library and its licence."""
    return _places(python)[1]


def cuda_of(python: Path) -> str:
    """The version of CUDA that this Python's PyTorch was built for; "" for none."""
    ask = "from torch.version import cuda; print(cuda or '')"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


@cache
def _places(python: Path) -> tuple[Path, Path]:
    said = subprocess.run([python, "-c", _ASK], capture_output=True, text=True, check=True).stdout.splitlines()
    return Path(said[0]), Path(said[1])
