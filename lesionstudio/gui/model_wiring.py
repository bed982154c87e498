"""ModelWiring: choosing a model, what is known of each, and how sure it must be before it marks."""

from PySide6.QtCore import QObject

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.sureness import choose_threshold, chosen_threshold, nearest
from lesionstudio.gui.verbs import Verbs
from lesionstudio.gui.widgets.sheet import present


class ModelWiring(QObject):
    """Joined when the first folder is opened."""

    def __init__(self, parts: Parts, verbs: Verbs) -> None:
        super().__init__(parts.window)
        self._parts, self._verbs, self._models = parts, verbs, parts.models
        self._panel = parts.window.draw_page.segment
        self._panel.model_wanted.connect(self._models.choose_model)
        self._panel.model_folder_wanted.connect(verbs.add_model)
        self._panel.about_wanted.connect(self.show_cards)
        self._panel.sureness.wanted.connect(self._use_threshold)
        self._models.models_changed.connect(self.show_sureness)
        self._models.job_changed.connect(lambda job: self._panel.sureness.be_working(job is not None))
        parts.session.folder_opened.connect(self.show_sureness)
        self.show_sureness()

    def show_cards(self) -> None:
        """Opens the sheet of all models."""
        from lesionstudio.gui.dialogs.model_sheet import ModelSheet

        in_use = self._models.model_in_use
        shelf = self._models.cards
        if not shelf:
            self._verbs.add_model()
            return
        sheet = ModelSheet(self._parts.window, self._parts.window.look, shelf, in_use.id if in_use else "")
        sheet.chosen.connect(self._models.choose_model)
        sheet.add_wanted.connect(self._verbs.add_model)
        present(sheet)

    def show_sureness(self) -> None:
        """Puts the slider where the model in use stands in this study."""
        model = self._models.model_in_use
        points = model.points if model is not None else ()
        if model is None or not points:
            self._panel.sureness.show_points((), 0, 0)
            return
        here, usual = chosen_threshold(self._parts.session, model), model.threshold
        self._panel.sureness.show_points(points, nearest(points, here), nearest(points, usual))

    def _use_threshold(self, threshold: float) -> None:
        model = self._models.model_in_use
        if model is not None and threshold != chosen_threshold(self._parts.session, model):
            choose_threshold(self._parts.session, model, threshold)
            self._models.models_changed.emit()
