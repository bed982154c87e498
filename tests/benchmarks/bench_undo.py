"""Undo on a volume of 512 x 512 x 300: what 1,000 strokes and a whole-volume draft cost in memory and in time.

Each time stands beside a floor measured in turn: for a stroke, copying the slices' rectangle it changed back and forth;
for the whole volume, copying its labels and probabilities once.

    python -m tests.benchmarks.bench_undo
"""

import tracemalloc
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from lesionstudio.imaging.brush import capsule
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import DraftSource, Mask, Pixels
from tests.benchmarks.clock import Ratio, in_turn

SHAPE, STROKES, DABS = (300, 512, 512), 1000, 60
STROKE_MS, VOLUME_MS, BYTES = 2.0, 500.0, 300 << 20
SOURCE = DraftSource("model", 0.5, "2026-01-01T00:00:00+00:00")


@dataclass
class Volume:
    """A mask, its history, and how long the hand had to wait."""

    mask: Mask = field(default_factory=lambda: Mask(SHAPE))
    paint_ms: list[float] = field(default_factory=list)
    commit_ms: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history = EditHistory(self.mask)

    def stroke(self, rng: np.random.Generator) -> None:
        """60 dabs of a brush of 20 voxels, as a hand moves it, on any slice."""
        k, turn = int(rng.integers(SHAPE[0])), rng.uniform(0, 6.28)
        row, column = rng.uniform(60, 450, 2)
        stroke = self.history.stroke("Brush")
        for _n in range(DABS):
            turn += rng.uniform(-0.3, 0.3)
            start = (row, column)
            row, column = np.clip([row + 4 * np.sin(turn), column + 4 * np.cos(turn)], 20, 490)
            covered = capsule(start, (row, column), 10, (1, 1))
            begun = perf_counter()
            stroke.paint(k, covered.row, covered.column, covered.cover, 1 + k % 3)
            self.paint_ms.append((perf_counter() - begun) * 1e3)
        begun = perf_counter()
        stroke.commit()
        self.commit_ms.append((perf_counter() - begun) * 1e3)


def draft() -> tuple[Pixels, Pixels]:
    """Two lesions through all slices and probabilities as noisy as a network's everywhere: the worst to compress."""
    z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    inside = ((np.sin(z / 20) * 60 + 256 - y) ** 2 + (x - 200) ** 2 < 90**2) | (
        (y - 300) ** 2 + (x - 380) ** 2 + 0 * z < 70**2
    )
    noise = np.random.default_rng(1).integers(0, 60, SHAPE, np.uint8)
    return inside.astype(np.uint8), np.where(inside, noise + 190, noise // 4).astype(np.uint8)


def back_and_forth(name: str, volume: Volume, rounds: int, floor: object) -> Ratio:
    """Undo and redo of the last step, a round each."""

    def one(n: int) -> None:
        volume.history.undo() if n % 2 == 0 else volume.history.redo()

    return in_turn(name, one, floor, rounds)  # type: ignore[arg-type]


def spread(times: list[float]) -> str:
    """Median and 95 % of milliseconds."""
    ordered = sorted(times)
    return f"median {ordered[len(ordered) // 2]:.3f} ms, 95 % {ordered[int(0.95 * len(ordered))]:.3f} ms"


def main() -> None:
    """Prints what a stroke, its undo, a whole-volume draft and its undo cost."""
    volume, rng = Volume(), np.random.default_rng(0)
    for _n in range(STROKES):
        volume.stroke(rng)
    print("one dab of a stroke:", spread(volume.paint_ms))
    print("end of a stroke:", spread(volume.commit_ms))
    tile = np.ones((2, 160, 160), np.uint8)
    print(
        back_and_forth("undo, redo of a stroke", volume, 200, lambda _n: tile.copy()).line(),
        f"(allowed {STROKE_MS} ms)",
    )
    labels, probability = draft()
    tracemalloc.start()
    begun = perf_counter()
    volume.history.put_draft(labels, probability, SOURCE, "Segment scan")
    took = perf_counter() - begun
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"a draft of the whole volume: {took:.2f} s, peak {(peak - held) / 1e6:.1f} MB more than stays")
    copies = (labels, probability)
    ratio = back_and_forth("undo, redo of the whole volume", volume, 8, lambda _n: [one.copy() for one in copies])
    print(ratio.line(), f"(allowed {VOLUME_MS} ms)")
    used = volume.history.steps.bytes_used
    print(f"{len(volume.history.steps)} steps in {used / 1e6:.1f} MB (allowed {BYTES / 1e6:.0f} MB)")


if __name__ == "__main__":
    main()
