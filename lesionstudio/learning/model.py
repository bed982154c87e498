"""SegmentationModel: a network with its card, on a device; loaded and saved as safetensors, never unpickled."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.networks import build_network, read_tensors
from lesionstudio.model_card import WEIGHTS_NAME, ModelCard, read_card, write_card
from lesionstudio.words import _


@dataclass(frozen=True, eq=False)
class SegmentationModel:
    """A network in eval mode, what its card says of it, and where it runs ("cpu", "cuda", "mps").

    The network takes (batch, channels, rows, columns), rows and columns multiples of 32, and gives logits
    (batch, labels, rows, columns); the probability of a label is the sigmoid of its plane.
    """

    network: nn.Module
    card: ModelCard
    device: str = "cpu"

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> "SegmentationModel":
        """The model saved in a folder. Raises ModelProblem when it is missing, damaged or not what its card says."""
        card = read_card(folder)
        path = folder / WEIGHTS_NAME
        if card.sha256 and path.is_file() and file_sha256(path) != card.sha256:
            raise ModelProblem(
                _("The weights {path} are not those its card was written for.").format(path=path),
                hint=_("Copy the model again from where it came from."),
            )
        tensors = read_tensors(path)
        network = build_network(card)
        _fill(network, tensors, path)
        return cls(network.to(device=device, memory_format=torch.channels_last).eval(), card, device)  # type: ignore[call-overload]

    def save(self, folder: Path) -> ModelCard:
        """Writes weights (float16) and card, each whole or not at all; gives the card with its SHA-256.

        Raises OSError.
        """
        from safetensors.torch import save

        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{WEIGHTS_NAME}.{os.getpid()}.tmp"
        draft.write_bytes(save({name: _half(value) for name, value in self.network.state_dict().items()}))
        card = replace(self.card, sha256=file_sha256(draft))
        draft.chmod(0o644)
        draft.replace(folder / WEIGHTS_NAME)
        write_card(card, folder)
        return card


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _half(value: torch.Tensor) -> torch.Tensor:
    value = value.detach().cpu().contiguous(memory_format=torch.contiguous_format)
    return value.half() if value.is_floating_point() else value.clone()


def _fill(network: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> None:
    try:
        network.load_state_dict(tensors)
    except RuntimeError as problem:
        raise ModelProblem(
            _("The weights {path} do not fit the network its card describes.").format(path=path),
            hint=_("Copy the model again from where it came from."),
        ) from problem
