"""doctor: what is installed, which device will be used and why, how quick it is, and what would make it quicker."""

import os
import platform
import shutil
import sys
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from lesionstudio import __version__
from lesionstudio.errors import LesionStudioError
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.settings import cache_folder, config_folder, data_folder, load_settings, log_file
from lesionstudio.words import _, number
from lesionstudio.workflows.commit import commit
from lesionstudio.workflows.devices import devices

if TYPE_CHECKING:
    from lesionstudio.learning.inference import Predictor

PACKAGES = (
    "torch", "openvino", "segmentation-models-pytorch", "numpy", "scipy", "opencv-python-headless",
    "PySide6-Essentials", "pydicom", "highdicom", "nibabel", "tifffile", "imagecodecs", "Pillow",
)  # fmt: skip
_SIDE, _RUNS = 512, 3
_LITTLE_GIB = 4.0


def doctor(report: Reporter = silent) -> dict[str, Any]:
    """Looks at this computer and runs the model in use once; nothing is changed.

    Gives {"version", "commit", "python", "system", "processor", "cores", "memory_gib", "packages": {name: version},
    "device", "device_why", "engine", "precision", "precision_why", "model", "seconds_a_slice" (512 x 512, or None),
    "advice": [sentences], "folders"}.
    """
    from lesionstudio.learning.processor import processor_name

    report(Progress(0.1, _("Looking at this computer")))
    packages = {name: _version(name) for name in PACKAGES}
    found: dict[str, Any] = {
        "version": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "packages": packages,
        **_device(load_settings().device),
    }
    report(Progress(0.4, _("Measuring the model")))
    found |= _speed(found["device"])
    found["advice"] = _advice(found)
    places = {"settings": config_folder(), "data": data_folder(), "cache": cache_folder(), "log": log_file().parent}
    found["folders"] = {name: str(folder) for name, folder in places.items()}
    return found


def _device(wanted: str) -> dict[str, str]:
    found = devices(wanted)
    return {"device": found["device"], "device_why": found["why"]}


def _speed(device: str) -> dict[str, Any]:
    """How the model in use is computed, and its best time for one slice."""
    nothing = {"engine": None, "precision": None, "precision_why": "", "model": None, "seconds_a_slice": None}
    model = ModelShelf().in_use()
    if model is None:
        return nothing
    try:
        predictor, seconds = _timed(model, device)
    except LesionStudioError as problem:
        return {**nothing, "model": model.card.id, "precision_why": problem.message}
    engine, _comma, precision = predictor.engine.name.partition(", ")
    return {
        "engine": engine,
        "precision": precision,
        "precision_why": _precision_why(device, engine, precision, f"{model.card.architecture} {model.card.encoder}"),
        "model": model.card.id,
        "seconds_a_slice": round(seconds, 3),
    }


def _timed(model: ShelvedModel, device: str) -> "tuple[Predictor, float]":
    from lesionstudio.learning.inference import Predictor

    predictor = Predictor.open(model.folder, device)
    picture = np.random.default_rng(0).random((1, model.card.channels, _SIDE, _SIDE), np.float32)
    times = []
    for _run in range(_RUNS + 1):
        began = time.perf_counter()
        predictor.predict(picture)
        times.append(time.perf_counter() - began)
    return predictor, min(times)


def _precision_why(device: str, engine: str, precision: str, network: str) -> str:
    from lesionstudio.learning.processor import may_know_bf16
    from lesionstudio.learning.speed import remembered_times

    if device != "cpu":
        return _("The GPU computes it in hardware.") if precision == "bf16" else _("The GPU has no bf16 units.")
    times = remembered_times(f"{engine} {network}")
    if precision in times and precision != "fp32":
        ratio = number(times["fp32"] / times[precision], 1)
        text = _("Measured once on this machine: {precision} runs this network {ratio} times as quick as fp32.")
        return text.format(precision=precision, ratio=ratio)
    if precision != "fp32":
        return _("It is the quickest as a rule; other programs kept the processor too busy to measure it.")
    return _("Nothing was quicker here.") if may_know_bf16() else _("This processor has no bf16 units.")


def _advice(found: dict[str, Any]) -> list[str]:
    """What would make it quicker, the most useful first."""
    from lesionstudio.learning.speed import is_busy

    torch, openvino = found["packages"]["torch"] or "", found["packages"]["openvino"]
    on_processor = found["device"] == "cpu"
    memory = found["memory_gib"]["available"]
    advice = [
        (on_processor and shutil.which("nvidia-smi") and torch.endswith("+cpu"),
         _("There is an NVIDIA driver, but a PyTorch for processors: `python3 installer/run.py --device cuda`.")),
        (on_processor and not openvino, _("Install openvino: networks run about twice as quick on this processor.")),
        (on_processor and found["precision"] == "fp32",
         _("A GPU, or a processor with AMX or AVX-512 BF16, is 2 to 9 times as quick; so is a smaller encoder.")),
        (on_processor and found["precision"] in ("bf16", "int8"), _("A GPU would be quicker still.")),
        (is_busy(), _("Other programs keep the processor busy now.")),
        (memory is not None and memory < _LITTLE_GIB,
         _("Only {gib} GiB of memory are free: close other programs.").format(gib=number(memory or 0, 1))),
        (found["model"] is None, _("There is no model yet: take one in, or train one.")),
    ]  # fmt: skip
    return [sentence for holds, sentence in advice if holds]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _memory_gib() -> dict[str, float | None]:
    """Memory in all and free to use; None where the system does not say."""
    if not hasattr(os, "sysconf"):
        return {"total": None, "available": None}
    page_gib = os.sysconf("SC_PAGE_SIZE") / 2**30
    free = _available_gib() if sys.platform.startswith("linux") else None
    return {"total": round(os.sysconf("SC_PHYS_PAGES") * page_gib, 1), "available": free}


def _available_gib() -> float | None:
    with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123 - no file of the user's
        for line in file:
            if line.startswith("MemAvailable:"):
                return round(int(line.split()[1]) / 2**20, 1)
    return None
