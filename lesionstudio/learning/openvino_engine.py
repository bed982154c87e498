"""The engine that computes with OpenVINO, the quickest there is on a processor."""

from functools import partial
from typing import Any

import numpy as np

from lesionstudio.learning.conversion import core
from lesionstudio.learning.engines import Batch
from lesionstudio.learning.processor import may_know_bf16
from lesionstudio.learning.quantizing import Ranges, in_eight_bits
from lesionstudio.learning.speed import quickest

_NO_MEMORY = ("bad_alloc", "allocat", "memory")


class OpenVINOEngine:
    """A converted network, compiled for this processor in "fp32", "bf16" or "int8", for pictures of any size.

    For int8 the ranges of what reaches its convolutions are needed. Raises KeyError where they are another network's.
    """

    device, batch = "cpu", 1

    def __init__(self, network: Any, precision: str, ranges: Ranges | None = None) -> None:
        self.precision = precision
        is_short = precision == "bf16" or (precision == "int8" and may_know_bf16())
        settings = {"INFERENCE_PRECISION_HINT": "bf16" if is_short else "f32", "PERFORMANCE_HINT": "LATENCY"}
        if precision == "int8":
            network = in_eight_bits(network.clone(), ranges or {})
        self._request = core().compile_model(network, "CPU", settings).create_infer_request()

    @property
    def name(self) -> str:
        """ "OpenVINO, bf16"."""
        return f"OpenVINO, {self.precision}"

    def logits(self, pictures: Batch) -> Batch:
        """(batch, channels, rows, columns) -> (batch, labels, rows, columns). Raises MemoryError."""
        try:
            self._request.infer([np.ascontiguousarray(pictures, np.float32)])
        except RuntimeError as problem:
            if any(sign in str(problem) for sign in _NO_MEMORY):
                raise MemoryError(str(problem)) from problem
            raise
        return np.array(self._request.get_output_tensor(0).data, np.float32)


def quickest_engine(network: Any, kind: str, channels: int, ranges: Ranges | None = None) -> OpenVINOEngine:
    """The converted network in the precision that is quickest on this processor; `kind` names the sort of network.

    int8 is tried where its ranges are known.
    """
    precisions = ["fp32"]
    if may_know_bf16() and "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        precisions.append("bf16")
    if ranges:
        precisions.append("int8")
    makers = {precision: partial(OpenVINOEngine, network, precision, ranges) for precision in precisions}
    return quickest(f"OpenVINO {kind}", makers, channels)
