"""Explaining: where in a slice an answer comes from. The newest wish counts; what was made is kept for a while."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.classifying import Classifying
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.kinds import Looked
from lesionstudio.gui.run_folders import new_run_folder, remove_run_folder
from lesionstudio.gui.session import Session
from lesionstudio.words import _

_SOON_MS, _KEPT = 90, 48


@dataclass(frozen=True, slots=True)
class Wish:
    """Slice k of a picture, and the class that is to be explained."""

    picture: Looked
    k: int
    label: str


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """Heat (row, column) of 0 to 255 of a slice, and the share of each class on that slice alone."""

    wish: Wish
    heat: NDArray[np.uint8]
    shares: dict[str, float]


class Explaining(QObject):
    """`made`: an Explanation of what was wished for last; `failed`: its problem."""

    made = Signal(object)
    failed = Signal(object)

    def __init__(
        self, session: Session, classifying: Classifying, lane: ComputeLane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._classifying, self._lane = session, classifying, lane
        self._kept: OrderedDict[Wish, Explanation] = OrderedDict()
        self._wish: Wish | None = None
        self._job: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._submit)
        classifying.classifiers.changed.connect(self.forget)
        session.folder_opened.connect(self.forget)

    def want(self, wish: Wish | None) -> None:
        """Explains this and no longer what was wished for before; None: nothing."""
        if wish == self._wish:
            return
        self._wish = wish
        if wish is None:
            self._soon.stop()
        elif wish in self._kept:
            self._soon.stop()
            self.made.emit(self._kept[wish])
        else:
            self._soon.start()

    def forget(self) -> None:
        """Another classifier would explain it otherwise."""
        self._kept.clear()
        self.want(None)

    def _submit(self) -> None:
        """Asks for what is wished for now; while a question is on its way it is asked afterwards."""
        classifier, wish = self._classifying.classifier, self._wish
        if self._job is not None or classifier is None or wish is None or wish in self._kept:
            return
        folder = new_run_folder()
        project = self._session.project
        arguments = {
            "source": wish.picture.source.to_json(None),
            "k": wish.k,
            "label": wish.label,
            "model": str(classifier.folder),
            "out": str(folder),
            "hu_offset": project.hu_offset if project is not None else None,
        }
        self._job = job = self._lane.submit("explain_picture", arguments, _("Explaining"), level=Level.URGENT)
        job.succeeded.connect(lambda result: self._take(wish, folder, result))
        job.failed.connect(lambda problem: self._tell(wish, problem))
        job.ended.connect(lambda: self._ended(wish, folder))

    def _take(self, wish: Wish, folder: Path, result: dict[str, Any]) -> None:
        heat = np.load(folder / "heat.npy")
        made = self._kept[wish] = Explanation(wish, heat, dict(result["probabilities"]))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        if wish == self._wish:
            self.made.emit(made)

    def _tell(self, wish: Wish, problem: BaseException) -> None:
        if not isinstance(problem, LesionStudioError):
            self._session.tell_problem(problem)
        elif wish == self._wish:
            self.failed.emit(problem)

    def _ended(self, wish: Wish, folder: Path) -> None:
        """What was wished for while this question was on its way comes next."""
        self._job = None
        remove_run_folder(folder)
        if self._wish not in (None, wish):
            self._soon.start()
