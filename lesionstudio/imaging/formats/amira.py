"""AmiraMesh label fields (.am, .labels): a lattice of label numbers, plain, as text or packed, and its materials."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch, UnreadableFile
from lesionstudio.imaging.formats.laying import check_fit, check_share, taken_over
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.segments import MOST_SEGMENTS, Segment, Segmentation, plain_name
from lesionstudio.words import _

STARTS = (b"# AmiraMesh", b"# Avizo", b"#AmiraMesh")
_MOST_HEADER_BYTES = 1 << 20
_DTYPES = {"byte": "u1", "ubyte": "u1", "short": "i2", "ushort": "u2", "int": "i4", "int32": "i4", "uint": "u4"}
_LATTICE = re.compile(r"define[ \t]{1,99}Lattice[ \t]{1,99}(\d{1,7})[ \t]{1,99}(\d{1,7})[ \t]{1,99}(\d{1,7})")
_FIELD = re.compile(
    r"Lattice[ \t]{0,99}\{[ \t]{0,99}(\w+)(\[\d+\])?[ \t]{1,99}(\w+)[ \t]{0,99}\}"
    r"[ \t]{0,99}=?[ \t]{0,99}@(\d+)[ \t]{0,99}(?:\([ \t]{0,99}(\w+)[ \t]{0,99},[ \t]{0,99}(\d+)[ \t]{0,99}\))?"
)
_TOKEN, _COMMENT = re.compile(r'"[^"]*"|[{},\n]|[^\s{},"]+'), re.compile("#.*")
_END = re.compile(rb"^[ \t]{0,99}@1[ \t]{0,99}\r?\n", re.MULTILINE)
_Tree = dict[str, Any]


@dataclass(frozen=True, eq=False, slots=True)
class _Header:
    """What is said before the voxels: their number (columns, rows, slices), type, packing, materials and place."""

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    is_text: bool
    packing: str
    packed_bytes: int
    starts_at: int
    segments: tuple[Segment, ...]
    box: tuple[float, ...]


def segments(path: Path) -> tuple[Segment, ...]:
    """The file's materials but for the first, which is what lies outside."""
    return _header(path).segments


def shape(path: Path) -> tuple[int, int, int]:
    """Slices, rows and columns."""
    columns, rows, slices = _header(path).shape
    return slices, rows, columns


def geometry(path: Path) -> Geometry:
    """The lattice as a grid: in the patient where the file has a box of mm, else of pixels."""
    header = _header(path)
    affine, lengths = _affine(header), header.shape[::-1]
    return Geometry.pixels(lengths) if affine is None else Geometry(lengths, affine)


def read(path: Path, geometry: Geometry) -> Segmentation:
    """The labels on the scan's grid: by their millimetres where these fit, else slice by slice as they are stored.

    Raises UnreadableFile, GridMismatch with both sizes.
    """
    header = _header(path)
    check_share(header.shape[::-1], geometry)
    values = _voxels(path, header)
    if (values.size and int(values.max()) > MOST_SEGMENTS) or int(values.min(initial=0)) < 0:
        message = _("{name} has more labels than the {most} that fit.").format(name=path.name, most=MOST_SEGMENTS)
        raise UnreadableFile(message, hint=_("Is it a picture and not a mask?"))
    labels, notes = _laid(values.astype(np.uint8), header, geometry)
    return Segmentation((np.ascontiguousarray(labels),), header.segments, tuple(notes))


def _laid(labels: NDArray[np.uint8], header: _Header, geometry: Geometry) -> tuple[NDArray[Any], list[str]]:
    """Amira keeps the millimetres of DICOM (to the left, to the back, up), if it was given any."""
    affine = _affine(header)
    if affine is not None and geometry.has_orientation:
        try:
            return taken_over(labels, affine, geometry)
        except GridMismatch:
            pass
    check_fit(labels.shape, geometry.shape)
    return labels, [_("The file does not say how it lies in the patient: check that it lies right.")]


def _affine(header: _Header) -> NDArray[np.float64] | None:
    """From (slice, row, column) to RAS+ mm by the box around the voxels' centres; None where it has none."""
    if len(header.box) != 6:
        return None
    low, high = np.array(header.box[::2]), np.array(header.box[1::2])
    steps = (high - low) / np.maximum(np.array(header.shape) - 1, 1)
    if not np.isfinite(steps).all() or (steps <= 0).any():
        return None
    affine = np.eye(4)
    affine[:3, :3] = np.diag(steps * (-1, -1, 1))[:, ::-1]
    affine[:3, 3] = low * (-1, -1, 1)
    return affine


