"""Misfit: says so, once a scan and model, when Segment is pressed with a model that was made for something else.

Nothing waits for it: the draft comes as ever, and beside it the sentence and a model that fits, where there is one.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from lesionstudio.gui.channel_question import in_colour
from lesionstudio.gui.classifying import Classifying
from lesionstudio.gui.kinds import Kind, class_words
from lesionstudio.gui.models import Models
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import ModelView, Notice
from lesionstudio.words import _, ngettext

_TOLD = "misfits_told"
_NAMED = 3


class Misfit(QObject):
    """Listens to Segment and to what pictures show."""

    def __init__(self, session: Session, models: Models, classifying: Classifying, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._models, self._classifying = session, models, classifying
        self._open: dict[str, tuple[ModelView, str]] = {}
        self._together: list[str] = []
        models.segmenting.connect(self._segmenting)
        classifying.answered.connect(self._answered)
        session.folder_opened.connect(self._open.clear)

    def _segmenting(self, items: Sequence[str], verb: str) -> None:
        model, classifier = self._models.model_in_use, self._classifying.classifier
        if model is None or classifier is None or model.region not in classifier.labels:
            return
        told = self._told(model)
        self._models.misfits |= {(item, model.id) for item in told.intersection(items)}
        fresh = [item for item in items if item not in told]
        unknown = [item for item in fresh if self._classifying.kind(item) is None]
        self._open |= dict.fromkeys(unknown, (model, verb))
        if verb == "segment_all":
            self._together = fresh
            self._classifying.ask_quietly(unknown)
            self._tell_together(model)
        else:
            self._classifying.ask(unknown, first=True)
            for item in fresh:
                self._tell(item, model, verb)

    def _answered(self, keys: Sequence[str]) -> None:
        """What was segmented before anybody knew what it shows."""
        for key in keys:
            if key in self._open and self._classifying.kind(key) is not None:
                model, verb = self._open.pop(key)
                if verb == "segment_all":
                    self._tell_together(model)
                else:
                    self._tell(key, model, verb)

    def _misfits(self, item: str, model: ModelView) -> Kind | None:
        """What the scan shows, where that is not what the model was made for."""
        kind = self._classifying.kind(item)
        if kind is None or kind.error or (kind.name == model.region and not kind.unlike):
            return None
        return kind

    def _tell(self, item: str, model: ModelView, verb: str) -> None:
        kind = self._misfits(item, model)
        if kind is None:
            return
        self._note([item], model)
        better = None if kind.unlike else self._fitting(item, kind)
        title = _sentence(kind, self._modality(item), model)
        if better is None:
            self._session.tell(Notice("warning", title, _("What it marks here may mean nothing.")))
            return
        words = _("What it marks here may mean nothing.")
        use = _("Use {name} instead").format(name=better.title)
        payload = (better.id, verb)
        self._session.tell(
            Notice("warning", title, words, use, "use_fitting_model", "", payload, _("Keep this one"), "keep_model")
        )

    def _tell_together(self, model: ModelView) -> None:
        """One sentence for all scans that were segmented at once, when the last of them is known."""
        if any(verb == "segment_all" for _model, verb in self._open.values()):
            return
        odd = [item for item in self._together if self._misfits(item, model) is not None]
        self._together = []
        if not odd:
            return
        self._note(odd, model)
        title = ngettext(
            "{n} scan does not look like what the model was made for.",
            "{n} scans do not look like what the model was made for.",
            len(odd),
        )
        names = ", ".join(self._session.known_items[item].name for item in odd[:_NAMED])
        names += ", \N{HORIZONTAL ELLIPSIS}" if len(odd) > _NAMED else ""
        made_for = _("It was made for {made_for}; what it marks there may mean nothing.")
        self._session.tell(Notice("warning", title, f"{names}. {made_for.format(made_for=_made_for(model))}"))

    def _fitting(self, item: str, kind: Kind) -> ModelView | None:
        """A model made for what the scan shows, for how it was taken where both say that, and for its channels."""
        modality, is_coloured = self._modality(item), self._is_coloured(item)
        fitting = [one for one in self._models.models if one.region == kind.name]
        fitting = [one for one in fitting if not (modality and one.modality) or one.modality == modality]
        order = sorted(fitting, key=lambda one: (one.modality != modality, (one.channels > 1) != is_coloured))
        return next(iter(order), None)

    def _is_coloured(self, item: str) -> bool:
        """Whether the channels of the slice on screen differ; of other scans nobody knows here."""
        opened = self._session.open
        if opened is None or opened.item.id != item or not opened.scan.is_read(opened.k):
            return False
        return in_colour(opened.scan.slice(opened.k))

    def _modality(self, item: str) -> str:
        known = self._session.known_items.get(item)
        return known.modality if known is not None else ""

    # Once a scan and model

    def _told(self, model: ModelView) -> set[str]:
        return set(self._session.study_settings.get(_TOLD, {}).get(model.id, ()))

    def _note(self, items: Sequence[str], model: ModelView) -> None:
        self._models.misfits |= {(item, model.id) for item in items}
        told = self._session.study_settings.setdefault(_TOLD, {})
        told[model.id] = sorted({*told.get(model.id, ()), *items})
        self._session.save_project()


def _sentence(kind: Kind, modality: str, model: ModelView) -> str:
    made_for = _made_for(model)
    if kind.unlike:
        text = _("This is unlike anything the classifier knows; the model was made for {made_for}.")
        return text.format(made_for=made_for)
    if kind.name == "other":
        text = _("This looks like neither brain nor lung; the model was made for {made_for}.")
        return text.format(made_for=made_for)
    text = _("This looks like {shown}; the model was made for {made_for}.")
    return text.format(shown=_shown(kind.name, modality), made_for=made_for)


def _shown(region: str, modality: str) -> str:
    """A kind of picture inside a sentence."""
    known = {
        ("brain", "MR"): _("a brain MRI"),
        ("brain", "CT"): _("a CT of the head"),
        ("brain", ""): _("a picture of a brain"),
        ("lung", "CT"): _("a chest CT"),
        ("lung", ""): _("a picture of the chest"),
    }
    return known.get((region, modality)) or known.get((region, "")) or class_words(region)


def _made_for(model: ModelView) -> str:
    known = {
        ("brain", "MR"): _("brain MRI"),
        ("brain", "CT"): _("CT of the head"),
        ("brain", ""): _("pictures of the brain"),
        ("lung", "CT"): _("chest CT"),
        ("lung", ""): _("pictures of the chest"),
    }
    key = model.region, model.modality
    return known.get(key) or known.get((model.region, "")) or class_words(model.region)
