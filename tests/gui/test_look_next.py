"""Where to look next, by J and clicks in the real window; a stand-in is unsure by a rule one can see."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui.panels.look_bar import LookBar
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.worklist import Role
from tests import phantoms
from tests.gui.desk import put_model_on_shelf
from tests.gui.seats import Hands, hands_on
from tests.stand_in import StandIn, bright_is_lesion

Key = Qt.Key


def unsure_by_number(*, slices: list[int], item: str, **_rest: object) -> dict[str, Any]:
    """Answers as look_next does: the higher the slice, the less sure."""
    facts = {"by_label": [], "why": "borders", "voxels": 90, "places": 2, "amount": [1.5, "ml"], "item": item}
    return {"doubts": [{"slice": k, "score": k / 100, **facts} for k in slices]}


def warm_corner(*, k: int, out: str, **_rest: object) -> dict[str, Any]:
    """Answers as doubt_map does: the first rows are warm, more of them the higher the slice."""
    heat = np.zeros((96, 120), np.uint8)
    heat[: k + 1] = 255
    np.save(Path(out) / "heat.npy", heat)
    return {"heat": str(Path(out) / "heat.npy")}


VERBS = {"segment_scan": bright_is_lesion, "look_next": unsure_by_number, "doubt_map": warm_corner}


@pytest.fixture
def compute() -> list[StandIn]:
    return []


@pytest.fixture
def hands(look: Look, tmp_path: Path, compute: list[StandIn]) -> Iterator[Hands]:
    put_model_on_shelf()
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "scans" / "chest.nii.gz", phantom.voxels, phantom.affine)

    def start(listener: Any) -> StandIn:
        compute.append(StandIn(listener, VERBS))
        return compute[0]

    with hands_on(look, tmp_path / "scans", compute=start) as made:
        made.desk.parts.models.choose_model("stand-in")
        yield made


def look(hands: Hands) -> None:
    """Looks through everything, and then J."""
    look_next = hands.desk.parts.look_next
    look_next.look()
    hands.until(lambda: not look_next.is_looking)
    hands.key(Key.Key_J)


def slices(hands: Hands, why: str = "") -> list[int]:
    return [one.place.k for one in hands.desk.parts.look_next.suggestions if why in ("", one.why)]


def words(hands: Hands, name: str) -> str:
    return next(one.text() for one in hands.window.findChildren(QLabel, name) if one.isVisible())


def test_j_goes_to_the_slice_the_model_is_least_sure_of_and_on(hands: Hands) -> None:
    look(hands)
    chosen = slices(hands, "borders")
    last = hands.session.scan.slices - 1  # type: ignore[union-attr]
    assert hands.session.slice_number == slices(hands)[0]
    assert chosen[0] == last and chosen[1] <= last - 3, "neighbours say the same again"
    assert words(hands, "look_why") == "Unsure at 2 borders, 1.5 ml"
    hands.key(Key.Key_J)
    assert hands.session.slice_number == slices(hands)[1]


def test_j_alone_begins_the_search_and_goes_as_soon_as_enough_is_known(hands: Hands) -> None:
    hands.key(Key.Key_J)
    look_next = hands.desk.parts.look_next
    hands.until(lambda: look_next.is_walking)
    assert look_next.current is not None
    first = look_next.current
    hands.until(lambda: not look_next.is_looking)
    assert look_next.current == first and look_next.suggestions[0] == first, "nothing moves under the hand"


def test_every_fifth_is_random_and_says_so(hands: Hands) -> None:
    look(hands)
    random = [n for n, one in enumerate(hands.desk.parts.look_next.suggestions) if one.is_random]
    assert random == [4, 9]
    for _n in range(4):
        hands.key(Key.Key_J)
    assert words(hands, "look_why") == "Picked at random, as a check"
    place = hands.desk.parts.what_next.here
    assert place is not None and hands.desk.parts.look_next.come_upon(place) == "random"


def test_enter_checks_and_goes_on_in_the_list_not_to_the_neighbour(hands: Hands) -> None:
    look(hands)
    first, second = slices(hands)[:2]
    hands.key(Key.Key_Return)
    assert hands.mask.status(first) == SliceStatus.CHECKED
    assert hands.session.slice_number == second
    assert first not in [one.place.k for one in hands.desk.parts.look_next.waiting]


def test_the_draft_of_the_next_in_the_list_is_made_ahead(hands: Hands) -> None:
    hands.key(Key.Key_S)
    hands.until(lambda: hands.mask.has_draft(hands.session.slice_number))
    look(hands)
    second = slices(hands)[1]
    hands.until(lambda: second in [place.k for place in hands.desk.parts.next_drafts.kept])
    hands.key(Key.Key_Return)
    assert hands.session.slice_number == second and hands.mask.has_draft(second)


def test_esc_leaves_the_list_and_enter_goes_to_the_neighbour_again(hands: Hands) -> None:
    look(hands)
    bar = hands.window.findChild(LookBar)
    assert bar is not None and bar.isVisible()
    hands.window.draw_page.banners.clear()
    hands.picture.setFocus()
    hands.key(Key.Key_Escape)
    assert not bar.isVisible()
    hands.session.go_to_slice(3)
    hands.key(Key.Key_Return)
    assert hands.session.slice_number == 4


def test_checked_and_held_out_slices_are_not_in_the_list(hands: Hands, compute: list[StandIn]) -> None:
    last = hands.session.scan.slices - 1  # type: ignore[union-attr]
    hands.session.edited(hands.history.check([last], "Check"))
    project, item = hands.session.project, hands.session.current_id
    assert project is not None
    roles = list(project.record(item).roles)
    roles[last - 1], roles[last - 2], roles[last - 3] = Role.HELD_OUT, Role.BETWEEN, Role.TEST
    project.records[item] = replace(project.record(item), roles=tuple(roles))
    hands.session.settings = replace(hands.session.settings, hold_out_slices=True)
    look(hands)
    asked = {k for verb, given, _urgent in compute[0].submitted if verb == "look_next" for k in given["slices"]}
    assert asked == set(range(last - 3)) and slices(hands, "borders")[0] == last - 4


def test_the_same_study_and_seed_give_the_same_list(hands: Hands) -> None:
    look(hands)
    first = slices(hands)
    hands.desk.parts.look_next.leave()
    hands.desk.parts.look_next.look()
    hands.until(lambda: not hands.desk.parts.look_next.is_looking)
    assert slices(hands) == first


def test_a_click_on_the_learn_page_opens_the_slice(hands: Hands) -> None:
    hands.do("learn_page")
    hands.button("look_for_slices_button").click()
    hands.until(lambda: not hands.desk.parts.look_next.is_looking)
    wanted = slices(hands)[2]
    hands.button(f"look_row_{wanted}").click()
    QApplication.processEvents()
    assert hands.window.draw_page.is_drawing and hands.session.slice_number == wanted
    hands.do("learn_page")
    hands.do("look_next")
    assert hands.window.draw_page.is_drawing and hands.session.slice_number == slices(hands)[3]


def test_the_heat_lies_over_its_slice_and_not_over_another(hands: Hands) -> None:
    hands.session.go_to_slice(2)
    hands.do("show_doubt")
    view = hands.window.draw_page.picture
    hands.until(lambda: view.heat is not None)
    assert view.heat is not None and view.heat[2].all() and not view.heat[3].any()
    hands.session.go_to_slice(6)
    assert view.heat is None
    hands.until(lambda: view.heat is not None and bool(view.heat[6].all()))
    hands.key(Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert view.heat is None


def test_a_held_out_slice_shows_no_heat_before_it_is_checked(hands: Hands, compute: list[StandIn]) -> None:
    project, item = hands.session.project, hands.session.current_id
    assert project is not None
    roles = (Role.HELD_OUT, *project.record(item).roles[1:])
    project.records[item] = replace(project.record(item), roles=roles)
    hands.session.settings = replace(hands.session.settings, hold_out_slices=True)
    hands.session.go_to_slice(0)
    hands.do("show_doubt")
    hands.until(lambda: not hands.desk.parts.doubt_heat._soon.isActive())
    assert [verb for verb, _given, _urgent in compute[0].submitted if verb == "doubt_map"] == []
    assert any("held out" in notice.title for notice in hands.window.draw_page.banners.notices)
