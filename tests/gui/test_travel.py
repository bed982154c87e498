"""Undo, redo and jumps at the desk: on the slice of the edit, through whatever kind of step, and over several scans."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lesionstudio.imaging.formats import write_mask
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import LAYERS, Mask, Pixels, SliceStatus
from lesionstudio.project.project import Project
from tests import phantoms
from tests.gui.desk import Desk, desk


@pytest.fixture
def here(qtbot: QtBot) -> Iterator[Desk]:
    with desk(qtbot) as made:
        yield made


@pytest.fixture
def volume_folder(tmp_path: Path) -> Path:
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "scans" / "chest.nii.gz", phantom.voxels, phantom.affine)
    return tmp_path / "scans"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures, two of them with a mask beside them in which a label 2 is marked."""
    folder = tmp_path / "pictures"
    for n in range(3):
        phantoms.write_png(folder / f"p{n}.png", phantoms.picture_phantom())
    (folder / "masks").mkdir()
    for n in (0, 1):
        write_mask(folder / "masks" / f"p{n}.png", imported()[None], Geometry.pixels((1, *imported().shape)))
    return folder


def imported() -> Pixels:
    marks = phantoms.picture_phantom().lesion * np.uint8(2)
    marks[:3, :3] = 1
    return marks


def mask_of(here: Desk) -> Mask:
    assert here.session.mask is not None
    return here.session.mask


def everything(mask: Mask) -> list[object]:
    return [*(mask.volume(layer).tobytes() for layer in LAYERS), mask.statuses.tolist(), mask.draft_source]


def titles(here: Desk) -> list[str]:
    history = here.session.history
    return [edit.title for edit in history.steps] if history is not None else []


def statuses(here: Desk) -> dict[str, str]:
    return {item.name: item.status for item in here.session.items}


def show(here: Desk, name: str) -> None:
    (item_id,) = (item.id for item in here.session.items if item.name == name)
    here.session.open_item(item_id)
    here.until(lambda: here.session.current_id == item_id)


