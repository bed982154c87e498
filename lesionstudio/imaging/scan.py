"""Scan: read-only voxels on a Geometry, read a slice at a time, and what is known of them."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.windowing import Window

_KEEP_BYTES = 1 << 30
_SIDE_BY_SIDE = 4


class SliceSource(Protocol):
    """Where a scan's voxels come from."""

    def read(self, k: int) -> NDArray[np.generic]:
        """Slice k: (rows, columns) or (rows, columns, channels). Raises UnreadableFile."""


@runtime_checkable
class WholeSource(SliceSource, Protocol):
    """A source that has to hold the whole volume anyway."""

    def whole(self) -> NDArray[np.generic] | None:
        """All slices (slice, row, column[, channel]); None where they are not at hand as one array."""


class ArraySource:
    """Slices of an array (slice, row, column[, channel]) that is already there."""

    def __init__(self, voxels: NDArray[np.generic]) -> None:
        self._voxels = voxels

    def read(self, k: int) -> NDArray[np.generic]:
        """Slice k of the array."""
        return np.ascontiguousarray(self._voxels[k])


class Scan:
    """A picture or a volume that nobody can change.

    geometry.shape is (slices, rows, columns) in display order. `unit` is "HU" for CT in Hounsfield units, else "".
    `value_range` is the full range that stored picture values could have, None for physical values; `value_window` the
    HU that this range stands for, where a picture was made in a window and says so. `notes` are sentences the reader
    wants said, `slice_ids` what the file calls each slice. `frame` names the frame of reference: scans of one name
    share their millimetres; "" where the file does not say. `side_by_side`: slices are decoded in other processes, so
    that reading several at once is quicker. Its file holds `volumes` of one grid, of which it is `volume_number`.
    Reading is thread-safe; about 1 GiB of slices is kept.
    """

    def __init__(
        self,
        geometry: Geometry,
        source: SliceSource,
        *,
        dtype: DTypeLike,
        modality: str = "",
        unit: str = "",
        channels: int = 1,
        colour: bool = False,
        window: Window | None = None,
        name: str = "",
        patient: str = "",
        study: str = "",
        frame: str = "",
        notes: tuple[str, ...] = (),
        value_range: tuple[float, float] | None = None,
        value_window: Window | None = None,
        slice_ids: tuple[str, ...] = (),
        side_by_side: bool = False,
        volumes: int = 1,
        volume_number: int = 0,
    ) -> None:
        self.geometry, self.dtype, self.modality, self.unit = geometry, np.dtype(dtype), modality, unit
        self.channels, self.colour, self.window, self.name = channels, colour, window, name
        self.patient, self.study, self.frame = patient, study, frame
        self.notes, self.value_range = notes, value_range
        self.value_window, self.slice_ids = value_window, slice_ids
        self.volumes, self.volume_number = volumes, volume_number
        self._source, self._side_by_side = source, side_by_side
        self._kept: OrderedDict[int, NDArray[np.generic]] = OrderedDict()
        self._kept_bytes = 0
        self._range: tuple[float, float] | None = None
        self._lock = Lock()

    @classmethod
    def of_array(cls, voxels: NDArray[np.generic], geometry: Geometry | None = None, **facts: object) -> "Scan":
        """A scan of an array (slice, row, column) or, colour, (slice, row, column, channel)."""
        channels = voxels.shape[3] if voxels.ndim == 4 else 1
        grid = geometry or Geometry.pixels(voxels.shape[:3])
        known = {"channels": channels, "colour": channels >= 3, **facts}
        return cls(grid, ArraySource(voxels), dtype=voxels.dtype, **known)  # type: ignore[arg-type]

    @property
    def slices(self) -> int:
        """How many slices it has."""
        return self.geometry.shape[0]

    def slice(self, k: int) -> NDArray[np.generic]:
        """Slice k, read-only: (rows, columns), or (rows, columns, channels). Raises UnreadableFile, IndexError."""
        if not 0 <= k < self.slices:
            raise IndexError(k)
        with self._lock:
            kept = self._kept.get(k)
            if kept is not None:
                self._kept.move_to_end(k)
                return kept
        pixels = self._source.read(k)
        pixels.flags.writeable = False
        with self._lock:
            self._keep(k, pixels)
        return pixels

    def block(self, box: Box) -> NDArray[np.generic]:
        """The values of a box within the grid: (slices, rows, columns[, channels])."""
        (first, *_start), (last, *_stop), region = box.start, box.stop, box.slices()[1:]
        return np.stack([pixels[region] for pixels in self._slices(range(first, last))])

    def read_through(self, wrap: Callable[[SliceSource], SliceSource]) -> None:
        """From now on reads every slice through what `wrap` makes of the source: how a reader adds its guard."""
        self._source = wrap(self._source)

    def is_read(self, k: int) -> bool:
        """Whether slice k is at hand without reading the file."""
        return k in self._kept

    def volume(self) -> NDArray[np.generic]:
        """All slices in one read-only array (slice, row, column[, channel]). Raises UnreadableFile."""
        whole = self._source.whole() if isinstance(self._source, WholeSource) else None
        if whole is None:
            whole = np.stack(self._slices(range(self.slices)))
        else:
            with self._lock:
                for pixels in whole:
                    self._widen_range(pixels)
        whole.flags.writeable = False
        return whole

    def intensity_range(self) -> tuple[float, float]:
        """Lowest and highest finite value of the slices read so far; (0, 1) where there is none."""
        return self._range or (0.0, 1.0)

    def _slices(self, numbers: range) -> list[NDArray[np.generic]]:
        if not self._side_by_side or len(numbers) < _SIDE_BY_SIDE:
            return [self.slice(k) for k in numbers]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
            return list(threads.map(self.slice, numbers))

    def _keep(self, k: int, pixels: NDArray[np.generic]) -> None:
        self._widen_range(pixels)
        if k in self._kept:
            return
        self._kept[k] = pixels
        self._kept_bytes += pixels.nbytes
        while self._kept_bytes > _KEEP_BYTES and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popitem(last=False)[1].nbytes

    def _widen_range(self, pixels: NDArray[np.generic]) -> None:
        with np.errstate(all="ignore"):
            is_finite = pixels.dtype.kind != "f" or np.isfinite(pixels.sum(dtype=np.float64))
        pixels = pixels if is_finite else pixels[np.isfinite(pixels)]
        if pixels.size == 0:
            return
        low, high = float(pixels.min()), float(pixels.max())
        if self._range is not None:
            low, high = min(low, self._range[0]), max(high, self._range[1])
        self._range = (low, high)
