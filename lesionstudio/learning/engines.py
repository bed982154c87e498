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
_ROOM_BYTES = 600 * 2**20
"""With less free than this on a GPU nothing is begun there."""


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
    """The device that is meant: for "auto" a GPU that torch can use, else the processor. Raises ModelProblem.

    The processor as well where the GPU asked for is there, but taken by another program: see why_not_gpu.
    """
    if wanted not in DEVICES:
        raise ModelProblem(
            _("There is no device called {name}.").format(name=wanted),
            hint=_("Known are: {names}.").format(names=", ".join(DEVICES)),
        )
    if wanted == "cpu" or (wanted == "auto" and not _may_have_gpu()):
        return "cpu"
    usable = usable_devices()
    if wanted == "cuda" and why_not_gpu():
        return "cpu"
    if wanted != "auto" and wanted not in usable:
        raise ModelProblem(
            _("This computer has no {device} device that the installed PyTorch can use.").format(device=wanted),
            hint=_("Choose auto or cpu. `lesionstudio doctor` says what is installed."),
        )
    return usable[0] if wanted == "auto" else wanted


def usable_devices() -> list[str]:
    """What the installed PyTorch can use here now, the quickest first; "cpu" is always the last of them."""
    if not _may_have_gpu():
        return ["cpu"]
    import torch

    found = [("cuda", torch.cuda.is_available() and not why_not_gpu()), ("mps", torch.backends.mps.is_available())]
    return [name for name, is_there in found if is_there] + ["cpu"]


def why_not_gpu() -> str:
    """Why a GPU that torch sees cannot be used now, in a sentence; "" where it can be, or where there is none."""
    if not _may_have_gpu():
        return ""
    import torch

    if not torch.cuda.is_available():
        return ""
    try:
        free = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved()
    except RuntimeError:
        return _("The GPU cannot be used now: another program holds it, or its driver is not ready.")
    return _("Other programs have taken the memory of the GPU.") if free < _ROOM_BYTES else ""


def instead_of_gpu(wanted: str) -> list[str]:
    """What is to be said where the processor computes because the GPU is taken: a sentence, or nothing."""
    reason = why_not_gpu() if wanted in ("auto", "cuda") else ""
    return [_("{reason} It goes on on the processor.").format(reason=reason)] if reason else []


def device_name(device: str) -> str:
    """What its maker calls it."""
    if device != "cuda":
        return processor_name()
    import torch

    return torch.cuda.get_device_name()


def _may_have_gpu() -> bool:
    """Whether it is worth a second of importing torch to ask it."""
    return sys.platform == "darwin" or not metadata.version("torch").endswith("+cpu")
