"""PNG, JPEG, BMP, WebP and JPEG 2000: depth, colour, palettes, transparency and EXIF orientation."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import read_scan
from lesionstudio.imaging.formats.raster import _upright, read_header
from tests.phantoms import picture_phantom, write_png

ORIENTATION = 0x0112


def ramp(dtype: Any = np.uint8, channels: int = 0) -> NDArray[Any]:
    shape = (5, 7, channels) if channels else (5, 7)
    return (np.arange(np.prod(shape)).reshape(shape) * (1000 if np.dtype(dtype).itemsize > 1 else 1)).astype(dtype)


@pytest.mark.parametrize("kind", ["8-bit", "16-bit", "rgb"])
def test_the_same_picture_in_another_depth_or_in_equal_channels_is_one_grey_picture(tmp_path: Path, kind: Any) -> None:
    picture = picture_phantom()
    scan = read_scan(write_png(tmp_path / "a.png", picture, kind=kind))
    factor = 257 if kind == "16-bit" else 1
    np.testing.assert_array_equal(scan.slice(0), picture.grey.astype(int) * factor)
    assert scan.value_range == (0.0, 255.0 * factor) and scan.channels == 1 and not scan.colour
    assert not scan.geometry.has_spacing and scan.geometry.edge_letters() == ("", "", "", "")


def test_sixteen_bits_of_colour_are_kept(tmp_path: Path) -> None:
    import imagecodecs

    deep = ramp(np.uint16, 3)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(deep))
    np.testing.assert_array_equal(read_scan(tmp_path / "a.png").slice(0), deep)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.webp", "a.jp2"])
def test_lossless_formats_give_the_pixels_that_were_saved(tmp_path: Path, name: str) -> None:
    colours = ramp(np.uint8, 3)
    Image.fromarray(colours).save(tmp_path / name, **({"lossless": True} if name.endswith("webp") else {}))
    np.testing.assert_array_equal(read_scan(tmp_path / name).slice(0), colours)


def test_a_palette_is_shown_in_its_colours_and_transparency_is_dropped(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.save(tmp_path / "a.png")
    assert read_scan(tmp_path / "a.png").slice(0).tolist() == [[[10, 20, 30], [200, 100, 50]]]
    Image.fromarray(ramp(np.uint8, 4)).save(tmp_path / "b.png")
    scan = read_scan(tmp_path / "b.png")
    np.testing.assert_array_equal(scan.slice(0), ramp(np.uint8, 4)[..., :3])
    assert "transparent" in scan.notes[0]


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "a.png")
    assert read_scan(tmp_path / "a.png").slice(0).tolist() == [[255, 0]]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_applied_by_both_ways_of_decoding(tmp_path: Path, orientation: int) -> None:
    image = Image.fromarray(ramp())
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image.save(tmp_path / "a.png", exif=exif)
    from PIL import ImageOps

    with Image.open(tmp_path / "a.png") as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
        np.testing.assert_array_equal(_upright(ramp(), opened), expected)
    scan = read_scan(tmp_path / "a.png")
    np.testing.assert_array_equal(scan.slice(0), expected)
    header = read_header(tmp_path / "a.png")
    assert (header.rows, header.columns) == expected.shape


@pytest.mark.parametrize("dtype", ["uint16", "int16"])
@pytest.mark.parametrize("name", ["a.jp2", "a.j2k"])
def test_jpeg_2000_keeps_sixteen_bits_with_and_without_sign(tmp_path: Path, name: str, dtype: str) -> None:
    import imagecodecs

    pixels = ramp().astype(dtype) * 100
    encoded = imagecodecs.jpeg2k_encode(pixels, level=0, codecformat=name[2:], reversible=True)
    (tmp_path / name).write_bytes(encoded)
    np.testing.assert_array_equal(read_scan(tmp_path / name).slice(0), pixels)


def test_sixteen_bits_with_transparency_keep_their_grey_and_say_so(tmp_path: Path) -> None:
    import imagecodecs

    pixels = np.stack([ramp().astype(np.uint16) * 257, ramp().astype(np.uint16)], axis=-1)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(pixels))
    scan = read_scan(tmp_path / "a.png")
    np.testing.assert_array_equal(scan.slice(0), pixels[..., 0])
    assert "transparent" in scan.notes[0]


def test_inks_are_shown_as_colours(shared_data: Path) -> None:
    path = shared_data / "formats/pillow_misc/pil_sample_cmyk.jpg"
    with Image.open(path) as opened:
        assert opened.mode == "CMYK"
        expected = np.asarray(opened.convert("RGB"))
    np.testing.assert_array_equal(read_scan(path).slice(0), expected)


def test_all_readable_samples_open_in_the_size_their_header_says(shared_data: Path) -> None:
    opened = 0
    for path in sorted((shared_data / "formats/pillow_misc").rglob("*.*")):
        if path.suffix in (".gif", ".tga", ".tif") or not path.is_file():
            continue
        try:
            scan = read_scan(path)
        except UnreadableFile as error:
            assert error.hint
            continue
        header = read_header(path)
        assert scan.geometry.shape == (1, header.rows, header.columns), path.name
        opened += 1
    assert opened >= 80


def test_a_kind_that_is_not_read_is_named_with_those_that_are(shared_data: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_scan(shared_data / "formats/pillow_misc/dispose_none.gif")
    assert "dispose_none.gif" in caught.value.message and "PNG" in caught.value.hint
