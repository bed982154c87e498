"""KindWiring: what scans show goes into the scan list, and is asked about when a model was made for something else."""

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.misfit import Misfit
from lesionstudio.gui.parts import Parts

_LOTS_MS = 250


class KindWiring(QObject):
    """Joined when the first folder is opened."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._worklist = parts, parts.window.draw_page.worklist
        self.misfit = Misfit(parts.session, parts.models, parts.classifying, self)
        self._lots = QTimer(self, singleShot=True, interval=_LOTS_MS)
        self._lots.timeout.connect(self._show)
        parts.classifying.answered.connect(self._soon)
        parts.classifying.changed.connect(self._soon)
        parts.session.items_changed.connect(self._soon)
        parts.models.models_changed.connect(parts.classifying.classifiers.look_again)
        parts.stored_values.answered.connect(parts.classifying.ask_anew)

    def _soon(self) -> None:
        if not self._lots.isActive():
            self._lots.start()

    def _show(self) -> None:
        classifying = self._parts.classifying
        self._worklist.show_kinds(classifying.known, asks=classifying.classifier is not None)
