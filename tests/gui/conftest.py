"""What tests of the window share: the look, and a bare window to put actions on."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Look:
    made = Look(qapp, "dark")
    made.icons.load()
    return made


@pytest.fixture
def actions(qtbot: QtBot, look: Look) -> Iterator[Actions]:
    window = QMainWindow()
    qtbot.addWidget(window)
    yield Actions(window, look)


@pytest.fixture(autouse=True)
def no_sheet_is_left() -> Iterator[None]:
    """A sheet that a test leaves open would keep every later one from being shown: it is closed."""
    yield
    left = [one for one in QApplication.topLevelWidgets() if one.isModal() and one.isVisible()]
    for one in left:
        one.close()
