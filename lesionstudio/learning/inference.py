"""Predictor: inputs -> probabilities. Sizes, batches, tiles, flips, and what to do when memory runs out."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem, OutOfMemory
from lesionstudio.imaging.chest import chest_in
from lesionstudio.learning.conversion import converted, openvino
from lesionstudio.learning.engines import Engine, device_for, instead_of_gpu
from lesionstudio.learning.openvino_engine import OpenVINOEngine, quickest_engine
from lesionstudio.learning.resizing import Frame
from lesionstudio.learning.tiling import Tile, tiles
from lesionstudio.model_card import WEIGHTS_NAME, ModelCard, read_card
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.words import _

if TYPE_CHECKING:
    from torch import nn

    from lesionstudio.learning.model import SegmentationModel

Floats = NDArray[np.float32]

LARGEST_TILE, SMALLEST_TILE, MARGIN_SHARE = 1280, 160, 8
_FOLDING = 1
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Predictor:
    """How a model is run: its card says what it sees, the engine computes, `flips` (or its card's) averages over all
    eight orientations; "sides" over a picture and its mirror image.

    Made with `exact` it computes in fp32 whatever is quicker, so that scores are the same on every machine. `batch` and
    `tile_side` become smaller when memory runs out, and stay so; in the end a GPU is left. `notes` say so, once.
    """

    card: ModelCard
    engine: Engine
    flips: bool | Literal["sides"] = False
    batch: int = 1
    tile_side: int = LARGEST_TILE
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.batch = self.engine.batch
        self.flips = self.flips or self.card.flips

    @classmethod
    def of(
        cls, model: "SegmentationModel", device: str = "auto", *, flips: bool = False, exact: bool = False
    ) -> "Predictor":
        """Runs a model that is in memory. Raises ModelProblem for a device that is not there."""
        return cls(model.card, _engine(model.card, lambda: model.network, device_for(device), exact=exact), flips)

    @classmethod
    def open(cls, folder: Path, device: str = "auto", *, flips: bool = False, exact: bool = False) -> "Predictor":
        """Runs the model saved in a folder. Raises ModelProblem when it is missing, damaged, or sorts pictures."""
        card = read_card(folder)
        if card.task != "segmentation":
            raise ModelProblem(
                _("{title} sorts pictures; it does not mark lesions.").format(title=card.title),
                hint=_("Choose a model made for segmentation."),
            )

        def build() -> "nn.Module":
            from lesionstudio.learning.model import SegmentationModel

            return SegmentationModel.load(folder).network

        engine = _engine(card, build, device_for(device), _key(card, folder), exact=exact)
        return cls(card, engine, flips, notes=instead_of_gpu(device) if engine.device == "cpu" else [])

    def take_notes(self) -> list[str]:
        """What has to be said of how it computes, and was not said yet."""
        said, self.notes = self.notes, []
        return said

    def predict(self, inputs: Floats, report: Reporter = silent) -> Floats:
        """Probabilities (label, slice, row, column) of inputs (slice, channel, row, column) made by the card's rules.

        Where the card has a rule for whole chests, the network sees the lungs' box alone, and outside their hull all
        probabilities are 0. Reports after each piece of work. Raises ModelProblem for a wrong number of channels,
        OutOfMemory when not even small pieces fit.
        """
        check_channels(self.card, inputs.shape[1])
        if self.card.chest is None:
            return self._seen_whole(inputs, report)
        probabilities = np.zeros((len(self.card.labels), len(inputs), *inputs.shape[2:]), np.float32)
        for n, picture in enumerate(inputs):
            probabilities[:, n] = self._in_chest(picture, report)
        return probabilities

    def _in_chest(self, picture: Floats, report: Reporter) -> Floats:
        """Probabilities (label, row, column) of one picture (channel, row, column), by the card's rule for chests."""
        chest = chest_in(picture, self.card)
        if chest is None:
            return self._seen_whole(picture[None], report)[:, 0]
        probabilities = np.zeros((len(self.card.labels), *picture.shape[1:]), np.float32)
        place = (slice(None), *chest.box)
        probabilities[place] = self._seen_whole(np.ascontiguousarray(picture[place])[None], report)[:, 0]
        if not chest.is_worth_keeping(int((probabilities.max(axis=0) >= self.card.threshold).sum())):
            probabilities *= chest.hull
        return probabilities

    def _seen_whole(self, inputs: Floats, report: Reporter) -> Floats:
        count, rows, columns = len(inputs), *inputs.shape[2:]
        frame = Frame.of((rows, columns), self.card.long_side)
        pieces = sum(1 for _tile in self._tiles(frame.padded)) * len(self._orientations)
        steps = Steps(report, count * pieces)
        probabilities = np.empty((len(self.card.labels), count, rows, columns), np.float32)
        start = 0
        while start < count:
            pictures = np.stack([frame.to_network(planes) for planes in inputs[start : start + self.batch]])
            for n, answer in enumerate(self._averaged(pictures, steps)):
                probabilities[:, start + n] = frame.to_picture(answer)
            start += len(pictures)
        return probabilities

    def _averaged(self, pictures: Floats, steps: Steps) -> Floats:
        """Probabilities of pictures (slice, channel, row, column), over all orientations where that is wanted."""
        if not self.flips:
            return self._probabilities(pictures, steps)
        total: Floats = np.zeros((len(pictures), len(self.card.labels), *pictures.shape[2:]), np.float32)
        for turns, mirror in self._orientations:
            turned = np.rot90(pictures, turns, (2, 3))[..., ::mirror]
            answer = self._probabilities(np.ascontiguousarray(turned), steps)[..., ::mirror]
            total += np.rot90(answer, -turns, (2, 3))
        return total / np.float32(len(self._orientations))

    @property
    def _orientations(self) -> list[tuple[int, int]]:
        """Quarter turns, then a mirror (-1) from left to right."""
        most = 0 if not self.flips else 1 if self.flips == "sides" else 4
        return [(turns, mirror) for turns in range(most) for mirror in (1, -1)] or [(0, 1)]

    def _probabilities(self, pictures: Floats, steps: Steps) -> Floats:
        logits = np.empty((len(pictures), len(self.card.labels), *pictures.shape[2:]), np.float32)
        for tile in list(self._tiles(pictures.shape[2:])):
            answer = self._logits(pictures[(..., *tile.shown)], steps)
            logits[(..., *tile.place)] = answer[(..., *tile.kept)]
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    def _logits(self, pictures: Floats, steps: Steps) -> Floats:
        """The engine's answer; in halves, then in smaller tiles, where it does not fit into memory."""
        try:
            answer = self.engine.logits(pictures)
        except MemoryError as problem:
            return self._in_smaller_pieces(pictures, steps, problem)
        steps.advance(len(pictures))
        return answer

    def _in_smaller_pieces(self, pictures: Floats, steps: Steps, problem: MemoryError) -> Floats:
        if len(pictures) > 1:
            self.batch = half = -(-len(pictures) // 2)
            parts = [self._logits(pictures[n : n + half], steps) for n in range(0, len(pictures), half)]
            return np.concatenate(parts)
        side = max(pictures.shape[2:]) // 64 * 32
        if side < SMALLEST_TILE and self._leave_gpu():
            return self._logits(pictures, steps)
        if side < SMALLEST_TILE:
            raise OutOfMemory(
                _("There is not enough memory to run {title}, even in small pieces.").format(title=self.card.title),
                hint=_("Close other programs, or choose a smaller model."),
            ) from problem
        self.tile_side = min(self.tile_side, side)
        logits = np.empty((1, len(self.card.labels), *pictures.shape[2:]), np.float32)
        for tile in list(self._tiles(pictures.shape[2:])):
            logits[(..., *tile.place)] = self._logits(pictures[(..., *tile.shown)], steps)[(..., *tile.kept)]
        return logits

    def _leave_gpu(self) -> bool:
        """Goes on on the processor, as at first; False where that is what it computes on."""
        leave: Callable[[], bool] | None = getattr(self.engine, "leave_gpu", None)
        if leave is None or not leave():
            return False
        self.batch, self.tile_side = self.engine.batch, LARGEST_TILE
        self.notes.append(_("Memory ran out: it goes on on the processor."))
        return True

    def _tiles(self, size: tuple[int, ...]) -> Iterator[Tile]:
        return tiles(size[0], size[1], self.tile_side, self.tile_side // MARGIN_SHARE)


def check_channels(card: ModelCard, channels: int) -> None:
    """Raises ModelProblem where a picture gives another number of planes than the model takes."""
    if channels != card.channels:
        raise ModelProblem(
            _("{title} takes {wanted} channels, the picture gives {given}.").format(
                title=card.title, wanted=card.channels, given=channels
            ),
            hint=_("Choose a model made for such pictures, or name the channels."),
        )


def to_labels(probabilities: Floats, threshold: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Label numbers and the probability of the likeliest label in 255ths, each (slice, row, column).

    From probabilities (label, slice, row, column); a voxel has the likeliest label where that reaches the threshold.
    """
    likeliest = probabilities.max(axis=0)
    numbers = np.ones(likeliest.shape, np.uint8)
    if len(probabilities) > 1:
        numbers += probabilities.argmax(axis=0).astype(np.uint8)
    numbers[likeliest < threshold] = 0
    return numbers, np.rint(likeliest * 255).astype(np.uint8)


def _engine(
    card: ModelCard, build: "Callable[[], nn.Module]", device: str, key: str = "", *, exact: bool = False
) -> Engine:
    """OpenVINO on a processor, PyTorch on a GPU and where OpenVINO is missing or does not know the network."""
    if device != "cpu":
        from lesionstudio.learning.torch_engine import TorchEngine, gpu_precision

        return TorchEngine(build(), card.channels, device, "fp32" if exact else gpu_precision(device))
    kind = f"{card.architecture} {card.encoder}"
    try:
        network = converted(build, card.channels, key)
        return OpenVINOEngine(network, "fp32") if exact else _quickest(network, kind, card)
    except (ImportError, RuntimeError) as problem:
        _LOG.warning("OpenVINO does not run this network, PyTorch does: %s", problem)
    from lesionstudio.learning.torch_engine import TorchEngine, quickest_torch_engine

    return TorchEngine(build(), card.channels) if exact else quickest_torch_engine(build(), kind, card.channels)


def _quickest(network: Any, kind: str, card: ModelCard) -> Engine:
    """In eight bits only with the ranges of these very weights; ranges that a copied card still carries are ignored."""
    known = card.training.get("ranges", {})
    ranges = known.get("convolutions", {}) if card.sha256 and known.get("weights") == card.sha256 else {}
    try:
        return quickest_engine(network, kind, card.channels, ranges)
    except KeyError:
        return quickest_engine(network, kind, card.channels)


def _key(card: ModelCard, folder: Path) -> str:
    """Names a conversion by all it depends on: the weights, the network, who converts; "" where it must not be kept."""
    try:
        with (folder / WEIGHTS_NAME).open("rb") as file:
            weights = hashlib.file_digest(file, "sha256").hexdigest()
        version = openvino().get_version()
    except (OSError, ImportError):
        return ""
    if weights != (card.sha256 or weights):
        return ""
    facts = [weights, card.architecture, card.encoder, card.network, card.channels, len(card.labels), version, _FOLDING]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]
