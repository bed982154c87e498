"""A desk to test at: session, marking, models and the stand-in for the compute process, joined as in the window."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytestqt.qtbot import QtBot

from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.exporting import Exporting
from lesionstudio.gui.importing import Importing
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.gui.marking import Marking
from lesionstudio.gui.models import Models
from lesionstudio.gui.saved_states import SavedStates
from lesionstudio.gui.segmenter import Segmenter
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudySteps
from lesionstudio.gui.travel import Travel
from lesionstudio.gui.views import Notice
from lesionstudio.gui.what_next import WhatNext
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, write_card
from lesionstudio.settings import Settings, data_folder
from tests.stand_in import StandIn

WAIT_MS = 10_000


@dataclass(eq=False)
class Desk:
    """Everything behind the window."""

    bot: QtBot
    runner: JobRunner
    session: Session
    marking: Marking
    travel: Travel
    study_steps: StudySteps
    masks: ClosedMasks
    saved_states: SavedStates
    models: Models
    importing: Importing
    exporting: Exporting
    compute: StandIn
    notices: list[Notice]

    def until(self, true: Callable[[], bool]) -> None:
        """Lets the window's thread work until this holds."""
        self.bot.waitUntil(true, timeout=WAIT_MS)

    def open(self, folder: Path) -> None:
        """Opens a folder and waits for its first scan and for the search to end."""
        self.session.open_folder(folder)
        self.until(lambda: self.session.open is not None and self.session.reading() is None)

    def paint(self, row: int, column: int, side: int = 4, label: int = 1) -> None:
        """One stroke on the slice on screen."""
        import numpy as np

        history = self.session.history
        assert history is not None
        stroke = history.stroke("Brush")
        box = stroke.paint(self.session.slice_number, row, column, np.ones((side, side), bool), label)
        self.session.mask_changed(box)
        stroke.commit()
        self.session.edited(box)

    def saved(self) -> None:
        """Saves now and waits for the disk."""
        self.session.autosave.flush()
        self.until(lambda: self.session.autosave.is_settled and self.runner.is_idle)


def put_model_on_shelf() -> None:
    """A model by name and card; the stand-in needs no weights."""
    folder = data_folder() / "models" / "stand-in"
    folder.mkdir(parents=True)
    rule = IntensityRule("window", -1350, 150)
    write_card(ModelCard("stand-in", "Stand-in", ("Lesion",), (ModelInput(rule),)), folder)


@contextmanager
def desk(bot: QtBot) -> Iterator[Desk]:
    """A desk that is put away at the end."""
    put_model_on_shelf()
    runner = JobRunner()
    session = Session(Settings(hold_out_slices=False), runner)
    stand_ins: list[StandIn] = []

    def start(listener: object) -> StandIn:
        stand_ins.append(StandIn(listener))  # type: ignore[arg-type]
        return stand_ins[0]

    lane = ComputeLane(start)
    masks = ClosedMasks(session)
    study_steps, saved_states = StudySteps(session, masks), SavedStates(session)
    models = Models(session, Segmenter(lane, lambda: "cpu"), masks, study_steps, saved_states)
    notices: list[Notice] = []
    session.notice.connect(notices.append)
    here = Desk(
        bot,
        runner,
        session,
        Marking(session, study_steps, WhatNext(session)),
        Travel(session, study_steps),
        study_steps,
        masks,
        saved_states,
        models,
        Importing(session, masks, study_steps),
        Exporting(session),
        stand_ins[0],
        notices,
    )
    try:
        yield here
    finally:
        session.close_folder()
        bot.waitUntil(lambda: runner.is_idle, timeout=WAIT_MS)
        lane.close()
        runner.close()
