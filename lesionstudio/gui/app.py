"""Builds everything once and joins it: application, window, session, threads and the compute process."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEventLoop, QProcess, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.arrivals import Application, Arrivals
from lesionstudio.gui.garbage import Garbage
from lesionstudio.gui.language import qt_translator, speak
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.second_start import Door
from lesionstudio.gui.theme import Look, use_typeface
from lesionstudio.gui.views import Notice
from lesionstudio.itself import fresh_start_command
from lesionstudio.resources import resource
from lesionstudio.settings import Settings, load_settings
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.compute.compute import Compute, Listener

PICTURE_SIZE = (1280, 800)
_SHOW_WAIT_MS, _SETTLE_MS = 60_000, 1200
_THREAD_TURN_S = 0.0005
"""After so long a thread gives way to another. Python's own 5 ms are long for the window's thread, which asks again
after each call into Qt: while three others compute it would wait 15 ms each time."""


def run(places: Sequence[Path] = ()) -> int:
    """Opens the window, on a folder or files if some are given, and returns the exit code when it is closed.

    Where a window is open already, that one comes to the front and opens them.
    """
    door = Door()
    if door.hand_over(places):
        return 0
    settings = load_settings()
    app = make_application(settings)
    window = MainWindow(Look(app, settings.theme))
    sys.excepthook = last_resort(window.look, window.show_notice)
    desk: list[Desk] = []

    def begin() -> None:
        from lesionstudio.gui.log import start_log

        window.look.icons.load()
        app.setWindowIcon(QIcon(str(resource("icons", "app", "lesionstudio-256.png"))))
        start_log()
        desk.append(Desk(window, settings))
        garbage.spare_while(lambda: desk[0].session.reading() is not None)
        desk[0].wiring.verbs.tour.offer()
        arrivals = Arrivals(window, desk[0])
        door.arrived.connect(arrivals.take)
        door.open()
        if places:
            desk[0].wiring.verbs.open_places(list(places))

    if places:
        window.show_opening(_("Name hidden") if settings.hide_names else places[0].name)
    garbage = Garbage(window)
    window.first_painted.connect(begin)
    window.show()
    try:
        return app.exec()
    finally:
        garbage.stop()
        door.close()
        for one in desk:
            one.close()
            if (words := one.wiring.verbs.preferences.again) is not None:
                start_again(words)


def start_again(words: list[str]) -> None:
    """Starts the program anew, beside this one that ends: in another language, say."""
    program, *rest = fresh_start_command(*words)
    QProcess.startDetached(program, rest)


def show_demo(project: Path, screenshot: Path) -> None:
    """Opens a study in a window that no screen shows, waits for its first scan, and writes a picture of the window."""
    if not (sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    settings = load_settings()
    app = make_application(settings)
    window = MainWindow(Look(app, settings.theme))
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*PICTURE_SIZE)
    window.show()
    window.look.icons.load()
    desk = Desk(window, settings)
    desk.session.open_folder(project)
    _let_work(lambda: desk.session.open is not None and desk.session.reading() is None, _SHOW_WAIT_MS)
    _let_work(lambda: False, _SETTLE_MS)
    window.draw_page.banners.clear()
    window.grab().save(str(screenshot))
    window.close()
    desk.close()


def make_application(settings: Settings) -> QApplication:
    """The one application, dressed before its first widget; the one there is already, if there is one."""
    speak(settings.language)
    sys.setswitchinterval(_THREAD_TURN_S)
    app = QCoreApplication.instance()
    if isinstance(app, QApplication):
        return app
    # Every place of the mouse counts for a stroke, not only the last one before a repaint.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    app = Application()
    app.setApplicationName("LesionStudio")
    app.setDesktopFileName("lesionstudio")
    app.setStyle("Fusion")
    use_typeface(app)
    qt_translator(app)
    return app


class Desk:
    """What is behind the window, joined with it. Imported and built after the first paint."""

    def __init__(
        self, window: MainWindow, settings: Settings, start_compute: "Callable[[Listener], Compute] | None" = None
    ) -> None:
        from lesionstudio.gui.beside import Beside
        from lesionstudio.gui.classifying import Classifying
        from lesionstudio.gui.closed_masks import ClosedMasks
        from lesionstudio.gui.comparing import Comparing
        from lesionstudio.gui.compute_lane import ComputeLane
        from lesionstudio.gui.doubt_heat import DoubtHeat
        from lesionstudio.gui.draft_fates import DraftFates
        from lesionstudio.gui.exporting import Exporting
        from lesionstudio.gui.fresh_drafts import FreshDrafts
        from lesionstudio.gui.importing import Importing
        from lesionstudio.gui.jobs import JobRunner
        from lesionstudio.gui.judging import Judging
        from lesionstudio.gui.learner import Learner
        from lesionstudio.gui.look_next import LookNext
        from lesionstudio.gui.marking import Marking
        from lesionstudio.gui.models import Models
        from lesionstudio.gui.next_drafts import NextDrafts
        from lesionstudio.gui.parts import Parts
        from lesionstudio.gui.proposals import Proposals
        from lesionstudio.gui.reading_ahead import ReadingAhead
        from lesionstudio.gui.rulers import Rulers
        from lesionstudio.gui.saved_states import SavedStates
        from lesionstudio.gui.segmenter import Segmenter
        from lesionstudio.gui.session import Session
        from lesionstudio.gui.stored_values import StoredValues
        from lesionstudio.gui.study_steps import StudySteps
        from lesionstudio.gui.thumbnails import Thumbnails
        from lesionstudio.gui.time_spent import TimeSpent
        from lesionstudio.gui.trainer import Trainer
        from lesionstudio.gui.travel import Travel
        from lesionstudio.gui.turning import Turning
        from lesionstudio.gui.version_changes import VersionChanges
        from lesionstudio.gui.warm_up import WarmUp
        from lesionstudio.gui.what_next import WhatNext
        from lesionstudio.gui.wiring import Wiring

        runner = JobRunner(window)
        self.session = session = Session(settings, runner, window)
        lane = ComputeLane(start_compute or _start_compute, window)
        masks = ClosedMasks(session)
        study_steps, saved_states = StudySteps(session, masks, window), SavedStates(session, window)
        models = Models(
            session, Segmenter(lane, lambda: session.settings.device, window), masks, study_steps, saved_states, window
        )
        what_next, learner = WhatNext(session, window), Learner(session, models, lane, window)
        look_next = LookNext(session, models, learner, what_next, lane, window)
        marking = Marking(session, study_steps, what_next, window)
        ahead = Segmenter(lane, lambda: session.settings.device, window)
        self.parts = Parts(
            window=window,
            session=session,
            what_next=what_next,
            look_next=look_next,
            version_changes=VersionChanges(session, models, lane, window),
            draft_fates=DraftFates(session, marking, look_next, TimeSpent(session, window), window),
            doubt_heat=DoubtHeat(session, models, what_next, lane, window),
            next_drafts=NextDrafts(session, models, learner, what_next, ahead, window),
            marking=marking,
            proposals=Proposals(session, runner, window),
            rulers=Rulers(session, window),
            models=models,
            learner=learner,
            judging=Judging(session, models, lane, window),
            classifying=Classifying(session, lane, by_itself=start_compute is None, parent=window),
            trainer=Trainer(session, models, lane, window),
            importing=Importing(session, masks, study_steps, window),
            exporting=Exporting(session, window),
            stored_values=StoredValues(session, window),
            travel=Travel(session, study_steps, window),
            study_steps=study_steps,
            saved_states=saved_states,
            comparing=Comparing(session, saved_states, window),
            beside=Beside(session, window),
            turning=Turning(session, window),
            thumbnails=Thumbnails(runner, window),
            runner=runner,
            lane=lane,
        )
        self.wiring: Wiring = Wiring(self.parts)
        FreshDrafts(session, models, self.parts.learner.along, lane, window)
        ReadingAhead(session, runner, window)
        if start_compute is None:
            WarmUp(session, models, lane, window)

    def close(self) -> None:
        """Saves what is open, and ends threads and process."""
        self.session.close_folder()
        self.parts.lane.close()
        self.parts.runner.close()


def last_resort(
    look: Look, tell: Callable[[Notice], None] | None = None
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What happens with a mistake nobody expected: it is shown with its trace, and the window stays.

    A failure a person can act on, which nobody on its way told, is told as any other.
    """

    def hook(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, where)
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        if isinstance(error, LesionStudioError) and tell is not None:
            tell(Notice("error", error.message, error.hint))
            return
        from lesionstudio.gui.log import write_mistake
        from lesionstudio.gui.messages import show_crash, trace_text

        write_mistake(kind, where)
        show_crash(look, trace_text(kind, error, where))

    return hook


def _start_compute(listener: "Listener") -> "Compute":
    from lesionstudio.compute.worker import LocalCompute

    compute = LocalCompute(listener=listener)
    compute.start()
    return compute


def _let_work(until: Callable[[], bool], at_most_ms: int) -> None:
    """Runs the event loop until this holds; it sleeps in between. (With a longest time Qt looks without waiting.)"""
    clock, wakes = QElapsedTimer(), QTimer(interval=20)
    clock.start()
    wakes.start()
    while not until() and clock.elapsed() < at_most_ms:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
