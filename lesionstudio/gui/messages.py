"""The only module that stops the work with a question or a message of its own window; all else is a banner."""

import platform
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QPlainTextEdit, QWidget

from lesionstudio import __version__
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import paragraph
from lesionstudio.words import _


class Question(Sheet):
    """One question with one way on and one way back; Esc is the way back."""

    def __init__(self, window: QWidget, look: Look, title: str, words: str, yes: str, *, danger: bool = False) -> None:
        super().__init__(window, look, title, "question", 460)
        self.body.addWidget(paragraph(words, "body"))
        go_on = word_button(yes, "yes_button", "danger" if danger else "primary")
        back = word_button(_("Cancel"), "no_button")
        go_on.clicked.connect(self.accept)
        self.add_answers(back, go_on)
        go_on.setFocus()


def ask(window: QWidget, look: Look, title: str, words: str, yes: str, *, danger: bool = False) -> bool:
    """Whether the person says yes."""
    question = Question(window, look, title, words, yes, danger=danger)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return question.exec() == Question.DialogCode.Accepted


def ask_then(window: QWidget, look: Look, title: str, words: str, yes: str, do: Callable[[], object]) -> None:
    """Asks, and does it when the person says yes; the window's thread goes on meanwhile."""
    question = Question(window, look, title, words, yes)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.accepted.connect(do)
    question.open()


def ask_to_lose_edits(window: QWidget, look: Look, why: str) -> bool:
    """Whether to close although edits are not on disk: the only question that stops the work."""
    words = _("The last edits are not saved: {why} They are kept while the window is open.").format(why=why)
    return ask(window, look, _("Close without saving?"), words, _("Close and lose them"), danger=True)


def ask_to_stop_training(window: QWidget, look: Look) -> bool:
    """Whether to close although a training from a folder goes on."""
    words = _("What it has reached is kept: the Learn page offers to go on with it.")
    return ask(window, look, _("Stop training and close?"), words, _("Stop and close"))


def choose_folder(window: QWidget, title: str, start: str = "") -> str:
    """The folder chosen in the system's dialog; "" for none."""
    return QFileDialog.getExistingDirectory(window, title, start)


def choose_file(window: QWidget, title: str, start: str = "", kinds: str = "") -> str:
    """The file chosen in the system's dialog; "" for none."""
    return QFileDialog.getOpenFileName(window, title, start, kinds)[0]


def choose_files(window: QWidget, title: str, start: str = "", kinds: str = "") -> list[str]:
    """The files chosen in the system's dialog; none where it was left."""
    return QFileDialog.getOpenFileNames(window, title, start, kinds)[0]


def choose_new_file(window: QWidget, title: str, start: str = "", kinds: str = "") -> str:
    """Where to write a file, chosen in the system's dialog, which asks before one is replaced; "" for nowhere."""
    return QFileDialog.getSaveFileName(window, title, start, kinds)[0]


class CrashSheet(Sheet):
    """A mistake of the program: what happened, and the trace to copy. The work goes on where it can."""

    def __init__(self, window: QWidget, look: Look, trace: str) -> None:
        super().__init__(window, look, _("Something went wrong in LesionStudio"), "crash", 640)
        words = _("This is a mistake of the program, not yours. What you have painted is kept. You can go on working.")
        self.body.addWidget(paragraph(words, "body"))
        box = QPlainTextEdit(trace)
        box.setObjectName("crash_trace")
        box.setReadOnly(True)
        box.setFixedHeight(220)
        self.body.addWidget(box)
        copy = word_button(_("Copy the report"), "copy_trace_button")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(trace))
        go_on = word_button(_("Go on"), "go_on_button", "primary")
        go_on.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(go_on)
        self.body.addLayout(row)
        go_on.setFocus()


def trace_text(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> str:
    """The report of a mistake: versions, then the trace; no path of a scan beyond what the trace itself holds."""
    head = f"LesionStudio {__version__}, Python {platform.python_version()}, {platform.platform()}"
    return "\n".join([head, "", "".join(traceback.format_exception(kind, error, where))])


def show_crash(look: Look, trace: str) -> None:
    """Shows the report over the window in front; one at a time."""
    window = QApplication.activeWindow() or next(iter(QApplication.topLevelWidgets()), None)
    if window is None or isinstance(window, CrashSheet):
        return
    sheet = CrashSheet(window, look, trace)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()
