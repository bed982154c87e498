"""Correct once, fix everywhere: what a new version would change, in the real window, taken over with one key or all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.dialogs.changes_sheet import ChangesSheet
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.model_card import read_card, write_card
from lesionstudio.project.project import Project
from tests import phantoms
from tests.gui.desk import put_model_on_shelf
from tests.gui.seats import Hands, hands_on
from tests.stand_in import StandIn, bright_is_lesion

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
NEW = (slice(4, 24), slice(4, 24))


def square_instead(*, project: str, model_id: str, out: str, **_rest: object) -> dict[str, Any]:
    """Answers as version_changes does: each draft, and each checked slice that had one, would become a square."""
    study, changes = Project.open(Path(project), write=False), []
    for item_id, item in study.items.items():
        record = study.record(item_id)
        for k, maker in record.makers.items():
            if maker.model != model_id and record.statuses[k] != SliceStatus.NEW:
                new = np.zeros(item.shape[1:], np.uint8)
                new[NEW] = 1
                file = f"{len(changes)}.npz"
                np.savez(Path(out) / file, labels=new, likeliest=new * 240, old=new * 0, new=new)
                facts = {"item": item_id, "slice": k, "file": file, "changed": 99, "dice": 0.1 * len(changes)}
                checked = record.statuses[k] == SliceStatus.CHECKED
                changes.append({**facts, "checked": checked, "before": 0.9, "after": 1.6, "unit": "ml"})
    return {"changes": sorted(changes, key=lambda one: bool(one["checked"]))}


VERBS = {"segment_scan": bright_is_lesion, "version_changes": square_instead}


@pytest.fixture
def hands(look: Look, tmp_path: Path) -> Iterator[Hands]:
    put_model_on_shelf()
    phantom = phantoms.ct_phantom()
    for name in ("a", "b"):
        phantoms.write_nifti(tmp_path / "scans" / f"{name}.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, tmp_path / "scans", compute=lambda listener: StandIn(listener, VERBS)) as made:
        models = made.desk.parts.models
        models.choose_model("stand-in")
        model = models.model_in_use
        assert model is not None
        write_card(replace(read_card(model.folder), id="version-2", title="Version 2"), newer(model.folder))
        models.look_again()
        made.session.settings = replace(made.session.settings, drafts_ahead=False)
        yield made


def newer(folder: Path) -> Path:
    made = folder.parent / "version-2"
    made.mkdir()
    return made


def draft_some(hands: Hands) -> None:
    """Slices 5 and 6 have open drafts, 6 with a stroke on it, and 8 had one and is checked."""
    for k in (5, 6, 8):
        hands.session.go_to_slice(k)
        hands.key(Key.Key_S)
        hands.until(lambda k=k: hands.mask.has_draft(k))
    hands.key(Key.Key_Return)
    hands.session.go_to_slice(6)
    hands.drag((10, 10), (10, 30))


def use_version(hands: Hands) -> None:
    hands.desk.parts.models.choose_model("version-2")
    hands.until(lambda: bool(hands.desk.parts.version_changes.changes))


def sheet(hands: Hands) -> ChangesSheet:
    hands.do("show_version_changes")
    found = hands.window.findChildren(ChangesSheet)[-1]
    hands.until(found.isVisible)
    return found


def press(on: ChangesSheet, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(on, key, held)
    QApplication.processEvents()


def test_using_another_version_lists_what_it_would_change_and_changes_nothing(hands: Hands) -> None:
    draft_some(hands)
    before = hands.mask.volume("draft").copy()
    use_version(hands)
    titles = [notice.title for notice in hands.window.draw_page.banners.notices]
    assert "2 drafts would change with this version." in titles
    assert (hands.mask.volume("draft") == before).all()


def test_enter_takes_one_over_and_n_leaves_one_and_strokes_stay(hands: Hands) -> None:
    draft_some(hands)
    stroke, origin = hands.mask.labels(6).copy(), hands.mask.origin(6).copy()
    use_version(hands)
    on = sheet(hands)
    first = on.current
    assert first is not None and first.place.k == 5
    hands.until(lambda: on._old.pixmap() is not None and not on._old.pixmap().isNull())
    press(on, Key.Key_Return)
    assert hands.mask.draft(5)[NEW].all() and int(hands.mask.draft(5).sum()) == 400
    assert hands.mask.makers[5].model == "version-2"
    assert on.current is not None and on.current.place.k == 6
    before = hands.mask.draft(6).copy()
    press(on, Key.Key_N)
    assert (hands.mask.draft(6) == before).all()
    assert (hands.mask.labels(6) == stroke).all() and (hands.mask.origin(6) == origin).all()
    on.close()


def test_all_are_taken_over_in_one_step_that_undo_takes_back_whole(hands: Hands) -> None:
    draft_some(hands)
    before = {k: hands.mask.draft(k).copy() for k in (5, 6)}
    stroke, judged = hands.mask.labels(6).copy(), hands.mask.origin(6) > 0
    use_version(hands)
    on = sheet(hands)
    press(on, Key.Key_Return, Shift)
    assert hands.mask.draft(5)[NEW].all() and not hands.mask.draft(6)[judged].any()
    assert (hands.mask.labels(6) == stroke).all()
    assert hands.history.undo_title == "Take over new drafts"
    on.close()
    hands.do("undo")
    assert all((hands.mask.draft(k) == old).all() for k, old in before.items())
    assert hands.mask.makers[5].model == "stand-in"


def test_a_checked_slice_is_pointed_out_and_never_changed(hands: Hands) -> None:
    draft_some(hands)
    labels = hands.mask.labels(8).copy()
    use_version(hands)
    on = sheet(hands)
    press(on, Key.Key_Return, Shift)
    assert on.current is not None and on.current.checked and on.current.place.k == 8
    assert not hands.button("take_over_button").isEnabled()
    press(on, Key.Key_Return)
    assert (hands.mask.labels(8) == labels).all() and not hands.mask.has_draft(8)
    hands.button("open_changed_button").click()
    assert hands.session.slice_number == 8


def test_drafts_of_a_scan_that_is_closed_are_taken_over_and_back_as_a_step_of_the_study(hands: Hands) -> None:
    draft_some(hands)
    first = hands.session.current_id
    hands.session.next_item()
    hands.until(lambda: hands.session.current_id != first)
    use_version(hands)
    on = sheet(hands)
    press(on, Key.Key_Return, Shift)
    on.close()
    hands.until(lambda: hands.history.undo_title == "Take over new drafts")
    hands.until(lambda: hands.desk.parts.runner.is_idle and hands.session.autosave.is_settled)
    assert hands.session.record(first).statuses[8] == SliceStatus.CHECKED
    hands.do("undo")
    hands.until(lambda: hands.desk.parts.runner.is_idle and hands.session.autosave.is_settled)
    hands.session.open_item(first)
    hands.until(lambda: hands.session.current_id == first)
    assert hands.mask.makers[5].model == "stand-in" and not hands.mask.draft(5)[NEW].all()