def import_both(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.until(lambda: len(here.importing.found) == 2)
    here.importing.import_found()
    here.until(lambda: any(notice.action == "take_back" for notice in here.notices))
    here.saved()


def test_a_jump_in_the_list_shows_the_slice_of_the_step_it_ends_on(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    states = [everything(mask_of(here))]
    for k in (2, 5, 8, 11):
        here.session.go_to_slice(k)
        here.paint(5, 5)
        states.append(everything(mask_of(here)))
    for position, k in ((1, 5), (3, 8), (0, 2), (4, 11)):
        here.travel.go_to(position)
        assert here.session.slice_number == k and everything(mask_of(here)) == states[position]
    here.travel.go_to(9)
    assert everything(mask_of(here)) == states[4]


def test_the_picture_stands_on_the_slice_before_the_edit_is_taken_back(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.paint(5, 5)
    here.session.go_to_slice(7)
    shown: list[bool] = []
    here.session.slice_changed.connect(lambda k: shown.append(mask_of(here).marked(k)))
    here.travel.undo()
    assert shown == [True] and not mask_of(here).marked(0)


def test_drafts_answers_and_checks_are_steps_like_a_stroke(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    states = [everything(mask_of(here))]
    here.models.segment_scan()
    here.until(lambda: not here.models.is_busy and bool(mask_of(here).draft_slices()))
    states.append(everything(mask_of(here)))
    here.session.go_to_slice(mask_of(here).draft_slices()[0])
    here.marking.accept()
    states.append(everything(mask_of(here)))
    here.marking.check_slice()
    states.append(everything(mask_of(here)))
    here.saved()
    here.marking.reject_scan()
    states.append(everything(mask_of(here)))
    assert titles(here) == ["Segment scan", "Accept draft", "Check slice", "Reject the scan's drafts"]
    for position in (3, 2, 1, 0, 2, 4):
        here.travel.go_to(position)
        assert everything(mask_of(here)) == states[position]


def test_undo_works_over_saves_while_the_scan_is_open(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    empty = everything(mask_of(here))
    here.paint(5, 5)
    here.saved()
    here.travel.undo()
    here.saved()
    assert everything(mask_of(here)) == empty and here.session.project is not None
    item = here.session.project.items[here.session.current_id]
    assert here.session.scan is not None
    again = Project.open(volume_folder, write=False)
    assert not again.load_mask(item.id, here.session.scan.geometry).marked(0)


def test_deleting_a_label_is_a_step_and_undo_brings_back_that_label_only(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.marking.add_label("Effusion")
    here.paint(5, 5, label=2)
    here.marking.delete_label(2)
    here.marking.add_label("Node")
    assert [label.name for label in here.session.labels] == ["Lesion", "Node"]
    here.travel.undo()
    assert [label.name for label in here.session.labels] == ["Lesion", "Effusion", "Node"]
    here.travel.redo()
    assert [label.name for label in here.session.labels] == ["Lesion", "Node"]
    assert titles(here) == ["Brush", "Delete label Effusion"]


def test_a_label_deleted_on_another_scan_can_still_be_brought_back(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.marking.add_label("Effusion")
    here.marking.delete_label(2)
    assert here.study_steps.elsewhere == []
    show(here, "p2")
    here.paint(5, 5)
    assert titles(here) == ["Brush"]
    (step,) = here.study_steps.elsewhere
    here.study_steps.move_from_list(step)
    assert [label.name for label in here.session.labels] == ["Lesion", "Effusion"]
    assert titles(here) == ["Brush", "Take back: Delete label Effusion"] and here.study_steps.elsewhere == []
    here.travel.undo()
    assert [label.name for label in here.session.labels] == ["Lesion"]


def test_an_import_over_several_scans_is_one_step_and_undone_whole(here: Desk, pictures: Path) -> None:
    import_both(here, pictures)
    assert statuses(here) == {"p0": "imported", "p1": "imported", "p2": "new"} and titles(here) == ["Import masks"]
    assert len(here.session.labels) == 2
    here.paint(60, 60)
    here.travel.go_to(0)
    here.until(lambda: statuses(here) == {"p0": "new", "p1": "new", "p2": "new"})
    assert len(here.session.labels) == 1 and titles(here) == ["Import masks", "Brush"]
    here.saved()
    here.travel.go_to(2)
    here.until(lambda: statuses(here) == {"p0": "corrected", "p1": "imported", "p2": "new"})
    here.saved()
    show(here, "p1")
    assert (mask_of(here).labels(0) == imported()).all()


def test_an_import_keeps_an_earlier_state_of_each_mask_it_touches(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.paint(60, 60)
    before = everything(mask_of(here))
    here.importing.found = {item.id: pictures / "masks" / "p0.png" for item in here.session.items[:2]}
    here.importing.import_found()
    here.until(lambda: any(notice.action == "take_back" for notice in here.notices))
    project = here.session.project
    assert project is not None
    (state,) = project.states.of(here.session.current_id)
    assert state.why == "Import masks" and everything(Mask.restore(project.states.read(state))) == before


def test_an_import_is_not_undone_anywhere_when_one_scan_was_changed_since(here: Desk, pictures: Path) -> None:
    import_both(here, pictures)
    show(here, "p1")
    row, column = np.argwhere(imported() == 2)[0]
    here.paint(int(row), int(column))
    show(here, "p0")
    (step,) = here.study_steps.elsewhere
    here.study_steps.move_from_list(step)
    here.until(lambda: here.notices[-1].kind == "warning")
    assert "p1 changed since" in here.notices[-1].title
    assert statuses(here) == {"p0": "imported", "p1": "corrected", "p2": "new"} and step.done


def test_strokes_beside_what_was_imported_survive_when_the_import_is_taken_back(here: Desk, pictures: Path) -> None:
    import_both(here, pictures)
    show(here, "p2")
    here.paint(3, 3)
    show(here, "p1")
    (step,) = here.study_steps.elsewhere
    here.study_steps.move_from_list(step)
    here.until(lambda: statuses(here)["p0"] == "new" and not step.done)
    assert not mask_of(here).labels(0).any() and titles(here) == ["Take back: Import masks"]
    here.travel.undo()
    here.until(lambda: statuses(here)["p0"] == "imported")
    assert (mask_of(here).labels(0) == imported()).all()


def test_what_cannot_be_undone_everywhere_can_be_undone_here_alone(here: Desk, pictures: Path) -> None:
    import_both(here, pictures)
    others = [item.id for item in here.session.items if item.name == "p1"]
    here.saved()

    def scribble(history: object) -> None:
        history.set_status([0], SliceStatus.CHECKED, "Check")  # type: ignore[attr-defined]

    here.masks.change(others[0], scribble)
    here.until(lambda: statuses(here)["p1"] == "checked")
    here.saved()
    here.travel.undo()
    here.until(lambda: here.notices[-1].action == "undo_here")
    assert statuses(here)["p0"] == "imported"
    here.travel.undo_here()
    assert statuses(here) == {"p0": "new", "p1": "checked", "p2": "new"}
    here.travel.redo()
    assert statuses(here) == {"p0": "imported", "p1": "checked", "p2": "new"}


def test_segment_all_is_one_step_of_the_study_and_taken_back_whole(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.paint(80, 90)
    here.models.segment_all()
    here.until(lambda: not here.models.is_busy and titles(here) == ["Brush", "Segment scan"])
    history = here.session.history
    here.until(lambda: history is not None and any(edit.attached is not None for edit in history.steps))
    here.saved()
    assert set(statuses(here).values()) == {"draft", "corrected"} and here.study_steps.elsewhere == []
    assert here.session.project is not None
    assert [state.why for state in here.session.project.states.of(here.session.current_id)] == ["Segment all scans"]
    here.travel.undo()
    here.until(lambda: statuses(here) == {"p0": "corrected", "p1": "new", "p2": "new"})
    here.saved()
    here.travel.redo()
    here.until(lambda: statuses(here)["p1"] == "draft" and mask_of(here).has_draft(0))


def test_a_draft_for_another_scan_is_not_lost_while_somebody_paints(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    other = here.session.items[1].id
    history = here.session.history
    assert history is not None
    stroke = history.stroke("Brush")
    here.models.segment_all()
    here.until(lambda: here.session.item_view(other).status == "draft")
    stroke.abandon()
    here.until(lambda: statuses(here) == {"p0": "draft", "p1": "draft", "p2": "draft"})
