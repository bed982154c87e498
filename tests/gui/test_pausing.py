"""Pause of a learning that was begun with Learn: on its page, in the job bar, and what goes on meanwhile."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint

from lesionstudio.gui.learning_run import Learning
from lesionstudio.gui.running_jobs import RunningJobs
from lesionstudio.gui.views import JobView, Notice
from lesionstudio.progress import Progress
from lesionstudio.project.worklist import Role
from tests import phantoms
from tests.gui.test_learning import Person, chest, person

__all__ = ["chest", "person"]


def _asked(person: Person) -> int:
    return sum(verb == "learn" for verb, *_rest in person.compute.submitted)


def test_paused_on_its_page_it_waits_and_goes_on_to_a_version(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    person.click("learn_page_button")
    assert person.button("pause_learning_button").text() == "Pause"
    person.click("pause_learning_button")
    run = person.learner.learning
    assert run is not None and run.is_paused and run.job is None
    assert person.words("learning_time_left") == "paused" and person.learner.reason == "Learning is paused."
    person.compute.go_on_learning.set()
    person.until(lambda: person.desk.parts.runner.is_idle)
    assert person.learner.learning is run and person.learner.candidate is None and _asked(person) == 1
    assert person.button("pause_learning_button").text() == "Go on"
    person.click("pause_learning_button")
    person.until(lambda: person.learner.learning is None)
    assert person.learner.candidate is not None and _asked(person) == 2


def test_what_was_checked_during_the_pause_is_saved_before_it_goes_on(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    person.click("pause_job_button")
    person.compute.go_on_learning.set()
    person.check(person.slices(Role.LEARN)[2])
    person.click("pause_job_button")
    person.until(lambda: person.learner.learning is None)
    assert person.learner.candidate is not None and person.learner.candidate.slices == 3


def test_the_job_bar_says_that_it_is_paused_and_shows_what_works_meanwhile(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    assert person.words("job_title").startswith("Learning from")
    person.click("pause_job_button")
    assert person.words("job_title") == "Learning paused" and person.words("job_time_left") == ""
    person.compute.let_go.clear()
    person.desk.parts.models.segment_scan()
    person.until(lambda: person.words("job_title").startswith("Segmenting"))
    assert not [one for one in person.window.findChildren(type(person.button("cancel_job_button")), "pause_job_button")
                if one.isVisible()]  # fmt: skip
    person.compute.let_go.set()
    person.compute.go_on_learning.set()
    person.until(lambda: not person.desk.parts.models.is_busy)
    assert person.words("job_title") == "Learning paused"
    person.click("cancel_job_button")
    assert person.learner.learning is None and person.words("job_title") == ""


def test_it_can_be_gone_on_with_while_another_folder_is_open(person: Person, chest: Path, tmp_path: Path) -> None:
    phantoms.write_png(tmp_path / "other" / "a.png", phantoms.picture_phantom())
    person.begin_to_learn(chest)
    person.click("pause_job_button")
    person.compute.go_on_learning.set()
    person.open(tmp_path / "other")
    assert person.words("job_title") == "Learning paused"
    person.click("pause_job_button")
    person.until(lambda: person.learner.learning is None)
    assert "A new version is ready in chest." in person.notices()


def test_pressed_twice_while_it_is_saved_only_one_learning_begins(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    person.compute.go_on_learning.set()
    for on in (True, False, True, False):
        person.learner.pause(on)
    person.until(lambda: person.learner.learning is None)
    assert _asked(person) == 2


def test_how_far_it_is_counts_on_after_a_pause_and_no_point_of_the_curve_comes_twice() -> None:
    run = Learning(Path(), "study", "")
    run.take(Progress(0.5, "", None, {"curve": [[0.0, 0.7, None], [1.0, 0.8, None]]}), 100.0)
    run.pause()
    run.go_on()
    run.take(Progress(0.0, "", None, {"curve": [[0.0, 0.7, None], [1.0, 0.8, None], [2.0, 0.9, None]]}), 500.0)
    assert run.fraction == pytest.approx(0.5) and [one.minutes for one in run.points] == [0.0, 1.0, 2.0]
    run.take(Progress(0.5), 510.0)
    assert run.fraction == pytest.approx(0.75) and run.left_s == pytest.approx(10.0)


def test_a_paused_job_is_told_last_and_is_not_waited_for() -> None:
    told: list[JobView | None] = []
    jobs = RunningJobs({}, told.append)
    jobs._changed("learner", JobView("learn", "Learning paused", can_pause=True, is_paused=True))
    jobs._changed("models", JobView("segment", "Segmenting"))
    assert told[-1] is not None and (told[-1].title, told[-1].waiting) == ("Segmenting", 0)
    jobs._changed("models", None)
    assert told[-1] is not None and told[-1].title == "Learning paused"


def test_a_banner_on_the_learn_page_covers_none_of_its_buttons(person: Person, chest: Path) -> None:
    person.begin_to_learn(chest)
    person.click("learn_page_button")
    banners, pause = person.window.draw_page.banners_on_screen, person.button("pause_learning_button")
    before = pause.mapTo(person.window, QPoint()).y()
    person.session.tell(Notice("warning", "The work goes on on the processor.", "Other programs hold the GPU."))
    person.until(lambda: pause.mapTo(person.window, QPoint()).y() > before)
    below = banners.mapTo(person.window, QPoint(0, banners.height())).y()
    assert banners.isVisible() and below <= pause.mapTo(person.window, QPoint()).y()
    person.click("pause_learning_button")
    person.compute.go_on_learning.set()
    person.click("dismiss_banner_button")
    person.until(lambda: pause.mapTo(person.window, QPoint()).y() == before)
    person.click("pause_learning_button")
    person.until(lambda: person.learner.learning is None)
