"""Learn while I work in the real window, by keys and clicks; behind it a stand-in that learns when it is let."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.errors import LesionStudioError, OutOfMemory
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role
from tests import phantoms
from tests.gui.test_learning import BEGINS_WITH, SLICES, Person
from tests.stand_in import CURVE, take_note_of_marks

CTRL = Qt.KeyboardModifier.ControlModifier


class Along:
    """What learn_along and more_lessons answer: every checked slice is seen at once; versions come when asked for."""

    def __init__(self) -> None:
        self.runs = 0
        self.more, self.rest, self.make, self.die = (threading.Event() for _what in range(4))
        self.gains, self.fails = True, LesionStudioError("The compute process stopped.")

    def learn_along(self, *, project: str, model: str, seed: int, report: Reporter, **_rest: Any) -> dict[str, Any]:
        self.runs += 1
        self.more.set()
        while not self.rest.is_set():
            if self.die.is_set():
                self.die.clear()
                raise self.fails
            if self.more.is_set():
                self.more.clear()
                self._say(project, report)
            if self.make.is_set():
                self.make.clear()
                made = take_note_of_marks(project=project, model=model, seed=seed)
                why = {"passes": self.gains, "why": ""}
                report(Progress(None, "", None, {"version": {**made, **why}}))
            report(Progress(None, "Learning"))
            self.more.wait(0.01)
        return {}

    def more_lessons(self, *, project: str, report: Reporter) -> dict[str, Any]:
        self.more.set()
        return {"is_at_work": True}

    def _say(self, project: str, report: Reporter) -> None:
        study = Project.open(Path(project), write=False)
        records = [study.record(item) for item in study.items]
        seen = [
            f"{n}:{k}"
            for n, record in enumerate(records)
            for k, status in enumerate(record.statuses)
            if status == SliceStatus.CHECKED and record.roles[k] == Role.LEARN
        ]
        said = {"seen": seen, "steps": 10 * len(seen), "lessons": len(seen), "table": {"1": 1}, "labels": ["Lesion"]}
        report(Progress(None, "", None, {"along": {**said, "threshold": 0.5, "worse": False}}))
        report(Progress(None, "", None, {"curve": CURVE}))


class Worker(Person):
    """A person who works while the model learns."""

    def __init__(self, bot: QtBot, app: QApplication) -> None:
        super().__init__(bot, app)
        self.learns = Along()
        verbs = {"learn_along": self.learns.learn_along, "more_lessons": self.learns.more_lessons}
        self.compute._verbs = {**self.compute._verbs, **verbs}

    @property
    def along(self) -> Any:
        return self.learner.along

    def turn_on(self) -> None:
        QTest.keyClick(self.picture, Qt.Key.Key_R, CTRL)
        self.until(lambda: bool(self.along.weights and self.along.weights.points))

    def asked(self, verb: str) -> list[dict[str, Any]]:
        return [given for asked, given, _urgent in self.compute.submitted if asked == verb]

    def drafted_with(self, k: int) -> str:
        makers = self.session.mask.makers if self.session.mask is not None else {}
        return makers[k].model if k in makers else ""

    def paint(self) -> None:
        """A stroke on the slice on screen."""
        at = [QPoint(round(x), round(y)) for x, y in (self.picture.view_state.to_point(48, c) for c in (30, 60))]
        QTest.mousePress(self.picture, Qt.MouseButton.LeftButton, pos=at[0])
        QTest.mouseMove(self.picture, at[1])
        QTest.mouseRelease(self.picture, Qt.MouseButton.LeftButton, pos=at[1])

    def leave(self) -> None:
        self.learns.rest.set()
        super().leave()


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Iterator[Worker]:
    someone = Worker(qtbot, qapp)
    yield someone
    someone.leave()


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    phantoms.write_dicom(tmp_path / "chest", phantoms.ct_phantom((SLICES, 96, 96), (5.0, 2.0, 2.0)))
    return tmp_path / "chest"


def test_the_switch_is_off_at_first_and_kept_for_the_study_and_closing_asks_nothing(
    person: Worker, chest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lesionstudio.gui.messages.Question.exec", lambda _question: pytest.fail("a question"))
    person.open(chest)
    person.check_some()
    switch = person.button("learn_along_button")
    assert not switch.isChecked() and person.along.state == "off"
    person.click("learn_along_button")
    person.until(lambda: person.along.weights is not None)
    assert person.button("learn_along_button").isChecked()
    person.until(lambda: person.session.autosave.is_settled)
    assert person.window.may_close()
    person.until(lambda: person.desk.parts.runner.is_idle)
    person.open(chest)
    person.until(lambda: person.learns.runs == 2)
    assert person.button("learn_along_button").isChecked(), "it goes on by itself"


def test_a_slice_checked_meanwhile_joins_what_runs_and_is_counted_until_then(person: Worker, chest: Path) -> None:
    person.open(chest)
    person.check_some()
    person.turn_on()
    assert person.words("along_words") == "learning"
    person.check(person.slices(Role.LEARN)[5])
    assert person.words("along_words") == "1 new slice"
    person.until(lambda: person.along.weights.lessons == 3)
    person.until(lambda: person.words("along_words") == "learning")
    assert person.learns.runs == 1, "without a new start"
    person.learns.rest.set()
    person.until(lambda: person.along.state == "asleep")
    assert person.words("along_words") == "up to date"
    person.learns.rest.clear()
    person.check(person.slices(Role.LEARN)[7])
    person.until(lambda: person.learns.runs == 2)


def test_the_slice_in_view_gets_a_fresh_draft_and_what_is_judged_or_held_out_does_not(
    person: Worker, chest: Path
) -> None:
    person.open(chest)
    person.check_some()
    free, touched, held_out = person.slices(Role.LEARN)[5], person.slices(Role.LEARN)[8], person.slices(Role.HELD_OUT)
    person.session.go_to_slice(free)
    person.turn_on()
    person.until(lambda: person.drafted_with(free) == "working")
    for place, judged in ((touched, True), (held_out[0], False)):
        person.session.go_to_slice(place)
        if judged:
            person.paint()
        before = len(person.asked("segment_scan"))
        person.along.fresh.emit()
        assert len([one for one in person.asked("segment_scan")[before:] if place in one["slices"]]) == 0


def test_a_better_version_is_used_by_itself_only_when_that_was_chosen_and_one_click_goes_back(
    person: Worker, chest: Path
) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.turn_on()
    person.learns.make.set()
    person.until(lambda: person.learner.candidate is not None)
    assert person.notices() == ["A new version is ready."]
    person.click("learn_page_button")
    person.click("use_if_better")
    person.learns.gains = False
    person.learns.make.set()
    person.until(lambda: len(person.learner.versions) == 3)
    assert person.learner.candidate is not None and person.desk.parts.models.model_in_use.id == BEGINS_WITH
    person.learns.gains = True
    person.learns.make.set()
    person.until(lambda: person.desk.parts.models.model_in_use.id == "study-v3")
    (told,) = [one for one in person.window.draw_page.banners_on_screen.notices if one.action == "use_version"]
    assert told.title == "Version 3 is in use now."
    assert told.text == "Overlap (Dice) on 3 held-out slices 0.71 to 0.78."
    person.until(lambda: person.learns.runs == 2)
    person.click("banner_use_version_button")
    assert person.desk.parts.models.model_in_use.id == BEGINS_WITH
    person.until(lambda: person.learns.runs == 3)


def test_keep_and_pause_begin_again_and_stop(person: Worker, chest: Path) -> None:
    person.open(chest)
    person.check_some(held_out=3)
    person.turn_on()
    person.learns.make.set()
    person.until(lambda: person.learner.candidate is not None)
    person.click("learn_page_button")
    person.click("keep_version_button")
    person.until(lambda: person.learns.runs == 2)
    person.click("pause_learning_button")
    assert person.along.state == "paused" and person.words("learning_time_left") == "paused"
    person.click("draw_button")
    person.check(person.slices(Role.LEARN)[9])
    person.click("learn_page_button")
    assert person.learns.runs == 2
    person.click("pause_learning_button")
    person.until(lambda: person.learns.runs == 3)


def test_a_dead_process_is_asked_again_in_silence_and_a_failure_pauses_with_one_sentence(
    person: Worker, chest: Path
) -> None:
    person.open(chest)
    person.check_some()
    person.turn_on()
    person.learns.die.set()
    person.until(lambda: person.learns.runs == 2)
    assert person.notices() == []
    person.learns.fails = OutOfMemory("There is not enough memory to learn.", hint="Close other programs.")
    person.learns.die.set()
    person.until(lambda: person.along.state == "paused")
    assert person.notices() == ["Learning while you work is paused."]
    person.click("banner_go_on_learning_button")
    person.until(lambda: person.learns.runs == 3)


def test_while_it_is_on_learn_says_so_and_without_enough_slices_why_it_waits(person: Worker, chest: Path) -> None:
    person.open(chest)
    QTest.keyClick(person.picture, Qt.Key.Key_R, CTRL)
    assert person.along.state == "waiting"
    assert person.words("learn_reason") == "Ready after 2 more checked slices with a mark in them."
    person.check_some()
    person.until(lambda: person.learns.runs == 1)
    assert person.learner.reason == "It learns while you work."
    assert person.words("status_learning").startswith("Learning"), "the status bar says it, and moves nothing"
    person.click("learn_page_button")
    assert person.words("status_label") == "2 checked slices"
    person.click("draw_button")
    hidden = [one for one in person.window.findChildren(QAbstractButton, "learn_button") if one.isVisible()]
    assert hidden == []
