"""Disks that are slow, full, read-only or gone for a while, and windows closed at the worst moment: nothing is lost."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.gui import wiring
from lesionstudio.imaging.formats import read_scan
from lesionstudio.imaging.mask import Mask
from lesionstudio.project.project import Project
from tests import phantoms
from tests.benchmarks.bench_window import Ticks
from tests.disks import Full, instead, slow
from tests.test_story import Person

RETRY_MS = 30


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Iterator[Person]:
    someone = Person(qtbot, qapp)
    yield someone
    someone.leave()


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What closing asks; each question is answered with "no"."""
    asked: list[str] = []

    def no(name: str) -> Callable[..., bool]:
        def ask(*words: object) -> bool:
            asked.append(f"{name}: {words[-1] if isinstance(words[-1], str) else ''}")
            return False

        return ask

    for name in ("ask_to_lose_edits", "ask_to_stop_training"):
        monkeypatch.setattr(wiring, name, no(name))
    return asked


def scans(folder: Path) -> Path:
    phantom = phantoms.ct_phantom((6, 64, 64), (5.0, 2.0, 2.0))
    phantoms.write_nifti(folder / "ct.nii.gz", phantom.voxels, phantom.affine)
    phantoms.write_png(folder / "photo.png", phantoms.picture_phantom())
    return folder


def opened(person: Person, folder: Path) -> None:
    person.open(folder)
    person.until(lambda: person.session.autosave.is_settled and person.desk.parts.runner.is_idle)
    autosave = person.session.autosave
    autosave._again.setInterval(RETRY_MS)
    autosave.journal._again.setInterval(RETRY_MS)
    autosave._idle.setInterval(RETRY_MS)


def stroke(person: Person, row: float) -> None:
    person.drag((row, 10), (row, 30))


def left_in(folder: Path, item_id: str) -> Mask:
    """The mask as a program finds it that is started now."""
    project = Project.open(folder, write=False)
    scan = read_scan(project.items[item_id].source)
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    project.close()
    return mask


def same(one: Mask, other: Mask | None) -> bool:
    assert other is not None and other.volume("labels").any()
    layers = all((one.volume(layer) == other.volume(layer)).all() for layer in ("labels", "origin"))
    return bool(layers and (one.statuses == other.statuses).all())


def banners(person: Person) -> list[str]:
    page = person.window.draw_page
    return [notice.title for notice in page.banners.notices if notice.kind == "error"]


@contextmanager
def watched_main_thread(folder: Path) -> Iterator[list[str]]:
    """Names what the window's own thread opens, lists or renames below a folder."""
    seen: list[str] = []
    on = [True]

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if on and on[0] and event in ("open", "os.listdir", "os.scandir", "os.rename", "os.remove", "os.mkdir"):
            here = threading.current_thread() is threading.main_thread()
            if here and isinstance(args[0], str) and args[0].startswith(str(folder)):
                seen.append(f"{event} {args[0]}")

    sys.addaudithook(hook)
    try:
        yield seen
    finally:
        on[0] = False


def test_a_disk_that_takes_half_a_second_for_each_call_never_stops_the_window(person: Person, tmp_path: Path) -> None:
    """Each call to the disk, and each look into the study's folder, is another thread's business."""
    folder = scans(tmp_path / "scans")
    opened(person, folder)
    ticks = Ticks(lambda: None)
    with watched_main_thread(folder) as touched, instead(slow(0.5)):
        for row in (10, 20, 30):
            stroke(person, row)
        person.window.actions_by_verb.trigger("flag")
        person.window.actions_by_verb.trigger("undo")
        person.window.actions_by_verb.trigger("add_label")
        first = person.session.mask
        person.session.next_item()
        person.until(lambda: person.session.current_id == "photo.png")
        stroke(person, 40)
        person.until(lambda: person.session.autosave.journal.is_settled)
    assert touched == [] and max(ticks.stop()) < 450, "the window waited for the disk"
    person.until(lambda: person.session.autosave.is_settled)
    assert person.session.saved.kind == "saved" and banners(person) == []
    assert same(left_in(folder, "ct.nii.gz"), first) and same(left_in(folder, "photo.png"), person.session.mask)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root may mount a small disk"
)
def test_a_disk_that_fills_up_is_said_in_one_sentence_and_gets_all_when_there_is_room(
    person: Person, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "600k") as place:
        folder = scans(place / "scans")
        opened(person, folder)
        ballast = place / "ballast"
        fill(ballast)
        for row in (10, 20, 30):
            stroke(person, row)
        person.until(lambda: person.session.saved.kind == "failed")
        assert person.session.saved.text == "Not saved: the disk is full, trying again"
        assert banners(person) == []
        ballast.unlink()
        person.until(lambda: person.session.saved.kind == "saved" and person.session.autosave.is_settled)
        assert same(left_in(folder, "ct.nii.gz"), person.session.mask)
        person.session.close_folder()
        person.until(lambda: person.desk.parts.runner.is_idle)


