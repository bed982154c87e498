"""What this machine's processor is, and which precision it is quick in: looked at, measured once, remembered."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.settings import cache_folder

BF16_UNITS = ("amx_bf16", "avx512_bf16")
INT8_UNITS = ("amx_int8", "avx512_vnni", "avx_vnni")
_CLEARLY = 0.9
_TRIAL_SIDE, _TRIALS = 256, 3
_MEMORY = "processor.json"


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


def quickest(network: str, seconds: Mapping[str, Callable[[], float]]) -> str:
    """The precision that runs this kind of network quickest here; the first one unless another is clearly quicker.

    `seconds` measures each; that is done once for each machine and kind of network, and remembered.
    """
    names = list(seconds)
    if len(names) == 1:
        return names[0]
    times = remembered_times(network)
    if set(times) != set(names):
        times = {name: round(measure(), 5) for name, measure in seconds.items()}
        _remember({**_recall(), _key(network): times})
    first, best = names[0], min(names, key=lambda name: times[name])
    return best if times[best] < _CLEARLY * times[first] else first


def trial_seconds(compute: Callable[[NDArray[np.float32]], object], channels: int) -> float:
    """The best time of a few runs on one small picture (1, channels, rows, columns), after one to warm up."""
    picture = np.random.default_rng(0).random((1, channels, _TRIAL_SIDE, _TRIAL_SIDE), np.float32)
    compute(picture)
    times = []
    for _trial in range(_TRIALS):
        began = time.perf_counter()
        compute(picture)
        times.append(time.perf_counter() - began)
    return min(times)


def remembered_times(network: str) -> dict[str, float]:
    """What was measured on this machine for this kind of network: precision -> seconds; {} before."""
    return _recall().get(_key(network), {})


def _key(network: str) -> str:
    return f"{processor_name()} x{os.cpu_count()} {network}"


def _recall() -> dict[str, dict[str, float]]:
    try:
        saved: dict[str, dict[str, float]] = json.loads(_memory().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return saved


def _remember(times: dict[str, dict[str, float]]) -> None:
    """Keeps what was measured; where the cache cannot be written it is measured again next time."""
    draft = _memory().with_suffix(f".{os.getpid()}.tmp")
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(times, indent=1), encoding="utf-8")
        draft.replace(_memory())
    except OSError:
        return


def _memory() -> Path:
    return cache_folder() / _MEMORY


def _fact(name: str) -> str:
    """One line of /proc/cpuinfo; "" where there is none."""
    if not sys.platform.startswith("linux"):
        return ""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.split("\t")[0].strip() == name), "")
