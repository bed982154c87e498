"""The engine that computes with OpenVINO, the quickest there is on a processor. A network once converted is kept.

Nothing here imports torch unless a network has to be converted, which saves a second or two at the first Segment.
"""

import importlib
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from lesionstudio.learning.engines import Batch
from lesionstudio.learning.processor import may_know_bf16, quickest, trial_seconds
from lesionstudio.settings import cache_folder

if TYPE_CHECKING:
    from torch import nn

_KEPT_NETWORKS = 6
_HINTS = {"bf16": "bf16", "fp32": "f32"}
_NO_MEMORY = ("bad_alloc", "allocat", "memory")


class OpenVINOEngine:
    """A converted network, compiled for this processor in "bf16" or "fp32", for pictures of any size."""

    device, batch = "cpu", 1

    def __init__(self, model: Any, precision: str) -> None:
        settings = {"INFERENCE_PRECISION_HINT": _HINTS[precision], "PERFORMANCE_HINT": "LATENCY"}
        self.precision = precision
        self._request = _core().compile_model(model, "CPU", settings).create_infer_request()

    @property
    def name(self) -> str:
        """"OpenVINO, bf16"."""
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


def quickest_engine(model: Any, kind: str, channels: int) -> OpenVINOEngine:
    """The converted network in the precision that is quickest on this processor; `kind` names the sort of network."""
    precisions = ["fp32"]
    if may_know_bf16() and "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        precisions.append("bf16")

    def seconds(precision: str) -> float:
        return trial_seconds(OpenVINOEngine(model, precision).logits, channels)

    chosen = quickest(f"OpenVINO {kind}", {precision: partial(seconds, precision) for precision in precisions})
    return OpenVINOEngine(model, chosen)


def converted(build: "Callable[[], nn.Module]", channels: int, key: str = "") -> Any:
    """The network as OpenVINO knows it; with a key it is kept, and found again without building it.

    Raises RuntimeError for a network that OpenVINO does not know, ImportError where there is no OpenVINO.
    """
    file = cache_folder() / "networks" / key / "network.xml"
    if key and file.is_file():
        try:
            return _core().read_model(file)
        except RuntimeError:
            shutil.rmtree(file.parent, ignore_errors=True)
    model = _convert(build(), channels)
    if key:
        _keep(model, file)
    return model


def openvino() -> ModuleType:
    """OpenVINO, imported so that it cannot report anything to its makers: scans and habits stay on this computer."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


def _core() -> Any:
    return openvino().Core()


def _convert(network: "nn.Module", channels: int) -> Any:
    import torch

    from lesionstudio.learning.folding import folded

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = openvino().convert_model(folded(network, channels), example_input=torch.zeros(1, channels, 64, 64))
    model.reshape([-1, channels, -1, -1])
    return model


def _keep(model: Any, file: Path) -> None:
    """Keeps a converted network whole or not at all, and throws away those not used for longest."""
    draft = file.parent.with_name(f"{uuid4().hex}.tmp")
    try:
        draft.mkdir(parents=True)
        openvino().save_model(model, draft / file.name, compress_to_fp16=False)
        draft.rename(file.parent)
    except (OSError, RuntimeError):
        shutil.rmtree(draft, ignore_errors=True)
    folders = sorted(file.parent.parent.glob("*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in folders[_KEPT_NETWORKS:]:
        shutil.rmtree(folder, ignore_errors=True)
