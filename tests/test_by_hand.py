"""A whole case by hand in the real window: mouse and keys alone make the reference, and the tools save half the way."""

from pathlib import Path
from typing import Any

import pytest

from tests import phantoms
from tests.benchmarks.by_hand import Case, run


def lesion(tmp_path: Path) -> Case:
    """A made-up lesion on thin slices."""
    phantom = phantoms.ct_phantom((24, 64, 64), (2.0, 2.0, 2.0))

    def put(folder: Path) -> Path:
        phantoms.write_nifti(folder / "scan.nii.gz", phantom.voxels, phantom.affine)
        return folder

    return Case("lesion", put, lambda _geometry: (phantom.lesion > 0).astype("uint8"))


@pytest.mark.slow
def test_brush_and_tools_make_the_reference_and_the_tools_go_half_the_way(tmp_path: Path) -> None:
    done: dict[str, dict[str, Any]] = {way: run(lesion(tmp_path), way) for way in ("brush", "best")}
    assert all(found["dice"] >= 0.95 for found in done.values()), done
    assert done["best"]["path_px"] <= done["brush"]["path_px"] / 2, done
