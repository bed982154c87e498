"""WarmUp: has the compute process load the model in use before it is asked for, and learns which device it runs on."""

import os

from PySide6.QtCore import QObject

from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.models import Models
from lesionstudio.gui.session import Session
from lesionstudio.words import _, ngettext


class WarmUp(QObject):
    """Each model once for each device. What goes wrong is not said here: Segment will say it."""

    def __init__(self, session: Session, models: Models, lane: ComputeLane, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane = session, models, lane
        self._done: set[tuple[str, str]] = set()
        models.models_changed.connect(self._look)
        session.scan_opened.connect(self._look)
        session.settings_changed.connect(self._look)

    def _look(self) -> None:
        model, device = self._models.model_in_use, self._session.settings.device
        if self._session.open is None or model is None or (str(model.folder), device) in self._done:
            return
        self._done.add((str(model.folder), device))
        arguments = {"model": str(model.folder), "device": device}
        job = self._lane.submit("warm_up", arguments, _("Loading the model"))
        job.succeeded.connect(lambda result: self._tell(str(result["device"])))

    def _tell(self, device: str) -> None:
        self._models.device_text = device_words(device)
        self._models.models_changed.emit()


def device_words(device: str) -> str:
    """A device as a person reads it: "CPU, 2 cores", or the graphics card."""
    if not device.lower().startswith("cpu"):
        return _("Graphics card ({name})").format(name=device)
    return ngettext("CPU, {n} core", "CPU, {n} cores", os.cpu_count() or 1)
