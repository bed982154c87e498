"""Decoders run apart: the same pixels, and a decoder that crashes or never ends costs one sentence."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import numpy as np
import psutil
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import ScanSource, apart, read_scan
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.reading_process import HERE, ReadingProcess

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="stops and kills a process by signals")
COMPRESSED = (
    "pillow_misc/hopper.png", "pillow_misc/hopper.jpg", "pillow_misc/hopper.webp", "pillow_misc/hopper.bmp",
    "tiff/image_tiff/quad-lzw-compat.tiff", "tiff/image_tiff/tiled-jpeg-ycbcr.tif",
    "dicom/pydicom_test_files/MR_small_RLE.dcm",
    "dicom/pydicom_test_files/MR_small_jp2klossless.dcm", "dicom/pydicom_test_files/JPEGLSNearLossless_16.dcm",
    "dicom/pydicom_test_files/SC_rgb_jpeg.dcm",
)  # fmt: skip


@pytest.fixture
def readers() -> Iterator[apart.Readers]:
    """Two readers at most, of their own."""
    own = apart.Readers(2)
    yield own
    own.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture."""
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def asked(readers: apart.Readers, path: Path, most_bytes: int = 1 << 30, limit_s: float = 30.0) -> NDArray[np.uint8]:
    question = {"task": "picture", "arguments": {"path": str(path)}, "most_bytes": most_bytes}
    pixels, facts = readers.ask(question, b"", limit_s)
    assert "failure" not in facts, facts
    return pixels


def test_pixels_decoded_apart_are_those_decoded_here(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [path for name in COMPRESSED if (path := shared_data / "formats" / name).is_file()]
    assert len(files) >= 8 and apart.is_apart()
    sources = [ScanSource(format_of(path) or "raster", (path,)) for path in files]
    there = [read_scan(source).slice(0) for source in sources]
    monkeypatch.setenv(HERE, "1")
    for source, pixels in zip(sources, there):
        np.testing.assert_array_equal(read_scan(source).slice(0), pixels)


def kill_at_work(reader: ReadingProcess) -> None:
    while not reader._limit_s:
        pass
    os.kill(reader.process_id, signal.SIGKILL)


@needs_signals
def test_a_decoder_that_crashes_is_one_sentence_and_the_next_file_opens(readers: apart.Readers, picture: Path) -> None:
    asked(readers, picture)
    (reader,) = readers._all
    os.kill(reader.process_id, signal.SIGSTOP)  # so that it surely dies while it is asked
    killing = Thread(target=lambda: kill_at_work(reader))
    killing.start()
    with pytest.raises(UnreadableFile, match=r"crash \(signal SIGKILL\)") as caught:
        asked(readers, picture)
    killing.join()
    assert "Nothing else was lost" in caught.value.hint
    assert asked(readers, picture)[7, 7] == 63 and readers.process_ids != [reader.process_id]


@needs_signals
def test_a_decoder_that_never_ends_is_ended(readers: apart.Readers, picture: Path) -> None:
    asked(readers, picture)
    (reader,) = readers.process_ids
    os.kill(reader, signal.SIGSTOP)
    with pytest.raises(UnreadableFile, match="takes too long"):
        asked(readers, picture, limit_s=0.01)
    assert asked(readers, picture).shape == (8, 8)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process within its memory")
def test_a_decoder_that_wants_too_much_memory_gets_none(readers: apart.Readers, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((6000, 6000), np.uint8)).save(tmp_path / "a.png", compress_level=1)
    question = {"task": "picture", "arguments": {"path": str(tmp_path / "a.png")}, "most_bytes": 20 << 20}
    assert readers.ask(question, b"", 30.0)[1]["failure"] == "MemoryError"
    assert asked(readers, tmp_path / "a.png").shape == (6000, 6000)


def test_what_a_decoder_says_is_said_of_the_file(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "b.png").write_bytes(picture.read_bytes()[:45])
    with pytest.raises(UnreadableFile, match=r"b\.png is damaged"):
        read_scan(tmp_path / "b.png")


def test_several_threads_share_the_readers(readers: apart.Readers, picture: Path) -> None:
    sums: list[int] = []
    threads = [Thread(target=lambda: sums.append(int(asked(readers, picture).sum()))) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == [64 * 63 // 2] * 8 and len(readers.process_ids) <= 2


def test_a_reader_ends_with_the_program_that_started_it(picture: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from lesionstudio.imaging.formats import apart, read_scan\n"
        "read_scan(Path(sys.argv[1]))\n"
        "print(apart.process_ids()[1], flush=True); sys.stdin.read()\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(picture)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with started:
        assert started.stdout is not None
        reader = psutil.Process(int(started.stdout.readline()))
        started.kill()
    assert psutil.wait_procs([reader], timeout=20)[1] == []


def test_a_reader_is_asked_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said: list[str] = []
    monkeypatch.setattr(ReadingProcess, "_exchange", lambda self, question, payload: said.append(question["language"]))
    reader = ReadingProcess()
    reader.ask({"task": "codec"}, b"", 1.0)
    reader.close()
    assert said == [""] or said == ["en"]


def test_a_reader_that_was_started_early_answers_first(readers: apart.Readers, picture: Path) -> None:
    readers.start_one()
    readers.start_one()
    (early,) = readers.process_ids
    assert asked(readers, picture)[0, 1] == 1 and readers.process_ids == [early]


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells how much is shared")
def test_a_large_picture_is_not_in_memory_twice(readers: apart.Readers, tmp_path: Path) -> None:
    size = 96 << 20
    pixels = np.arange(size, dtype=np.uint8).reshape(-1, 8192)
    tifffile.imwrite(tmp_path / "a.tif", pixels, compression="zstd", rowsperstrip=256)
    question = {
        "task": "page",
        "arguments": {"path": str(tmp_path / "a.tif"), "group": 0, "page": 0},
        "most_bytes": 1 << 30,
    }
    readers.start_one()
    readers.ask({**question, "task": "none"}, b"", 30.0)  # what it imports is none of the picture's
    before, most, is_over = held(readers), 0, Event()

    def watch() -> None:
        nonlocal most
        while not is_over.wait(0.002):
            most = max(most, held(readers))

    watching = Thread(target=watch)
    watching.start()
    there, facts = readers.ask(question, b"", 60.0)
    is_over.set()
    watching.join()
    assert facts == {} and np.array_equal(there, pixels)
    assert size < most - before < 1.6 * size


def held(readers: apart.Readers) -> int:
    """Bytes of this process and of its readers, what they share counted once (proc(5))."""
    held = 0
    for process_id in (os.getpid(), *readers.process_ids):
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
        held += next(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return held
