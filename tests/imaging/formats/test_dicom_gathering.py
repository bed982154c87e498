"""When somebody who watches a search is told of a series: so that the list fills, and the search stays quick."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from lesionstudio.imaging.formats.dicom_gathering import Gathered
from lesionstudio.imaging.formats.dicom_header import Instance, read_instance
from lesionstudio.imaging.formats.dicom_series import Series
from lesionstudio.imaging.formats.search import of_series
from lesionstudio.imaging.formats.source import FoundScan
from tests.phantoms import orientation_phantom, write_dicom

SERIES, SLICES = 100, 40


@pytest.fixture
def one(tmp_path: Path) -> Instance:
    """A slice to make others of."""
    return read_instance(write_dicom(tmp_path / "s", orientation_phantom())[0])


def slice_of(one: Instance, series: int, k: int) -> Instance:
    """Slice k of a series."""
    position = (*one.position[:2], float(k))
    return replace(one, series_uid=f"1.{series}", sop_uid=f"1.{series}.{k}", position=position, number=k)


def found_in(series: Series) -> list[FoundScan]:
    return of_series(series, "")


def test_of_series_that_are_mixed_in_one_folder_each_is_told_a_few_times(one: Instance) -> None:
    told: list[FoundScan] = []
    gathered = Gathered(found_in, told.append, clock=lambda: 0.0)
    for k in range(SLICES):
        for series in range(SERIES):
            gathered.add(slice_of(one, series, k))
    before_the_end = Counter(scan.id for scan in told)
    assert len(before_the_end) == SERIES and max(before_the_end.values()) <= 4
    gathered.end_folder()
    assert {scan.id: scan.shape[0] for scan in told} == {scan.id: SLICES for scan in gathered.all()}


def test_of_series_that_follow_each_other_each_is_told_once_and_whole(one: Instance) -> None:
    told: list[FoundScan] = []
    gathered = Gathered(found_in, told.append, clock=lambda: 0.0)
    for series in range(10):
        for k in range(SLICES * 2):
            gathered.add(slice_of(one, series, k))
    gathered.end_folder()
    assert [scan.shape[0] for scan in told] == [SLICES * 2] * 10


def test_after_a_moment_there_is_something_to_look_at(one: Instance) -> None:
    told: list[FoundScan] = []
    seconds = iter(range(100))
    gathered = Gathered(found_in, told.append, clock=lambda: next(seconds) * 0.1)
    for k in range(10):
        gathered.add(slice_of(one, 0, k))
    assert told and told[0].shape[0] < 10
