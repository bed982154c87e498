"""Filling the slices between marks: 25 slices of 512 x 512 of which every sixth is marked, 20 to find.

    python -m tests.benchmarks.bench_interpolate

Beside it, in the same run, what everyone writes: scipy's distance transform of whole slices, blended.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from lesionstudio.imaging.interpolate import Gaps, interpolated
from lesionstudio.imaging.marked import Marked

SLICES, SIDE, EVERY, RUNS, PROMISED_MS = 25, 512, 6, 5, 500


def lesions() -> NDArray[np.uint8]:
    """A large lesion, a small one and an oblique vessel on every sixth slice: 20 slices lie between."""
    row, column = np.ogrid[:SIDE, :SIDE]
    labels = np.zeros((SLICES, SIDE, SIDE), np.uint8)
    for k in range(0, SLICES, EVERY):
        labels[k] |= np.hypot((row - 250) / 1.3, column - 180) <= 100 + 2 * k
        labels[k] |= np.hypot(row - 300, column - 400) <= 20
        labels[k] |= np.hypot(row - 60, column - 60 - 6 * k) <= 4
    return labels


def naive(labels: NDArray[np.uint8]) -> int:
    """Whole slices, one distance transform a side for each slice to find."""
    found = 0
    for above in range(0, SLICES - 1, EVERY):
        for k in range(above + 1, above + EVERY):
            share = (k - above) / EVERY
            one, other = labels[above] > 0, labels[above + EVERY] > 0
            depth = [distance_transform_edt(cover) - distance_transform_edt(~cover) for cover in (one, other)]
            found += int(((1 - share) * depth[0] + share * depth[1] > 0).sum())
    return found


def milliseconds(call: Callable[[], object], runs: int) -> float:
    """The median of some runs."""
    times = []
    for _run in range(runs):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return float(np.median(times))


def main() -> None:
    """Prints both and their ratio."""
    labels = lesions()
    spacing, gaps = (5.0, 0.7, 0.7), Gaps(0, (1,))
    interpolated(Marked.of(labels), spacing, gaps, "Interpolate")
    ours = milliseconds(lambda: interpolated(Marked.of(labels), spacing, gaps, "Interpolate"), RUNS)
    theirs = milliseconds(lambda: naive(labels), 1)
    found = SLICES - 1 - (SLICES - 1) // EVERY
    print(f"{found} slices of {SIDE} x {SIDE}: {ours:.0f} ms; whole slices with scipy {theirs:.0f} ms,"
          f" {theirs / ours:.0f} times longer; {'kept' if ours < PROMISED_MS else 'not kept'}")  # fmt: skip


if __name__ == "__main__":
    main()
