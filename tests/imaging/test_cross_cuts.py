"""Kept cuts are the scan's voxels, as far as they were read; what was not read is dark and nobody waits for it."""

import numpy as np
import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.cross_cuts import KeptCuts, bytes_of, read_cuts
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.scan import ArraySource, Scan
from lesionstudio.imaging.shown import shown_scan
from lesionstudio.progress import Cancelled, Progress


def volume(kind: str, *more: int) -> np.ndarray:
    return np.random.default_rng(4).integers(1, 100, (4, 5, 6, *more)).astype(kind)


@pytest.mark.parametrize(("kind", "more"), [("i2", ()), ("u1", (3,)), ("f8", ()), ("i8", ()), (">i2", ())])
def test_rows_and_columns_are_those_of_the_scan(kind: str, more: tuple[int, ...]) -> None:
    voxels = volume(kind, *more)
    scan = Scan.of_array(voxels)
    cuts = KeptCuts(scan)
    read_cuts(cuts, range(4))
    assert cuts.is_whole
    assert np.array_equal(cuts.row(2), voxels[:, 2])
    assert np.array_equal(cuts.column(5), voxels[:, :, 5])
    assert bytes_of(scan) == voxels.nbytes


def test_a_slice_not_read_yet_is_dark_and_nobody_waits_for_it() -> None:
    voxels = volume("i2")
    asked: list[int] = []

    class Slow(ArraySource):
        def read(self, k: int) -> np.ndarray:
            asked.append(k)
            return super().read(k)

    scan = Scan(Geometry.pixels((4, 5, 6)), Slow(voxels), dtype=np.int16)
    scan.slice(1)
    cuts = KeptCuts(scan)
    read_cuts(cuts, [1, 3])
    darkest = voxels[1].min()
    pictures = shown_scan(scan, Plane((2, 0, 1)), cuts), shown_scan(scan, Plane((1, 0, 2)), cuts)
    for shown, cut in zip(pictures, (voxels[:, :, 2], voxels[:, 2])):
        seen = shown.slice(2)
        assert np.array_equal(seen[[1, 3]], cut[[1, 3]])
        assert (seen[[0, 2]] == darkest).all()
    assert asked == [1, 3]


def test_a_slice_that_cannot_be_read_stays_dark_and_the_others_are_read() -> None:
    class Torn(ArraySource):
        def read(self, k: int) -> np.ndarray:
            if k == 2:
                raise UnreadableFile("torn")
            return super().read(k)

    voxels = volume("i2")
    cuts = KeptCuts(Scan(Geometry.pixels((4, 5, 6)), Torn(voxels), dtype=np.int16))
    read_cuts(cuts, range(4))
    assert not cuts.is_whole
    assert np.array_equal(cuts.column(0)[[0, 1, 3]], voxels[[0, 1, 3], :, 0])
    assert (cuts.column(0)[2] == cuts.row(0)[2, 0]).all()


def test_reading_stops_when_it_is_no_longer_wanted() -> None:
    cuts = KeptCuts(Scan.of_array(volume("i2")))

    def stop(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_cuts(cuts, range(4), stop)
    assert not cuts.is_whole
