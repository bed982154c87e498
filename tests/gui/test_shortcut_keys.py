"""Keys that are changed in the shortcuts sheet, with real clicks and real keys, and what then listens to them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from lesionstudio.gui.dialogs.shortcuts import ShortcutsSheet
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.key_way import KeyWay
from lesionstudio.settings import load_settings
from tests import phantoms
from tests.gui.seats import LEFT, Hands, hands_on

Key = Qt.Key
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("scans")
    phantom = phantoms.ct_phantom((4, 32, 32), (5.0, 2.0, 2.0))
    phantoms.write_nifti(folder / "ct.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Iterator[Hands]:
    yield window
    for sheet in window.window.findChildren(ShortcutsSheet):
        sheet.close()
    window.desk.wiring.verbs._keep_shortcuts({})
    window.afresh()


def opened(hands: Hands) -> ShortcutsSheet:
    hands.do("shortcuts")
    sheet = next(one for one in hands.window.findChildren(ShortcutsSheet) if one.isVisible())
    hands.until(sheet.isActiveWindow)
    return sheet


def way(sheet: ShortcutsSheet, verb: str) -> KeyWay:
    found = [one for one in sheet.findChildren(KeyWay) if one.objectName() == f"{verb}_keys" and one.isVisible()]
    return found[0]


def press_for(sheet: ShortcutsSheet, verb: str, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    """Clicks the verb's caps and presses these keys."""
    QTest.mouseClick(way(sheet, verb), LEFT)
    QTest.keyClick(QApplication.focusWidget(), key, held)
    QApplication.processEvents()


def click(sheet: ShortcutsSheet, name: str) -> None:
    button = next(one for one in sheet.findChildren(QAbstractButton, name) if one.isVisible())
    QTest.mouseClick(button, LEFT)
    QApplication.processEvents()


def said(sheet: ShortcutsSheet) -> str:
    words = sheet.findChild(QLabel, "shortcut_words")
    assert words is not None
    return words.text()


def close(hands: Hands, sheet: ShortcutsSheet) -> None:
    QTest.keyClick(sheet, Key.Key_Escape)
    hands.window.activateWindow()
    hands.until(hands.window.isActiveWindow)
    hands.picture.setFocus()


def tool(hands: Hands) -> str:
    return hands.desk.wiring.toolbox.tool


def test_a_new_key_does_it_and_the_old_one_no_longer(hands: Hands) -> None:
    sheet = opened(hands)
    QTest.mouseClick(way(sheet, "brush"), LEFT)
    assert said(sheet) == "Press the new keys for Brush. Backspace: no key. Esc: as it is."
    QTest.keyClick(QApplication.focusWidget(), Key.Key_K)
    close(hands, sheet)
    hands.do("eraser")
    hands.key(Key.Key_B)
    assert tool(hands) == "eraser"
    hands.key(Key.Key_K)
    assert tool(hands) == "brush"
    assert hands.button("brush_button").toolTip().startswith("Brush  K")
    assert hands.window.actions_by_verb["brush"].shortcut().toString() == "K"


def test_what_was_chosen_is_kept_by_verb(hands: Hands) -> None:
    sheet = opened(hands)
    press_for(sheet, "redo", Key.Key_F5)
    close(hands, sheet)
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    assert load_settings().shortcuts == {"redo": "F5 Ctrl+Y"}


def test_keys_of_another_action_are_named_and_taken_over_only_if_wanted(hands: Hands) -> None:
    sheet = opened(hands)
    press_for(sheet, "lock_label", Key.Key_E, CTRL)
    assert said(sheet) == "Ctrl+E is Export. Take it over?"
    click(sheet, "leave_button")
    assert hands.session.settings.shortcuts == {} and way(sheet, "export").key == "Ctrl+E"
    press_for(sheet, "lock_label", Key.Key_E, CTRL)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Escape)
    assert sheet.isVisible() and hands.session.settings.shortcuts == {}
    press_for(sheet, "lock_label", Key.Key_E, CTRL)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Return)
    assert hands.session.settings.shortcuts == {"lock_label": "Ctrl+E"}
    assert way(sheet, "export").key == "" and hands.window.actions_by_verb["export"].shortcuts() == []
    close(hands, sheet)
    hands.key(Key.Key_E, CTRL)
    assert 1 in hands.session.labels.locked
    hands.lock()


