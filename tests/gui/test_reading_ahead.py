"""The first slice of a scan is on screen before the series is read; the others follow by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lesionstudio.gui.reading_ahead import ReadingAhead, nearest_first
from lesionstudio.imaging.scan import Scan
from tests.gui.desk import Desk, desk
from tests.phantoms import orientation_phantom, write_dicom


@pytest.fixture
def one(qtbot: QtBot) -> Iterator[Desk]:
    """Everything behind the window."""
    with desk(qtbot) as made:
        yield made


def read(scan: Scan | None) -> list[int]:
    """The slices that are at hand."""
    return [k for k in range(scan.slices) if scan.is_read(k)] if scan is not None else []


def test_the_first_slice_is_shown_before_the_series_is_read_and_the_rest_follows(one: Desk, tmp_path: Path) -> None:
    write_dicom(tmp_path / "scans" / "s", orientation_phantom())
    at_first: list[list[int]] = []
    one.session.scan_opened.connect(lambda: at_first.append(read(one.session.scan)))
    ahead = ReadingAhead(one.session, one.runner, one.session)
    one.open(tmp_path / "scans")
    assert at_first[0] == [0, 7], "the slice on screen, and the middle one, for which the window is made"
    one.until(lambda: len(read(one.session.scan)) == 14)
    assert ahead.parent() is one.session


def test_a_slice_that_cannot_be_read_keeps_none_of_the_others_from_being_read(one: Desk, tmp_path: Path) -> None:
    files = write_dicom(tmp_path / "scans" / "s", orientation_phantom())
    files[5].write_bytes(files[5].read_bytes()[:-900])
    ReadingAhead(one.session, one.runner, one.session)
    one.open(tmp_path / "scans")
    one.until(lambda: len(read(one.session.scan)) == 13)
    assert not one.notices or "cut off" not in one.notices[-1].title


def test_what_is_nearest_comes_first_and_no_more_than_fits() -> None:
    phantom = orientation_phantom()
    scan = Scan.of_array(phantom.voxels)
    assert nearest_first(scan, 6)[:5] == [6, 5, 7, 4, 8] and len(nearest_first(scan, 6)) == 14
