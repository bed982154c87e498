"""The magic wand on a 512 x 512 x 300 volume: from a press to the voxels of the preview.

    python -m tests.benchmarks.bench_wand

A ball of 50,000 voxels, a vessel tree through the whole volume, and a leak that the preview gives up on; beside them,
in the same run, what labelling the whole volume takes.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from lesionstudio.gui.viewer.tools.wand import MOST_LIVE
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.wand import Grown, WandRule, grow

SHAPE: Index = (300, 512, 512)
SEED: Index = (150, 256, 256)
RADIUS, BRANCHES, RUNS, PROMISED_MS = 22.9, 40, 9, 100
LUNG, LESION, TOLERANCE = -850, 60, 100


def chest() -> NDArray[np.int16]:
    """Noisy lung with a ball of about 50,000 voxels in its middle."""
    random = np.random.default_rng(1)
    voxels = random.integers(LUNG - 60, LUNG + 60, SHAPE, dtype=np.int16)
    k, row, column = (slice(at - 25, at + 26) for at in SEED)
    offset = np.indices((51, 51, 51)) - 25
    ball = (offset**2).sum(axis=0) <= RADIUS**2
    voxels[k, row, column][ball] = LESION + random.integers(-40, 40, int(ball.sum()), dtype=np.int16)
    return voxels


def add_vessels(voxels: NDArray[np.int16]) -> None:
    """Thin branches from the middle to everywhere."""
    random = np.random.default_rng(2)
    for end in random.uniform(20, np.array(SHAPE) - 20, (BRANCHES, 3)):
        for share in np.linspace(0, 1, 500):
            k, row, column = (np.array(SEED) + (end - SEED) * share).astype(int)
            voxels[k : k + 2, row : row + 2, column : column + 2] = LESION


def milliseconds(call: Callable[[], object], runs: int) -> float:
    """The median of some runs."""
    times = []
    for _run in range(runs):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return float(np.median(times))


def main() -> None:
    """Prints what each takes, and the ratio to labelling everything."""
    voxels = chest()

    def wand(tolerance: float) -> Grown:
        rule = WandRule(tolerance, is_3d=True)
        return grow(lambda box: voxels[box.slices()], SHAPE, SEED, rule, (1.0, 1.0, 1.0), lambda n: n <= MOST_LIVE)

    def whole() -> int:
        pieces, _count = label(np.abs(voxels.astype(np.int32) - int(voxels[SEED])) <= TOLERANCE)
        return int((pieces == pieces[SEED]).sum())

    ours, theirs = milliseconds(lambda: wand(TOLERANCE), RUNS), milliseconds(whole, 1)
    print(f"ball of {int(wand(TOLERANCE).cover.sum())} voxels: {ours:.1f} ms; labelling the volume {theirs:.0f} ms,"
          f" {theirs / ours:.0f} times longer; {'kept' if ours < PROMISED_MS else 'not kept'}")  # fmt: skip
    print(f"leak into the lung, given up: {milliseconds(lambda: wand(1200), 3):.0f} ms")
    add_vessels(voxels)
    print(f"{int(wand(TOLERANCE).cover.sum())} voxels with vessels: {milliseconds(lambda: wand(TOLERANCE), 3):.0f} ms")


if __name__ == "__main__":
    main()