def test_one_key_goes_back_and_all_go_back(hands: Hands) -> None:
    sheet = opened(hands)
    reset_all = sheet.findChild(QAbstractButton, "reset_all_button")
    assert reset_all is not None and not reset_all.isEnabled()
    press_for(sheet, "brush", Key.Key_K)
    press_for(sheet, "flag", Key.Key_B)
    click(sheet, "brush_reset_button")
    assert said(sheet) == "B is Flag. Take it over?"
    click(sheet, "take_over_button")
    assert hands.session.settings.shortcuts == {"flag": ""}
    press_for(sheet, "fit", Key.Key_Z)
    click(sheet, "reset_all_button")
    assert hands.session.settings.shortcuts == {} and not reset_all.isEnabled()


def test_backspace_takes_a_key_away_and_esc_changes_nothing(hands: Hands) -> None:
    sheet = opened(hands)
    press_for(sheet, "flag", Key.Key_Escape)
    assert sheet.isVisible() and hands.session.settings.shortcuts == {}
    press_for(sheet, "flag", Key.Key_Backspace)
    assert hands.session.settings.shortcuts == {"flag": ""}
    assert "no key" in way(sheet, "flag").accessibleName()


def test_held_keys_stay_what_they_are(hands: Hands) -> None:
    sheet = opened(hands)
    press_for(sheet, "brush", Key.Key_X)
    assert said(sheet) == "X stays with what it does on the picture."
    assert hands.session.settings.shortcuts == {}
    assert not [one for one in sheet.findChildren(KeyWay) if one.objectName() == "eraser_keys"]


def test_tab_can_be_chosen_and_counts_only_on_the_picture(hands: Hands) -> None:
    sheet = opened(hands)
    press_for(sheet, "next_item", Key.Key_F7)
    assert way(sheet, "next_item").key == "F7" and way(sheet, "next_item").isVisible()
    press_for(sheet, "next_item", Key.Key_Tab)
    assert hands.session.settings.shortcuts == {}
    close(hands, sheet)
    asked: list[str] = []
    hands.window.actions_by_verb["next_item"].triggered.connect(lambda: asked.append("next"))
    hands.key(Key.Key_Tab)
    assert asked == ["next"]
    hands.window.draw_page.leave_picture()
    hands.key(Key.Key_Tab)
    assert asked == ["next"]


def test_sentences_on_the_window_name_the_keys_in_use(hands: Hands) -> None:
    sheet = opened(hands)
    press_for(sheet, "accept", Key.Key_K)
    close(hands, sheet)
    words = [one.text() for one in hands.window.draw_page.findChildren(QLabel)]
    assert "K on a lesion accepts only that one." in words


def test_a_preview_is_accepted_with_the_keys_chosen_for_checking(hands: Hands) -> None:
    import numpy as np

    from lesionstudio.imaging.geometry import Box
    from lesionstudio.imaging.proposal import Proposal

    sheet = opened(hands)
    press_for(sheet, "check_slice", Key.Key_K)
    close(hands, sheet)
    box = Box((0, 2, 2), (1, 5, 5))
    hands.desk.parts.proposals.show(Proposal.of("Wand", box, np.ones((1, 3, 3), bool), 1))
    hands.key(Key.Key_Return)
    assert hands.mask.counts() == {}
    hands.key(Key.Key_K)
    assert hands.mask.counts() == {1: 9}
    hands.key(Key.Key_K)
    assert hands.session.slice_number == 1
