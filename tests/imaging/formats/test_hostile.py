"""Whatever is in a file: it opens, or it is refused in one sentence; quickly, without much memory, without a word."""

import gzip
import json
import struct
import time
import zlib
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest

from lesionstudio.errors import GridMismatch, UnreadableFile
from lesionstudio.imaging.formats import (
    ScanSource,
    apart,
    dicom_header,
    dicom_patience,
    find_scans,
    read_mask,
    read_scan,
    reading_process,
)
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.geometry import Geometry
from tests import phantoms

FOLDERS = ("hostile", "pillow_misc", "tiff", "dicom", "nifti", "masks")


def worked_s() -> float:
    """Seconds of a processor that this process and its readers have had."""
    return time.process_time() + sum(reading_process.worked_s(reader) or 0.0 for reader in apart.process_ids()[1:])


def looked_at(path: Path) -> str:
    """What a person is told of the file; "" where it opens."""
    try:
        kind = format_of(path)  # a DICOM file alone, not with its folder: that would read each folder again and again
        scan = read_scan(ScanSource(kind, (path,)) if kind else path)
        for k in {0, scan.slices // 2, scan.slices - 1}:
            pixels = scan.slice(k)
            assert pixels.shape[:2] == scan.geometry.shape[1:] and pixels.dtype == scan.dtype
            assert pixels.ndim == (3 if scan.channels > 1 else 2)
    except UnreadableFile as error:
        assert error.message and "\n" not in error.message + error.hint
        return error.message
    return ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_opens_or_is_refused_in_one_sentence(
    shared_data: Path, folder: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in sorted((shared_data / "formats" / folder).rglob("*")):
        if path.is_file():
            began = worked_s()
            looked_at(path)
            assert worked_s() - began < 5, path.name
    said = capfd.readouterr()
    assert said.out == "" and said.err == ""


def test_what_neither_pillow_nor_tifffile_reads_is_refused(shared_data: Path) -> None:
    folder = shared_data / "formats/hostile"
    for name, entry in json.loads((folder / "manifest.json").read_text()).items():
        readable = [answer for key, answer in entry.items() if key in ("pillow", "tifffile") and " ok " in answer]
        if not readable:
            assert looked_at(folder / name), name


def test_nothing_hostile_takes_much_memory(shared_data: Path) -> None:
    import subprocess
    import sys

    program = (
        "import resource, sys; from pathlib import Path\n"
        "from lesionstudio.errors import UnreadableFile\n"
        "from lesionstudio.imaging.formats import read_scan\n"
        "from lesionstudio.imaging.formats import apart\n"
        "import tifffile, imagecodecs, PIL.Image, atexit\n"
        "most = lambda who: resource.getrusage(who).ru_maxrss >> 10\n"
        "before = most(resource.RUSAGE_SELF)\n"
        "for path in sorted(Path(sys.argv[1]).rglob('*')):\n"
        "    try:\n"
        "        path.is_file() and read_scan(path).volume()\n"
        "    except UnreadableFile:\n"
        "        pass\n"
        "own = most(resource.RUSAGE_SELF) - before\n"
        "atexit._run_exitfuncs()\n"
        "print(own + most(resource.RUSAGE_CHILDREN))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(shared_data / "formats/hostile")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 1024


def test_a_search_lists_what_cannot_be_read_and_goes_on(shared_data: Path) -> None:
    found = list(find_scans(shared_data / "formats/hostile"))
    refused = [scan for scan in found if scan.error]
    assert len(refused) > 60 and all(scan.hint for scan in refused)
    assert {"pillow/sugarshack.mpo", "pillow/hopper_bad_exif.jpg"} <= {scan.id for scan in found if not scan.error}


def test_an_empty_file_and_a_folder_that_is_gone_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(UnreadableFile, match=r"a\.png is empty"):
        read_scan(tmp_path / "a.png")
    with pytest.raises(UnreadableFile, match="not there"):
        read_scan(tmp_path / "b.png")
    with pytest.raises(UnreadableFile, match="no folder"):
        next(find_scans(tmp_path / "gone"))


def test_an_unreadable_mask_is_refused_as_a_picture_is(shared_data: Path) -> None:
    for path in sorted((shared_data / "formats/hostile/pillow").glob("*.png")):
        with pytest.raises(UnreadableFile):
            read_mask(path, Geometry.pixels((1, 8, 8)))


@pytest.mark.parametrize("name", ["SC_rgb_jpeg.dcm", "JPGExtended.dcm", "JPEG-LL.dcm", "MR_small_RLE.dcm"])
@pytest.mark.parametrize("share", [0.6, 0.97])
def test_what_is_missing_of_a_dicom_picture_is_not_filled_with_grey(
    shared_data: Path, tmp_path: Path, name: str, share: float
) -> None:
    content = next((shared_data / "formats/dicom").rglob(name)).read_bytes()
    (tmp_path / "a.dcm").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableFile):
        read_scan(tmp_path / "a.dcm").slice(0)


@pytest.mark.parametrize("compression", ["none", "lzw", "jpeg", "jpeg2000", "zstd", "png"])
def test_what_is_missing_of_a_tiff_page_is_not_filled_with_grey(tmp_path: Path, compression: str) -> None:
    import tifffile

    pixels = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", pixels, compression=compression)
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        start, count = tiff.pages[0].dataoffsets[0], tiff.pages[0].databytecounts[0]
    (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes()[: start + count // 2])
    with pytest.raises(UnreadableFile):
        read_scan(tmp_path / "a.tif").slice(0)


@pytest.mark.parametrize(
    ("shape", "file_bytes"),
    [
        ((1, 60000, 60000), 3000),
        ((1, 0, 5), None),
        ((10**7, 4096, 4096), None),
        ((), None),
        ((768, 2048, 2048), 3 << 20),
    ],
)
def test_absurd_sizes_are_refused(shape: tuple[int, ...], file_bytes: int | None) -> None:
    with pytest.raises(UnreadableFile):
        guard(shape, np.uint8, "a.tif", file_bytes)


def test_a_large_but_honest_picture_passes() -> None:
    guard((1, 40000, 40000), np.uint8, "a.tif", 1_600_000_000)
    guard((2000, 2048, 2048), np.uint16, "a.nii.gz", 2_000_000_000)


def test_small_files_that_unpack_to_gigabytes_are_refused_before_they_do(tmp_path: Path) -> None:
    """Honest about it or not: the numbers in the header decide, and where they say the voxels begin."""
    packed = gzip.compress(bytes(1 << 20))
    head = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: {}\nencoding: gzip\nendian: little\n\n"
    (tmp_path / "a.nrrd").write_bytes(head.format("2048 2048 768").encode() + packed * 3)
    with pytest.raises(UnreadableFile, match=r"3\.2 GB"):
        read_scan(tmp_path / "a.nrrd")
    far = bytearray(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)).to_bytes())
    struct.pack_into("<f", far, 108, 2.9e9)
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(bytes(far)))
    with pytest.raises(UnreadableFile, match="damaged"):
        read_scan(tmp_path / "b.nii.gz").slice(0)
    field = (
        "# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\ndefine Lattice 1300 1300 1200\nLattice {{ byte Labels }} @1({},9)\n@1\n"
    )
    for packing in ("HxByteRLE", "HxZip"):
        (tmp_path / "c.am").write_bytes(field.format(packing).encode() + bytes(8 << 20))
        with pytest.raises(GridMismatch):
            read_mask(tmp_path / "c.am", Geometry.pixels((8, 64, 64)))


def test_what_a_decoder_says_of_a_file_names_no_folder(tmp_path: Path) -> None:
    (tmp_path / "Miller").mkdir()
    (tmp_path / "Miller" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(UnreadableFile) as refusal:
        read_scan(tmp_path / "Miller" / "a.png")
    assert "Miller" not in refusal.value.message + refusal.value.hint


def test_a_deflated_dicom_file_inflates_to_no_more_than_a_picture(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(phantoms.write_dicom(tmp_path / "s", phantoms.ct_phantom(shape=(1, 16, 16)))[0])
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    dataset.save_as(tmp_path / "sound.dcm")
    assert read_scan(tmp_path / "sound.dcm").slice(0).shape == (16, 16)
    content = (tmp_path / "sound.dcm").read_bytes()
    start = content.index(b"1.2.840.10008.1.2.1.99")
    head = content[: dicom_patience._end_of_meta(content[: start + 400])]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = b"".join(packer.compress(bytes(1 << 24)) for _n in range(9)) + packer.flush()
    (tmp_path / "bomb").mkdir()
    (tmp_path / "bomb" / "a.dcm").write_bytes(head + zeros)
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read_scan(tmp_path / "bomb" / "a.dcm")


def test_millions_of_items_or_of_frames_end_in_a_sentence(tmp_path: Path) -> None:
    source = phantoms.write_dicom(tmp_path / "s", phantoms.ct_phantom(shape=(1, 16, 16)))[0]
    content = source.read_bytes()
    sequence = b"\x08\x00\x11\x11SQ\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 200_000
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "a.dcm").write_bytes(content[: content.index(b"\x08\x00\x16\x00")] + sequence)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dicom_header, "HEADER_S", 0.05)
        patch.setattr(dicom_header, "_BYTES_A_SECOND", 1e9)
        with pytest.raises(UnreadableFile, match="too long"):
            read_scan(tmp_path / "items" / "a.dcm")
    dataset = pydicom.dcmread(source)
    dataset.NumberOfFrames = 2147483647
    (tmp_path / "frames").mkdir()
    dataset.save_as(tmp_path / "frames" / "a.dcm")
    with pytest.raises(UnreadableFile, match="more than can be opened"):
        read_scan(tmp_path / "frames" / "a.dcm")
