"""Searching a folder in a process of its own: the same answers, and an end to it when nobody waits any more."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import FoundScan, searching
from lesionstudio.imaging.formats.searching import Search
from lesionstudio.progress import Cancelled, Progress, silent
from tests.phantoms import ct_phantom, picture_phantom, write_dicom, write_mask_png, write_png


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A series, a picture with a mask beside it, a file that is none, and a broken one."""
    write_dicom(tmp_path / "ct", ct_phantom((4, 16, 16)))
    write_png(tmp_path / "images/p\u00e9.png", picture_phantom(8, 8, 2))
    write_mask_png(tmp_path / "masks/p\u00e9.png", picture_phantom(8, 8, 2).lesion)
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    return tmp_path


@pytest.fixture
def of_many(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """Takes every folder for one of many files; the processes that were started for them."""
    started: list[subprocess.Popen[bytes]] = []
    start = searching._started

    def noted() -> "subprocess.Popen[bytes]":
        started.append(start())
        return started[-1]

    monkeypatch.setattr(searching, "MANY_FILES", 0)
    monkeypatch.setattr(searching, "_started", noted)
    return started


def test_a_search_in_its_own_process_tells_the_same(study: Path, of_many: list["subprocess.Popen[bytes]"]) -> None:
    search = Search.of(study, "salt")
    assert search.files == 7
    here: list[FoundScan] = []
    there: list[FoundScan] = []
    parts: list[Progress] = []
    assert search.run(there.append, parts.append) == search.here(here.append, silent)
    assert {found.id: found for found in there} == {found.id: found for found in here}
    assert len({found.id for found in there}) == 3
    assert of_many[0].poll() is not None


def test_a_cancelled_search_ends_its_process(study: Path, of_many: list["subprocess.Popen[bytes]"]) -> None:
    def stop(_found: FoundScan) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Search.of(study, "").run(stop, silent)
    assert of_many[0].poll() is not None


def test_a_folder_that_is_gone_is_said_in_the_same_words(study: Path, of_many: list["subprocess.Popen[bytes]"]) -> None:
    search = replace(Search.of(study, ""), folder=study / "gone")
    with pytest.raises(UnreadableFile) as there:
        search.run(lambda _found: None, silent)
    with pytest.raises(UnreadableFile) as here:
        search.here(lambda _found: None, silent)
    assert there.value.message == here.value.message and there.value.hint == here.value.hint


def test_a_search_whose_process_dies_says_so(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MANY_FILES", 0)
    monkeypatch.setattr(searching, "start_command", lambda _name: [sys.executable, "-c", "raise SystemExit(7)"])
    with pytest.raises(UnreadableFile, match=r"broke off \(exit code 7\)"):
        Search.of(study, "").run(lambda _found: None, silent)
