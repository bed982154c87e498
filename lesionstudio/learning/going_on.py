"""Going on: a model that learns while a person corrects, without an end; corrections join between any two steps.

First it learns with its decoder alone, on features that the encoder gave once for the newest correction and some older
ones: such a step costs half as much, and shows in the next draft. Then the whole network learns, from all corrections
so far, the newest more often. Between two steps `averaged` is a whole model: what was learned, and of a model that was
one before as much of what it was as does best on new corrections; see blending.py.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn

from lesionstudio.errors import OutOfMemory
from lesionstudio.learning.blending import SHARES, Blend, how_wrong, still
from lesionstudio.learning.checkpoints import under
from lesionstudio.learning.corrections import SEEN_AFTER, Corrections
from lesionstudio.learning.decoder_first import Batch, batch_of, halves_of
from lesionstudio.learning.examples import Example
from lesionstudio.learning.hardware import Hardware, is_out_of_memory
from lesionstudio.learning.judged_loss import judged_loss
from lesionstudio.learning.losses import told_by_teacher
from lesionstudio.learning.norms import measure_norms, rest_norms
from lesionstudio.learning.training import Beat, OwnTime, moved_average, with_beats
from lesionstudio.model_card import ModelCard
from lesionstudio.recipe import Recipe
from lesionstudio.words import _

BUDGET_S = 60.0
"""How long it learns from one correction unless it is told otherwise."""

_RATE, _DECAY, _WARM_UP, _AVERAGING, _MOST_GRADIENT = 1e-3, 0.02, 10, 0.95, 5.0
_BATCH, _SIZE, _WHOLE, _NEWEST = 4, 192, 256, 0.25
_DECODER_STEPS, _KEPT, _NEWEST_KEPT = 12, 16, 0.5
_LOOKS, _MOST_BUDGETS = 8, 10
_PIECE_PIXELS, _SLOW_S = 4 * 192 * 192, 0.15
_MOST_UNHEARD = 4


class Learner:
    """Learns from corrections as they come. `start` is the network to begin with, `taught` the outputs that have marks.

    A `new` model takes what BatchNorm divides by from its first pictures. It learns for `budget_s` seconds of `clock`
    from each correction. The same calls in the same order give the same weights.
    """

    def __init__(
        self,
        card: ModelCard,
        start: nn.Module,
        taught: Sequence[bool],
        *,
        new: bool = False,
        device: str = "cpu",
        seed: int = 0,
        budget_s: float = BUDGET_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.card, self.seed, self.budget_s, self._clock, self._new = card, seed, budget_s, clock, new
        self.steps, self.seconds, self.since_added_s, self.loss_average = 0, 0.0, 0.0, 0.0
        self.notes: list[str] = []
        self.hardware = Hardware.of(device, "auto", _BATCH)
        self.network, self._moving = start, still(start, card)
        before = None if new and all(taught) else still(start, card)
        self._taught, self._teacher = list(taught), None if all(taught) else before
        self._blend = None if new or before is None else Blend(before, card)
        self.averaged = self._moving if self._blend is None else still(start, card)
        self._before, self._unheard = before, list[Example]()
        recipe = Recipe(size=_SIZE, batch=_BATCH, long_side=card.long_side, scales=(0.8, 1.25), seed=seed)
        self._corrections = Corrections(recipe, len(card.labels), _WHOLE)
        self._left_s, self._decoder_steps, self._patch_s = 0.0, 0, float("inf")
        self._kept: Batch | None = None
        self._settle()

    @property
    def device(self) -> str:
        """Where it learns; the processor after memory ran out elsewhere."""
        return self.hardware.device

    @property
    def phase(self) -> str:
        """ "decoder" while the next steps are the decoder's alone, else "whole"."""
        return "decoder" if self._decoder_steps else "whole"

    @property
    def learned_share(self) -> float:
        """How much of `averaged` was learned; the rest is as the model was that it goes on from."""
        return 1.0 if self._blend is None else self._blend.share

    @property
    def is_hungry(self) -> bool:
        """Whether there is a mark to learn from, and time left for the corrections so far."""
        return self._left_s > 0 and self._corrections.can_teach

    @property
    def left_s(self) -> float:
        """Seconds that it will go on learning from the corrections so far."""
        return self._left_s

    def go_on_for(self, seconds: float) -> None:
        """From now on it learns for so long, and longer where corrections come."""
        self._left_s = seconds

    def has_seen(self, key: str) -> bool:
        """Whether this correction was learned from; how much of what was learned drafts hold, says learned_share."""
        return self._corrections.shown.get(key, 0) >= SEEN_AFTER and not self._decoder_steps

    def add(self, key: str, example: Example) -> None:
        """One more correction, or another one of the same slice; from now on it is the newest."""
        is_first = key not in self._corrections.known
        if not self._corrections.add(key, example):
            return
        if is_first and self.steps:
            self._unheard = [*self._unheard, example][-_MOST_UNHEARD:]
        self._left_s = max(self._left_s, min(self._left_s + self.budget_s, _MOST_BUDGETS * self.budget_s))
        self.since_added_s, self._kept = 0.0, None
        self._decoder_steps = _DECODER_STEPS if self._halves else 0

    def drop(self, key: str) -> None:
        """What is no correction any more; it is not looked at again."""
        self._corrections.drop(key)
        self._kept = None

    def step(self, beat: Beat = lambda: None) -> float:
        """One step; gives its loss. `beat` is called between its pieces and may raise: then there was no step."""
        clock = OwnTime(self._clock, beat)
        self._hear(clock.beat)
        value = self._made_to_fit(clock.beat)
        self.steps += 1
        self._decoder_steps = max(0, self._decoder_steps - 1)
        moved_average(self._moving, self.network, _AVERAGING, self.steps)
        self._blend_now()
        self.loss_average = value if self.steps == 1 else 0.9 * self.loss_average + 0.1 * value
        took = clock.own()
        self.seconds, self.since_added_s = self.seconds + took, self.since_added_s + took
        self._left_s -= took
        return value

    def state(self) -> dict[str, Tensor]:
        """All tensors that a checkpoint keeps, by name."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"averaged.{name}": value for name, value in self._moving.state_dict().items()}
        for place, its in self._optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{place}.{name}": value for name, value in its.items()}
        return tensors

    def facts(self) -> dict[str, Any]:
        """What a checkpoint keeps beside the tensors; JSON can carry it."""
        known, shown = self._corrections.known, self._corrections.shown
        numbers = {"steps": self.steps, "seconds": self.seconds, "loss": self.loss_average, "left_s": self._left_s}
        wrong = self._blend.facts() if self._blend is not None else []
        lists = {"known": dict(known), "shown": dict(shown), "wrong": wrong}
        return {**numbers, "since_added_s": self.since_added_s, **lists}

    def restore(self, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
        """Goes on where `state` and `facts` were taken; to be called before anything is added.

        Corrections it knew by then are no news when they are added again. Raises RuntimeError or KeyError where they
        were of another network.
        """
        self.network.load_state_dict(under("network.", tensors))
        self._moving.load_state_dict(under("averaged.", tensors))
        if self._blend is not None:
            self._blend.recall(facts.get("wrong", ()))
        self._blend_now()
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in under("optimizer.", tensors).items():
            place, entry = name.split(".", 1)
            states.setdefault(int(place), {})[entry] = value
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": states, "param_groups": groups})
        self.steps, self.seconds, self.loss_average = facts["steps"], facts["seconds"], facts["loss"]
        self._left_s, self.since_added_s = facts["left_s"], facts["since_added_s"]
        self._corrections.recall(facts["known"], facts["shown"])

    def _hear(self, beat: Beat) -> None:
        """Asks of each new correction, before anything learns from it, how wrong each blend would have been."""
        while self._blend is not None and self._unheard:
            asked, wrong = (self._unheard[0], self.card, self._taught, self.hardware), dict[float, float]()
            try:
                for share in SHARES:
                    wrong[share] = how_wrong(self._blend.asked(self._moving, share), *asked)
                    beat()
                self._blend.hear(wrong)
            except (RuntimeError, MemoryError) as problem:
                if not is_out_of_memory(problem):
                    raise
            self._unheard.pop(0)

    def _blend_now(self) -> None:
        if self._blend is not None:
            self._blend.mix(self._moving, self.averaged)

    def _made_to_fit(self, beat: Beat) -> float:
        """A step with as much at a time as there is memory for; every halving is noted."""
        while True:
            try:
                return self._learned(beat)
            except (RuntimeError, MemoryError) as problem:
                if not is_out_of_memory(problem):
                    raise
                self._make_do(problem)

    def _learned(self, beat: Beat) -> float:
        rng = np.random.default_rng((self.seed, self.steps))
        torch.manual_seed(self.seed * 1_000_003 + self.steps)
        if self._new and self.steps == 0:
            self._measure(rng, beat)
        rest_norms(self.network)
        self._optimizer.zero_grad(set_to_none=True)
        batch = self._features(rng, beat) if self._decoder_steps else self._patches(_BATCH, _NEWEST, rng)
        value = sum(self._learn_piece(batch.part(piece), len(batch), beat) for piece in self._pieces(batch))
        for group in self._optimizer.param_groups:
            group["lr"] = _RATE * min(1.0, (self.steps + 1) / _WARM_UP)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _MOST_GRADIENT)
        self._optimizer.step()
        return value

    def _patches(self, count: int, favoured: float, rng: Generator) -> Batch:
        pixels, target = self._corrections.patches(count, favoured, rng, self.device)
        return Batch(pixels, target)

    def _features(self, rng: Generator, beat: Beat) -> Batch:
        """A batch of what the encoder said once; it is asked anew after each correction."""
        assert self._halves is not None
        if self._kept is None:
            drawn = self._patches(_KEPT, _NEWEST_KEPT, rng)
            parts = [self._halves.encoded(drawn.part(piece), self.hardware, beat) for piece in self._pieces(drawn)]
            self._kept = batch_of(parts)
        return self._kept.picked(rng.permutation(_KEPT)[:_BATCH])

    def _learn_piece(self, piece: Batch, count: int, beat: Beat) -> float:
        """Adds the gradients of a part of a batch of so many; finds out how large the parts may be on this machine."""
        share = len(piece) / count
        with torch.autocast(self.device, self.hardware.short, enabled=self.hardware.short is not None):
            logits = self._halves.decoded(piece) if self._halves and piece.features else self.network(piece.pixels)
        beat()
        began = time.monotonic(), time.process_time()
        loss = judged_loss(logits.float(), piece.target, torch.tensor(self._taught, device=self.device)) * share
        if self._teacher is not None:
            loss = loss + self._told(logits.float(), piece.pixels) * share
        loss.backward()  # type: ignore[no-untyped-call]
        if not piece.features:
            # Where others hold the processor the clock runs on; with several threads processor time does.
            took = min(time.monotonic() - began[0], time.process_time() - began[1])
            self._patch_s = min(self._patch_s, took / len(piece))
        beat()
        return float(loss.detach())

    def _told(self, logits: Tensor, pixels: Tensor) -> Tensor:
        """How far the outputs that nobody marked are from what the model said before."""
        assert self._teacher is not None
        with torch.no_grad(), torch.autocast(self.device, self.hardware.short, enabled=self.hardware.short is not None):
            said = self._teacher(pixels).float().sigmoid()
        return told_by_teacher(logits, said, ~torch.tensor(self._taught, device=self.device))

    def _pieces(self, batch: Batch) -> list[slice]:
        """A batch in parts that take a moment, and that there is memory for.

        On a slow machine patch by patch. Not finer graded: the same calls are to give the same weights.
        """
        most = 1 if _SLOW_S < self._patch_s < float("inf") else max(1, _PIECE_PIXELS // batch.pixels[0, 0].numel())
        size = min(most, self.hardware.piece)
        return [slice(start, start + size) for start in range(0, len(batch), size)]

    def _measure(self, rng: Generator, beat: Beat) -> None:
        """Lets a new model see some pictures before it begins."""
        looks = (self._patches(_BATCH, _NEWEST, rng).pixels for _look in range(_LOOKS))
        measure_norms(self.network, with_beats(looks, beat), self.hardware)
        self._moving.load_state_dict(self.network.state_dict())

    def _settle(self) -> None:
        """Puts networks and optimizer where they compute."""
        for network in (self.network, self._moving, self.averaged, self._before):
            if network is not None:
                network.to(device=self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged.eval()
        self._halves, self._kept = halves_of(self.network, self.card.architecture), None
        self._optimizer = torch.optim.AdamW(self.network.parameters(), _RATE, weight_decay=_DECAY, fused=True)

    def _make_do(self, problem: BaseException) -> None:
        """Goes on with less at a time, in the end on the processor. Raises OutOfMemory where nothing less is left."""
        self._optimizer.zero_grad(set_to_none=True)
        found = self.hardware.smaller(_BATCH)
        if found is None:
            raise OutOfMemory(
                _("There is not enough memory to learn."), hint=_("Close other programs, or take a smaller model.")
            ) from problem
        before, (self.hardware, note) = self.device, found
        self.notes.append(note)
        if before == "cuda":
            torch.cuda.empty_cache()
        if before != self.device:
            self._settle()
