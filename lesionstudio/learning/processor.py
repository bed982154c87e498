"""What this machine's processor is."""

import platform
import sys
from functools import cache
from pathlib import Path

BF16_UNITS = ("amx_bf16", "avx512_bf16")


@cache
def processor_name() -> str:
    """The processor's name as its maker gives it."""
    return _fact("model name") or platform.processor() or platform.machine()


@cache
def instructions() -> frozenset[str]:
    """The instruction sets that Linux lists for the processor; empty on other systems."""
    return frozenset((_fact("flags") or _fact("Features")).split())


def may_know_bf16() -> bool:
    """Whether bf16 is worth measuring: not where the list of instructions rules it out."""
    return not instructions() or any(unit in instructions() for unit in BF16_UNITS)


def _fact(name: str) -> str:
    """One line of /proc/cpuinfo; "" where there is none."""
    if not sys.platform.startswith("linux"):
        return ""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.split("\t")[0].strip() == name), "")
