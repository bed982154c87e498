"""TIFF: one page or many, tiled or not, with the spacing that ImageJ and OME write; read page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import apart, hounsfield, tiff_colour
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.formats.tiff_spacing import spacing_of
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, number

_UNCOMPRESSED, _NO_PREDICTOR, _PLAIN_WIDTHS = 1, 1, {8, 16, 32, 64}
_MOST_PAGES = 60_000


@dataclass(frozen=True, eq=False)
class PageGroup:
    """Pages that make one volume: the same rows, columns, channels and dtype. `pages` holds None for a missing one."""

    pages: tuple[Any, ...]
    keyframe: Any
    raw_offset: int | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        return len(self.pages), int(self.keyframe.imagelength), int(self.keyframe.imagewidth)


@dataclass(frozen=True, eq=False)
class TiffHeader:
    """What a TIFF file holds: its volumes, the first one meant unless a part is named; and its spacing in mm."""

    path: Path
    tiff: Any
    groups: tuple[PageGroup, ...]
    spacing_mm: tuple[float, float, float] | None


class TiffPages:
    """The slices of one group of pages; the file is opened for each read, so that nothing holds it."""

    def __init__(self, header: TiffHeader, group: PageGroup, stored: bool = False) -> None:
        self._file, self._group, self._stored, self._lock = header.tiff.filehandle, group, stored, Lock()
        self._place = {"path": str(header.path.absolute()), "group": header.groups.index(group)}

    def read(self, k: int) -> NDArray[np.generic]:
        """Page k as it is shown: grey, or (rows, columns, 3)."""
        keyframe = self._group.keyframe
        if self._group.raw_offset is not None or self._group.pages[k] is None or _is_plain(keyframe):
            pixels = self.decode_here(k)
        else:
            claimed = int(np.prod(keyframe.shape)) * keyframe.dtype.itemsize
            pixels = apart.decoded("page", {**self._place, "page": k}, claimed_bytes=claimed)[0]
        whole = _channels_last(pixels, keyframe)
        return whole if self._stored else tiff_colour.shown(whole, keyframe)

    def decode_here(self, k: int) -> NDArray[np.generic]:
        """Page k as tifffile decodes it, in this process."""
        with self._lock:
            self._file.open()
            try:
                return self._decode(k)
            finally:
                self._file.close()

    def _decode(self, k: int) -> NDArray[np.generic]:
        page, keyframe = self._group.pages[k], self._group.keyframe
        if self._group.raw_offset is None and page is None:
            raise UnreadableFile(_("Page {page} is missing.").format(page=k + 1), hint=_("The file is cut off."))
        if self._group.raw_offset is None:
            _check_is_whole(page, self._file.size)
            decoded: NDArray[np.generic] = page.asarray()
            return decoded
        count = int(np.prod(keyframe.shape))
        dtype = keyframe.dtype.newbyteorder(keyframe.parent.byteorder)
        self._file.seek(self._group.raw_offset + k * count * dtype.itemsize)
        raw: NDArray[np.generic] = self._file.read_array(dtype, count)
        return raw.reshape(keyframe.shape)


def read_header(path: Path) -> TiffHeader:
    """The volumes of a TIFF file; no pixel is decoded. Raises UnreadableFile, and what tifffile raises."""
    import tifffile

    with tifffile.TiffFile(path, _multifile=False) as tiff:  # what OME says of other files is never opened
        if len(tiff.pages) > _MOST_PAGES:  # each takes a tenth of a millisecond to look at
            message = _("{name} has {n} pages, more than can be opened.")
            message = message.format(name=path.name, n=number(len(tiff.pages)))
            raise UnreadableFile(message, hint=_("Cut it into smaller files first."))
        by_series = bool(tiff.is_imagej or tiff.is_ome)
        groups = _series_groups(tiff) if by_series else _page_groups(tiff)
        if not groups:
            raise UnreadableFile(_("{name} holds no pages.").format(name=path.name), hint=_("It may be cut off."))
        header = TiffHeader(path, tiff, groups, spacing_of(tiff))
        _check(header, path)
    return header


def read(path: Path, part: str = "") -> Scan:
    """A volume of the file as a scan, a page a slice; `part` "v2" means the third volume."""
    header = read_header(path)
    group, notes = _chosen(header, part, path)
    colour = tiff_colour.is_colour(group.keyframe)
    pages = TiffPages(header, group)
    is_ct = not colour and _is_in_hu(pages, group)
    return Scan(
        geometry(header, group),
        pages,
        dtype=tiff_colour.shown_dtype(group.keyframe),
        modality="CT" if is_ct else "",
        unit="HU" if is_ct else "",
        channels=3 if colour else 1,
        colour=colour,
        name=path.stem,
        notes=(*notes, *((hounsfield.said(),) if is_ct else ()), *tiff_colour.notes(group.keyframe)),
        value_range=None if is_ct else tiff_colour.value_range(group.keyframe),
        side_by_side=not _is_plain(group.keyframe),
        volumes=len(header.groups) if len({one.shape for one in header.groups}) == 1 else 1,
        volume_number=header.groups.index(group),
    )


def read_mask(path: Path) -> NDArray[np.generic]:
    """The first volume (slice, row, column[, channel]) with palettes as indices: the numbers that labels have."""
    header = read_header(path)
    group = header.groups[0]
    pages = TiffPages(header, group, stored=group.keyframe.photometric == tiff_colour.PALETTE)
    return np.stack([pages.read(k) for k in range(group.shape[0])])


def geometry(header: TiffHeader, group: PageGroup) -> Geometry:
    """The grid of a volume: spacing where the file says it, never an orientation."""
    if header.spacing_mm is None:
        return Geometry.pixels(group.shape)
    affine = np.diag([*header.spacing_mm, 1.0])
    return replace(Geometry.pixels(group.shape), affine=affine, has_spacing=True)


def _is_in_hu(pages: TiffPages, group: PageGroup) -> bool:
    """Whether the first page has the values of a CT, below 0 too. Raises what its decoder raises."""
    dtype = tiff_colour.shown_dtype(group.keyframe)
    return dtype.kind in "if" and dtype.itemsize > 1 and hounsfield.look_like_hu(pages.read(0))


def _chosen(header: TiffHeader, part: str, path: Path) -> tuple[PageGroup, tuple[str, ...]]:
    index = int(part[1:]) if part else 0
    if not 0 <= index < len(header.groups):
        raise UnreadableFile(_("{name} has no part {part}.").format(name=path.name, part=part))
    more = len(header.groups)
    said = _("The file holds {n} volumes; this is one of them.").format(n=more) if more > 1 else ""
    return header.groups[index], (said,) if said else ()


def _page_groups(tiff: Any) -> tuple[PageGroup, ...]:
    """Pages by size, channels and dtype, in the order of the file; small previews are left out."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    count = len(tiff.pages)  # walking over pages instead would never end in a file whose pages go round in a circle
    for page in (tiff.pages[n] for n in range(count)):
        if page.is_reduced and count > 1:
            continue
        groups.setdefault((page.shape, str(page.dtype), page.axes), []).append(page)
    return tuple(PageGroup(tuple(pages), pages[0].keyframe) for pages in groups.values())


