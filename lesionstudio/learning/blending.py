"""Blending: between the weights a model began with and those it has learned, as far as the last corrections say.

Weights between both often do better on what neither was shown than either does (Wortsman et al., Robust fine-tuning of
zero-shot models, CVPR 2022). How far between is chosen by corrections that nothing had learned from when they came:
each says how wrong each blend would have been, and the newest counts as much as all before it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from lesionstudio.learning.examples import NOT_JUDGED, Example
from lesionstudio.learning.hardware import Hardware
from lesionstudio.learning.networks import build_network
from lesionstudio.learning.resizing import Frame
from lesionstudio.model_card import ModelCard

Network = Callable[[Tensor], Tensor]

SHARES = (0.0, 0.3, 0.5, 0.7, 1.0)
"""Of what was learned; 1 is all of it."""

_FORGETS, _PART_OF_A_SLICE = 0.5, 256


class Blend:
    """`before` is the network as it was; nothing changes it. `wrong`: for each share how wrong it was of late."""

    def __init__(self, before: nn.Module, card: ModelCard) -> None:
        self._before, self._card = before, card
        self.wrong = dict.fromkeys(SHARES, 0.0)

    @property
    def share(self) -> float:
        """The one that was least wrong; of equals the one that learned more."""
        return min(SHARES, key=lambda share: (round(self.wrong[share], 9), -share))

    @torch.no_grad()
    def mix(self, learned: nn.Module, onto: nn.Module) -> None:
        """Writes as much of what was learned as the share says, and the rest as it was, onto a third network."""
        tensors = onto.state_dict()
        for name, value in self._mixed(learned, self.share):
            tensors[name].copy_(value)

    def asked(self, learned: nn.Module, share: float) -> Network:
        """The network with so much of what was learned, for a moment."""
        tensors = dict(self._mixed(learned, share))
        return lambda pixels: functional_call(learned, tensors, pixels)

    def _mixed(self, learned: nn.Module, share: float) -> Iterator[tuple[str, Tensor]]:
        before = self._before.state_dict()
        for name, value in learned.state_dict().items():
            yield name, torch.lerp(before[name], value, share) if value.is_floating_point() else value

    def hear(self, wrong: Mapping[float, float]) -> None:
        """How wrong each share was on a correction that nothing had learned from."""
        for share in SHARES:
            self.wrong[share] = _FORGETS * self.wrong[share] + wrong[share]

    def facts(self) -> list[list[float]]:
        """What a checkpoint keeps; JSON can carry it."""
        return [[share, wrong] for share, wrong in self.wrong.items()]

    def recall(self, facts: Sequence[Sequence[float]]) -> None:
        """What was known when a checkpoint was written; shares of another version are forgotten."""
        self.wrong |= {share: wrong for share, wrong in facts if share in self.wrong}


def still(start: nn.Module, card: ModelCard) -> nn.Module:
    """A copy of the network as it is, to be asked and never changed."""
    copy = build_network(card)
    copy.load_state_dict(start.state_dict())
    return copy.eval().requires_grad_(False)


@torch.inference_mode()
def how_wrong(network: Network, example: Example, card: ModelCard, taught: Sequence[bool], hardware: Hardware) -> float:
    """Judged pixels that a person has to change, as a share of those to mark and of a small part of the slice."""
    frame = Frame.of((example.marks.shape[0], example.marks.shape[1]), card.long_side)
    pixels = torch.from_numpy(frame.to_network(example.pixels))[None]
    with torch.autocast(hardware.device, hardware.short, enabled=hardware.short is not None):
        logits = network(pixels.to(hardware.device, memory_format=torch.channels_last))
    shown = logits.float().sigmoid()[0, :, : frame.scaled[0], : frame.scaled[1]].cpu().numpy()
    marks = cv2.resize(example.marks, frame.scaled[::-1], interpolation=cv2.INTER_NEAREST)
    drawn = np.where(shown.max(0) >= card.threshold, shown.argmax(0) + 1, 0)
    counts = np.array([False, *taught] + [False] * (NOT_JUDGED - len(taught)))
    judged, wanted = marks != NOT_JUDGED, np.where(counts[marks], marks, 0)
    drawn = np.where(counts[drawn], drawn, 0)
    wrong, there = np.count_nonzero(judged & (drawn != wanted)), np.count_nonzero(wanted)
    return wrong / (there + np.count_nonzero(judged) / _PART_OF_A_SLICE + 1)
