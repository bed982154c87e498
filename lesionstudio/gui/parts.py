"""Parts: everything the window is joined of, made once in app.py and handed to those who join it."""

from dataclasses import dataclass

from lesionstudio.gui.beside import Beside
from lesionstudio.gui.classifying import Classifying
from lesionstudio.gui.comparing import Comparing
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.doubt_heat import DoubtHeat
from lesionstudio.gui.draft_fates import DraftFates
from lesionstudio.gui.exporting import Exporting
from lesionstudio.gui.importing import Importing
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.gui.judging import Judging
from lesionstudio.gui.learner import Learner
from lesionstudio.gui.look_next import LookNext
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.marking import Marking
from lesionstudio.gui.models import Models
from lesionstudio.gui.next_drafts import NextDrafts
from lesionstudio.gui.proposals import Proposals
from lesionstudio.gui.rulers import Rulers
from lesionstudio.gui.saved_states import SavedStates
from lesionstudio.gui.session import Session
from lesionstudio.gui.stored_values import StoredValues
from lesionstudio.gui.study_steps import StudySteps
from lesionstudio.gui.thumbnails import Thumbnails
from lesionstudio.gui.trainer import Trainer
from lesionstudio.gui.travel import Travel
from lesionstudio.gui.turning import Turning
from lesionstudio.gui.version_changes import VersionChanges
from lesionstudio.gui.what_next import WhatNext


@dataclass(frozen=True, eq=False, slots=True)
class Parts:
    """The window, what is behind it, and the threads and the process that work for it."""

    window: MainWindow
    session: Session
    what_next: WhatNext
    look_next: LookNext
    version_changes: VersionChanges
    draft_fates: DraftFates
    doubt_heat: DoubtHeat
    next_drafts: NextDrafts
    marking: Marking
    proposals: Proposals
    rulers: Rulers
    models: Models
    learner: Learner
    judging: Judging
    classifying: Classifying
    trainer: Trainer
    importing: Importing
    exporting: Exporting
    stored_values: StoredValues
    travel: Travel
    study_steps: StudySteps
    saved_states: SavedStates
    comparing: Comparing
    beside: Beside
    turning: Turning
    thumbnails: Thumbnails
    runner: JobRunner
    lane: ComputeLane
