"""How a scan's values go into the 8 or 16 bits of a PNG, so that they come back (png_text.py) as they were."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats.png_text import Meaning
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, preset_window, to_grey
from lesionstudio.words import _, number

HU_OFFSET = 32768
"""One for all series: every HU of 16 bits fits, also a padding of -3024, and a folder never mixes two."""
_MOST = 65535
_AS_THEY_ARE = (np.dtype(np.uint8), np.dtype(np.uint16))


@dataclass(frozen=True, slots=True)
class PngStorage:
    """What a scan's PNGs hold and say. `notes`: what is lost, in sentences; nothing where `is_lossless`."""

    meaning: Meaning
    is_lossless: bool = True
    notes: tuple[str, ...] = ()
    is_8_bit: bool = False

    def stored(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """The numbers in the file for a slice's values (rows, columns[, channels])."""
        meaning = self.meaning
        if self.is_8_bit and meaning.window is not None:
            return to_grey(values, meaning.window)
        if meaning.offset is None:
            return values
        raised = (np.asarray(values, np.float64) + meaning.offset) / meaning.step
        return np.clip(np.rint(np.nan_to_num(raised, nan=0.0)), 0, _MOST).astype(np.uint16)


def in_window(scan: Scan, window: Window) -> PngStorage:
    """8-bit pictures, black at the window's low end and white at its high end."""
    meaning = Meaning(scan.geometry.shape[1:], scan.unit, scan.modality, window=window, spacing_mm=_spacing(scan))
    text = _("The pictures show {low} to {high} in 256 steps; what lies outside is cut off.")
    return PngStorage(meaning, False, (text.format(low=_said(window.low), high=_said(window.high)),), True)


def all_values(scan: Scan) -> PngStorage:
    """All values, as they are where 8 or 16 bits hold them; others spread over 16 bits, HU rounded to whole ones.

    Reads the whole scan where its type is wider than 16 bits.
    """
    is_hu, dtype = scan.unit == "HU", scan.dtype
    if dtype in _AS_THEY_ARE and not is_hu:
        offset = 0.0 if dtype == np.uint16 and scan.value_range is None else None
        return PngStorage(_meaning(scan, offset))
    if dtype in _AS_THEY_ARE or dtype in (np.int8, np.int16):
        return PngStorage(_meaning(scan, float(HU_OFFSET if dtype.kind == "i" else 0)))
    return _of_wide(scan, _Span.of(scan), is_hu=is_hu)


def _of_wide(scan: Scan, span: "_Span", *, is_hu: bool) -> PngStorage:
    fits = span.high - span.low <= _MOST
    notes = (_("Places without a value became the lowest one."),) if span.has_gaps else ()
    if fits and (span.is_whole or is_hu):
        rounded = () if span.is_whole else (_("The values were rounded to whole HU."),)
        return PngStorage(_meaning(scan, span.offset()), not (rounded or notes), (*rounded, *notes))
    step = (span.high - span.low) / _MOST
    text = _("Values from {low} to {high} were spread over 65536 steps.")
    spread = text.format(low=_said(span.low), high=_said(span.high))
    return PngStorage(_meaning(scan, -span.low, step), False, (spread, *notes))


@dataclass(frozen=True, slots=True)
class _Span:
    """The lowest and the highest finite value of a scan; whether all are whole, and some are none at all."""

    low: float
    high: float
    is_whole: bool
    has_gaps: bool

    @classmethod
    def of(cls, scan: Scan) -> "_Span":
        """Of all slices that can be read; 0 to 0 where there is no value."""
        low, high, whole, gaps = np.inf, -np.inf, True, False
        for pixels in _readable(scan):
            finite = pixels[np.isfinite(pixels)]
            gaps = gaps or finite.size < pixels.size
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
                whole = whole and bool((finite == np.rint(finite)).all())
        return cls(low, high, whole, gaps) if low <= high else cls(0.0, 0.0, True, gaps)

    def offset(self) -> float:
        """What to add so that 16 bits hold all: the usual number where it does; with gaps, which are stored as 0, so
        that 0 is the lowest value."""
        if self.has_gaps:
            return float(-np.floor(self.low))
        if self.low >= -HU_OFFSET and self.high + HU_OFFSET <= _MOST:
            return float(HU_OFFSET)
        return 0.0 if self.low >= 0 and self.high <= _MOST else float(-np.floor(self.low))


def _readable(scan: Scan) -> Iterable[NDArray[np.generic]]:
    for k in range(scan.slices):
        try:
            yield scan.slice(k)
        except UnreadableFile:
            continue


def _meaning(scan: Scan, offset: float | None, step: float = 1.0) -> Meaning:
    window = scan.window if offset is not None else scan.value_window
    if window is None and scan.unit == "HU":
        window = preset_window(scan, "lung", 0)
    full = (0.0, float(np.iinfo(scan.dtype).max)) if scan.dtype in _AS_THEY_ARE else None
    return Meaning(
        scan.geometry.shape[1:],
        "HU" if scan.value_window else scan.unit,
        scan.modality,
        offset,
        step or 1.0,
        window,
        None if scan.value_range == full else scan.value_range,
        _spacing(scan),
    )


def _said(value: float) -> str:
    return number(value, 0 if value == round(value) else 2 if abs(value) >= 10 else 4)


def _spacing(scan: Scan) -> tuple[float, float, float] | None:
    return scan.geometry.spacing_mm if scan.geometry.has_spacing else None
