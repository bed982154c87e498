"""What background threads say reaches the window's thread in order, and never all at once."""

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.gui.app import make_application
from lesionstudio.gui.jobs import TURN_S, Mailbox
from lesionstudio.settings import Settings


def test_calls_run_in_the_order_in_which_they_were_posted(qtbot: QtBot) -> None:
    told: list[int] = []
    box = Mailbox()
    for n in range(100):
        box.post(lambda n=n: told.append(n))  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(told) == 100)
    assert told == list(range(100))


def test_hand_and_eye_get_their_turn_between_many_calls(qtbot: QtBot) -> None:
    box, done, turns = Mailbox(), 0, list[int]()
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(done))
    timer.start(0)

    def work() -> None:
        nonlocal done
        done += 1
        time.sleep(TURN_S / 2)

    for _n in range(12):
        box.post(work)
    qtbot.waitUntil(lambda: done == 12)
    between = {turn for turn in turns if 0 < turn < 12}
    assert len(between) >= 3  # at most two or three calls a turn


def test_a_call_that_waits_in_a_loop_of_its_own_still_hears_what_comes_next(qtbot: QtBot) -> None:
    box, heard = Mailbox(), list[str]()

    def ask() -> None:
        qtbot.waitUntil(lambda: "answer" in heard, timeout=2000)
        heard.append("asked")

    box.post(ask)
    box.post(lambda: heard.append("answer"))
    qtbot.waitUntil(lambda: "asked" in heard)
    assert heard == ["answer", "asked"]


def test_threads_that_compute_give_way_to_the_windows_thread_soon(qapp: QApplication) -> None:
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        make_application(Settings())
        assert sys.getswitchinterval() <= 0.001
    finally:
        sys.setswitchinterval(before)
