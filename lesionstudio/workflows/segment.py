"""segment: a model's drafts of a scan's slices, for the window into arrays, for the command line into mask files."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.boxed import PixelBox, Window, check_box, placed, window_for
from lesionstudio.imaging.choices import guessed_offset, in_hu, with_channels
from lesionstudio.imaging.doubts import doubts
from lesionstudio.imaging.formats import ScanSource, read_scan
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import CARD_NAME, WEIGHTS_NAME
from lesionstudio.progress import Progress, Reporter, Steps
from lesionstudio.words import _
from lesionstudio.workflows.answers import Answers
from lesionstudio.workflows.at_work import predictor_in

if TYPE_CHECKING:
    from lesionstudio.learning.inference import Predictor

_MODELS_KEPT = 3
_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Choices:
    """How a model is used: its folder, and what a person chose. `threshold` None and `channels` "" mean the card's.

    `box`: only there is anything marked; see imaging/boxed.py.
    """

    model: Path
    threshold: float | None = None
    device: str = "auto"
    flips: bool = False
    channels: str = ""
    hu_offset: float | None = None
    box: PixelBox | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some slices a model has answered: probabilities (label, slice, row, column), and labels and the likeliest
    label's probability in 255ths, (slice, row, column) each."""

    slices: tuple[int, ...]
    labels: NDArray[np.uint8]
    likeliest: NDArray[np.uint8]
    probabilities: NDArray[np.float32]


