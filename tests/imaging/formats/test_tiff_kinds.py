"""TIFF of every kind that can be written here: each compression, width, byte order, tiling and order of planes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from lesionstudio.imaging.formats import read_scan

EXACT = (
    "NONE", "LZW", "PACKBITS", "ADOBE_DEFLATE", "DEFLATE", "LZMA", "ZSTD", "PNG", "JPEG2000", "JPEGXL", "LERC",
    "JPEGXR", "PIXTIFF",
)  # fmt: skip
LOSSY = ("JPEG", "JPEG_2000_LOSSY", "APERIO_JP2000_RGB")
COLOUR_ONLY = ("WEBP",)


def ramp(dtype: str = "uint8") -> NDArray[Any]:
    return np.asarray(np.add.outer(np.arange(64), np.arange(48)) % 120, dtype)


def read_back(path: Path, pixels: NDArray[Any], **how: Any) -> NDArray[Any]:
    tifffile.imwrite(path, pixels, **how)
    return read_scan(path).slice(0)


@pytest.mark.parametrize("compression", [*EXACT, *LOSSY])
def test_grey_in_every_compression(tmp_path: Path, compression: str) -> None:
    got = read_back(tmp_path / "a.tif", ramp(), compression=compression, photometric="minisblack")
    most = 0 if compression in EXACT else 12
    assert got.dtype == np.uint8 and np.abs(got.astype(int) - ramp()).max() <= most


@pytest.mark.parametrize("compression", ["LZW", "JPEG2000", "PNG", "ZSTD", "JPEGXL", *COLOUR_ONLY])
def test_colour_in_compressions_that_have_it(tmp_path: Path, compression: str) -> None:
    colour = np.stack([ramp(), ramp()[::-1], ramp()[:, ::-1]], axis=-1)
    how: dict[str, Any] = {"compressionargs": {"lossless": True}} if compression == "WEBP" else {}
    got = read_back(tmp_path / "a.tif", colour, compression=compression, photometric="rgb", **how)
    np.testing.assert_array_equal(got, colour)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"])
def test_numbers_of_every_width_in_either_order_of_bytes(tmp_path: Path, dtype: str) -> None:
    pixels = ramp(dtype) - (0 if dtype[0] == "u" else 60)
    plain = read_back(tmp_path / "a.tif", pixels, byteorder="<")
    large = read_back(tmp_path / "b.tif", pixels, byteorder=">", bigtiff=True)
    tiled = read_back(tmp_path / "c.tif", pixels, byteorder=">", tile=(16, 32), compression="deflate")
    for got in (plain, large, tiled):
        np.testing.assert_array_equal(got, pixels)


@pytest.mark.parametrize("bits", [2, 4, 6, 10, 12, 14])
def test_numbers_of_odd_width(tmp_path: Path, bits: int) -> None:
    pixels = ramp("uint8" if bits <= 8 else "uint16") % (1 << bits)
    scan_path = tmp_path / "a.tif"
    np.testing.assert_array_equal(read_back(scan_path, pixels, bitspersample=bits), pixels)
    assert read_scan(scan_path).value_range == (0.0, 2.0**bits - 1)


@pytest.mark.parametrize("how", [{}, {"compression": "lzw", "tile": (16, 16)}, {"compression": "jpeg2000"}])
def test_planes_apart_are_one_colour_picture(tmp_path: Path, how: dict[str, Any]) -> None:
    planes = np.stack([ramp("uint16"), ramp("uint16") * 3, ramp("uint16") * 5])
    got = read_back(tmp_path / "a.tif", planes, planarconfig="separate", photometric="rgb", **how)
    np.testing.assert_array_equal(got, np.moveaxis(planes, 0, -1))


def test_what_is_not_a_number_stays_so_in_a_compressed_float(tmp_path: Path) -> None:
    pixels = ramp("float32")
    pixels[3, 4], pixels[5, 6] = np.nan, np.inf
    got = read_back(tmp_path / "a.tif", pixels, compression="zstd", predictor=True)
    np.testing.assert_array_equal(got, pixels)


def test_a_page_of_a_long_file_is_read_without_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = np.arange(200 * 64 * 64, dtype=np.uint16).reshape(200, 64, 64)
    tifffile.imwrite(tmp_path / "a.tif", pages, photometric="minisblack", metadata=None)
    scan = read_scan(tmp_path / "a.tif")
    taken: list[int] = []
    original = tifffile.FileHandle.read_array
    monkeypatch.setattr(
        tifffile.FileHandle,
        "read_array",
        lambda self, dtype, count=-1, *rest, **more: taken.append(count) or original(self, dtype, count, *rest, **more),
    )
    np.testing.assert_array_equal(scan.slice(150), pages[150])
    assert sum(taken) <= 64 * 64
