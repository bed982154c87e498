"""Work done piece by piece; and a folder that is opened so, in the place of another."""

import gc
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from lesionstudio.gui.theme import Look
from lesionstudio.gui.turns import Turns
from tests import phantoms
from tests.gui.seats import Hands, hands_on


def test_steps_are_done_in_their_order_with_turns_for_others_in_between(qtbot: QtBot) -> None:
    said: list[str] = []
    parent = QObject()
    often = QTimer(parent, interval=0)
    often.timeout.connect(lambda: said.append(".") if said[-1:] != ["."] else None)
    turns = Turns(parent)
    turns.begin(*(lambda n=n: said.append(n) for n in "abc"))  # type: ignore[misc]
    often.start()
    assert not said
    qtbot.waitUntil(lambda: "c" in said)
    assert "".join(said).strip(".") == "a.b.c"


def test_a_step_that_fails_keeps_no_other_from_being_done(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_rest: said.append(kind))
    parent = QObject()
    turns = Turns(parent)
    with qtbot.captureExceptions():
        turns.begin(lambda: 1 / 0, lambda: said.append("done"))
        qtbot.waitUntil(lambda: "done" in said)


def test_what_was_left_is_dropped_when_something_else_begins(qtbot: QtBot) -> None:
    said: list[str] = []
    parent = QObject()
    turns = Turns(parent)

    def first() -> None:
        said.append("a")
        turns.begin(lambda: said.append("c"))

    turns.begin(first, lambda: said.append("b"))
    qtbot.waitUntil(lambda: said == ["a", "c"])
    turns.begin(lambda: said.append("d"))
    turns.drop()
    turns.begin(lambda: said.append("e"))
    qtbot.waitUntil(lambda: said[-1] == "e")
    assert said == ["a", "c", "e"]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return _pictures(tmp_path / "first", 3)


@pytest.fixture
def hands(look: Look, first: Path) -> Iterator[Hands]:
    with hands_on(look, first) as made:
        yield made


def _pictures(folder: Path, n: int) -> Path:
    for k in range(n):
        phantoms.write_png(folder / f"p{k}.png", phantoms.picture_phantom())
    return folder


def test_the_start_page_does_not_come_up_between_two_folders(hands: Hands, tmp_path: Path) -> None:
    shown, pages = [], hands.window.pages
    pages.currentChanged.connect(lambda _n: shown.append(pages.currentWidget()))
    hands.open(_pictures(tmp_path / "second", 2))
    assert hands.window.start_page not in shown and shown[-1] is hands.window.draw_page
    assert len(hands.session.items) == 2
    hands.session.close_folder()
    assert hands.window.is_on_start_page


def test_a_folder_that_cannot_be_opened_leads_back_to_the_start_page(hands: Hands, tmp_path: Path) -> None:
    told: list[str] = []
    hands.session.notice.connect(lambda notice: told.append(notice.kind))
    hands.session.open_folder(tmp_path / "gone")
    assert not hands.window.is_on_start_page
    hands.until(lambda: bool(told))
    assert hands.window.is_on_start_page and told == ["error"] and hands.session.opening is None


def test_who_closes_a_folder_that_is_still_being_opened_sees_the_start_page(hands: Hands, tmp_path: Path) -> None:
    hands.session.open_folder(_pictures(tmp_path / "second", 2))
    hands.session.close_folder()
    assert hands.window.is_on_start_page
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    assert hands.session.project is None and hands.session.reading() is None


def test_a_folder_that_is_open_is_said_to_be_searched_from_the_first_word_on(hands: Hands, first: Path) -> None:
    session, said = hands.session, list[str]()
    session.close_folder()
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    for name in ("folder_opening", "folder_opened", "items_changed", "settings_changed", "saved_changed"):
        signal = getattr(session, name)
        signal.connect(lambda *_args, name=name: said.append(f"{name} {session.reading() is not None}"))
    session.open_folder(first)
    hands.until(lambda: session.open is not None and session.reading() is None)
    once = list(dict.fromkeys(said))
    assert once[:5] == ["folder_opening False", *(f"{name} True" for name in _ORDER)]


_ORDER = ("folder_opened", "items_changed", "settings_changed", "saved_changed")


def test_pictures_of_the_folder_before_are_not_shown_in_the_rows_of_the_next(hands: Hands, tmp_path: Path) -> None:
    worklist = hands.window.draw_page.worklist
    hands.until(lambda: len(worklist._painter.pictures) == 3)
    second = _pictures(tmp_path / "second", 1)
    (second / "p1.png").write_bytes(b"no picture")
    hands.open(second)
    hands.until(lambda: "p0.png" in worklist._painter.pictures)
    assert "p1.png" not in worklist._painter.pictures and isinstance(worklist._painter.pictures["p0.png"], QImage)


def test_a_closed_study_gives_its_memory_back_without_waiting_for_the_collector(hands: Hands, tmp_path: Path) -> None:
    gc.collect()
    gc.disable()
    try:
        study = weakref.ref(hands.session._project())
        hands.open(_pictures(tmp_path / "second", 1))
        hands.until(lambda: hands.desk.parts.runner.is_idle)
        hands.until(lambda: study() is None)
    finally:
        gc.enable()
