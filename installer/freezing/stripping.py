"""Takes the tables of names out of shared libraries that only debuggers read; what a library offers stays."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

WORTH_BYTES = 50_000


def strip_symbols(folder: Path) -> int:
    """Bytes saved. Nothing where the system has no `strip`, or where this saves little."""
    program = shutil.which("strip")
    if not program or not sys.platform.startswith("linux"):
        return 0
    return sum(_strip(program, file) for file in sorted(folder.rglob("*")) if _is_library(file))


def _is_library(file: Path) -> bool:
    if file.is_symlink() or not file.is_file() or ".so" not in file.name:
        return False
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def _strip(program: str, file: Path) -> int:
    """Strips a copy, and keeps it where it is worth it: some libraries have been changed after they were linked."""
    draft = file.with_name(file.name + ".stripped")
    done = subprocess.run([program, "--strip-unneeded", "-o", draft, file], capture_output=True, check=False)
    saved = file.stat().st_size - draft.stat().st_size if done.returncode == 0 and draft.exists() else 0
    if saved < WORTH_BYTES:
        draft.unlink(missing_ok=True)
        return 0
    os.chmod(draft, file.stat().st_mode)  # noqa: PTH101
    draft.replace(file)
    return saved
