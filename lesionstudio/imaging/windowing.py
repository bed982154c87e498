"""Window and level: which values of a scan are shown between black and white."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.imaging.scan import Scan


@dataclass(frozen=True, slots=True)
class Window:
    """Values from level - width/2 (black) to level + width/2 (white), in the scan's unit."""

    width: float
    level: float

    @classmethod
    def between(cls, low: float, high: float) -> "Window":
        """The window with these ends; at least a hair wide."""
        return cls(max(high - low, 1e-6), (low + high) / 2)

    @property
    def low(self) -> float:
        """The value shown black."""
        return self.level - self.width / 2

    @property
    def high(self) -> float:
        """The value shown white."""
        return self.level + self.width / 2


@dataclass(frozen=True, slots=True)
class Preset:
    """A window by name; `window` None means: read it from the picture (auto, full)."""

    key: str
    name: str
    window: Window | None = None


def presets_for(scan: "Scan") -> tuple[Preset, ...]:
    """The windows on keys 1 to 6, by modality: the six of CT in HU, else auto and full."""
    if scan.unit == "HU":
        return (
            Preset("lung", _("Lung"), Window(1500, -600)),
            Preset("mediastinum", _("Mediast."), Window(400, 40)),
            Preset("bone", _("Bone"), Window(1800, 400)),
            Preset("brain", _("Brain"), Window(80, 40)),
            Preset("liver", _("Liver"), Window(150, 60)),
            Preset("full", _("Full")),
        )
    return Preset("auto", _("Auto")), Preset("full", _("Full"))


def first_preset(scan: "Scan") -> str:
    """The window a scan opens with when the person chose none: lung for chest CT in HU, else auto."""
    return "lung" if scan.unit == "HU" else "auto"


def preset_window(scan: "Scan", key: str, k: int) -> Window:
    """The window that a preset's key means for this scan, read from slice k where the picture decides."""
    for preset in presets_for(scan):
        if preset.key == key and preset.window is not None:
            return preset.window
    return full_window(scan) if key == "full" else auto_window(scan, k)


def auto_window(scan: "Scan", k: int) -> Window:
    """From the 1st to the 99th percentile of slice k's finite values."""
    values = scan.slice(k)
    values = values[::4, ::4] if values.size > 1_000_000 else values
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0:
        return Window(1.0, 0.5)
    low, high = np.percentile(finite, (1, 99))
    if high <= low:
        low, high = float(finite.min()), float(finite.max())
    return Window.between(float(low), float(high)) if high > low else Window.between(float(low), float(low) + 1)


def full_window(scan: "Scan") -> Window:
    """From the lowest to the highest value read so far."""
    low, high = scan.intensity_range()
    return Window.between(low, high if high > low else low + 1)


def to_grey(values: NDArray[np.generic], window: Window) -> NDArray[np.uint8]:
    """The values as 8-bit grey, same shape; what is no number is black."""
    scaled = (np.asarray(values, np.float32) - window.low) * (255.0 / window.width)
    grey: NDArray[np.uint8] = np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255).round().astype(np.uint8)
    return grey
