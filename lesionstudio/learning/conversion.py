"""Conversion: a PyTorch network as OpenVINO knows it. What was converted once is kept in the user's cache.

Nothing here imports torch unless a network has to be converted, which saves a second or two at the first Segment.
"""

import importlib
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lesionstudio.settings import kept_folder

if TYPE_CHECKING:
    from torch import nn

_KEPT_NETWORKS, _FORM = 6, 1


def converted(build: "Callable[[], nn.Module]", channels: int, key: str = "") -> Any:
    """The network as OpenVINO knows it; with a key it is kept, and found again without building it.

    Raises RuntimeError for a network that OpenVINO does not know, ImportError where there is no OpenVINO.
    """
    file = kept_folder("networks", _FORM) / key / "network.xml"
    if key and file.is_file():
        try:
            return core().read_model(file)
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


@cache
def core() -> Any:
    """What reads, compiles and knows the devices."""
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