def _header(path: Path) -> _Header:
    with path.open("rb") as file:
        start = file.read(_MOST_HEADER_BYTES)
    end = _END.search(start)
    text = start[: end.start() if end else 0].decode("utf-8", "replace")
    lattice, fields = _LATTICE.search(text), [found for found in _FIELD.finditer(text) if found[1] in _DTYPES]
    fields.sort(key=lambda found: found[3].lower() != "labels")
    if end is None or lattice is None or not fields or fields[0][2] or fields[0][4] != "1":
        message = _("{name} is an Amira file, but holds no label field that is read.").format(name=path.name)
        raise UnreadableFile(message, hint=_("In Amira, save the label field as an AmiraMesh file (.am)."))
    first_line, tree = text.partition("\n")[0].upper(), _tree(text)
    known = tree.get("Parameters", {})
    columns, rows, slices = (int(length) for length in lattice.groups())
    order = "<" if "LITTLE" in first_line else ">"
    return _Header(
        shape=(columns, rows, slices),
        dtype=np.dtype(order + _DTYPES[fields[0][1]]),
        is_text="ASCII" in first_line,
        packing=fields[0][5] or "",
        packed_bytes=int(fields[0][6] or 0),
        starts_at=end.end(),
        segments=_materials(known.get("Materials", tree.get("Materials", {}))),
        box=_numbers(known.get("BoundingBox", "")),
    )


def _tree(text: str) -> _Tree:
    """The header's groups in braces by name, entries as text."""
    root: _Tree = {}
    groups, words, last = [root], list[str](), ""
    for token in _TOKEN.findall(_COMMENT.sub("", text)):
        if token not in ("{", "}", ",", "\n"):
            words.append(token.strip('"'))
            continue
        if words:
            groups[-1][words[0]], last = " ".join(words[1:]), words[0]
            words = []
        if token == "{":
            group: _Tree = {}
            groups[-1][last] = group
            groups.append(group)
        elif token == "}":
            groups = groups[:-1] or [root]
    return root


def _materials(tree: Any) -> tuple[Segment, ...]:
    """A voxel's number counts the materials in their order, from 0, which is the outside."""
    if not isinstance(tree, dict):
        return ()
    named = list(tree.items())[1 : MOST_SEGMENTS + 1]
    return tuple(Segment(n, plain_name(name), _colour(entries)) for n, (name, entries) in enumerate(named, 1))


def _colour(entries: Any) -> str:
    shares = _numbers(entries.get("Color", "")) if isinstance(entries, dict) else ()
    return "#" + "".join(f"{round(255 * min(max(one, 0.0), 1.0)):02X}" for one in shares) if len(shares) == 3 else ""


def _numbers(text: Any) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in str(text).split())
    except ValueError:
        return ()


def _voxels(path: Path, header: _Header) -> NDArray[Any]:
    """The numbers (slice, row, column)."""
    shape = header.shape[::-1]
    guard(shape, header.dtype, path.name, path.stat().st_size)
    count = int(np.prod(shape))
    with path.open("rb") as file:
        file.seek(header.starts_at)
        content = file.read(header.packed_bytes or (-1 if header.is_text else count * header.dtype.itemsize))
    if header.is_text:
        values = np.array(content.partition(b"@")[0].split()[:count]).astype(np.int64)
    else:
        values = np.frombuffer(_unpacked(content, header, count * header.dtype.itemsize), header.dtype)
    if len(values) < count:
        raise UnreadableFile(_("{name} is cut off.").format(name=path.name), hint=_("Copy it once more."))
    return values[:count].reshape(shape)


def _unpacked(content: bytes, header: _Header, size: int) -> bytes:
    if header.packing == "HxZip":
        return zlib.decompressobj().decompress(content, size)
    if header.packing == "HxByteRLE" and header.dtype.itemsize == 1:
        return b"".join(_runs(content, size))[:size]
    if header.packing:
        message = _("The label field is packed as {packing}, which is not read.").format(packing=header.packing[:20])
        raise UnreadableFile(message, hint=_("In Amira, save it without compression."))
    return content


def _runs(content: bytes, size: int) -> Iterator[bytes]:
    """A byte of 128 and more: so many bytes less 128 follow as they are; a smaller one: the next byte so often.

    Ends where there are as many bytes as are wanted.
    """
    at, end, made = 0, len(content), 0
    while at < end - 1 and made < size:
        count = content[at]
        if count >= 128:
            yield content[at + 1 : at + count - 127]
            at += count - 127
            made += count - 128
        else:
            yield content[at + 1 : at + 2] * count
            at += 2
            made += count
