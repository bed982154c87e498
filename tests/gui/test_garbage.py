"""Where what nobody needs any more is freed."""

import gc
import threading

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.gui.garbage import Garbage


class Mortal(QObject):
    """Says on which thread it died."""

    died_on: list[str] = []

    def __init__(self) -> None:
        super().__init__()
        self.itself = self

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread().name)


def test_an_object_that_is_garbage_dies_on_the_windows_thread(qtbot: QtBot) -> None:
    Mortal.died_on.clear()
    garbage = Garbage()
    try:
        assert not gc.isenabled()
        Mortal()
        busy = threading.Thread(target=lambda: [[n] for n in range(50_000)], name="files")
        busy.start()
        busy.join()
        assert Mortal.died_on == []
        kept = [[n] for n in range(5_000)]
        qtbot.waitUntil(lambda: Mortal.died_on == [threading.main_thread().name], timeout=5_000)
        del kept
    finally:
        garbage.stop()


def test_while_a_folder_is_searched_nothing_is_looked_through(qapp: QApplication) -> None:
    looked: list[int] = []
    garbage, is_searching = Garbage(), [True]
    garbage.spare_while(lambda: is_searching[0])

    def note(phase: str, told: dict[str, int]) -> None:
        if phase == "start":
            looked.append(told["generation"])

    gc.callbacks.append(note)
    try:
        kept: list[list[int]] = []
        for _n in range(200):
            kept += [[n] for n in range(800)]
            garbage.collect()
        assert not looked and kept
        is_searching[0] = False
        frozen, last = gc.get_freeze_count(), [[n] for n in range(800)]
        garbage.collect()
        assert gc.get_freeze_count() >= frozen + len(last), "what came last stays too"
    finally:
        gc.callbacks.remove(note)
        garbage.stop()
