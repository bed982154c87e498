"""devices: what networks can be computed on here, what will be used, and why."""

from typing import Any

from lesionstudio.errors import LesionStudioError
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.words import _


def devices(wanted: str, report: Reporter = silent) -> dict[str, Any]:
    """Looks at this computer: {"device": what `wanted` comes to, "why": a sentence, "usable": all there are}.

    `wanted`: "auto", "cpu", "cuda" or "mps"; one that is not there comes to "cpu", and the sentence says so.
    """
    from lesionstudio.learning.engines import device_for, usable_devices, why_not_gpu

    report(Progress(None, _("Looking at this computer")))
    usable = usable_devices()
    try:
        device = device_for(wanted)
    except LesionStudioError as problem:
        return {"device": "cpu", "why": problem.message, "usable": usable}
    taken = why_not_gpu() if wanted != "cpu" and device == "cpu" else ""
    return {"device": device, "why": taken or _why(wanted, device), "usable": usable}


def _why(wanted: str, device: str) -> str:
    if wanted != "auto":
        return _("It is chosen in the settings.")
    return _("The installed PyTorch sees no GPU.") if device == "cpu" else _("PyTorch can use this GPU.")
