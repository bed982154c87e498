"""DoubtHeat: where the model is unsure on the slice on screen, asked for when it is to be seen and kept for a while."""

from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.models import Models
from lesionstudio.gui.run_folders import new_run_folder, remove_run_folder
from lesionstudio.gui.session import Session
from lesionstudio.gui.what_next import Place, WhatNext
from lesionstudio.words import _

Heat = NDArray[np.uint8]
_SOON_MS, _KEPT = 120, 24


class DoubtHeat(QObject):
    """`changed`: the heat (row, column) of the slice on screen is known now, or is none."""

    changed = Signal()

    def __init__(
        self, session: Session, models: Models, what_next: WhatNext, lane: ComputeLane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._models, self._what_next, self._lane = session, models, what_next, lane
        self._kept: OrderedDict[tuple[Place, str], Heat] = OrderedDict()
        self._job: Job | None = None
        self.is_on = False
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._submit)
        for moved in (session.slice_changed, session.scan_opened, session.item_changed):
            moved.connect(self._look)
        session.folder_opened.connect(self._kept.clear)
        models.models_changed.connect(self._look)

    def show(self, on: bool) -> None:
        """Whether it is to be seen."""
        self.is_on = on
        self._look()

    @property
    def heat(self) -> Heat | None:
        """Of the slice on screen, if it is to be seen and known."""
        key = self._key
        return self._kept.get(key) if self.is_on and key is not None else None

    @property
    def reason(self) -> str:
        """Why none may be shown on this slice; "" where one may."""
        here = self._what_next.here
        if here is not None and here.k in self._session.held_out_unchecked(here.item_id):
            return _("This slice is held out: where the model is unsure is shown once you have checked it.")
        return ""

    @property
    def _key(self) -> tuple[Place, str] | None:
        here, model = self._what_next.here, self._models.model_in_use
        return (here, model.id) if here is not None and model is not None and not self.reason else None

    def _look(self, *_what: object) -> None:
        if self.is_on and self._key is not None and self._key not in self._kept:
            self._soon.start()
        self.changed.emit()

    def _submit(self) -> None:
        """Asks for the slice on screen; while one question is on its way the next waits."""
        opened, model, key = self._session.open, self._models.model_in_use, self._key
        if self._job is not None or not self.is_on or opened is None or model is None:
            return
        if key is None or key in self._kept or self._models.reason:
            return
        folder, project = new_run_folder(), self._session.project
        arguments = {
            "source": opened.item.source.to_json(None),
            "model": str(model.folder),
            "k": opened.k,
            "device": self._session.settings.device,
            "out": str(folder),
            "hu_offset": project.hu_offset if project is not None else None,
        }
        self._job = job = self._lane.submit("doubt_map", arguments, _("Where the model is unsure"), level=Level.AHEAD)
        job.succeeded.connect(lambda result: self._take(key, Path(result["heat"])))
        job.failed.connect(self._session.tell_problem)
        job.ended.connect(lambda: self._ended(folder))

    def _take(self, key: tuple[Place, str], path: Path) -> None:
        self._kept[key] = np.load(path)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.changed.emit()

    def _ended(self, folder: Path) -> None:
        self._job = None
        remove_run_folder(folder)
        if self.is_on and self._key is not None and self._key not in self._kept:
            self._soon.start()
