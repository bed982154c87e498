"""A study after a crash: what its journals say comes back, once, whatever had reached the disk by then."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.journal import Record
from lesionstudio.imaging.mask import DraftSource, Mask, Origin, SliceStatus
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from tests.project.conftest import axial_grid, found_picture, found_volume

ITEM = "ct.nii.gz"


class Worker:
    """Somebody at a study, each of whose steps goes into the journal before the next."""

    def __init__(self, folder: Path) -> None:
        self.project = Project.open(folder)
        if ITEM not in self.project.items:
            self.project.add(found_volume(folder))
            self.project.save()
        self.mask = self.project.load_mask(ITEM, axial_grid())
        self.history = EditHistory(self.mask)
        self.history.on_step = lambda step: self.write(Record.of_step(step.kind, step.edit))

    def write(self, *records: Record) -> None:
        self.project.kept.keep(ITEM, self.project.kept.generation(ITEM), list(records))

    def paint(self, k: int, row: int = 3, label: int = 1) -> None:
        stroke = self.history.stroke("Brush")
        stroke.paint(k, row, 4, np.ones((5, 6), bool), label)
        stroke.commit()

    def die(self) -> None:
        """As the system cleans up after a kill: the lock is let go, nothing else happens."""
        assert self.project._lock is not None
        self.project._lock.release()


def left_by(worker: Worker) -> list[str]:
    return [path.name for path in worker.project.kept.journals.all()]


def same(one: Mask, other: Mask) -> bool:
    layers = all((one.volume(layer) == other.volume(layer)).all() for layer in ("labels", "origin", "draft"))
    return bool(layers and (one.statuses == other.statuses).all())


def test_strokes_that_were_never_saved_come_back_after_a_kill(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    worker.paint(5, label=3)
    worker.die()
    again = Worker(scans)
    assert same(again.mask, worker.mask) and again.mask.is_dirty
    assert again.project.kept.restored[ITEM].strokes == 2 and again.project.kept.restored[ITEM].last_slice == 5
    assert again.project.record(ITEM).statuses[5] == SliceStatus.CORRECTED


def test_the_list_knows_the_statuses_before_any_mask_is_opened(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    worker.history.check([2], "Check")
    worker.write(Record.of_time({2: 31.5}))
    worker.die()
    looking = Project.open(scans, write=False)
    assert looking.record(ITEM).statuses[2] == SliceStatus.CHECKED
    assert looking.record(ITEM).seconds == {2: 31.5}
    looking.know_marks(ITEM)
    assert looking.record(ITEM).marks == {2: (1,)}


def test_who_only_looks_sees_the_journal_and_leaves_it(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    looking = Project.open(scans, write=False)
    assert same(looking.load_mask(ITEM, axial_grid()), worker.mask)
    assert looking.kept.restored == {} and left_by(worker) == [f"{ITEM}.000000.journal"]


def test_a_saved_mask_ends_its_journal_and_the_next_stroke_begins_another(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    worker.project.save_mask(ITEM, worker.mask.snapshot())
    assert left_by(worker) == []
    worker.paint(4)
    assert left_by(worker) == [f"{ITEM}.000001.journal"]
    worker.die()
    again = Worker(scans)
    assert same(again.mask, worker.mask) and again.project.kept.restored[ITEM].strokes == 1


def test_what_is_painted_while_a_mask_is_written_is_not_taken_for_saved(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    snapshot, generation = worker.mask.snapshot(), worker.project.kept.next_generation(ITEM)
    worker.paint(4)
    worker.project.save_mask(ITEM, snapshot, generation)
    worker.die()
    assert same(Worker(scans).mask, worker.mask)


def test_a_crash_between_the_files_of_a_mask_mixes_nothing(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The labels are new and the origins old, or all is new and the record old: the journals say the rest."""
    worker = Worker(scans)
    worker.paint(2)
    worker.project.save_mask(ITEM, worker.mask.snapshot())
    really = disk.replace
    for stop_at in range(4):
        worker.paint(2, row=4, label=2 + stop_at)
        worker.history.undo()
        worker.paint(2, row=3 + stop_at, label=7)
        left = [stop_at]

        def stop(draft: Path, path: Path, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError("killed")
            really(draft, path)

        monkeypatch.setattr(disk, "replace", stop)
        with suppress(ProjectProblem):
            worker.project.save_mask(ITEM, worker.mask.snapshot())
        monkeypatch.setattr(disk, "replace", really)
        worker.die()
        again = Worker(scans)
        assert same(again.mask, worker.mask)
        worker = again


def test_journals_that_a_crash_left_behind_a_saved_mask_are_not_done_again(
    scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(scans)
    worker.paint(2)
    monkeypatch.setattr(worker.project.kept.journals, "drop", lambda *_: None)
    worker.project.save_mask(ITEM, worker.mask.snapshot())
    worker.die()
    again = Worker(scans)
    assert left_by(again) == [f"{ITEM}.000000.journal"] and again.project.kept.restored == {}
    assert not again.mask.is_dirty and same(again.mask, worker.mask)
    again.paint(3)
    again.project.save_mask(ITEM, again.mask.snapshot())
    assert left_by(again) == []


def test_a_second_crash_loses_nothing_either(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    worker.die()
    second = Worker(scans)
    second.paint(4)
    second.history.undo()
    second.paint(5)
    second.die()
    third = Worker(scans)
    assert same(third.mask, second.mask) and third.mask.marked(2) and third.mask.marked(5)
    assert third.project.kept.restored[ITEM].strokes == 2


def test_a_stroke_cut_short_by_a_kill_stays_when_work_goes_on_and_is_killed_again(scans: Path) -> None:
    worker = Worker(scans)
    stroke = worker.history.stroke("Brush")
    stroke.paint(2, 3, 4, np.ones((5, 6), bool), 1)
    part = worker.history.part()
    assert part is not None
    worker.write(Record.of_step("part", part))
    worker.die()
    second = Worker(scans)
    assert second.project.kept.restored[ITEM].strokes == 1 and second.mask.marked(2)
    second.paint(2, row=10)
    second.die()
    third = Worker(scans)
    assert same(third.mask, second.mask) and third.project.kept.restored[ITEM].strokes == 2


def test_damage_in_the_middle_keeps_what_stands_before_it_and_the_file(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    path = worker.project.kept.journals.all()[0]
    first = path.stat().st_size
    worker.paint(4)
    worker.paint(6)
    worker.die()
    content = bytearray(path.read_bytes())
    content[first + 40] ^= 1
    path.write_bytes(content)
    again = Worker(scans)
    assert again.mask.marked(2) and not again.mask.marked(4)
    restored = again.project.kept.restored[ITEM]
    assert restored.strokes == 1 and [kept.read_bytes() for kept in restored.aside] == [bytes(content)]
    again.paint(8)
    again.die()
    third = Worker(scans)
    assert third.mask.marked(2) and third.mask.marked(8) and third.project.kept.restored[ITEM].aside == ()


def test_a_write_that_failed_half_way_is_written_over_by_the_next(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(scans)
    worker.paint(2)
    really = disk.append

    def half(path: Path, content: bytes, at: int) -> None:
        really(path, content[: len(content) // 2], at)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "append", half)
    with pytest.raises(ProjectProblem, match="The disk is full"):
        worker.paint(4)
    monkeypatch.setattr(disk, "append", really)
    worker.history.undo()
    worker.history.redo()
    worker.die()
    again = Worker(scans)
    assert same(again.mask, worker.mask) and again.project.kept.restored[ITEM].aside == ()


def test_a_journal_that_vanished_under_the_program_is_not_gone_on_with(scans: Path) -> None:
    worker = Worker(scans)
    worker.paint(2)
    worker.project.kept.journals.all()[0].unlink()
    with pytest.raises(ProjectProblem, match="is gone"):
        worker.paint(4)
    worker.project.save_mask(ITEM, worker.mask.snapshot())
    worker.paint(6)
    worker.die()
    assert same(Worker(scans).mask, worker.mask)


def test_slices_that_moved_since_the_crash_take_their_strokes_along(scans: Path) -> None:
    worker = Worker(scans)
    names = tuple(f"s{k}" for k in range(12))
    worker.mask = worker.project.load_mask(ITEM, axial_grid(), names)
    worker.history = EditHistory(worker.mask)
    worker.history.on_step = lambda step: worker.write(Record.of_step(step.kind, step.edit))
    worker.paint(5)
    worker.die()
    project = Project.open(scans)
    project.items[ITEM] = WorkItem.of(found_volume(scans, 11))
    mask = project.load_mask(ITEM, axial_grid(11), (*names[2:], "late"))
    assert [k for k in range(11) if mask.marked(k)] == [3]
    assert mask.status(3) == SliceStatus.CORRECTED and (mask.origin(3)[3:8, 4:10] == Origin.HAND).all()


def test_journals_of_names_that_begin_alike_stay_apart(scans: Path) -> None:
    project = Project.open(scans)
    for name in ("a.png", "sub/b.png"):
        project.add(found_picture(scans, name))
    project.add(found_picture(scans, "a.png.000001"))
    grid = Geometry.pixels((1, 20, 30))
    for name in ("a.png", "a.png.000001", "sub/b.png"):
        mask = project.load_mask(name, grid)
        history = EditHistory(mask)
        said: list[Record] = []
        history.on_step = lambda step, said=said: said.append(Record.of_step(step.kind, step.edit))
        stroke = history.stroke("Brush")
        stroke.paint(0, 1, 1, np.ones((2, len(name)), bool), 1)
        stroke.commit()
        project.kept.keep(name, project.kept.generation(name), said)
    looking = Project.open(scans, write=False)
    for name in ("a.png", "a.png.000001", "sub/b.png"):
        looking.add(found_picture(scans, name))
        assert np.count_nonzero(looking.load_mask(name, grid).labels(0)) == 2 * len(name)


def test_which_model_made_a_draft_and_when_comes_back_by_slice(scans: Path) -> None:
    worker = Worker(scans)
    draft = np.ones((1, *worker.mask.shape[1:]), np.uint8)
    first, second = (DraftSource(f"lung-v{n}", 0.5, f"2026-01-0{n}T00:00:00+00:00") for n in (1, 2))
    worker.history.put_draft(draft, draft * np.uint8(200), first, "Segment", first_slice=2)
    worker.history.accept("Accept")
    worker.project.save_mask(ITEM, worker.mask.snapshot())
    worker.history.put_draft(draft, draft * np.uint8(200), second, "Segment", first_slice=5)
    worker.die()
    again = Worker(scans)
    assert dict(again.mask.makers) == {2: first, 5: second} and again.mask.draft_source == second
    again.project.save_mask(ITEM, again.mask.snapshot())
    again.die()
    assert dict(Worker(scans).mask.makers) == {2: first, 5: second}


def test_who_only_looks_has_record_and_mask_on_the_slices_of_today(scans: Path) -> None:
    worker = Worker(scans)
    names = tuple(f"s{k}" for k in range(12))
    worker.mask = worker.project.load_mask(ITEM, axial_grid(), names)
    EditHistory(worker.mask).check([5], "Check")
    worker.project.save_mask(ITEM, worker.mask.snapshot())
    looking = Project.open(scans, write=False)
    looking.items[ITEM] = WorkItem.of(found_volume(scans, 11))
    looking.load_mask(ITEM, axial_grid(11), names[1:])
    assert looking.record(ITEM).statuses.index(SliceStatus.CHECKED) == 4 and len(looking.record(ITEM).roles) == 11
