"""Nothing in a name or a header leads anywhere: not to another folder, a device, a command; and sizes have a limit."""

import gzip
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import find_scans, limits, read_scan
from lesionstudio.settings import Settings, save_settings
from tests.phantoms import write_nifti

OME = """<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:{own}">
<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="8" SizeY="8" SizeZ="2" SizeC="1"
SizeT="1"><Channel ID="Channel:0:0" SamplesPerPixel="1"/>
<TiffData IFD="0" FirstZ="0" PlaneCount="1"><UUID FileName="in.ome.tif">urn:uuid:{own}</UUID></TiffData>
<TiffData IFD="0" FirstZ="1" PlaneCount="1"><UUID FileName="{other}">urn:uuid:{its}</UUID></TiffData>
</Pixels></Image></OME>"""
OWN, ITS = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
needs_pipes = pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links in a folder")


@pytest.mark.parametrize("way", ["../secret.tif", "{absolute}"])
def test_an_ome_header_opens_no_other_file(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    tifffile.imwrite(tmp_path / "secret.tif", np.full((8, 8), 77, np.uint8))
    other = way.format(absolute=tmp_path / "secret.tif")
    xml = OME.format(own=OWN, its=ITS, other=other)
    tifffile.imwrite(folder / "in.ome.tif", np.zeros((8, 8), np.uint8), description=xml, metadata=None)
    scan = read_scan(folder / "in.ome.tif")
    shown = [scan.slice(k) for k in range(scan.slices)]
    assert shown and not any((pixels == 77).any() for pixels in shown)


@needs_pipes
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_device_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.png" if kind == "pipe" else Path("/dev/zero")
    if kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(UnreadableFile, match="not a file"):
        read_scan(path)


@needs_pipes
def test_a_search_passes_over_links_pipes_and_archives(tmp_path: Path, shared_data: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "linked.png").symlink_to(shared_data / "formats/pillow_misc/hopper.png")
    (folder / "linked").symlink_to(shared_data / "formats/pillow_misc")
    os.mkfifo(folder / "pipe.dcm")
    (folder / "a.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    (folder / "a.tar.gz").write_bytes(gzip.compress(bytes(2000)))
    write_nifti(folder / "real.nii", np.zeros((2, 4, 4), np.int16), np.eye(4))
    assert [scan.name for scan in find_scans(folder)] == ["real"]


@pytest.mark.parametrize(
    "name", ["$(touch x).png", "a;b|c&d.png", "<img src=x>.png", "%s%n{name}.png", "-rf.png", "*.png"]
)
def test_a_name_is_only_a_name(tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    if sys.platform == "win32" and any(letter in name for letter in '<>|*"'):
        pytest.skip("Windows has no such names")
    (tmp_path / name).write_bytes((shared_data / "formats/pillow_misc/hopper.png").read_bytes())
    scan = read_scan(Path(name))
    assert scan.name == Path(name).stem and scan.slice(0).shape[:2] == (128, 128)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    (tmp_path / name).write_bytes(b"\x89PNG nothing")
    with pytest.raises(UnreadableFile) as caught:
        read_scan(tmp_path / name)
    assert caught.value.message.startswith(name)


def test_the_limit_of_size_is_the_person_s(tmp_path: Path) -> None:
    limits.guard((1, 20_000, 20_000), np.uint8, "a.tif", 1 << 30)
    save_settings(Settings(largest_picture_gigabytes=0.25))
    with pytest.raises(UnreadableFile, match="more than can be opened") as caught:
        limits.guard((1, 20_000, 20_000), np.uint8, "a.tif", 1 << 30)
    assert "Settings" in caught.value.hint
    save_settings(Settings(largest_picture_gigabytes=8))
    limits.guard((1, 60_000, 60_000), np.uint16, "a.tif", 8 << 30)


def test_a_volume_that_does_not_fit_into_memory_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_nifti(tmp_path / "a.nii.gz", np.zeros((64, 64, 64), np.int16), np.eye(4))
    assert read_scan(path).slice(0).shape == (64, 64)
    monkeypatch.setattr(limits, "_free_bytes", lambda: 20_000)
    with pytest.raises(UnreadableFile, match="memory"):
        read_scan(path).slice(0)
