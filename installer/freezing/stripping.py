"""Takes names that only debuggers read out of shared libraries."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from installer.freezing.libraries import libraries_in

WORTH_BYTES = 50_000


def strip_symbols(folder: Path) -> int:
    """Bytes saved. Nothing where the system has no `strip`, or where this saves little."""
    program = shutil.which("strip")
    if not program or not sys.platform.startswith("linux"):
        return 0
    return sum(_strip(program, file) for file in libraries_in(folder))


def _strip(program: str, file: Path) -> int:
    """Strips a copy, and keeps it where it is worth it: some libraries have been changed after they were linked."""
    draft = file.with_name(file.name + ".stripped")
    done = subprocess.run([program, "--strip-unneeded", "-o", draft, file], capture_output=True, check=False)
    saved = file.stat().st_size - draft.stat().st_size if done.returncode == 0 and draft.exists() else 0
    if saved < WORTH_BYTES or not loads(draft):
        draft.unlink(missing_ok=True)
        return 0
    os.chmod(draft, file.stat().st_mode)  # noqa: PTH101
    draft.replace(file)
    return saved


def loads(file: Path) -> bool:
    """Whether each part of a library lies where the system can map it, which strip may spoil in one that was patched.

    ELF-64, System V ABI: the offset of a part in the file and its address must agree within a page.
    """
    head = file.read_bytes()[:8192]
    start, size, count = struct.unpack_from("<Q", head, 32)[0], *struct.unpack_from("<HH", head, 54)
    places = [start + n * size for n in range(count)]
    if not places or places[-1] + size > len(head):
        return False
    parts = (struct.unpack_from("<II6Q", head, place) for place in places)
    return all((offset - address) % align == 0 for kind, _, offset, address, _, _, _, align in parts if kind == 1)