@dataclass(slots=True)
class Segmenting:
    """One scan under a model: hands out pieces, and knows afterwards what could not be read and what seems odd.

    `hu_offset_guess`: what seems to have been added to HU, though nobody said so; known once doubts were asked for.
    """

    scan: Scan
    choices: Choices
    unread: dict[int, UnreadableFile] = field(default_factory=dict)
    hu_offset_guess: int | None = None
    predictor: "Predictor" = field(init=False)
    _window: Window | None = field(init=False, default=None)
    _doubts: list[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.predictor = loaded(self.choices.model, self.choices.device, self.choices.flips)
        self.scan = in_hu(self.scan, self.choices.hu_offset)
        check_box(self.choices.box, self.scan.geometry.shape[1:])
        self._window = window_for(self.predictor.card, self.choices.box, self.scan.geometry.shape[1:])

    @property
    def threshold(self) -> float:
        """Marks are drawn from this probability on."""
        chosen = self.choices.threshold
        return self.predictor.card.threshold if chosen is None else chosen

    def pieces(self, slices: Sequence[int], report: Reporter, message: str = "") -> Iterator[Piece]:
        """The slices in this order, a few at a time; reports after each, with their numbers as the partial result.

        A slice that cannot be read is left out; UnreadableFile is raised when none can be. Raises ModelProblem when
        the scan lacks the channels the model takes.
        """
        from lesionstudio.learning.inference import to_labels

        beat = _Beat(report)
        steps = Steps(beat.report, len(slices), message)
        answers = Answers(self.predictor, self.scan.geometry, self.threshold, self._inputs, beat.again)
        place = 0
        while place < len(slices):
            chunk = slices[place : place + self.predictor.batch]
            place += len(chunk)
            answered = answers.of(chunk)
            if answered:
                probabilities = self._in_place(np.stack(list(answered.values()), axis=1))
                yield Piece(tuple(answered), *to_labels(probabilities, self.threshold), probabilities)
            steps.advance(len(chunk), partial={"slices": list(answered)} if answered else None)
        if slices and all(k in self.unread for k in slices):
            raise self.unread[slices[0]]

    def doubts(self) -> list[str]:
        """Sentences: what in this scan speaks against the model; worth saying before anything is drawn."""
        if self._doubts is None:
            inputs = self._inputs(spread(self.scan.slices))
            self.hu_offset_guess = guessed_offset(self.scan, list(inputs))
            is_boxed, card = self.choices.box is not None, self.predictor.card
            self._doubts = doubts(card, self.scan, list(inputs.values()), self.hu_offset_guess, in_box=is_boxed)
        return self._doubts

    def beginning(self) -> dict[str, Any]:
        """The partial of the report before the first piece: {"doubts", "hu_offset_guess"}."""
        return {"doubts": self.doubts(), "hu_offset_guess": self.hu_offset_guess}

    def warnings(self, slices: Sequence[int]) -> list[str]:
        """The doubts, and which slices could not be read."""
        sentences = [*self.doubts(), *self.predictor.take_notes()]
        for k, problem in sorted((k, problem) for k, problem in self.unread.items() if k in slices):
            sentences.append(_("Slice {k} was left out: {reason}").format(k=k + 1, reason=problem.message))
        return sentences

    def facts(self) -> dict[str, Any]:
        """Which model did it, from which probability on, and where and how it was computed."""
        engine = self.predictor.engine
        return {
            "model": self.predictor.card.id,
            "threshold": self.threshold,
            "device": engine.device,
            "engine": engine.name,
        }

    def _in_place(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """The answer on the whole picture, where it was asked in a box."""
        box = self.choices.box
        return probabilities if box is None else placed(probabilities, self._window, box, self.scan.geometry.shape[1:])

    def _inputs(self, slices: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """What the network sees of those slices that can be read."""
        card = self.predictor.card
        wanted = with_channels(card.inputs, self.choices.channels)
        within = self._window if card.view == "crop" else None
        beside = (..., *self._window) if self._window is not None and within is None else ...
        seen: dict[int, NDArray[np.float32]] = {}
        for k in slices:
            try:
                seen[k] = np.ascontiguousarray(network_inputs(self.scan, k, wanted, within)[beside])
            except UnreadableFile as problem:
                self.unread[k] = problem
        return seen


def spread(count: int) -> list[int]:
    """Some slices from all over a scan: what it shows is a question to the scan, not to the slices asked for."""
    return sorted({min(count - 1, round(count * (2 * n + 1) / (2 * _LOOKED_AT))) for n in range(_LOOKED_AT)})


class _Beat:
    """Repeats the last report between pieces, so that a cancel or an urgent job need not wait for the next."""

    def __init__(self, report: Reporter) -> None:
        self._report, self._last = report, Progress(0.0)

    def report(self, progress: Progress) -> None:
        """Passes a report on."""
        self._last = replace(progress, partial=None)
        self._report(progress)

    def again(self, _progress: Progress) -> None:
        """Says the last one once more."""
        self._report(self._last)


def segment_scan(
    source: dict[str, Any],
    model: str,
    slices: list[int] | None,
    first: int | None,
    threshold: float | None,
    device: str,
    out: str,
    report: Reporter,
    hu_offset: float | None = None,
    box: list[int] | None = None,
) -> dict[str, Any]:
    """Drafts of a scan's slices in `out`: labels.npy and probability.npy, uint8 (slice, row, column).

    Row n belongs to slices[n], or to slice n where `slices` is None. The slice `first` comes first, then its
    neighbours outwards; each finished run of slices is reported as partial {"slices": [...]} once it is on disk. What
    speaks against the model is reported before the first of them: see Segmenting.beginning.
    `hu_offset`: what was added to HU in this scan; `box`: first row and column and those after the last, nothing is
    marked beside it. Raises UnreadableFile, ModelProblem, OutOfMemory.
    """
    began = time.monotonic()
    corners = (box[0], box[1], box[2], box[3]) if box else None
    choices = Choices(Path(model), threshold, device, hu_offset=hu_offset, box=corners)
    run = Segmenting(read_scan(ScanSource.from_json(source)), choices)
    wanted = list(range(run.scan.slices)) if slices is None else list(slices)
    rows = {k: n for n, k in enumerate(wanted)}
    shape = (len(wanted), *run.scan.geometry.shape[1:])
    paths = {name: Path(out) / f"{name}.npy" for name in ("labels", "probability")}
    labels, probability = (np.lib.format.open_memmap(path, "w+", np.uint8, shape) for path in paths.values())
    report(Progress(0.0, partial=run.beginning()))
    for piece in run.pieces(outwards(wanted, first), report):
        at = [rows[k] for k in piece.slices]
        labels[at], probability[at] = piece.labels, piece.likeliest
        labels.flush()
        probability.flush()
    return {
        "slices": [k for k in wanted if k not in run.unread],
        **{name: str(path) for name, path in paths.items()},
        **run.facts(),
        "warnings": run.warnings(wanted),
        "doubts": run.doubts(),
        "hu_offset_guess": run.hu_offset_guess,
        "seconds": round(time.monotonic() - began, 2),
    }


def warm_up(model: str, device: str, report: Reporter) -> dict[str, Any]:
    """Loads a model and runs it once on an empty picture, so that the first Segment is quick. Raises ModelProblem."""
    began = time.monotonic()
    predictor = loaded(Path(model), device)
    report(Progress(0.5))
    side = predictor.card.long_side[1] or 512
    predictor.predict(np.zeros((1, predictor.card.channels, side, side), np.float32), report)
    engine = predictor.engine
    return {"device": engine.device, "engine": engine.name, "seconds": round(time.monotonic() - began, 2)}


def outwards(slices: Sequence[int], first: int | None) -> list[int]:
    """The slices from `first` outwards, the nearest first; as they are for None."""
    return list(slices) if first is None else sorted(slices, key=lambda k: (abs(k - first), k))


def loaded(folder: Path, device: str, flips: bool = False) -> "Predictor":
    """The model of a folder, ready to run; stays loaded until its files change or others push it out.

    In a study's folder of what is being learned it is the weights of this moment.
    """
    working = predictor_in(folder)
    if working is not None:
        return working
    stamps = tuple(_stamp(folder / name) for name in (CARD_NAME, WEIGHTS_NAME))
    return _load(folder, device, flips, stamps)


@lru_cache(maxsize=_MODELS_KEPT)
def _load(folder: Path, device: str, flips: bool, _stamps: tuple[tuple[int, int], ...]) -> "Predictor":
    from lesionstudio.learning.inference import Predictor

    return Predictor.open(folder, device, flips=flips)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError:
        return (0, 0)
    return (facts.st_mtime_ns, facts.st_size)
