"""What all benchmarks share: two things timed in turn, so that a busy machine slows both, and their ratio."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Ratio:
    """Milliseconds of what is judged and of what it is judged by, from the same rounds."""

    name: str
    judged_ms: tuple[float, ...]
    floor_ms: tuple[float, ...]

    @property
    def times(self) -> float:
        """How many times the floor: the median over rounds of neighbours, of which noise hits both or neither."""
        return median(judged / floor for judged, floor in zip(self.judged_ms, self.floor_ms))

    def line(self) -> str:
        """One line for a person."""
        judged, floor = sorted(self.judged_ms), sorted(self.floor_ms)
        late, latest = (judged[int(share * (len(judged) - 1))] for share in (0.95, 0.99))
        return (
            f"{self.name}: median {median(judged):.3f} ms (least {judged[0]:.3f}, 95 % {late:.3f}, 99 % {latest:.3f}), "
            f"floor {median(floor):.3f} ms (least {floor[0]:.3f}), ratio {self.times:.2f}"
        )


def in_turn(name: str, judged: Callable[[int], object], floor: Callable[[int], object], rounds: int) -> Ratio:
    """Times both, turn by turn, after a few rounds that do not count."""
    kept: tuple[list[float], list[float]] = ([], [])
    for n in range(rounds + 8):
        for times, work in zip(kept, (judged, floor)):
            start = perf_counter()
            work(n)
            if n >= 8:
                times.append((perf_counter() - start) * 1e3)
    return Ratio(name, tuple(kept[0]), tuple(kept[1]))
