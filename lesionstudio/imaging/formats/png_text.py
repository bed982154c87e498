"""What the numbers of a PNG stand for, as text chunks that `convert` writes and the reader of pictures reads back.

Each is a tEXt chunk of one keyword; numbers have a point as decimal sign and blanks between them:

    lesionstudio-unit      HU, where the values are Hounsfield units
    lesionstudio-modality  CT, MR, ...
    lesionstudio-offset    what was added: value = stored * step - offset
    lesionstudio-step      that step, where it is not 1
    lesionstudio-window    the values from black to white: of a 16-bit picture those to show it with, of an 8-bit one
                           (which has no offset) those that 0 and 255 stand for
    lesionstudio-range     the lowest and the highest value that the picture this one was made of could hold
    lesionstudio-spacing   mm between slices, rows and columns
    lesionstudio-size      rows and columns

A program that turns or shrinks a PNG may keep its texts. So an offset is believed in 16 bits only, a window without
an offset in 8 bits only, and a spacing only where the size is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from lesionstudio.imaging.windowing import Window

Pair = tuple[float, float]
_PREFIX = "lesionstudio-"
_WORDS, _LONGEST = ("unit", "modality"), 64
_COUNTS = {"offset": 1, "step": 1, "window": 2, "range": 2, "spacing": 3, "size": 2}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the stored numbers of a picture stand for; `offset` None: they are as they are, or 0..255 of `window`."""

    size: tuple[int, int]
    unit: str = ""
    modality: str = ""
    offset: float | None = None
    step: float = 1.0
    window: Window | None = None
    value_range: Pair | None = None
    spacing_mm: tuple[float, float, float] | None = None

    @property
    def shown_range(self) -> Window:
        """The values that the lowest and the highest of 16 bits stand for."""
        low = -(self.offset or 0.0)
        return Window.between(low, low + 65535 * self.step)

    def to_texts(self) -> dict[str, str]:
        """Keyword and text of each chunk."""
        said: dict[str, tuple[float, ...] | str | None] = {
            "unit": self.unit,
            "modality": self.modality.encode("ascii", "ignore").decode()[:_LONGEST],
            "offset": None if self.offset is None else (self.offset,),
            "step": None if self.step == 1 else (self.step,),
            "window": (self.window.low, self.window.high) if self.window else None,
            "range": self.value_range,
            "spacing": self.spacing_mm,
            "size": self.size,
        }
        return {_PREFIX + name: _text(value) for name, value in said.items() if value}


def meaning_of(texts: Mapping[Any, Any]) -> Meaning | None:
    """What these text chunks say; None where they are not ours or make no sense."""
    words = {name: str(texts.get(_PREFIX + name, "")) for name in _WORDS}
    numbers = {name: _numbers(texts.get(_PREFIX + name), count) for name, count in _COUNTS.items()}
    size, offset, step = numbers["size"], numbers["offset"], numbers["step"]
    window, value_range, spacing = numbers["window"], numbers["range"], numbers["spacing"]
    if len(size) != 2 or max(map(len, words.values())) > _LONGEST or (step and not step[0] > 0):
        return None
    return Meaning(
        (int(size[0]), int(size[1])),
        words["unit"],
        words["modality"],
        offset[0] if offset else None,
        step[0] if step else 1.0,
        Window.between(*window) if window and window[0] < window[1] else None,
        (value_range[0], value_range[1]) if value_range and value_range[0] < value_range[1] else None,
        (spacing[0], spacing[1], spacing[2]) if spacing and min(spacing) > 0 else None,
    )


def _text(value: tuple[float, ...] | str) -> str:
    return value if isinstance(value, str) else " ".join(f"{part:.10g}" for part in value)


def _numbers(text: object, count: int) -> tuple[float, ...]:
    """As many finite numbers as there must be, else none."""
    try:
        found = tuple(float(part) for part in str(text or "").split()[: count + 1])
    except ValueError:
        return ()
    return found if len(found) == count and all(isfinite(part) for part in found) else ()
