"""Folders that are still being searched: series that grow while they are on screen, and files that are no scans."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.project.worklist import WorkItem
from tests.gui.desk import Desk, desk
from tests.phantoms import orientation_phantom, write_dicom


@pytest.fixture
def one(qtbot: QtBot) -> Iterator[Desk]:
    """Everything behind the window."""
    with desk(qtbot) as made:
        yield made


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    """A series of 14 slices in display order."""
    return write_dicom(tmp_path / "scans" / "s", orientation_phantom())


def part_of(item: WorkItem, first: int, last: int) -> FoundScan:
    """What a search knows of a series when it has met only these slices."""
    shape = (last - first, *item.shape[1:])
    return FoundScan(item.id, ScanSource("dicom", item.source.files[first:last]), item.name, shape, "CT", kind="volume")


def test_a_series_on_screen_grows_and_stays_at_its_slice(one: Desk, files: tuple[Path, ...], tmp_path: Path) -> None:
    one.open(tmp_path / "scans")
    session = one.session
    (item,) = session.known_items.values()
    whole = FoundScan(item.id, item.source, item.name, item.shape, "CT", kind="volume")
    session._add_found((part_of(item, 4, 9),))
    one.until(lambda: session.scan is not None and session.scan.slices == 5)
    session.go_to_slice(3)
    session._add_found((whole,))
    one.until(lambda: session.scan is not None and session.scan.slices == 14)
    assert session.slice_number == 7
    assert len(session.record(item.id).statuses) == 14


def test_a_series_that_is_painted_on_stays_in_the_hand_and_it_is_said(
    one: Desk, files: tuple[Path, ...], tmp_path: Path
) -> None:
    one.open(tmp_path / "scans")
    session = one.session
    (item,) = session.known_items.values()
    whole = FoundScan(item.id, item.source, item.name, item.shape, "CT", kind="volume")
    session._add_found((part_of(item, 4, 9),))
    one.until(lambda: session.scan is not None and session.scan.slices == 5)
    one.paint(10, 10)
    said: list[str] = []
    session.notice.connect(lambda notice: said.append(notice.title + notice.text))
    session._add_found((whole,))
    assert session.scan is not None and session.scan.slices == 5
    assert "14 slices were found, 5 are on screen" in said[0]


def test_a_scan_that_is_none_of_its_own_leaves_the_list_unless_worked_on(
    one: Desk, files: tuple[Path, ...], tmp_path: Path
) -> None:
    one.open(tmp_path / "scans")
    session = one.session
    (item,) = session.known_items.values()
    stray = FoundScan("stray", ScanSource("dicom", item.source.files[:3]), "stray", (3, 40, 44), "CT", kind="volume")
    session._add_found((stray,))
    assert len(session.items) == 2
    one.paint(10, 10)
    session.scans_gone.emit(frozenset({"stray", item.id}))
    assert [view.id for view in session.items] == [item.id]


def test_a_file_that_is_no_picture_opens_the_scans_of_its_folder(
    one: Desk, files: tuple[Path, ...], tmp_path: Path, qtbot: QtBot
) -> None:
    notes = tmp_path / "scans" / "DICOMDIR"
    notes.write_bytes(b"words")
    one.session.open_folder(notes)
    one.until(lambda: one.session.open is not None)
    assert one.session.scan is not None and one.session.scan.slices == 14


def test_a_localizer_is_not_opened_while_the_rest_is_still_read(one: Desk, tmp_path: Path) -> None:
    def localize(dataset: Any, k: int) -> None:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    write_dicom(tmp_path / "scans" / "a", orientation_phantom("coronal"), change=localize)
    write_dicom(tmp_path / "scans" / "b", orientation_phantom())
    one.open(tmp_path / "scans")
    assert one.session.open is not None and not one.session.open.item.last
    assert [view.last for view in one.session.items] == [False, True]
