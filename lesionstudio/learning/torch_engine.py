"""The engine that computes with PyTorch itself: on a GPU, and on processors where OpenVINO does not work."""

from functools import partial

import numpy as np
import torch
from torch import nn

from lesionstudio.learning.engines import Batch
from lesionstudio.learning.folding import folded
from lesionstudio.learning.hardware import is_out_of_memory
from lesionstudio.learning.processor import may_know_bf16
from lesionstudio.learning.speed import quickest

_GPU_BATCH = 8


class TorchEngine:
    """A network folded, in "bf16" or "fp32", channels last but on Apple's GPUs."""

    def __init__(self, network: nn.Module, channels: int, device: str = "cpu", precision: str = "fp32") -> None:
        self.device, self.precision = device, precision
        self.batch = 1 if device == "cpu" else _GPU_BATCH
        self._type = torch.bfloat16 if precision == "bf16" else torch.float32
        self._layout = torch.contiguous_format if device == "mps" else torch.channels_last
        fast = folded(network, channels)
        self._network = fast.to(device=device, dtype=self._type, memory_format=self._layout)  # type: ignore[call-overload]

    @property
    def name(self) -> str:
        """ "PyTorch, bf16"."""
        return f"PyTorch, {self.precision}"

    @torch.inference_mode()
    def logits(self, pictures: Batch) -> Batch:
        """(batch, channels, rows, columns) -> (batch, labels, rows, columns). Raises MemoryError."""
        try:
            there = torch.from_numpy(np.ascontiguousarray(pictures))
            there = there.to(self.device, self._type).contiguous(memory_format=self._layout)
            answer: Batch = self._network(there).float().cpu().numpy()
        except RuntimeError as problem:
            if not is_out_of_memory(problem):
                raise
            if self.device == "cuda":
                torch.cuda.empty_cache()
            raise MemoryError(str(problem)) from problem
        return answer

    def leave_gpu(self) -> bool:
        """Goes on on the processor; whether it was elsewhere before."""
        if self.device == "cpu":
            return False
        self.device, self.precision, self.batch, self._type = "cpu", "fp32", 1, torch.float32
        self._layout = torch.channels_last
        self._network.to(device="cpu", dtype=self._type, memory_format=self._layout)
        return True


def quickest_torch_engine(network: nn.Module, kind: str, channels: int) -> TorchEngine:
    """The network on the processor, in the precision that is quickest there; `kind` names the sort of network."""
    precisions = ["fp32", "bf16"] if may_know_bf16() else ["fp32"]
    makers = {precision: partial(TorchEngine, network, channels, "cpu", precision) for precision in precisions}
    return quickest(f"PyTorch {kind}", makers, channels)


def gpu_precision(device: str) -> str:
    """ "bf16" where the GPU computes it in hardware, else "fp32"."""
    is_quick = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return "bf16" if is_quick else "fp32"
