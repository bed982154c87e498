"""Stacks: which pictures could be one volume, and that marks, statuses and roles move both ways."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import DraftSource, SliceStatus
from lesionstudio.imaging.rulers import Ruler
from lesionstudio.project.project import Project
from lesionstudio.project.stacks import join, stackable, take_apart
from lesionstudio.project.worklist import Role, WorkItem
from lesionstudio.workflows.export import ExportOrder, export_masks

SIDE, SLICES = 12, 12
GRID = Geometry.pixels((1, SIDE, SIDE))


@pytest.fixture
def sections(tmp_path: Path) -> Path:
    """Pictures s1.png to s12.png, the n-th of grey 10 n, and two that are no part of the row."""
    folder = tmp_path / "sections"
    folder.mkdir()
    for n in range(1, SLICES + 1):
        Image.fromarray(np.full((SIDE, SIDE), 10 * n, np.uint8)).save(folder / f"s{n}.png")
    Image.fromarray(np.zeros((SIDE, SIDE + 1), np.uint8)).save(folder / "s13.png")
    Image.fromarray(np.zeros((SIDE, SIDE), np.uint8)).save(folder / "overview.png")
    return folder


def opened(folder: Path) -> Project:
    project = Project.open(folder)
    for found in find_scans(folder, salt=project.salt):
        project.add(found)
    return project


def members(project: Project) -> tuple[WorkItem, ...]:
    (group,) = stackable(project.items.values())
    return group


def joined(project: Project, spacing: tuple[float, float, float] | None = None) -> WorkItem:
    made = join(project, members(project), spacing)
    project.join(made.item, made.members)
    return made.item


def apart(project: Project, item: WorkItem) -> None:
    take_apart(project, item)
    project.take_apart(item.id)


def mark(project: Project, item_id: str, row: int, *, check: bool = False) -> None:
    """A stroke in one row of a picture, perhaps checked."""
    mask = project.load_mask(item_id, GRID)
    history = EditHistory(mask)
    stroke = history.stroke("Brush")
    stroke.paint(0, row, 0, np.ones((1, SIDE), bool), 1)
    stroke.commit()
    if check:
        history.check([0], "Check")
    project.save_mask(item_id, mask.snapshot())


def test_numbered_pictures_of_one_size_are_one_row_in_natural_order(sections: Path) -> None:
    project = opened(sections)
    assert [item.id for item in members(project)] == [f"s{n}.png" for n in range(1, SLICES + 1)]
    project.close()


def test_pictures_of_two_patients_or_folders_are_two_rows(tmp_path: Path) -> None:
    for folder, name in (("a", "P-01_"), ("a", "P-02_"), ("b", "P-01_")):
        (tmp_path / folder).mkdir(exist_ok=True)
        for n in range(3):
            Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / folder / f"{name}{n}.png")
    project = opened(tmp_path)
    assert [len(group) for group in stackable(project.items.values())] == [3, 3, 3]
    project.close()


def test_a_stack_is_read_slice_by_slice_with_the_spacing_that_was_typed(sections: Path) -> None:
    project = opened(sections)
    item = joined(project, (50.0, 4.0, 4.0))
    scan = project.read_scan(item)
    assert scan.geometry.shape == (SLICES, SIDE, SIDE) and scan.geometry.spacing_mm == (50, 4, 4)
    assert scan.geometry.has_spacing and not scan.geometry.has_orientation
    assert [int(scan.slice(k)[0, 0]) for k in (0, 1, 9, 11)] == [10, 20, 100, 120]
    project.close()


def test_without_a_spacing_lengths_are_pixels_and_a_source_comes_back_from_json(sections: Path) -> None:
    project = opened(sections)
    source = joined(project).source
    assert not read_scan(source).geometry.has_spacing
    kept = json.loads(json.dumps(source.to_json(sections)))
    assert kept["files"][0] == "s1.png" and ScanSource.from_json(kept, sections) == source
    project.close()


def test_a_picture_of_another_size_is_refused_when_it_is_looked_at_and_named(sections: Path) -> None:
    project = opened(sections)
    item = joined(project)
    Image.fromarray(np.zeros((3, 3), np.uint8)).save(sections / "s5.png")
    scan = project.read_scan(item)
    assert int(scan.slice(3)[0, 0]) == 40
    with pytest.raises(UnreadableFile, match=r"s5\.png is not of the size"):
        scan.slice(4)
    project.close()


def test_marks_statuses_flags_and_drafts_move_into_the_volume_and_back(sections: Path) -> None:
    project = opened(sections)
    mark(project, "s2.png", 3)
    mark(project, "s10.png", 7, check=True)
    ruler = Ruler(((0, 1, 1), (0, 1, 9)))
    project.update_record("s10.png", flags={0: "look here"}, seconds={0: 12.5}, rulers=(ruler,))
    draft, source = project.load_mask("s4.png", GRID), DraftSource("m", 0.5, "2026-01-01")
    proposed = np.ones((1, SIDE, SIDE), np.uint8)
    EditHistory(draft).put_draft(proposed, proposed * 200, source, "Segment")
    project.save_mask("s4.png", draft.snapshot())

    item = joined(project)
    record, mask = project.record(item.id), project.load_mask(item.id, project.read_scan(item).geometry)
    assert {k: int(mask.labels(k).argmax(axis=0)[0]) for k in (1, 9)} == {1: 3, 9: 7}
    assert record.marks == {1: (1,), 9: (1,)} and record.flags == {9: "look here"} and record.seconds == {9: 12.5}
    assert record.rulers == (Ruler(((9, 1, 1), (9, 1, 9))),)
    assert mask.status(1) == SliceStatus.CORRECTED and mask.status(9) == SliceStatus.CHECKED
    assert mask.has_draft(3) and mask.makers[3] == source

    history = EditHistory(mask)
    stroke = history.stroke("Eraser")
    stroke.paint(1, 0, 0, np.ones((SIDE, SIDE), bool), 0)
    stroke.paint(0, 5, 0, np.ones((1, SIDE), bool), 1)
    stroke.commit()
    history.check([3], "Check")
    project.save_mask(item.id, mask.snapshot())
    apart(project, item)
    assert list(project.items)[:3] == ["overview.png", "s1.png", "s2.png"]
    assert not project.load_mask("s2.png", GRID).marked(0)
    assert project.load_mask("s1.png", GRID).labels(0)[5].all()
    assert project.load_mask("s4.png", GRID).status(0) == SliceStatus.CHECKED
    assert project.record("s10.png").rulers == (ruler,) and project.record("s4.png").rulers == ()
    assert project.record("s10.png").flags == {0: "look here"} and project.record("s10.png").seconds == {0: 12.5}
    project.close()


def test_a_stack_is_there_again_when_the_study_is_opened_and_its_pictures_are_not_listed_twice(sections: Path) -> None:
    project = opened(sections)
    mark(project, "s3.png", 4)
    item = joined(project, (2.0, 1.0, 1.0))
    project.close()
    again = opened(sections)
    assert [one.id for one in again.items.values()] == ["overview.png", item.id, "s13.png"]
    assert again.items[item.id] == item and len(again.joined[item.id]) == SLICES
    assert again.load_mask(item.id, again.read_scan(item).geometry).labels(2)[4].all()
    apart(again, again.items[item.id])
    assert again.load_mask("s3.png", GRID).labels(0)[4].all()
    again.close()
    assert len(opened(sections).items) == SLICES + 2


def test_a_study_that_dies_before_its_list_is_saved_has_all_its_pictures_with_their_marks(sections: Path) -> None:
    project = opened(sections)
    mark(project, "s3.png", 4)
    project.save()
    join(project, members(project))  # and nobody says project.join
    project.close()
    again = opened(sections)
    assert not again.joined and again.load_mask("s3.png", GRID).labels(0)[4].all()
    again.close()


def test_joining_a_second_time_begins_with_the_marks_of_now(sections: Path) -> None:
    project = opened(sections)
    mark(project, "s3.png", 4)
    first = joined(project)
    apart(project, first)
    mark(project, "s3.png", 9)
    second = joined(project)
    labels = project.load_mask(second.id, project.read_scan(second).geometry).labels(2)
    assert labels[4].all() and labels[9].all()
    project.close()


def test_what_was_learned_from_or_set_aside_for_testing_stays_so(sections: Path) -> None:
    project = opened(sections)
    project.deal_roles()
    mark(project, "s3.png", 4, check=True)
    project.update_record("s7.png", roles=(Role.TEST,))
    before = [project.record(one.id).roles[0] for one in members(project)]
    item = joined(project)
    project.deal_roles()
    assert list(project.record(item.id).roles) == before
    apart(project, item)
    assert [project.record(one.id).roles[0] for one in members(project)] == before
    project.close()


def test_the_masks_of_a_stack_are_exported_under_the_names_of_its_pictures(sections: Path, tmp_path: Path) -> None:
    project = opened(sections)
    mark(project, "s2.png", 3, check=True)
    mark(project, "s11.png", 3, check=True)
    joined(project)
    project.close()
    done = export_masks(ExportOrder(sections, tmp_path / "out"))
    assert sorted(Path(file).name for file in done["files"]) == ["s11.png", "s2.png"]
    volume = export_masks(ExportOrder(sections, tmp_path / "volume", format="nifti"))
    assert [Path(file).name for file in volume["files"]] == ["s1 to 12.nii.gz"]
