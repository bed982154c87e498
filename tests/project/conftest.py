"""Folders of scans to keep a study of."""

from pathlib import Path

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
    folder = tmp_path / "scans"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.png"):
        Image.fromarray(np.arange(ROWS * COLUMNS, dtype=np.uint8).reshape(ROWS, COLUMNS)).save(folder / name)
    return folder