def test_a_disk_that_becomes_read_only_is_said_and_gets_all_when_it_may_be_written(
    person: Person, tmp_path: Path
) -> None:
    folder = scans(tmp_path / "scans")
    opened(person, folder)
    with instead(Full(at=0, times=1 << 30, code=errno.EROFS).calls()):
        stroke(person, 10)
        person.until(lambda: person.session.saved.kind == "failed")
        assert (
            person.session.saved.text == "Not saved: the folder may not be written, trying again"
            and banners(person) == []
        )
    person.until(lambda: person.session.saved.kind == "saved" and person.session.autosave.is_settled)
    assert same(left_in(folder, "ct.nii.gz"), person.session.mask)


def test_a_folder_that_vanishes_and_comes_back_gets_all_that_was_painted_meanwhile(
    person: Person, tmp_path: Path
) -> None:
    folder = scans(tmp_path / "drive")
    opened(person, folder)
    stroke(person, 10)
    person.until(lambda: person.session.autosave.is_settled)
    away = folder.rename(tmp_path / "away")
    stroke(person, 20)
    person.until(lambda: person.session.saved.kind == "failed")
    assert person.session.saved.text == "Not saved: the folder is gone, trying again" and not folder.exists()
    stroke(person, 30)
    away.rename(folder)
    person.until(lambda: person.session.saved.kind == "saved" and person.session.autosave.is_settled)
    assert same(left_in(folder, "ct.nii.gz"), person.session.mask)


def test_a_drive_that_comes_back_without_its_journal_still_gets_all(person: Person, tmp_path: Path) -> None:
    folder = scans(tmp_path / "drive")
    opened(person, folder)
    person.session.autosave._idle.setInterval(60_000)
    stroke(person, 10)
    person.until(lambda: person.session.autosave.is_settled)
    for journal in (folder / "lesionstudio" / "journal").iterdir():
        journal.unlink()
    person.session.autosave._idle.setInterval(RETRY_MS)
    stroke(person, 20)
    person.until(lambda: person.session.saved.kind == "saved" and person.session.autosave.is_settled)
    assert same(left_in(folder, "ct.nii.gz"), person.session.mask)


def test_closing_while_the_disk_is_asked_waits_for_it_without_a_question(
    person: Person, tmp_path: Path, questions: list[str]
) -> None:
    folder = scans(tmp_path / "scans")
    opened(person, folder)
    with instead(slow(0.2)):
        stroke(person, 10)
        mask = person.session.mask
        assert not person.window.close()
        person.until(lambda: not person.window.isVisible())
    person.until(lambda: person.desk.parts.runner.is_idle)
    assert questions == [] and same(left_in(folder, "ct.nii.gz"), mask)


def test_closing_while_segment_runs_loses_nothing_and_asks_nothing(
    person: Person, tmp_path: Path, questions: list[str]
) -> None:
    folder = scans(tmp_path / "scans")
    opened(person, folder)
    compute = person.desk.parts.lane._compute
    compute.let_go.clear()  # type: ignore[attr-defined]
    person.window.actions_by_verb.trigger("segment_scan")
    stroke(person, 10)
    mask = person.session.mask
    person.until(lambda: person.session.autosave.is_settled)
    assert person.window.close()
    compute.let_go.set()  # type: ignore[attr-defined]
    person.until(lambda: person.desk.parts.runner.is_idle)
    assert questions == [] and same(left_in(folder, "ct.nii.gz"), mask)


def test_closing_with_a_full_disk_asks_one_question_and_no_keeps_the_window_and_the_strokes(
    person: Person, tmp_path: Path, questions: list[str]
) -> None:
    folder = scans(tmp_path / "scans")
    opened(person, folder)
    with instead(Full(at=0, times=1 << 30).calls()):
        stroke(person, 10)
        person.until(lambda: person.session.saved.kind == "failed")
        assert not person.window.close()
    assert len(questions) == 1 and questions[0].startswith("ask_to_lose_edits: The disk is full")
    mask = person.session.mask
    person.until(lambda: person.session.saved.kind == "saved" and person.session.autosave.is_settled)
    assert person.window.close() and len(questions) == 1
    person.until(lambda: person.desk.parts.runner.is_idle)
    assert same(left_in(folder, "ct.nii.gz"), mask)


def test_no_single_refusal_of_the_disk_costs_the_window_anything(person: Person, tmp_path: Path) -> None:
    """Each call of a short session is refused in turn; all of it is on the disk in the end."""
    folder = scans(tmp_path / "scans")
    opened(person, folder)
    n, calls = 0, Full(at=-1)
    while n == 0 or calls.was_full:
        calls = Full(at=n)
        with instead(calls.calls()):
            stroke(person, 10 + n % 40)
            person.window.actions_by_verb.trigger("flag")
            if n % 2:
                person.window.actions_by_verb.trigger("undo")
            person.until(lambda: person.session.autosave.is_settled)
            person.session.autosave.flush()
            person.until(lambda: person.session.autosave.is_settled)
        assert person.session.saved.kind == "saved", n
        assert (left_in(folder, "ct.nii.gz").volume("labels") == person.session.mask.volume("labels")).all()
        n += 1
    assert n > 15 and banners(person) == []


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system in memory of this size."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(path: Path) -> None:
    """Takes all the room there is."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        with suppress(OSError):
            while os.write(handle, bytes(1024)):
                pass
    finally:
        os.close(handle)
