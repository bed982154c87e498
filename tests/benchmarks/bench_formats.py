"""Reading 300 slices of 512 x 512 beside SimpleITK and nibabel, and what it costs to decode apart from the window.

    PYTHONPATH=FOLDER_WITH_SIMPLEITK python -m tests.benchmarks.bench_formats [--slices 300] [--rounds 5] [--folder DIR]
        [--only nii.gz]

The peers take turns with ours in one process, on the same files, each to the whole volume in memory. Ratios are the
median over rounds. SimpleITK is no dependency: without it only the rest is timed.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats import ScanSource, read_scan
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.reading_process import HERE
from tests.phantoms import Phantom, write_dicom, write_nifti

SIDE = 512
PROMISED = {"uncompressed": 0.6, "rle": 0.1, "jpeg 2000": 0.8, "nii.gz": 0.3}
"""At most so many times the peer's time."""
Read = Callable[[], NDArray[Any]]


def chest(slices: int) -> NDArray[np.int16]:
    """Noise as a scanner has it, in a body with air around it."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    row, column = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE - 0.5
    noise = [(gaussian_filter(rng.normal(0, 1, (SIDE, SIDE)), 0.8) * 30).astype(np.int16) for _n in range(8)]
    body = column**2 + (row * 1.3) ** 2 < 0.16
    voxels = np.empty((slices, SIDE, SIDE), np.int16)
    for k in range(slices):
        inside, outside = 40 + np.roll(noise[k % 8], 13 * k, 1), np.roll(noise[k % 8], k, 0) // 4 - 1000
        voxels[k] = np.where(body, inside, outside)
        voxels[k][(column - 0.2 * np.sin(k / 40)) ** 2 + row**2 < 0.01] += 300
    return voxels


def make(folder: Path, slices: int) -> None:
    """The same volume in each format, once."""
    if (folder / f"made-{slices}").exists():
        return
    voxels, affine = chest(slices), np.diag([1.0, 0.7, 0.7, 1.0])[:, [2, 1, 0, 3]]
    phantom = Phantom(voxels, np.zeros((1, 1, 1), np.uint8), affine, 0.0, (0.0, 0.0, 0.0))
    for kind, compress in (("uncompressed", None), ("rle", _by_rle), ("jpeg 2000", _by_jpeg_2000)):
        write_dicom(folder / kind, phantom, order="shuffled", change=compress)
    write_nifti(folder / "v.nii.gz", voxels, affine)
    (folder / f"made-{slices}").touch()


def _by_rle(dataset: Any, _k: int) -> None:
    from pydicom.uid import RLELossless

    dataset.compress(RLELossless, generate_instance_uid=False)


def _by_jpeg_2000(dataset: Any, _k: int) -> None:
    import imagecodecs
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless

    frame = imagecodecs.jpeg2k_encode(dataset.pixel_array, level=0, codecformat="j2k", reversible=True)
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].is_undefined_length = True


def ours(path: Path) -> NDArray[Any]:
    return read_scan(path).volume()


def by_simpleitk(folder: Path) -> NDArray[Any]:
    import SimpleITK as sitk  # noqa: N813

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return np.asarray(sitk.GetArrayFromImage(reader.Execute()))


def by_nibabel(path: Path) -> NDArray[Any]:
    import nibabel

    image: Any = nibabel.load(path)
    return np.asarray(image.get_fdata())


def compared(name: str, judged: Read, peer: Read, rounds: int) -> dict[str, Any]:
    """Seconds of both in turn and their ratio; the same values, else AssertionError."""
    times: tuple[list[float], list[float]] = ([], [])
    mine, others = judged(), peer()
    assert mine.sum(dtype=np.int64) == others.sum(dtype=np.int64) and mine.max() == others.max(), name
    del mine, others
    for _round in range(rounds):
        for kept, read in zip(times, (judged, peer)):
            start = perf_counter()
            read()
            kept.append(perf_counter() - start)
    ratio = median(a / b for a, b in zip(*times))
    facts = {"ours_s": round(median(times[0]), 3), "peer_s": round(median(times[1]), 3), "ratio": round(ratio, 3)}
    return facts | {"promised": PROMISED[name], "kept": ratio <= PROMISED[name]}


def first_slice(path: Path) -> dict[str, float]:
    """Milliseconds to the first slice of a series and to all of them."""
    start = perf_counter()
    scan = read_scan(path)
    scan.slice(0)
    first = perf_counter() - start
    scan.volume()
    return {"first_ms": round(first * 1e3, 1), "all_ms": round((perf_counter() - start) * 1e3, 1)}


def cost_apart(paths: dict[str, Path], rounds: int = 30) -> dict[str, dict[str, float]]:
    """Milliseconds to open one file and see a slice, decoded apart and decoded here, in turn."""
    costs = {}
    for name, path in paths.items():
        source = ScanSource(format_of(path) or "raster", (path,))
        times: dict[str, list[float]] = {"apart": [], "here": []}
        for _round in range(rounds):
            for way, kept in times.items():
                if way == "here":
                    os.environ[HERE] = "1"
                start = perf_counter()
                read_scan(source).slice(0)
                kept.append(perf_counter() - start)
                os.environ.pop(HERE, None)
        costs[name] = {way: round(median(kept) * 1e3, 2) for way, kept in times.items()}
    return costs


def pictures(folder: Path) -> dict[str, Path]:
    """One slice in each compressed format."""
    import imagecodecs
    import tifffile
    from PIL import Image

    grey = ((chest(1)[0].astype(np.int32) + 1100) // 8).clip(0, 255).astype(np.uint8)
    for ending in ("png", "jpg", "webp", "bmp"):
        Image.fromarray(grey).save(folder / f"a.{ending}")
    (folder / "a.jp2").write_bytes(imagecodecs.jpeg2k_encode(grey, level=0, codecformat="jp2"))
    tifffile.imwrite(folder / "a.tif", grey, compression="lzw")
    named = {path.name: path for path in (folder / f"a.{end}" for end in ("png", "jpg", "webp", "bmp", "jp2", "tif"))}
    return named | {f"dicom {kind}": next((folder / kind).iterdir()) for kind in ("rle", "jpeg 2000")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench_formats")
    parser.add_argument("--only", choices=tuple(PROMISED), help="this format alone")
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    make(words.folder, words.slices)
    found: dict[str, Any] = {}
    wanted = (words.only,) if words.only else tuple(PROMISED)
    try:
        import SimpleITK  # noqa: F401

        for kind in (kind for kind in ("uncompressed", "rle", "jpeg 2000") if kind in wanted):
            read, peer = (lambda k=kind: ours(words.folder / k)), (lambda k=kind: by_simpleitk(words.folder / k))
            found[kind] = compared(kind, read, peer, words.rounds if kind == "uncompressed" else min(words.rounds, 3))
    except ImportError:
        print("SimpleITK is not here: DICOM is not compared.")
    packed = words.folder / "v.nii.gz"
    if "nii.gz" in wanted:
        found["nii.gz"] = compared("nii.gz", lambda: ours(packed), lambda: by_nibabel(packed), words.rounds)
    if not words.only:
        _tell_the_rest(words.folder, found)
    print(json.dumps(found, indent=1))


def _tell_the_rest(folder: Path, found: dict[str, Any]) -> None:
    found["first slice"] = {kind: first_slice(folder / kind) for kind in ("uncompressed", "rle", "jpeg 2000")}
    found["one file, ms"] = cost_apart(pictures(folder))


if __name__ == "__main__":
    main()
