"""Engines: what computes a network, on a processor or a GPU. The same pictures in, the same logits out."""

import sys
from importlib import metadata
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.processor import processor_name
from lesionstudio.words import _

Batch = NDArray[np.float32]
DEVICES = ("auto", "cpu", "cuda", "mps")


class Engine(Protocol):
    """Runs one network."""

    @property
    def name(self) -> str:
        """How it computes, for people: "OpenVINO, bf16"."""

    @property
    def device(self) -> str:
        """Where it computes: "cpu", "cuda" or "mps"."""

    @property
    def batch(self) -> int:
        """How many pictures at a time suit it best."""

    def logits(self, pictures: Batch) -> Batch:
        """(batch, channels, rows, columns) -> (batch, labels, rows, columns); both sides multiples of 32.

        Raises MemoryError where that is too much at a time.
        """


def device_for(wanted: str) -> str:
    """The device that is meant: for "auto" a GPU that torch can use, else the processor. Raises ModelProblem."""
    if wanted not in DEVICES:
        raise ModelProblem(
            _("There is no device called {name}.").format(name=wanted),
            hint=_("Known are: {names}.").format(names=", ".join(DEVICES)),
        )
    if wanted == "cpu" or (wanted == "auto" and not _may_have_gpu()):
        return "cpu"
    usable = usable_devices()
    if wanted != "auto" and wanted not in usable:
        raise ModelProblem(
            _("This computer has no {device} device that the installed PyTorch can use.").format(device=wanted),
            hint=_("Choose auto or cpu. `lesionstudio doctor` says what is installed."),
        )
    return usable[0] if wanted == "auto" else wanted


def usable_devices() -> list[str]:
    """What the installed PyTorch can use here, the quickest first; "cpu" is always the last of them."""
    if not _may_have_gpu():
        return ["cpu"]
    import torch

    found = [("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())]
    return [name for name, is_there in found if is_there] + ["cpu"]


def device_name(device: str) -> str:
    """What its maker calls it."""
    if device != "cuda":
        return processor_name()
    import torch

    return torch.cuda.get_device_name()


def _may_have_gpu() -> bool:
    """Whether it is worth a second of importing torch to ask it."""
    return sys.platform == "darwin" or not metadata.version("torch").endswith("+cpu")
