"""Segment of 64 slices of 512 x 512 against the plain loop that everyone writes, slice by slice in turn.

The plain loop: `torch.sigmoid(network(slice))` in fp32 at 512 x 512, nothing folded, as ../shared/bench/d_infer.py has
it. Ours: what Segment does with a chest CT in HU, from the voxels to labels and probabilities on disk, once as the
model's card says (its own picture size) and once at 512 x 512 as well.

    python -m tests.benchmarks.bench_segment [--model lung-lesions | --encoder resnet34] [--rounds 16]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from numpy.typing import NDArray

from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.scan import Scan
from lesionstudio.learning.calibration import eight_bit_ranges
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import build_network
from lesionstudio.learning.processor import may_know_bf16
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, read_card, write_card
from lesionstudio.progress import silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.workflows.segment import Choices, Segmenting
from tests.benchmarks.clock import Ratio, in_turn

SIDE, SLICES, CHUNK = 512, 64, 2
PROMISED, PROMISED_WITHOUT_BF16 = 4.0, 1.4
WINDOW = IntensityRule("window", -1350.0, 150.0, unit="HU")

Floats = NDArray[np.float32]


def chest(slices: int) -> Scan:
    """A chest made of ellipses and noise, in HU: body, two lungs, a lesion that moves."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE - 0.5
    hu = np.full((slices, SIDE, SIDE), -1000, np.float32)
    hu[:, x**2 / 0.2 + y**2 / 0.11 < 1] = 40
    for side in (-0.18, 0.18):
        hu[:, (x - side) ** 2 / 0.018 + y**2 / 0.05 < 1] = -860
    for k in range(slices):
        hu[k, (x - 0.18) ** 2 + (y - 0.15 * np.sin(k / 9)) ** 2 < 0.002] = -100
    return Scan.of_array((hu + rng.normal(0, 25, hu.shape)).astype(np.int16), modality="CT", unit="HU")


def random_model(encoder: str, folder: Path) -> Path:
    """A U-Net with random weights that takes pictures as they are, with ranges for eight bits."""
    torch.manual_seed(0)
    card = ModelCard(encoder, encoder, ("Lesion",), (ModelInput(WINDOW),), encoder=encoder)
    model = SegmentationModel(build_network(card).eval(), card)
    return with_ranges(model, model.save(folder), folder)


def at_full_size(folder: Path, other: Path) -> Path:
    """The same model without a picture size of its own."""
    model = SegmentationModel.load(folder)
    model = replace(model, card=replace(model.card, long_side=(0, 0), id=f"{model.card.id} at {SIDE}"))
    return with_ranges(model, model.save(other), other)


def with_ranges(model: SegmentationModel, card: ModelCard, folder: Path) -> Path:
    """Adds what eight bits need, measured on other slices of the same kind."""
    scan = chest(6)
    ranges = eight_bit_ranges(model, [network_inputs(scan, k, card.inputs) for k in range(6)])
    write_card(replace(card, training={"ranges": {"weights": card.sha256, "convolutions": ranges}}), folder)
    return folder


def plain_loop(folder: Path) -> Callable[[Floats], Floats]:
    """The loop everyone writes, over inputs (slice, channel, row, column)."""
    model = SegmentationModel.load(folder)
    network = model.network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]

    def run(inputs: Floats) -> Floats:
        with torch.no_grad():
            answers = [torch.sigmoid(network(torch.from_numpy(one[None]))).numpy()[0] for one in inputs]
        return np.stack(answers)

    return run


class Ours:
    """Segment of some slices, into arrays on disk, as the compute process does it."""

    def __init__(self, scan: Scan, folder: Path, place: Path) -> None:
        self.run = Segmenting(scan, Choices(folder, device="cpu"))
        shape = scan.geometry.shape
        self.labels, self.likeliest = (
            np.lib.format.open_memmap(place / f"{folder.name}-{name}.npy", "w+", np.uint8, shape)
            for name in ("labels", "probability")
        )

    def __call__(self, slices: list[int]) -> None:
        for piece in self.run.pieces(slices, silent):
            self.labels[list(piece.slices)], self.likeliest[list(piece.slices)] = piece.labels, piece.likeliest
        self.labels.flush()
        self.likeliest.flush()


def measure(folder: Path, place: Path, rounds: int, slices: int = 16) -> list[Ratio]:
    """The plain loop over the time of Segment, as the model's card says and at full size."""
    scan, plain = chest(slices), plain_loop(folder)
    inputs = read_card(folder).inputs
    ratios = []
    for size, model in (("as its card says", folder), (f"at {SIDE} x {SIDE}", at_full_size(folder, place / "full"))):
        ours = Ours(scan, model, place)
        name = f"{folder.name}, {size}, {ours.run.predictor.engine.name}"

        def chosen(n: int) -> list[int]:
            return [(n * CHUNK + k) % slices for k in range(CHUNK)]

        def loop(n: int) -> None:
            plain(np.stack([network_inputs(scan, k, inputs) for k in chosen(n)]))

        def segment(n: int, ours: Ours = ours) -> None:
            ours(chosen(n))

        ratios.append(in_turn(name, loop, segment, rounds))
    return ratios


def promised() -> float:
    """How many times as quick as the plain loop Segment must be on this processor."""
    return PROMISED if may_know_bf16() else PROMISED_WITHOUT_BF16


def main() -> None:
    """Measures the starter model, or a network with random weights."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--model", default="")
    wanted.add_argument("--encoder", default="")
    wanted.add_argument("--rounds", type=int, default=16)
    said = wanted.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LESIONSTUDIO_HOME"] = home
        place = Path(home)
        if said.encoder:
            folder = random_model(said.encoder, place / said.encoder)
        else:
            shelved = ModelShelf().find(said.model) if said.model else ModelShelf().in_use()
            assert shelved is not None, "there is no model"
            folder = shelved.folder
        for ratio in measure(folder, place, said.rounds):
            loop_s, ours_s = (median(ms) / CHUNK * SLICES / 1000 for ms in (ratio.judged_ms, ratio.floor_ms))
            seconds = f"{SLICES} slices in {ours_s:.1f} s, plain loop {loop_s:.1f} s"
            print(f"{ratio.name}: {seconds}, {ratio.times:.1f} times as quick (promised {promised():g})")


if __name__ == "__main__":
    main()
