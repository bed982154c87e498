"""Hardware: where a run computes, how precisely, how much at a time, and what it does when memory is short."""

from dataclasses import dataclass, replace

import torch

from lesionstudio.learning.processor import BF16_UNITS, instructions
from lesionstudio.words import _

FABRIC_PRECISION = {"fp32": "32-true", "bf16": "bf16-mixed", "fp16": "16-mixed"}
_NO_MEMORY = (
    "out of memory", "can't allocate memory", "not enough memory",
    "cublas_status_alloc_failed", "cublas_status_not_initialized",
    "cudnn_status_alloc_failed", "cudnn_status_not_initialized",
)  # fmt: skip
"""The last four: how the libraries of a full GPU say it, which have no room for what they need themselves."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device ("cpu", "cuda", "mps"), a precision ("fp32", "bf16", "fp16"), and pictures computed at a time."""

    device: str = "cpu"
    precision: str = "fp32"
    piece: int = 8

    @classmethod
    def of(cls, device: str, precision: str, batch: int) -> "Hardware":
        """The device with the precision asked for; "auto": the quickest that keeps enough digits there."""
        return cls(device, precision_for(device) if precision == "auto" else precision, batch)

    @property
    def short(self) -> torch.dtype | None:
        """The short numbers that a network is run in; None where it computes in float32."""
        return {"bf16": torch.bfloat16, "fp16": torch.float16}.get(self.precision)

    def smaller(self, batch: int) -> "tuple[Hardware, str] | None":
        """What to make do with when memory is short, and the sentence that says so; None where nothing is left.

        Half as many pictures at a time, then short numbers, then the processor.
        """
        if self.piece > 1:
            less = replace(self, piece=-(-self.piece // 2))
            text = _("Memory ran out: the batch is computed {n} pictures at a time.")
            return less, text.format(n=less.piece)
        if self.device == "cuda" and self.precision == "fp32":
            return replace(self, precision=_short_for_cuda()), _("Memory ran out: it goes on with shorter numbers.")
        if self.device != "cpu":
            return Hardware("cpu", precision_for("cpu"), batch), _("Memory ran out: it goes on on the processor.")
        return None


def precision_for(device: str) -> str:
    """ "bf16" where the device computes it faster than float32 (a GPU, AMX, avx512_bf16), "fp16" on older GPUs."""
    if device == "cuda":
        return _short_for_cuda()
    return "bf16" if device == "cpu" and instructions() & set(BF16_UNITS) else "fp32"


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether this says that memory was short, whoever says it."""
    if isinstance(problem, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(problem, RuntimeError) and any(sign in str(problem).lower() for sign in _NO_MEMORY)


def _short_for_cuda() -> str:
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
