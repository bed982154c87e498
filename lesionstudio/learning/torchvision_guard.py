"""The one place that imports segmentation_models_pytorch, past a torchvision that does not fit a CPU-only torch."""

import importlib
import sys
from functools import cache
from types import ModuleType

import torch

_MISSING = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_kept_alive: list[torch.library.Library] = []


@cache
def segmentation_models() -> ModuleType:
    """segmentation_models_pytorch, imported once (about 1.5 s)."""
    import_torchvision()
    return importlib.import_module("segmentation_models_pytorch")


def import_torchvision() -> ModuleType:
    """torchvision; where its compiled operators are missing, with empty schemas in their place.

    The schemas are defined only after the plain import failed: beside a torchvision that fits, defining them first
    registers them twice and the process aborts.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as problem:
        if "torchvision::" not in str(problem):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    _kept_alive.append(_empty_operators())
    return importlib.import_module("torchvision")


def _empty_operators() -> torch.library.Library:
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in _MISSING:
        library.define(name + _SCHEMA)  # type: ignore[no-untyped-call]
    return library
