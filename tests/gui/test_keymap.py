"""Keymap: chosen keys go before the table's, each key does one thing, and the way back is always there."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from lesionstudio.gui.action_spec import ActionSpec
from lesionstudio.gui.actions import action_table
from lesionstudio.gui.keymap import FIXED, Keymap, key_text

TABLE = (
    ActionSpec("brush", "Brush", keys="B"),
    ActionSpec("redo", "Redo", keys="Ctrl+Shift+Z Ctrl+Y"),
    ActionSpec("check", "Check", keys="Return Enter"),
    ActionSpec("eraser", "Eraser", keys="E"),
    ActionSpec("tour", "Tour"),
)
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def keymap(**chosen: str) -> Keymap:
    return Keymap(TABLE, chosen)


def test_without_a_choice_the_table_holds_and_enter_of_the_number_pad_is_enter() -> None:
    assert [spec.keys for spec in keymap()] == [spec.keys for spec in TABLE]
    assert keymap().keys("check") == ("Return",)
    assert not any(keymap().is_changed(spec.verb) for spec in TABLE)


def test_a_chosen_key_replaces_the_one_it_was_chosen_for_and_no_other() -> None:
    made = keymap().with_key("redo", "Ctrl+Y", "F5")
    assert made.keys("redo") == ("Ctrl+Shift+Z", "F5")
    assert made.chosen == {"redo": "Ctrl+Shift+Z F5"}


def test_a_key_taken_over_is_gone_where_it_was_and_comes_back_with_reset() -> None:
    made = keymap().with_key("tour", "", "B")
    assert (made.keys("tour"), made.keys("brush")) == (("B",), ())
    assert made.is_changed("brush") and made.owner("B", "brush") is TABLE[4]
    assert made.with_key("brush", "", "B").chosen == {}
    assert made.reset("tour").keys("brush") == ("B",)
    assert made.reset("brush").keys("tour") == ()


def test_of_two_chosen_alike_one_has_the_key() -> None:
    made = keymap(brush="K", tour="K")
    assert (made.keys("brush"), made.keys("tour")) == (("K",), ())


def test_a_key_can_be_taken_away() -> None:
    made = keymap().with_key("brush", "B", "")
    assert made.keys("brush") == () and made.chosen == {"brush": ""}


def test_chosen_enter_means_both_enters() -> None:
    made = keymap().with_key("brush", "B", "Return")
    assert next(spec.keys for spec in made if spec.verb == "brush") == "Return Enter"
    assert made.keys("check") == ()


def test_what_a_newer_version_wrote_is_kept_and_keys_that_are_held_stay() -> None:
    made = keymap(hologram="H", brush="E")
    assert made.keys("brush") == () and made.keys("eraser") == ("E",)
    assert made.with_key("brush", "", "B").chosen == {"hologram": "H"}


def test_the_fixed_keys_of_the_table_are_those_of_the_picture() -> None:
    table = Keymap(action_table(), {})
    owners = {key: table.owner(key, "") for key in FIXED}
    assert {key: owner.verb for key, owner in owners.items() if owner} == {"E": "eraser", "Esc": "reject_proposal"}


@pytest.mark.parametrize(
    ("key", "held", "words", "text"),
    [
        (Qt.Key.Key_K, NONE, "k", "K"),
        (Qt.Key.Key_K, CTRL | SHIFT, "", "Ctrl+Shift+K"),
        (Qt.Key.Key_Question, SHIFT, "?", "?"),
        (Qt.Key.Key_Backtab, SHIFT, "", "Shift+Tab"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "\r", "Return"),
        (Qt.Key.Key_PageDown, SHIFT, "", "Shift+PgDown"),
        (Qt.Key.Key_F12, NONE, "", "F12"),
        (Qt.Key.Key_Shift, SHIFT, "", ""),
        (Qt.Key.Key_CapsLock, NONE, "", ""),
    ],
)
def test_pressed_keys_are_written_as_the_table_writes_them(
    key: Qt.Key, held: Qt.KeyboardModifier, words: str, text: str
) -> None:
    assert key_text(QKeyEvent(QEvent.Type.KeyPress, key, held, words)) == text
