"""How long each shipped model takes to load: its weights into its network, with the libraries already there.

python -m tests.benchmarks.bench_models
"""

import os
import sys
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import WEIGHTS_NAME, read_card
from lesionstudio.resources import resource

PROMISED_S, TIMES = 0.5, 5


def loading_s(folder: Path) -> tuple[float, float]:
    """The middle of some times, by the clock and by the processor; the first one, which imports, is left out."""
    times = []
    for _n in range(TIMES + 1):
        began, busy = time.perf_counter(), time.process_time()
        SegmentationModel.load(folder)
        times.append((time.perf_counter() - began, time.process_time() - busy))
    return median(one for one, _busy in times[1:]), median(busy for _one, busy in times[1:])


def main() -> None:
    """Prints each with its size and what is promised."""
    for card_path in sorted(resource("models").glob("*/card.json")):
        folder = card_path.parent
        if read_card(folder).task == "segmentation":
            size = (folder / WEIGHTS_NAME).stat().st_size / 1e6
            clock, busy = loading_s(folder)
            print(f"{folder.name}: {size:.1f} MB, {clock:.2f} s, {busy:.2f} s of processor (promised {PROMISED_S})")


if __name__ == "__main__":
    main()