def _series_groups(tiff: Any) -> tuple[PageGroup, ...]:
    """The volumes that ImageJ or OME metadata describe: along Z, else along the longest axis; the rest are parts."""
    groups: list[PageGroup] = []
    for series in tiff.series:
        inner = len(series.keyframe.shape)
        outer, names = tuple(series.shape[:-inner]), series.axes[:-inner]
        order = _volume_order(outer, names)
        pages = list(series.pages)
        is_raw = len(pages) < order.size and series.dataoffset is not None
        for volume in order:
            if is_raw:
                groups += _raw_volume(series, volume)
                continue
            chosen = tuple(pages[n] if n < len(pages) else None for n in volume)
            groups.append(PageGroup(chosen, series.keyframe))
    return tuple(groups)


def _volume_order(outer: Sequence[int], names: str) -> NDArray[np.intp]:
    """Page numbers as (volume, slice) for pages that run over these outer axes."""
    numbers = np.arange(int(np.prod(outer, dtype=np.int64))).reshape(tuple(outer) or (1,))
    if len(outer) < 2:
        return numbers.reshape(1, -1)
    along = names.index("Z") if "Z" in names else int(np.argmax(outer))
    moved: NDArray[np.intp] = np.moveaxis(numbers, along, -1).reshape(-1, outer[along])
    return moved


def _raw_volume(series: Any, volume: NDArray[np.intp]) -> list[PageGroup]:
    """A volume of a file over 4 GB, which ImageJ writes with one page header and all slices behind it."""
    steps = np.unique(np.diff(volume))
    if len(steps) > 1 or (len(steps) == 1 and steps[0] != 1):
        return []
    keyframe = series.keyframe
    page_bytes = int(np.prod(keyframe.shape)) * keyframe.dtype.itemsize
    offset = int(series.dataoffset) + int(volume[0]) * page_bytes
    return [PageGroup((None,) * len(volume), keyframe, offset)]


def _check(header: TiffHeader, path: Path) -> None:
    file_bytes = path.stat().st_size
    for group in header.groups:
        keyframe = group.keyframe
        if keyframe._dtype is None or keyframe.dtype is None or 0 in keyframe.shape or len(keyframe.shape) > 3:
            message = _("{name} holds no pixels that can be read.").format(name=path.name)
            raise UnreadableFile(message, hint=_("The file may be damaged."))
        channels = max(int(keyframe.samplesperpixel), 1)
        guard((*group.shape, channels), keyframe.dtype, path.name, file_bytes)
        if keyframe.is_tiled:  # a tile may be far larger than the picture, and would have to be held in memory too
            guard((1, keyframe.tilelength, keyframe.tilewidth, channels), keyframe.dtype, path.name, file_bytes)


def _check_is_whole(page: Any, file_bytes: int) -> None:
    """Raises UnreadableFile where strips or tiles lie behind the file's end: some decoders fill them with grey."""
    ends = (offset + count for offset, count in zip(page.dataoffsets, page.databytecounts) if offset and count)
    if max(ends, default=0) > file_bytes:
        message = _("{name} is cut off.").format(name=page.parent.filename)
        raise UnreadableFile(message, hint=_("Copy it once more."))


def _is_plain(keyframe: Any) -> bool:
    """Whether the pixels lie in the file as numpy has them, so that no decoder is needed."""
    bits = keyframe.bitspersample
    widths = {bits} if isinstance(bits, int) else set(bits)
    return keyframe.compression == _UNCOMPRESSED and keyframe.predictor == _NO_PREDICTOR and widths <= _PLAIN_WIDTHS


def _channels_last(pixels: NDArray[np.generic], keyframe: Any) -> NDArray[np.generic]:
    """(rows, columns[, channels]) of a decoded page, whichever way its planes lie."""
    if pixels.ndim == 3 and keyframe.axes.startswith("S"):
        return np.moveaxis(pixels, 0, -1)
    return pixels
