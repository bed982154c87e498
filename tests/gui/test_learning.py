"""Learn in the real window, by keys and clicks; behind it the stand-in, which answers as the real verb does."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from lesionstudio.errors import OutOfMemory
from lesionstudio.gui.app import Desk, make_application
from lesionstudio.gui.dialogs.channels import ChannelsSheet
from lesionstudio.gui.learning_run import UNDER_WAY
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.messages import Question
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.curve import Curve
from lesionstudio.gui.widgets.dumbbells import Dumbbells
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.worklist import Role
from lesionstudio.settings import Settings
from tests import phantoms
from tests.stand_in import StandIn

LEFT, WAIT_MS = Qt.MouseButton.LeftButton, 15_000
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SLICES, BEGINS_WITH = 24, "lung-lesions"


class Person:
    """A person who marks, checks, and lets the model learn."""

    def __init__(self, bot: QtBot, app: QApplication) -> None:
        make_application(Settings())
        self.bot, self.window = bot, MainWindow(Look(app, "dark"))
        self.window.look.icons.load()
        self.computes: list[StandIn] = []
        self.desk = Desk(self.window, Settings(), self._start)
        self.session, self.learner = self.desk.session, self.desk.parts.learner
        self.window.show()
        self.window.activateWindow()
        bot.waitUntil(self.window.isActiveWindow)

    def _start(self, listener: object) -> StandIn:
        self.computes.append(StandIn(listener))  # type: ignore[arg-type]
        return self.computes[0]

    @property
    def compute(self) -> StandIn:
        return self.computes[0]

    def until(self, true: object) -> None:
        self.bot.waitUntil(true, timeout=WAIT_MS)  # type: ignore[arg-type]

    def open(self, folder: Path) -> None:
        self.session.open_folder(folder)
        self.until(lambda: self.session.open is not None and self.session.reading() is None)
        self.picture.setFocus()
        QApplication.processEvents()

    @property
    def picture(self) -> QWidget:
        return self.window.draw_page.picture

    def slices(self, role: Role) -> list[int]:
        return [k for k, one in enumerate(self.session.record(self.session.current_id).roles) if one == role]

    def check(self, k: int, *, with_mark: bool = True) -> None:
        """Goes to a slice, paints a stroke on it, and says with Enter that it is right."""
        self.session.go_to_slice(k)
        self.picture.setFocus()
        if with_mark:
            at = [QPoint(round(x), round(y)) for x, y in (self.picture.view_state.to_point(48, c) for c in (30, 60))]
            QTest.mousePress(self.picture, LEFT, pos=at[0])
            QTest.mouseMove(self.picture, at[1])
            QTest.mouseRelease(self.picture, LEFT, pos=at[1])
        QTest.keyClick(self.picture, Qt.Key.Key_Return)
        assert self.session.mask is not None and self.session.mask.status(k) == SliceStatus.CHECKED
        QApplication.processEvents()

    def check_some(self, *, held_out: int = 0) -> None:
        """Two slices to learn from, far from the held-out ones, and so many of those."""
        for k in self.slices(Role.LEARN)[:2]:
            self.check(k)
        for k in self.slices(Role.HELD_OUT)[:held_out]:
            self.check(k)

    def button(self, name: str) -> QAbstractButton:
        found = [one for one in self.window.findChildren(QAbstractButton, name) if one.isVisible()]
        assert found, name
        return found[0]

    def click(self, name: str) -> None:
        assert self.button(name).isEnabled(), name
        QTest.mouseClick(self.button(name), LEFT)
        QApplication.processEvents()

    def words(self, name: str) -> str:
        """What the label of this name says; "" when it is not shown."""
        return next((one.text() for one in self.window.findChildren(QLabel, name) if one.isVisible()), "")

    def is_learning(self) -> bool:
        """Whether the first figures of a learning have come."""
        return self.learner.learning is not None and bool(self.learner.learning.points)

    def begin_to_learn(self, chest: Path) -> None:
        """Opens the scan, checks some slices and presses Learn; it goes on until `compute.go_on_learning` is set."""
        self.open(chest)
        self.check_some()
        self.compute.go_on_learning.clear()
        self.click("learn_button")
        self.until(self.is_learning)

    def notices(self) -> list[str]:
        return [notice.title for notice in self.window.draw_page.banners_on_screen.notices]

    def learn(self) -> None:
        """Presses Learn and waits until it is over."""
        self.click("learn_button")
        self.until(lambda: self.learner.learning is None)
        self.until(lambda: self.desk.parts.runner.is_idle)

    def segmented_with(self) -> str:
        """The model that Segment slice asks for."""
        before = len(self.compute.submitted)
        QTest.keyClick(self.picture, Qt.Key.Key_S)
        self.until(lambda: len(self.compute.submitted) > before and not self.desk.parts.models.is_busy)
        asked = [given["model"] for verb, given, _urgent in self.compute.submitted if verb == "segment_scan"]
        return Path(asked[-1]).name

    def leave(self) -> None:
        self.compute.go_on_learning.set()
        self.until(lambda: self.learner.learning is None)
        self.session.close_folder()
        self.until(lambda: self.desk.parts.runner.is_idle)
        self.desk.close()
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Iterator[Person]:
    someone = Person(qtbot, qapp)
    yield someone
    someone.leave()


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    phantoms.write_dicom(tmp_path / "chest", phantoms.ct_phantom((SLICES, 96, 96), (5.0, 2.0, 2.0)))
    return tmp_path / "chest"


def test_learn_says_what_is_missing_until_two_slices_with_a_mark_are_checked(person: Person, chest: Path) -> None:
    person.open(chest)
    learn = person.slices(Role.LEARN)
    assert not person.button("learn_button").isEnabled()
    assert person.words("learn_reason") == "Ready after 2 more checked slices with a mark in them."
    person.check(learn[0])
    assert person.words("learn_reason") == "Ready after one more checked slice with a mark in it."
    person.check(learn[1], with_mark=False)
    assert not person.button("learn_button").isEnabled()
    person.check(learn[2])
    assert person.button("learn_button").isEnabled()
    assert person.words("learn_reason") == "from 3 checked slices", "one without a mark teaches too"


def test_a_version_is_learned_used_by_segment_and_given_up_with_one_click(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.session.go_to_slice(person.slices(Role.LEARN)[4])
    person.learn()
    assert person.notices() == ["A new version is ready."]
    assert person.segmented_with() == BEGINS_WITH
    person.click("banner_learn_page_button")
    assert not person.picture.isVisible() and person.words("version_title") == "New version ready"
    assert (person.words("dice_before"), person.words("dice_after")) == ("0.71", "0.78")
    assert person.words("version_words").endswith("Better on 2, worse on 1.")
    person.click("use_version_button")
    person.click("draw_button")
    assert person.segmented_with() == "study-v1"
    person.click("learn_page_button")
    assert person.button("use_lung-lesions_button").text() == "Go back"
    person.click("use_lung-lesions_button")
    person.click("draw_button")
    assert person.segmented_with() == BEGINS_WITH
    person.click("learn_page_button")
    assert person.button("use_study-v1_button").text() == "Use"


def test_keep_leaves_the_model_in_use_and_the_new_version_on_the_shelf(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.learn()
    person.click("learn_page_button")
    person.click("keep_version_button")
    settings = person.session.study_settings
    assert (settings.get("model"), settings["candidate"], settings["kept"]) == (None, "", ["study-v1"])
    assert [version.id for version in person.learner.versions] == ["study-v1", BEGINS_WITH]
    assert not [one for one in person.window.findChildren(QWidget, "keep_version_button") if one.isVisible()]
    assert person.button("use_study-v1_button").isVisible()


def test_marks_painted_just_before_are_learned_from_because_they_are_saved_first(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some()
    QTest.keyClick(person.picture, Qt.Key.Key_L, CTRL_SHIFT)
    person.until(lambda: person.learner.candidate is not None)
    assert person.learner.candidate is not None and person.learner.candidate.slices == 2
    assert person.compute.submitted[-1][1]["tables"] == {BEGINS_WITH: {"1": 1}}


def test_without_three_checked_held_out_slices_nothing_is_measured_and_it_says_how_to_come_to_it(
    person: Person, chest: Path
) -> None:
    person.open(chest)
    person.check_some(held_out=1)
    person.learn()
    person.click("learn_page_button")
    assert person.words("version_words").startswith("Not measured yet. Check 2 more held-out slices")
    assert not [one for one in person.window.findChildren(Dumbbells) if one.isVisible()]
    person.click("open_held_out_button")
    assert person.picture.isVisible() and person.session.slice_number == person.slices(Role.HELD_OUT)[1]


def test_a_click_on_a_measured_slice_opens_it(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.learn()
    person.click("learn_page_button")
    rows = next(one for one in person.window.findChildren(Dumbbells) if one.isVisible())
    QTest.mouseClick(rows, LEFT, pos=rows.row_of(2).center().toPoint())
    assert person.picture.isVisible() and person.session.slice_number == person.slices(Role.HELD_OUT)[2]


def test_painting_and_segmenting_slices_and_scans_go_on_while_it_learns(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    assert person.words("learn_reason") == "It is learning now." and not person.button("learn_button").isEnabled()
    free = person.slices(Role.LEARN)[5]
    person.session.go_to_slice(free)
    QTest.keyClick(person.picture, Qt.Key.Key_S)
    assert person.session.mask is not None
    person.until(lambda: person.session.mask.has_draft(free))
    person.check(person.slices(Role.LEARN)[7])
    QTest.keyClick(person.picture, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    person.until(lambda: not person.desk.parts.models.is_busy)
    assert len(person.session.mask.draft_slices()) > 5, "a scan does not wait until something is learned"
    assert person.learner.learning is not None
    person.compute.go_on_learning.set()
    person.until(lambda: person.learner.candidate is not None)


def test_the_learn_page_shows_the_curve_while_it_learns_and_cancel_keeps_nothing(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.compute.go_on_learning.clear()
    person.click("learn_page_button")
    person.click("first_learn_button")
    person.until(person.is_learning)
    curve = person.window.findChild(Curve, "learning_curve")
    assert curve is not None and curve.points == ((0.0, 0.71), (0.5, 0.74))
    assert person.words("learning_time_left") == "1 min 0 s left"
    person.click("cancel_learning_button")
    assert person.learner.learning is None and person.notices() == ["Learning was cancelled."]
    person.compute.go_on_learning.set()
    person.until(lambda: person.desk.parts.runner.is_idle)
    assert person.learner.candidate is None
    assert [version.id for version in person.learner.versions] == [BEGINS_WITH]
    assert person.button("first_learn_button").isEnabled()


def test_cancel_in_the_job_bar_ends_the_learning_and_not_what_waits(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    person.desk.parts.models.segment_scan()
    person.click("cancel_job_button")
    person.compute.go_on_learning.set()
    assert person.learner.learning is None and person.desk.parts.models.is_busy
    person.until(lambda: not person.desk.parts.models.is_busy)
    assert person.session.mask is not None and person.session.mask.draft_slices()


def test_a_failure_is_one_sentence_and_learn_can_be_pressed_again(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some()
    person.compute.learning_fails = OutOfMemory("The memory ran out.", hint="Close other programs.")
    person.learn()
    assert person.notices() == ["The memory ran out."]
    assert person.button("learn_button").isEnabled() and person.learner.candidate is None
    person.compute.learning_fails = None
    person.learn()
    assert person.learner.candidate is not None


def test_the_versions_and_the_one_that_waits_are_there_again_when_the_folder_is_opened_again(
    person: Person, chest: Path
) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.learn()
    person.session.close_folder()
    person.until(lambda: person.desk.parts.runner.is_idle)
    person.open(chest)
    person.click("learn_page_button")
    assert person.words("version_title") == "New version ready"
    assert [version.id for version in person.learner.versions] == ["study-v1", BEGINS_WITH]
    person.click("use_version_button")
    person.session.close_folder()
    person.until(lambda: person.desk.parts.runner.is_idle)
    person.open(chest)
    assert person.desk.parts.models.model_in_use.id == "study-v1"  # type: ignore[union-attr]
    assert person.learner.candidate is None and person.learner.readiness.to_learn_from == 2


def test_a_new_model_begins_with_the_marks_alone(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some()
    menu = person.button("choose_model_button").menu()  # type: ignore[attr-defined]
    next(entry for entry in menu.actions() if entry.text() == "New model, from your marks").trigger()
    assert person.words("model_title") == "New model"
    assert not person.button("segment_slice_button").isEnabled()
    assert person.words("segment_reason") == "The new model has not learned anything yet."
    person.learn()
    assert person.compute.submitted[-1][1]["model"] == ""
    person.click("learn_page_button")
    person.click("use_version_button")
    person.click("draw_button")
    person.session.go_to_slice(person.slices(Role.LEARN)[5])
    assert person.segmented_with() == "study-v1"


def test_a_new_model_for_pictures_of_several_channels_asks_once_what_to_look_at(person: Person, tmp_path: Path) -> None:
    (tmp_path / "brain").mkdir()
    for n in range(4):
        pixels = np.random.default_rng(n).integers(0, 255, (96, 96, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "brain" / f"p{n}.png")
    person.open(tmp_path / "brain")
    for n in range(2):
        person.session.open_item(f"p{n}.png")
        person.until(lambda n=n: person.session.current_id == f"p{n}.png")
        person.check(0)
    person.desk.parts.models.choose_model("")
    person.until(lambda: person.session.open is not None)
    person.click("learn_button")
    sheet = next(one for one in person.window.findChildren(ChannelsSheet) if one.isVisible())
    QTest.mouseClick(sheet.findChild(QAbstractButton, "channels_1_button"), LEFT)
    QTest.mouseClick(sheet.findChild(QAbstractButton, "learn_from_channels_button"), LEFT)
    person.until(lambda: person.learner.candidate is not None)
    assert person.session.study_settings["channels"] == "1"
    person.learn()
    assert [verb for verb, _arguments, _urgent in person.compute.submitted].count("learn") == 2


def test_held_out_slices_are_counted_named_and_get_no_draft_before_they_are_checked(
    person: Person, chest: Path
) -> None:
    person.open(chest)
    held_out = person.slices(Role.HELD_OUT)
    person.until(lambda: person.words("held_out_total") == f"{len(held_out)} held out")
    person.session.go_to_slice(held_out[0])
    assert "Held out" in person.picture._notes._lines["top_right"]
    QTest.keyClick(person.picture, Qt.Key.Key_S)
    assert person.notices() == ["This slice is held out: it gets no draft before you have checked it."]
    person.session.go_to_slice(person.slices(Role.LEARN)[0])
    assert "Held out" not in person.picture._notes._lines["top_right"]
    assert person.notices() == [], "what was said of a slice goes with it"


def test_the_first_mark_of_a_study_is_learned_from_wherever_it_lies(person: Person, chest: Path) -> None:
    person.open(chest)
    block = person.slices(Role.HELD_OUT)
    person.check(block[0])
    assert block[0] in person.slices(Role.LEARN)
    assert person.learner.readiness.to_learn_from == 1
    assert "Held out" not in person.picture._notes._lines["top_right"]


def test_on_the_learn_page_no_key_changes_the_slice_that_is_not_seen(person: Person, chest: Path) -> None:
    person.open(chest)
    person.check_some()
    k = person.slices(Role.LEARN)[4]
    person.session.go_to_slice(k)
    person.click("learn_page_button")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_S, Qt.Key.Key_PageDown):
        QTest.keyClick(person.window, key)
    assert person.session.mask is not None and person.session.mask.status(k) == SliceStatus.NEW
    assert person.session.slice_number == k and not person.desk.parts.models.is_busy
    person.click("draw_button")
    assert person.window.actions_by_verb["check_slice"].isEnabled()


def test_closing_while_it_learns_asks_nothing_and_the_next_start_goes_on_with_it(
    person: Person, chest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Question, "exec", lambda question: pytest.fail(question.windowTitle()))
    person.begin_to_learn(chest)
    assert person.window.close()
    person.desk.close()
    person.learner.learning = None  # the process is gone, and this window with it
    later = Person(person.bot, QApplication.instance())  # type: ignore[arg-type]
    later.compute.go_on_learning.clear()
    later.open(chest)
    later.until(later.is_learning)
    assert later.words("learn_reason") == "It is learning now."
    later.compute.go_on_learning.set()
    later.until(lambda: later.learner.candidate is not None)
    assert UNDER_WAY not in later.session.study_settings
    later.leave()


def test_learning_goes_on_when_the_folder_is_closed_and_its_version_is_on_the_shelf(
    person: Person, chest: Path
) -> None:
    person.begin_to_learn(chest)
    person.session.close_folder()
    person.compute.go_on_learning.set()
    person.until(lambda: person.learner.learning is None)
    person.until(lambda: person.desk.parts.runner.is_idle)
    person.open(chest)
    assert [version.id for version in person.learner.versions] == ["study-v1", BEGINS_WITH]
    person.until(lambda: UNDER_WAY not in person.session.study_settings)
    assert person.learner.learning is None


def test_what_was_cancelled_while_another_folder_was_open_does_not_begin_again(
    person: Person, chest: Path, tmp_path: Path
) -> None:
    phantoms.write_png(tmp_path / "other" / "a.png", phantoms.picture_phantom())
    person.begin_to_learn(chest)
    person.open(tmp_path / "other")
    person.learner.cancel()
    person.compute.go_on_learning.set()
    person.until(lambda: person.desk.parts.runner.is_idle)
    person.open(chest)
    person.until(lambda: UNDER_WAY not in person.session.study_settings)
    person.until(lambda: not person.learner.readiness.reason)
    assert person.learner.learning is None
