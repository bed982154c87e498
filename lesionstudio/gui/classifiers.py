"""Classifiers: those on the shelf, and the one in use."""

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.kinds import ClassifierView
from lesionstudio.gui.session import Session
from lesionstudio.project.shelf import ModelShelf, ShelvedModel

STARTER, _SETTING = "picture-kind", "classifier"


class Classifiers(QObject):
    """`changed`: another one is in use, or the shelf is read anew."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: list[ClassifierView] | None = None
        self._chosen = ""
        session.folder_opened.connect(self._forget)

    @property
    def all(self) -> list[ClassifierView]:
        """What can be chosen, the shipped one first."""
        if self._found is None:
            found = [one for one in ModelShelf(self._session.project).models() if one.card.task == "classification"]
            found.sort(key=lambda one: one.card.id != STARTER)
            self._found = [_view(one) for one in found]
        return self._found

    @property
    def in_use(self) -> ClassifierView | None:
        """The one chosen for this study, else the last one chosen, else the first; None where none is installed."""
        chosen = self._session.study_settings.get(_SETTING, self._chosen)
        return next((one for one in self.all if one.id == chosen), self.all[0] if self.all else None)

    def choose(self, classifier_id: str) -> None:
        """Asks this one from now on."""
        if self.in_use is None or self.in_use.id != classifier_id:
            self._chosen = self._session.study_settings[_SETTING] = classifier_id
            self._session.save_project()
            self.changed.emit()

    def look_again(self) -> None:
        """Reads the shelf anew; nothing is said where it holds the same."""
        before, self._found = self._found, None
        if before is not None and before != self.all:
            self.changed.emit()

    def _forget(self) -> None:
        self._found = None


def _view(model: ShelvedModel) -> ClassifierView:
    scores = model.card.scores if isinstance(model.card.scores, dict) else {}
    accuracy = scores.get("accuracy")
    known = float(accuracy) if isinstance(accuracy, int | float) else None
    return ClassifierView(model.card.id, model.folder, model.card, known)
