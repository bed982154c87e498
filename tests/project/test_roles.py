"""Roles in a study: the first mark is always learned from, and what may have been learned from is never measured on."""

from pathlib import Path

import numpy as np
import pytest

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import ItemRecord, Role
from tests.project.conftest import COLUMNS, ROWS, axial_grid, found_volume

SLICES = 60


def roles_of(project: Project, item_id: str = "ct.nii.gz") -> list[Role]:
    return list(project.record(item_id).roles)


def check_with_a_mark(project: Project, *slices: int) -> None:
    """What a person does with some slices, and what saving writes."""
    mask = project.load_mask("ct.nii.gz", axial_grid(SLICES))
    for k in slices:
        stroke = EditHistory(mask).stroke("Brush")
        stroke.paint(k, 3, 4, np.ones((5, 6), bool), 1)
        stroke.commit()
    EditHistory(mask).check(slices, "Check")
    project.save_mask("ct.nii.gz", mask.snapshot())


@pytest.fixture
def project(scans: Path) -> Project:
    project = Project.open(scans)
    project.add(found_volume(scans, SLICES))
    project.deal_roles()
    return project


def blocks(roles: list[Role]) -> list[list[int]]:
    held = [k for k, role in enumerate(roles) if role == Role.HELD_OUT]
    found: list[list[int]] = []
    for k in held:
        if found and found[-1][-1] == k - 1:
            found[-1].append(k)
        else:
            found.append([k])
    return found


def test_the_first_marks_block_is_learned_from_for_good_and_the_other_blocks_stay(project: Project) -> None:
    first, *others = blocks(roles_of(project))
    check_with_a_mark(project, first[0])
    assert project.release_first_marked("ct.nii.gz", first[0])
    assert blocks(roles_of(project)) == others
    assert roles_of(project)[first[0] - 1] == Role.LEARN
    project.close()

    again = Project.open(project.folder)
    again.deal_roles()
    assert blocks(roles_of(again)) == others
    again.close()


def test_only_the_first_mark_of_a_study_releases_a_block(project: Project) -> None:
    first, second, *_others = blocks(roles_of(project))
    check_with_a_mark(project, 0)
    assert not project.release_first_marked("ct.nii.gz", 0)
    check_with_a_mark(project, first[0])
    assert not project.release_first_marked("ct.nii.gz", first[0])
    assert blocks(roles_of(project))[:2] == [first, second]
    project.close()


def test_a_study_that_had_marks_before_the_program_knew_of_this_releases_nothing(project: Project) -> None:
    first = blocks(roles_of(project))[0]
    check_with_a_mark(project, 0, first[0])
    assert not project.release_first_marked("ct.nii.gz", first[0])
    assert blocks(roles_of(project))[0] == first
    project.close()


def test_a_block_with_a_slice_checked_before_the_dealing_is_not_held_out(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans, SLICES))
    check_with_a_mark(project, *range(0, SLICES, 2))
    project.deal_roles()
    assert not blocks(roles_of(project))
    project.close()


def test_what_was_dealt_after_a_record_was_written_is_written_too(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans, SLICES))
    project.save_record("ct.nii.gz", ItemRecord.new(SLICES))
    project.deal_roles()
    held = blocks(roles_of(project))
    assert held
    project.close()
    again = Project.open(scans)
    assert blocks(roles_of(again)) == held
    again.close()


def test_a_slice_set_aside_for_testing_stays_so_when_roles_change(project: Project) -> None:
    first = blocks(roles_of(project))[0]
    roles = roles_of(project)
    roles[0] = Role.TEST
    project.update_record("ct.nii.gz", roles=tuple(roles))
    assert project.release_first_marked("ct.nii.gz", first[0])
    assert roles_of(project)[0] == Role.TEST
    project.close()


def test_a_held_out_patient_is_released_whole(scans: Path) -> None:
    project = Project.open(scans)
    for n in range(5):
        for part in "ab":
            name = f"{n}{part}.nii.gz"
            source = ScanSource("nifti", (scans / name,))
            project.add(FoundScan(name, source, name, (10, ROWS, COLUMNS), "CT", f"p{n}", kind="volume"))
    project.deal_roles()
    held = [name for name in project.items if Role.HELD_OUT in project.record(name).roles]
    assert len(held) == 2
    assert project.release_first_marked(held[1], 4)
    assert not any(Role.HELD_OUT in project.record(name).roles for name in project.items)
    project.close()
