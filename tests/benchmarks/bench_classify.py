"""One picture of 512 x 512 named in a warm process, reading included, and a folder of a thousand.

    python -m tests.benchmarks.bench_classify [--model picture-kind] [--pictures 1000]

Half of the pictures are JPEG, half PNG, of soft blots with noise, which compress about as scans do.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np

from lesionstudio.imaging.formats import read_scan
from lesionstudio.workflows.classify import Opinions, chosen_classifier, classify

SIDE = 512
PROMISED_MS, PROMISED_S_A_THOUSAND = 60.0, 30.0


def main() -> None:
    """Prints both times with what is promised on two cores with AMX."""
    words = argparse.ArgumentParser()
    words.add_argument("--model", default="")
    words.add_argument("--pictures", type=int, default=1000)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        files = [_picture(Path(place), n) for n in range(asked.pictures)]
        opinions = Opinions(chosen_classifier(asked.model).folder)
        times = [_timed(opinions, path) for path in files[: min(60, len(files))]][8:]
        print(f"{opinions.looker.engine_name}: one picture {median(times):.1f} ms (promised {PROMISED_MS:.0f})")
        began = time.perf_counter()
        listed = classify([Path(place)], asked.model)
        took = time.perf_counter() - began
        promised = PROMISED_S_A_THOUSAND * asked.pictures / 1000
        print(f"{len(listed)} pictures in {took:.1f} s, the start included (promised {promised:.0f})")


def _picture(folder: Path, n: int) -> Path:
    dice = np.random.default_rng(n)
    blots = cv2.GaussianBlur(dice.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), 9)
    values = 128 + 40 * blots / blots.std() + dice.normal(0, 6, blots.shape)
    path = folder / f"{n:04d}.{'jpg' if n % 2 else 'png'}"
    cv2.imwrite(str(path), np.clip(values, 0, 255).astype(np.uint8))
    return path


def _timed(opinions: Opinions, path: Path) -> float:
    began = time.perf_counter()
    opinions.of(*opinions.seen(read_scan(path)))
    return 1e3 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
