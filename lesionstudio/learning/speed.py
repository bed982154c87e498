"""How quick this machine is in which precision: measured once for each kind of network, and remembered."""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from lesionstudio.learning.engines import Engine
from lesionstudio.learning.processor import processor_name
from lesionstudio.settings import kept_folder

_CLEARLY, _BUSY = 0.9, 1.5
_TRIAL_SIDE, _TRIALS = 256, 5
_MEMORY, _FORM = "speed.json", 1

E = TypeVar("E", bound=Engine)


def quickest(network: str, makers: Mapping[str, Callable[[], E]], channels: int) -> E:
    """The engine that runs this kind of network quickest here, of those that `makers` make, by precision.

    They are ordered from the exact to the coarse, and a coarser one is taken only where it is clearly quicker. While
    other programs keep the processor busy nothing can be measured: then the coarsest is taken, and nothing remembered.
    """
    names = list(makers)
    if len(names) == 1:
        return makers[names[0]]()
    times = remembered_times(network)
    if set(names) <= set(times):
        return makers[_chosen(names, times)]()
    if is_busy():
        return makers[names[-1]]()
    made = {name: make() for name, make in makers.items()}
    times = _measured(made, channels)
    _remember({**_recall(), _key(network): times})
    return made[_chosen(names, times)]


def remembered_times(network: str) -> dict[str, float]:
    """What was measured on this machine for this kind of network: precision -> seconds; {} before."""
    return _recall().get(_key(network), {})


def is_busy() -> bool:
    """Whether other programs want more of the processor than there is; False where the system does not say."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > _BUSY * (os.cpu_count() or 1)


def _chosen(names: list[str], times: Mapping[str, float]) -> str:
    chosen = names[0]
    for name in names[1:]:
        chosen = name if times[name] < _CLEARLY * times[chosen] else chosen
    return chosen


def _measured(engines: Mapping[str, E], channels: int) -> dict[str, float]:
    """Each engine's best time for one small picture; they take turns, so that all meet the same weather."""
    picture = np.random.default_rng(0).random((1, channels, _TRIAL_SIDE, _TRIAL_SIDE), np.float32)
    times: dict[str, float] = {}
    for trial in range(_TRIALS + 1):
        for name, engine in engines.items():
            began = time.perf_counter()
            engine.logits(picture)
            if trial:
                times[name] = min(times.get(name, np.inf), round(time.perf_counter() - began, 5))
    return times


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
    return kept_folder("speed", _FORM) / _MEMORY
