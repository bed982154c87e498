"""A marked voxel is found again at its place in mm, in random DICOM series and in NIfTI files of any axis order."""

import itertools
import math
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray

from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.scan import Scan
from tests.phantoms import Phantom, write_dicom, write_nifti

MARK, BODY = 900, 40
TO_LPS = np.diag([-1.0, -1.0, 1.0])
WITHOUT_SHRINKING_FOREVER = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True, eq=False)
class Case:
    """A volume with one marked voxel: affine to RAS+ mm, and the slices whose files are missing."""

    shape: tuple[int, int, int]
    affine: NDArray[np.float64]
    marked: tuple[int, int, int]
    missing: frozenset[int]
    order: tuple[int, ...]

    @property
    def voxels(self) -> NDArray[np.int16]:
        values = np.full(self.shape, BODY, np.int16)
        values[self.marked] = MARK
        return values

    @property
    def place_mm(self) -> NDArray[np.float64]:
        return np.asarray((self.affine @ (*self.marked, 1.0))[:3])


@some.composite
def cases(draw: some.DrawFn, *, gaps: bool) -> Case:
    """Any orientation (mirrored too), spacing, position, order of files, gaps between slices and gantry tilt."""
    shape = draw(some.integers(3, 9)), draw(some.integers(3, 12)), draw(some.integers(3, 12))
    turns = [math.radians(draw(some.integers(0, 359))) for _axis in range(3)]
    axes = rotation(*turns)[:, draw(some.permutations(range(3)))] * draw(some.sampled_from([1.0, -1.0]))
    spacing = [draw(some.floats(0.3, 8.0)) for _axis in range(3)]
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    tilt = draw(some.sampled_from([0.0, 0.0, -0.3, 0.2])) if gaps else 0.0
    affine[:3, 0] += tilt * axes[:, 1] * spacing[0]
    affine[:3, 3] = [draw(some.floats(-400, 400)) for _axis in range(3)]
    marked = (
        draw(some.integers(0, shape[0] - 1)),
        draw(some.integers(0, shape[1] - 1)),
        draw(some.integers(0, shape[2] - 1)),
    )
    inner = [k for k in range(1, shape[0] - 1) if k != marked[0]]
    missing = frozenset(draw(some.lists(some.sampled_from(inner), max_size=2))) if gaps and inner else frozenset()
    return Case(shape, affine, marked, missing, tuple(draw(some.permutations(range(shape[0])))))


def rotation(a: float, b: float, c: float) -> NDArray[np.float64]:
    """About z, then x, then z again."""

    def about(angle: float, first: int, second: int) -> NDArray[np.float64]:
        turn = np.eye(3)
        turn[[first, first, second, second], [first, second, first, second]] = (
            math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle),
        )  # fmt: skip
        return turn

    return np.asarray(about(a, 0, 1) @ about(b, 1, 2) @ about(c, 0, 1))


def found_mm(scan: Scan) -> NDArray[np.float64]:
    """Where the brightest voxel lies."""
    volume = scan.volume()
    index = np.unravel_index(int(volume.argmax()), volume.shape)
    assert volume[index] == MARK and (volume == MARK).sum() == 1
    return scan.geometry.to_mm(index)


def write_series(folder: Path, case: Case) -> None:
    """The case as a series whose files' names and numbers follow no order of place."""

    def misplace(dataset: Any, k: int) -> None:
        dataset.InstanceNumber = case.order[k] + 1
        dataset.SliceThickness = "1"  # which is no distance of slices

    paths = write_dicom(
        folder, Phantom(case.voxels, np.zeros(case.shape, np.uint8), case.affine, 0, (0, 0, 0)), change=misplace
    )
    for k, path in enumerate(paths):
        if k in case.missing:
            path.unlink()
        else:
            path.rename(folder / f"z{case.order[k]:03d}")


@WITHOUT_SHRINKING_FOREVER
@given(cases(gaps=True))
def test_a_marked_voxel_of_any_series_is_found_at_its_place(case: Case) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_series(Path(place) / "s", case)
        (found,) = find_scans(Path(place))
        scan = read_scan(found.source)
        np.testing.assert_allclose(found_mm(scan), case.place_mm, atol=2e-3)
        assert scan.slices == case.shape[0] - len(case.missing)
        np.testing.assert_allclose(sorted(scan.geometry.spacing_mm[1:]), sorted(lengths(case)[1:]), rtol=1e-6)
        ends = scan.geometry.to_mm((scan.slices - 1, 0, 0)) - scan.geometry.to_mm((0, 0, 0))
        assert abs(float(np.linalg.norm(ends)) - (case.shape[0] - 1) * lengths(case)[0]) < 5e-3


@WITHOUT_SHRINKING_FOREVER
@given(
    cases(gaps=False),
    some.sampled_from(["".join(a) for p in itertools.permutations(("RL", "AP", "SI")) for a in itertools.product(*p)]),
)
def test_a_marked_voxel_of_any_axis_order_is_found_at_its_place(case: Case, axes: str) -> None:
    place = Path(tempfile.mkdtemp())
    try:
        scan = read_scan(write_nifti(place / "v.nii", case.voxels, case.affine, axes=axes))
        np.testing.assert_allclose(found_mm(scan), case.place_mm, atol=2e-3)
    finally:
        shutil.rmtree(place)


def lengths(case: Case) -> list[float]:
    """Distances of slices, rows and columns as they were drawn."""
    return [float(length) for length in np.linalg.norm(case.affine[:3, :3], axis=0)]
