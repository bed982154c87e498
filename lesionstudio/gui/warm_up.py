"""WarmUp: has the compute process load the model in use before it is asked for, and learns which device it runs on."""

import os
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.models import Models
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import Notice
from lesionstudio.words import _, ngettext

_AFTER_MS = 700
"""The folder and its first picture come first: a model that loads takes the processors away from them."""


class WarmUp(QObject):
    """Each model once for each device. What goes wrong is not said here: Segment will say it.

    Only a graphics card that was chosen once and is not there any more is: from then on the best there is computes.
    """

    def __init__(self, session: Session, models: Models, lane: ComputeLane, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane = session, models, lane
        self._done: set[tuple[str, str]] = set()
        self._soon = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._soon.timeout.connect(self._look)
        for changed in (models.models_changed, session.scan_opened, session.settings_changed):
            changed.connect(self._look_soon)

    def _look_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        model, device = self._models.model_in_use, self._session.settings.device
        if self._session.open is None or model is None or (str(model.folder), device) in self._done:
            return
        self._done.add((str(model.folder), device))
        arguments = {"model": str(model.folder), "device": device}
        job = self._lane.submit("warm_up", arguments, _("Loading the model"))
        job.succeeded.connect(lambda result: self._tell(str(result["device"])))
        if device not in ("auto", "cpu"):
            job.failed.connect(lambda _problem: self._look_for(device))

    def _look_for(self, device: str) -> None:
        """Asks whether this device is there at all."""
        job = self._lane.submit("devices", {"wanted": device}, _("Looking at this computer"))
        job.succeeded.connect(lambda found: self._make_do(device, found))

    def _make_do(self, device: str, found: dict[str, Any]) -> None:
        settings = self._session.settings
        if device in found["usable"] or settings.device != device:
            return
        self._session.apply_settings(replace(settings, device="auto"))
        self._session.tell(
            Notice("warning", _("The graphics card is not there: the processor computes now."), found["why"])
        )

    def _tell(self, device: str) -> None:
        self._models.device_text = device_words(device)
        self._models.models_changed.emit()


def device_words(device: str) -> str:
    """A device as a person reads it: "CPU, 2 cores", or the graphics card."""
    if not device.lower().startswith("cpu"):
        return _("Graphics card ({name})").format(name=device)
    return ngettext("CPU, {n} core", "CPU, {n} cores", os.cpu_count() or 1)
