"""The tour in the real window: it comes once, is left at any time, and stands in nobody's way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from lesionstudio.gui.app import Desk
from lesionstudio.gui.dialogs.shortcuts import ShortcutsSheet
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tour import Tour
from lesionstudio.gui.tour_card import TourCard
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.settings import Settings, load_settings
from tests import phantoms
from tests.stand_in import StandIn

LEFT, WAIT_MS = Qt.MouseButton.LeftButton, 10_000


class Person:
    """Somebody who opens a folder for the first time."""

    def __init__(self, bot: QtBot, window: MainWindow, desk: Desk, folder: Path) -> None:
        self.bot, self.window, self.desk, self.folder = bot, window, desk, folder
        self.tour: Tour = desk.wiring.verbs.tour

    def open(self) -> None:
        """Opens the folder and waits until all is quiet."""
        session = self.desk.session
        session.open_folder(self.folder)
        self.bot.waitUntil(lambda: session.open is not None and session.reading() is None, timeout=WAIT_MS)
        self.bot.waitUntil(lambda: self.desk.parts.runner.is_idle, timeout=WAIT_MS)

    def open_for_the_first_time(self) -> TourCard:
        self.tour.offer()
        self.open()
        self.bot.waitUntil(lambda: self.tour.card is not None, timeout=WAIT_MS)
        return self.card

    @property
    def card(self) -> TourCard:
        assert self.tour.card is not None
        return self.tour.card

    def words(self, name: str) -> str:
        found = self.card.findChild(QLabel, name)
        assert found is not None
        return found.text()

    def press(self, key: Qt.Key) -> None:
        self.bot.keyClick(QApplication.focusWidget() or self.window, key)

    def click(self, name: str) -> None:
        button = self.window.findChild(QAbstractButton, name)
        assert button is not None and button.isVisible(), name
        self.bot.mouseClick(button, LEFT)

    def ring_is_around(self, name: str) -> bool:
        button = self.window.findChild(QAbstractButton, name)
        ring = self.tour._ring
        assert button is not None and ring is not None
        return ring.geometry().contains(QRect(button.mapTo(self.window, QPoint(0, 0)), button.size()))


@pytest.fixture
def person(qtbot: QtBot, look: Look, tmp_path: Path) -> Iterator[Person]:
    phantoms.write_dicom(tmp_path / "ct", phantoms.ct_phantom())
    window = MainWindow(look)
    desk = Desk(window, Settings(), StandIn)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield Person(qtbot, window, desk, tmp_path / "ct")
    desk.wiring.verbs.tour.leave()
    desk.session.close_folder()
    qtbot.waitUntil(lambda: desk.parts.runner.is_idle, timeout=WAIT_MS)
    desk.close()
    window.close()
    window.deleteLater()


def test_it_comes_with_the_first_scan_and_points_at_three_real_things(person: Person) -> None:
    person.open_for_the_first_time()
    assert (person.words("tour_title"), person.words("tour_count")) == ("Paint and correct", "1 of 3")
    assert person.ring_is_around("brush_button")
    person.click("tour_next_button")
    assert (person.words("tour_title"), person.words("tour_count")) == ("Segment and accept", "2 of 3")
    assert person.ring_is_around("segment_slice_button")
    person.click("tour_next_button")
    assert (person.words("tour_title"), person.words("tour_count")) == ("Learn", "3 of 3")
    assert person.ring_is_around("learn_button")
    person.click("tour_next_button")
    assert person.tour.card is None


def test_every_card_lies_in_the_window_and_not_on_what_it_points_at(person: Person) -> None:
    person.open_for_the_first_time()
    while person.tour.card is not None:
        assert person.window.rect().contains(person.card.geometry())
        ring = person.tour._ring
        assert ring is not None and not ring.geometry().adjusted(6, 6, -6, -6).intersects(person.card.geometry())
        person.click("tour_next_button")


def test_esc_leaves_it_and_it_never_comes_back_by_itself(person: Person) -> None:
    person.open_for_the_first_time()
    person.press(Qt.Key.Key_Escape)
    assert person.tour.card is None and person.window.draw_page.picture.hasFocus()
    person.desk.session.close_folder()
    person.open()
    assert person.tour.card is None
    assert load_settings().tour_seen


def test_somebody_who_has_seen_it_is_left_alone(person: Person) -> None:
    person.desk.session.apply_settings(Settings(tour_seen=True))
    person.tour.offer()
    person.open()
    assert person.tour.card is None


def test_a_click_outside_leaves_it_and_still_does_what_it_does(person: Person) -> None:
    person.open_for_the_first_time()
    person.click("eraser_button")
    assert person.tour.card is None
    assert person.window.actions_by_verb["eraser"].isChecked()


def test_a_stroke_ends_it_and_is_painted(person: Person) -> None:
    person.open_for_the_first_time()
    picture = person.window.draw_page.picture
    person.bot.mouseClick(picture, LEFT, pos=picture.rect().center() + QPoint(0, 60))
    mask = person.desk.session.mask
    assert person.tour.card is None and mask is not None
    assert mask.status(person.desk.session.slice_number) == SliceStatus.CORRECTED


def test_skip_leaves_it(person: Person) -> None:
    person.open_for_the_first_time()
    person.click("tour_skip_button")
    assert person.tour.card is None


def test_enter_goes_on_and_checks_no_slice_and_tab_reaches_skip(person: Person) -> None:
    person.open_for_the_first_time()
    person.press(Qt.Key.Key_Return)
    assert person.words("tour_count") == "2 of 3"
    mask = person.desk.session.mask
    assert mask is not None and mask.status(0) == SliceStatus.NEW
    person.press(Qt.Key.Key_Tab)
    person.press(Qt.Key.Key_Space)
    assert person.tour.card is None


def test_the_keys_it_speaks_of_work_while_it_is_there(person: Person) -> None:
    person.open_for_the_first_time()
    person.press(Qt.Key.Key_E)
    assert person.window.actions_by_verb["eraser"].isChecked() and person.tour.card is not None


def test_a_sheet_ends_it(person: Person) -> None:
    person.open_for_the_first_time()
    person.press(Qt.Key.Key_F1)
    assert person.tour.card is None
    next(one for one in person.window.findChildren(ShortcutsSheet) if one.isVisible()).close()


def test_closing_the_folder_ends_it(person: Person) -> None:
    person.open_for_the_first_time()
    person.window.actions_by_verb.trigger("close_folder")
    assert person.tour.card is None and person.window.is_on_start_page


def test_another_page_ends_it_and_it_begins_where_the_work_is(person: Person) -> None:
    person.open_for_the_first_time()
    person.window.actions_by_verb.trigger("learn_page")
    assert person.tour.card is None
    person.window.actions_by_verb.trigger("tour")
    assert person.window.draw_page.picture.isVisible() and person.ring_is_around("brush_button")


def test_it_can_be_started_again_from_the_menu(person: Person) -> None:
    assert not person.window.actions_by_verb["tour"].isEnabled()
    person.desk.session.apply_settings(Settings(tour_seen=True))
    person.open()
    person.window.actions_by_verb.trigger("tour")
    assert person.words("tour_count") == "1 of 3"


def test_it_stays_beside_its_thing_when_the_window_grows_or_the_panel_folds(person: Person) -> None:
    person.open_for_the_first_time()
    person.click("tour_next_button")
    person.window.resize(1500, 900)
    person.bot.waitUntil(lambda: person.ring_is_around("segment_slice_button"))
    person.window.actions_by_verb.trigger("fold_panel")
    person.window.resize(1400, 850)
    person.bot.waitUntil(lambda: person.window.rect().contains(person.card.geometry()))
