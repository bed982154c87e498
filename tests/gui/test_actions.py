"""The action table: one verb, one key, one sign each, and nothing that is not shipped or not used."""

import re
from collections import Counter
from pathlib import Path

from PySide6.QtGui import QKeySequence

from lesionstudio.gui.actions import action_table, caps_of, gestures, groups, tip_text
from lesionstudio.gui.dialogs.shortcut_lines import lines_by_group
from lesionstudio.gui.menus import Actions
from lesionstudio.resources import resource

GUI = Path(__file__).resolve().parents[2] / "lesionstudio" / "gui"


def test_no_two_actions_share_a_key() -> None:
    keys = Counter(QKeySequence(key).toString() for spec in action_table() for key in spec.shortcuts)
    assert [key for key, n in keys.items() if n > 1] == []
    assert "" not in keys


def test_verbs_are_named_once() -> None:
    verbs = [spec.verb for spec in action_table()]
    assert len(verbs) == len(set(verbs))


def test_every_sign_that_is_named_is_shipped() -> None:
    for spec in action_table():
        assert not spec.icon or resource("icons", f"{spec.icon}.svg").is_file(), spec


def test_every_sign_that_is_shipped_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in GUI.rglob("*.py"))
    named = set(re.findall(r'"([a-z][a-z0-9-]*)"', source))
    shipped = {path.stem for path in resource("icons").glob("*.svg")}
    assert shipped - named == set()


def test_the_licences_lie_beside_what_they_license() -> None:
    assert "MIT" in resource("icons", "LICENSE-tabler.txt").read_text(encoding="utf-8")
    assert "SIL" in resource("fonts", "LICENSE-inter.txt").read_text(encoding="utf-8")


def test_menu_entries_are_named_after_their_verbs(actions: Actions) -> None:
    assert all(actions[verb].objectName() == verb for verb in actions)


def test_a_tooltip_says_name_key_and_purpose() -> None:
    undo = next(spec for spec in action_table() if spec.verb == "undo")
    assert tip_text(undo) == "Undo  Ctrl+Z\nTakes back the last step, on its slice."


def test_keys_are_shown_as_caps() -> None:
    assert caps_of("Ctrl+Shift+A") == ("Ctrl", "Shift", "A")
    assert caps_of("Return") == ("Enter",)
    assert caps_of("Ctrl+,") == ("Ctrl", ",")
    assert caps_of("Ctrl++") == ("Ctrl", "+")
    assert caps_of("+") == ("+",)


def test_the_shortcut_page_holds_every_key_and_gesture() -> None:
    lines = lines_by_group()
    assert set(lines) == set(groups())
    shown = {line.text for group in lines.values() for line in group}
    assert {gesture.text for gesture in gestures()} <= shown
    assert {spec.text for spec in action_table() if spec.keys and spec.group} <= shown


def test_a_verb_does_what_it_was_given(actions: Actions) -> None:
    done: list[str] = []
    actions.on("undo", lambda: done.append("undo"))
    actions.trigger("undo")
    actions.allow("undo", False)
    actions.trigger("undo")
    assert done == ["undo"]


def test_undo_says_what_it_would_take_back(actions: Actions) -> None:
    actions.retitle("undo", "Undo Brush")
    assert actions["undo"].text() == "Undo Brush"
    assert actions["undo"].toolTip().startswith("Undo Brush  Ctrl+Z")
