"""Where PyTorch comes from on this machine, for which device, and how much that is to download."""

import queue
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lesionstudio.words import _

PYTORCH_INDEX = "https://download.pytorch.org/whl"
CUDA_TAGS = {"cu130": (13, 0), "cu129": (12, 9), "cu128": (12, 8), "cu126": (12, 6)}
GIGABYTES = {"cpu": (0.4, 2.0), "cuda": (3.4, 8.0)}
"""Device -> gigabytes to download, gigabytes on disk afterwards, the whole set together."""
ANSWER_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Source:
    """How pip is asked for PyTorch. `brings` is the build that arrives: "cpu" or "cuda"."""

    device: str
    brings: str
    options: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    place: str = ""

    def sentence(self) -> str:
        """What will be downloaded, for which device, how large it is and from where."""
        download, on_disk = GIGABYTES[self.brings]
        text = _("Device: {device}. About {download} GB to download from {place}, {on_disk} GB on disk, once.")
        return text.format(device=self.device.upper(), download=download, place=self.place, on_disk=on_disk)


def choose_source(
    device: str, cuda: tuple[int, int] | None, torch: str, pip_settings: str, fetch: Callable[[str], str | None]
) -> Source:
    """PyTorch's own index for this device where it helps, pip is not set up with another source, and it answers."""
    if has_own_source(pip_settings):
        return Source(device, device, place=_("where pip is set up to look"))
    for tag in _tags(device, cuda):
        page = fetch(f"{PYTORCH_INDEX}/{tag}/torch/")
        if page is None:
            break
        if f"torch-{torch}%2B{tag}-" in page or f"torch-{torch}+{tag}-" in page:
            index = f"{PYTORCH_INDEX}/{tag}"
            return Source(device, device, ("--extra-index-url", index), (f"torch=={torch}+{tag}",), index)
    plain = "cuda" if sys.platform.startswith("linux") else "cpu"
    return Source(device, plain, place="PyPI")


def has_own_source(pip_settings: str) -> bool:
    """Whether `pip config list` names a place to look for packages."""
    for line in pip_settings.splitlines():
        name, _sign, _value = line.partition("=")
        option = name.strip().rsplit(".", 1)[-1].replace("_", "-")
        if option in ("index-url", "extra-index-url", "find-links", "no-index", "index"):
            return True
    return False


def pip_settings(python: Path) -> str:
    """What `pip config list` says, from files and environment alike."""
    return subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout


def pinned(constraints: str, package: str) -> str:
    """The version that a constraints file pins a package to."""
    found = re.search(rf"(?mi)^{re.escape(package)}==([^\s;]+)", constraints)
    if not found:
        raise SystemExit(_("constraints.txt does not pin {package}.").format(package=package))
    return found[1]


def fetch_page(address: str) -> str | None:
    """The text of a web page, or None when it does not come within 3 seconds."""
    answer: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_fetch_into, args=(address, answer), daemon=True).start()
    try:
        return answer.get(timeout=ANSWER_WITHIN_S)
    except queue.Empty:
        return None


def _fetch_into(address: str, answer: "queue.SimpleQueue[str | None]") -> None:
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_WITHIN_S) as page:
            answer.put(page.read().decode("utf-8", "replace"))
    except (OSError, ValueError):
        answer.put(None)


def _tags(device: str, cuda: tuple[int, int] | None) -> list[str]:
    if device == "cpu":
        return ["cpu"] if sys.platform.startswith("linux") else []
    newest = cuda or (12, 6)
    return [tag for tag, version in CUDA_TAGS.items() if version <= newest]
