"""Files appear whole or not at all; one program writes a study; any id becomes a name every system can store."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.project.storage import ProjectLock, file_name, make_folders, read_json, write_json

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from lesionstudio.project.storage import ProjectLock
lock = ProjectLock.take(Path(sys.argv[1]))
print(type(lock).__name__, flush=True)
time.sleep(60)
"""


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "project.json"
    write_json(path, {"n": 1})

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProjectProblem, match="The disk is full") as told:
        write_json(path, {"n": 2})
    assert "tried again" in told.value.hint
    assert read_json(path) == {"n": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["project.json"]


def test_a_draft_has_the_ending_of_its_file_and_is_hidden(tmp_path: Path) -> None:
    with whole_file(tmp_path / "mask.nii.gz") as draft:
        assert draft.name.startswith(".")
        assert draft.name.endswith(".nii.gz")
        draft.write_bytes(b"x")
    assert (tmp_path / "mask.nii.gz").read_bytes() == b"x"


def test_a_folder_that_is_gone_is_not_made_up(tmp_path: Path) -> None:
    home = tmp_path / "drive" / "lesionstudio"
    with pytest.raises(ProjectProblem, match="is gone"):
        make_folders(home / "items" / "a", home)
    with pytest.raises(ProjectProblem, match="is gone"):
        write_json(home / "project.json", {})
    assert not (tmp_path / "drive").exists()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "project.json"
    path.write_text('{"version": 1, "items"')
    with pytest.raises(ProjectProblem, match=r"project\.json is damaged"):
        read_json(path)


def test_a_missing_file_is_empty(tmp_path: Path) -> None:
    assert read_json(tmp_path / "nothing.json") == {}


def test_the_second_to_ask_for_a_lock_is_told_who_has_it(tmp_path: Path) -> None:
    first = ProjectLock.take(tmp_path / "lock")
    assert isinstance(first, ProjectLock)
    second = ProjectLock.take(tmp_path / "lock")
    assert isinstance(second, str)
    assert f"process {os.getpid()}" in second
    first.release()
    third = ProjectLock.take(tmp_path / "lock")
    assert isinstance(third, ProjectLock)
    third.release()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_the_lock_of_a_killed_program_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "ProjectLock"
        assert isinstance(ProjectLock.take(path), str)
        other.send_signal(signal.SIGKILL)
        other.wait()
    mine = ProjectLock.take(path)
    assert isinstance(mine, ProjectLock)
    mine.release()


@pytest.mark.parametrize(
    ("item_id", "stored"),
    [
        ("a/b.png", "a/b.png.json"),
        ("wei:rd?.png", "wei%3Ard%3F.png.json"),
        ("100%.png", "100%25.png.json"),
        ("../x.png", "%2E%2E/x.png.json"),
        ("Übung/Läsion 1.png", "Übung/Läsion 1.png.json"),
    ],
)
def test_ids_become_names_that_every_system_stores(item_id: str, stored: str) -> None:
    assert file_name(item_id, ".json") == Path(stored)


def test_very_long_ids_stay_apart_and_short_enough() -> None:
    one, other = file_name("x" * 300 + "1", ".nii.gz"), file_name("x" * 300 + "2", ".nii.gz")
    assert one != other
    assert len(one.name.encode()) < 255
