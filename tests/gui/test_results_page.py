"""Results in the real window, by keys and clicks; behind it a stand-in that marks what is bright."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytest import MonkeyPatch

from lesionstudio.gui import results_wiring
from lesionstudio.gui.panels.result_cases import name_lines
from lesionstudio.gui.results_page import ResultsPage
from lesionstudio.gui.theme import Look, font
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.metrics.comparison import AGREED, FALSE, errors
from lesionstudio.project.worklist import Role
from tests.gui.desk import put_model_on_shelf
from tests.gui.seats import LEFT, Hands, hands_on
from tests.judged import judged_by_brightness
from tests.stand_in import StandIn, bright_is_lesion
from tests.studies import SQUARE, check, make_study, scene

ROLES = (Role.LEARN, Role.HELD_OUT, Role.HELD_OUT, Role.HELD_OUT, Role.TEST, Role.LEARN)
VERBS = {"segment_scan": bright_is_lesion, "study_results": judged_by_brightness}


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    """Six pictures, all checked but the last; half of the bright square is wanted on the second held-out one."""
    folder = tmp_path_factory.mktemp("study") / "scans"
    project = make_study(folder, len(ROLES))
    for n, (item_id, role) in enumerate(zip(project.items, ROLES)):
        marks = scene(n, (SQUARE,))[1]
        if n == 2:
            marks[: np.nonzero(marks)[0][0] + 9] = 0
        if n < 5:
            check(project, item_id, marks)
        project.update_record(item_id, roles=(role,))
    project.close()
    with hands_on(look, folder, labels=1, compute=lambda listener: StandIn(listener, VERBS)) as made:
        yield made


def page(hands: Hands) -> ResultsPage:
    found = hands.window.findChild(ResultsPage)
    assert found is not None
    return found


def words(hands: Hands, name: str) -> str:
    found = page(hands).findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def show(hands: Hands) -> ResultsPage:
    QTest.mouseClick(hands.button("results_page_button"), LEFT)
    QApplication.processEvents()
    return page(hands)


def measured(hands: Hands) -> ResultsPage:
    """The page with the held-out slices measured."""
    made = show(hands)
    if hands.desk.parts.judging.found is None:
        QTest.mouseClick(made.empty.button, LEFT)
    hands.until(lambda: hands.desk.parts.judging.found is not None and not hands.desk.parts.judging.is_running)
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    return made


def test_one_press_measures_the_held_out_slices_and_the_worst_comes_first(hands: Hands) -> None:
    made = show(hands)
    assert words(hands, "empty_title") == "Nothing measured yet" and made.empty.button.text() == "Measure"
    assert "3 checked slices" in words(hands, "result_facts")
    measured(hands)
    worst = made.cases.rows[0]
    assert worst.name == "p02" and len(made.cases.rows) == 3
    assert worst.dice_text == "0.67" and worst.invented == "162 px" and worst.missed == "0 px"
    assert words(hands, "dice_figure") == "0.89" and words(hands, "recall_figure") == "1.00"
    assert made.cases.view.hasFocus() and made.picture.view.slice_number == 0
    assert not hands.window.draw_page.worklist.isVisible()


def test_the_picture_shows_what_was_invented_and_x_hides_it_while_held(hands: Hands) -> None:
    made = measured(hands)
    made.cases.view.setCurrentIndex(made.cases.view.model().index(0, 0))
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    view = made.picture.view
    codes = errors(view._mask.labels(0), view._picture._errors._reference.labels(0))  # type: ignore[union-attr]
    assert np.count_nonzero(codes == FALSE) == np.count_nonzero(codes == AGREED) == 162
    QTest.keyPress(made.cases.view, Qt.Key.Key_X)
    assert view.marks_hidden
    QTest.keyRelease(made.cases.view, Qt.Key.Key_X)
    assert not view.marks_hidden


def test_down_and_enter_open_the_next_case_in_draw_with_its_errors_over_it(hands: Hands) -> None:
    made = measured(hands)
    made.cases.view.setCurrentIndex(made.cases.view.model().index(0, 0))
    made.cases.view.setFocus()
    hands.key(Qt.Key.Key_Down)
    hands.key(Qt.Key.Key_Up)
    hands.key(Qt.Key.Key_Return)
    comparing = hands.desk.parts.comparing
    hands.until(lambda: hands.session.current_id != "" and comparing.figures is not None)
    assert hands.window.draw_page.is_drawing and hands.window.draw_page.worklist.isVisible()
    assert hands.session.open is not None and hands.session.open.item.name == "p02"
    whole = comparing.figures.whole  # type: ignore[union-attr]
    assert (whole.true_positives, whole.false_positives, whole.false_negatives) == (162, 162, 0)
    comparing.stop()


def test_of_a_data_folder_the_truth_is_nobodys_and_of_several_labels_the_curve_is_named(hands: Hands) -> None:
    made, found = measured(hands), hands.desk.parts.judging.found
    assert found is not None
    assert words(hands, "volume_title") == "Volume: model against you"
    cases = [{name: value for name, value in case.items() if name != "item"} for case in found.scores["cases"]]
    curve = next(iter(found.scores["curves"].values()))
    made._show_plots(
        replace(found, scores={**found.scores, "cases": cases, "curves": {"A": curve, "B": curve}}), None, ("", "")
    )
    assert words(hands, "volume_title") == "Volume: model against truth"
    assert words(hands, "precision_recall_note").startswith("A, area ")
    made._show_plots(found, None, ("", ""))
    assert words(hands, "precision_recall_note").startswith("area ")


def test_a_double_click_opens_the_case_too(hands: Hands) -> None:
    made = measured(hands)
    row = made.cases.view.visualRect(made.cases.view.model().index(1, 0)).center()
    QTest.mouseClick(made.cases.view.viewport(), LEFT, pos=row)
    QTest.mouseDClick(made.cases.view.viewport(), LEFT, pos=row)
    hands.until(lambda: hands.window.draw_page.is_drawing)
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    hands.desk.parts.comparing.stop()


def test_another_version_is_compared_on_the_same_cases(hands: Hands) -> None:
    made, judging = measured(hands), hands.desk.parts.judging
    put_model_on_shelf()
    hands.desk.parts.models.look_again()
    made.head.other.picked.emit("stand-in")
    hands.until(lambda: judging.found_of_other is not None and not judging.is_running)
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    said = words(hands, "result_remarks")
    assert said.startswith("Dice +") and "better on 3, worse on 0" in said
    assert len(made.curve.drawing.lines) == 2  # type: ignore[union-attr]
    assert words(hands, "dice_gain").startswith("+")
    judging.choose_other("")


def test_each_look_at_the_test_slices_is_written_down(hands: Hands) -> None:
    made, judging = show(hands), hands.desk.parts.judging
    made.head.subject.picked.emit(results_wiring.Subject("test"))
    assert "never opened" in words(hands, "empty_words") and made.empty.button.text() == "Open the test slices"
    QTest.mouseClick(made.empty.button, LEFT)
    hands.until(lambda: judging.found is not None and not judging.is_running)
    assert "opened 1 time" in words(hands, "result_facts")
    opening = hands.session.study_settings["openings"][0]
    assert (opening["model"], opening["slices"]) == (judging.model.id, 1)  # type: ignore[union-attr]
    judging.choose_subject(results_wiring.Subject())


def test_figures_are_saved_as_png_and_svg_and_the_report_is_copied(
    hands: Hands, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    made = measured(hands)
    for name in ("a.png", "a.svg"):
        made.curve.save_figure(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG" and b"<svg" in (tmp_path / "a.svg").read_bytes()
    opened: list[Any] = []
    monkeypatch.setattr(results_wiring, "choose_new_file", lambda *_rest: str(tmp_path / "mine"))
    monkeypatch.setattr(results_wiring.QDesktopServices, "openUrl", opened.append)
    QTest.mouseClick(made.head.report, LEFT)
    hands.until(lambda: bool(opened))
    assert "the report" in (tmp_path / "mine.html").read_text(encoding="utf-8")


def test_a_scan_is_set_aside_for_testing_from_its_row_and_gets_no_draft_then(hands: Hands) -> None:
    last = list(hands.session.known_items)[-1]
    for expected in (Role.TEST, Role.LEARN):
        menu = QMenu()
        hands.window.draw_page.worklist.row_menu_opens.emit(menu, last)
        entry = next(one for one in menu.actions() if one.text() == "Set aside for testing")
        entry.trigger()
        assert hands.session.record(last).roles == (expected,)
        assert hands.session.item_view(last).test is (expected == Role.TEST)
        assert hands.session.held_out_unchecked(last) == ({0} if expected == Role.TEST else set())
    assert hands.session.record(last).statuses == (SliceStatus.NEW,)


def test_a_study_without_held_out_slices_leads_back_to_the_scans(hands: Hands) -> None:
    judging = hands.desk.parts.judging
    kept = {one: hands.session.record(one).roles for one in hands.session.known_items}
    hands.session.set_aside_for_testing(list(kept), True)
    assert "held out" in judging.reason
    for one, roles in kept.items():
        hands.session._keep_in_record(one, roles=roles)
    assert not judging.reason


def test_a_long_name_stands_in_two_lines_that_tell_it_from_the_next(look: Look) -> None:
    metrics = QFontMetrics(font(13, 500))
    wide = metrics.horizontalAdvance("0526_n5_s03")
    assert name_lines("chest_1", metrics, wide) == ["chest_1"]
    assert name_lines("LIDC-IDRI-0526_n5_s03", metrics, wide) == ["LIDC-IDRI-", "0526_n5_s03"]
    assert "\N{HORIZONTAL ELLIPSIS}" in name_lines("x" * 60, metrics, wide)[0]
