"""Fields, choices, switches and the histogram, driven as a person drives them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Choices, Toggle, action_button, follow
from lesionstudio.gui.widgets.fields import NumberField, Slider
from lesionstudio.gui.widgets.histogram import WindowHistogram
from lesionstudio.gui.widgets.overflow import OverflowRow
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import ElidedLabel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def field(qtbot: QtBot) -> NumberField:
    made = NumberField("window_level", "Level")
    qtbot.addWidget(made)
    made.show_range(-1024, 3071)
    made.show_value(-400, "HU")
    made.show()
    made.setFocus()
    return made


def typed(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_number_is_taken_with_its_minus_sign_and_comma(qtbot: QtBot, field: NumberField) -> None:
    with qtbot.waitSignal(field.value_changed) as said:
        typed(qtbot, field, "-600")
    assert said.args == [-600.0] and field.text() == "\N{MINUS SIGN}600 HU"


def test_a_number_out_of_range_says_which_are_allowed_and_changes_nothing(qtbot: QtBot, field: NumberField) -> None:
    with qtbot.assertNotEmitted(field.value_changed), qtbot.waitSignal(field.fault) as said:
        typed(qtbot, field, "9999")
    assert said.args == ["Type a number between \N{MINUS SIGN}1024 and 3071."]
    assert field.property("wrong") == "true" and field.value == -400


def test_what_is_no_number_is_refused_and_esc_brings_the_old_one_back(qtbot: QtBot, field: NumberField) -> None:
    typed(qtbot, field, "lung")
    assert field.property("wrong") == "true"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "\N{MINUS SIGN}400 HU" and field.property("wrong") == "false"


def test_arrow_keys_go_by_one_step_and_stop_at_the_end(qtbot: QtBot, field: NumberField) -> None:
    field.show_value(3070.5, "HU")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value == 3071


def test_single_keys_do_nothing_in_the_window_while_a_field_is_typed_in(qtbot: QtBot) -> None:
    window, field, done = QMainWindow(), NumberField("window_width", "Width"), list[str]()
    qtbot.addWidget(window)
    window.setCentralWidget(field)
    for key in ("1", "E", "Return", "Esc"):
        action = QAction(window)
        action.setShortcut(key)
        action.triggered.connect(lambda _on=False, key=key: done.append(key))
        window.addAction(action)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    for key in (Qt.Key.Key_1, Qt.Key.Key_E, Qt.Key.Key_Return):
        qtbot.keyClick(field, key)
        field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert done == []
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_E)
    assert done == ["E"]


def test_a_double_click_on_a_slider_brings_its_default_back(qtbot: QtBot) -> None:
    slider = Slider("opacity", "Mask opacity", 0, 70, 30)
    qtbot.addWidget(slider)
    slider.resize(120, 28)
    slider.setValue(66)
    qtbot.mouseDClick(slider, LEFT)
    assert slider.value() == 30


def test_the_wheel_passes_over_a_slider_without_focus(qtbot: QtBot) -> None:
    slider = Slider("opacity", "Mask opacity", 0, 70, 30)
    qtbot.addWidget(slider)
    slider.show_value(20)
    assert slider.value() == 20 and not slider.hasFocus()


def test_one_choice_is_lit_and_a_click_says_its_key(qtbot: QtBot) -> None:
    choices = Choices("which")
    qtbot.addWidget(choices)
    choices.show_choices((("all", "All"), ("drafts", "Drafts 3")), "all")
    drafts = choices.findChild(QPushButton, "which_drafts_button")
    with qtbot.waitSignal(choices.chosen) as said:
        qtbot.mouseClick(drafts, LEFT)
    assert said.args == ["drafts"] and choices.current == "drafts"
    choices.show_choices((("all", "All"), ("drafts", "Drafts 4")), "drafts")
    assert drafts.text() == "Drafts 4"


def test_a_switch_turns_by_click_and_by_space(qtbot: QtBot, look: Look) -> None:
    toggle = Toggle(look, "Hold out", "hold_out")
    qtbot.addWidget(toggle)
    toggle.show()
    qtbot.mouseClick(toggle, LEFT)
    assert toggle.isChecked()
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert not toggle.isChecked() and toggle.grab().width() >= 36


def test_a_button_is_named_after_its_verb_and_follows_it(qtbot: QtBot, look: Look, actions: Actions) -> None:
    done: list[int] = []
    actions.on("accept", lambda: done.append(1))
    button = action_button(look, actions, "accept")
    qtbot.addWidget(button)
    assert button.objectName() == "accept_button" and button.accessibleName() == "Accept"
    assert button.toolTip() == button.accessibleDescription() and "Accept  A" in button.toolTip()
    qtbot.mouseClick(button, LEFT)
    actions.allow("accept", False)
    assert not button.isEnabled()
    qtbot.mouseClick(button, LEFT)
    assert done == [1]


def test_a_tool_button_stays_lit_when_it_is_clicked_again(qtbot: QtBot, actions: Actions) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    follow(button, actions["brush"], "Brush")
    for _click in range(2):
        qtbot.mouseClick(button, LEFT)
        assert button.isChecked() and actions["brush"].isChecked()


@pytest.fixture
def histogram(qtbot: QtBot, look: Look) -> WindowHistogram:
    made = WindowHistogram(look)
    qtbot.addWidget(made)
    made.resize(216, 46)
    made.show_counts(np.arange(100), 0, 200)
    made.show_window(50, 150)
    made.show()
    return made


def drag(qtbot: QtBot, widget: QWidget, x0: float, x1: float) -> None:
    start, stop = QPoint(round(x0), 20), QPoint(round(x1), 20)
    qtbot.mousePress(widget, LEFT, pos=start)
    qtbot.mouseMove(widget, stop)
    qtbot.mouseRelease(widget, LEFT, pos=stop)


def test_dragging_an_end_moves_that_end_alone(qtbot: QtBot, histogram: WindowHistogram) -> None:
    with qtbot.waitSignal(histogram.window_wanted) as said:
        drag(qtbot, histogram, histogram.x_of(150), histogram.x_of(180))
    assert said.args == pytest.approx([50, 180], abs=1)


def test_dragging_between_the_ends_moves_both(qtbot: QtBot, histogram: WindowHistogram) -> None:
    with qtbot.waitSignal(histogram.window_wanted) as said:
        drag(qtbot, histogram, histogram.x_of(100), histogram.x_of(120))
    assert said.args == pytest.approx([70, 170], abs=1)


def test_the_ends_never_cross(qtbot: QtBot, histogram: WindowHistogram) -> None:
    with qtbot.assertNotEmitted(histogram.window_wanted):
        drag(qtbot, histogram, histogram.x_of(150), histogram.x_of(20))


def test_arrow_keys_move_and_widen_the_window(qtbot: QtBot, histogram: WindowHistogram) -> None:
    with qtbot.waitSignal(histogram.window_wanted) as moved:
        qtbot.keyClick(histogram, Qt.Key.Key_Right)
    assert moved.args == pytest.approx([54, 154])
    with qtbot.waitSignal(histogram.window_wanted) as wider:
        qtbot.keyClick(histogram, Qt.Key.Key_Up)
    assert wider.args == pytest.approx([52, 156])


def test_a_histogram_of_one_value_is_painted(histogram: WindowHistogram) -> None:
    histogram.show_counts(np.zeros(128, np.int64), 7, 7)
    assert not histogram.grab().isNull()


def test_a_label_without_room_says_all_of_itself_in_its_tooltip(qtbot: QtBot) -> None:
    box, words = QWidget(), ElidedLabel("strong")
    qtbot.addWidget(box)
    QVBoxLayout(box).addWidget(words)
    words.setText("a name much longer than the forty pixels it gets")
    box.setFixedWidth(40)
    box.show()
    assert words.minimumSizeHint().width() < 40 < words.sizeHint().width()


def test_a_sheet_stands_in_the_middle_and_leaves_by_esc(qtbot: QtBot, look: Look) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    sheet = Sheet(window, look, "Export masks", "export_sheet", 500)
    sheet.open()
    qtbot.waitUntil(sheet.isVisible)
    middle = window.mapFromGlobal(sheet.mapToGlobal(sheet.rect().center()))
    assert abs(middle.x() - 500) <= 1 and abs(middle.y() - 350) <= 1
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_choices_share_a_narrow_row_by_the_length_of_their_words(qtbot: QtBot) -> None:
    row = Choices("which")
    qtbot.addWidget(row)
    row.show_choices((("all", "Tous"), ("to_do", "À faire 61"), ("drafts", "Brouillons 0")), "all")
    row.setFixedWidth(216)
    row.show()
    buttons = row.findChildren(QPushButton)
    qtbot.waitUntil(lambda: len({button.width() for button in buttons}) == 3)
    assert all(one.fontMetrics().horizontalAdvance(one.text()) <= one.width() - 8 for one in buttons)
    row.show_choices((("all", "All"), ("to_do", "To do 6"), ("drafts", "Drafts 0")), "all")
    qtbot.waitUntil(lambda: max(one.width() for one in buttons) - min(one.width() for one in buttons) <= 1)


def test_a_line_that_may_not_be_cut_shows_all_of_a_number_or_nothing(qtbot: QtBot) -> None:
    words = ElidedLabel("second")
    qtbot.addWidget(words)
    words.setText("marks 3505 ml")
    words.resize(60, 20)
    assert words.shown.endswith("…")
    words.cuts = False
    assert words.shown == ""
    words.resize(400, 20)
    assert words.shown == "marks 3505 ml"


def test_what_has_no_room_stands_in_the_menu_in_the_order_of_the_bar(qtbot: QtBot, look: Look) -> None:
    row, parts = OverflowRow(look, QWidget()), [QWidget() for _n in range(4)]
    qtbot.addWidget(row)
    for part in parts:
        part.setFixedSize(100, 28)
    row.show_parts(parts)
    column = row.findChildren(QVBoxLayout)[0]

    def in_menu() -> list[int]:
        return [parts.index(column.itemAt(n).widget()) for n in range(column.count())]  # type: ignore[union-attr]

    for width, expected in ((300, [2, 3]), (150, [1, 2, 3]), (260, [2, 3])):
        row.resize(width, 30)
        row.show()
        assert in_menu() == expected


@pytest.mark.parametrize("name", ["<img src=//host/x>.png", "a <b>c</b>", "&lt;<i>d</i>"])
def test_the_name_of_a_file_is_no_html_in_a_tooltip(name: str) -> None:
    from PySide6.QtGui import Qt as RichText

    from lesionstudio.gui.widgets.text import plain_tip

    assert RichText.mightBeRichText(name) and not RichText.mightBeRichText(plain_tip(name))
    assert plain_tip(name).replace("\u2060", "") == name and plain_tip("LUNG 01.png") == "LUNG 01.png"
