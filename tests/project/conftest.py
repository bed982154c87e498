"""Folders of scans to keep a study of."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from PIL import Image

from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.imaging.geometry import Geometry

ROWS, COLUMNS = 20, 30


def found_picture(folder: Path, name: str) -> FoundScan:
    """A picture of the folder, as a search finds it."""
    return FoundScan(name, ScanSource("raster", (folder / name,)), name, (1, ROWS, COLUMNS), facts="20 × 30")


def found_volume(folder: Path, slices: int = 12, patient: str = "p1") -> FoundScan:
    """A volume of the folder, as a search finds it."""
    source = ScanSource("nifti", (folder / "ct.nii.gz",))
    return FoundScan("ct.nii.gz", source, "ct", (slices, ROWS, COLUMNS), "CT", patient, kind="volume")


def axial_grid(slices: int = 12) -> Geometry:
    """The grid of an axial CT, head first."""
    return Geometry.from_axes((slices, ROWS, COLUMNS), (40, 30, 100), (0, 0, -5), (0, -0.7, 0), (-0.7, 0, 0))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with two pictures, one of them in a sub-folder."""
    return scans_in(tmp_path)


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder in memory where the system has such: flushing costs nothing there."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def scans_in(place: Path) -> Path:
    """A folder with two pictures, made in this place."""
    folder = place / "scans"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.png"):
        Image.fromarray(np.arange(ROWS * COLUMNS, dtype=np.uint8).reshape(ROWS, COLUMNS)).save(folder / name)
    return folder
