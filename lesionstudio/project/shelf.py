"""ModelShelf: the models a person can use: shipped ones, those taken in, and those a study made itself."""

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from lesionstudio.errors import LesionStudioError, ModelProblem
from lesionstudio.model_card import CARD_NAME, LICENCE_NAME, WEIGHTS_NAME, ModelCard, read_card
from lesionstudio.project.project import Project
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.project.usual_model import model_to_use
from lesionstudio.project.versions import MODELS_NAME, next_version, version_number
from lesionstudio.resources import resource
from lesionstudio.settings import data_folder
from lesionstudio.words import _

Place = Literal["study", "user", "starter"]
_LONGEST_HEADER = 100_000_000
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A model's card, the folder it lies in, and whose it is."""

    card: ModelCard
    folder: Path
    place: Place

    @property
    def weights_bytes(self) -> int:
        """Size of its weights file; 0 when that is missing."""
        weights = self.folder / WEIGHTS_NAME
        return weights.stat().st_size if weights.is_file() else 0


class ModelShelf:
    """Versions of models, and the one in use. Nothing on it is ever overwritten."""

    def __init__(self, project: Project | None = None) -> None:
        self._project = project
        self._places: list[tuple[Place, Path]] = [("starter", resource("models")), ("user", data_folder() / "models")]
        if project is not None:
            self._places.append(("study", project.home / MODELS_NAME))

    def models(self) -> tuple[ShelvedModel, ...]:
        """All models whose card can be read: starter models, models taken in, the study's own; each by name."""
        return tuple(model for model in self._look() if isinstance(model, ShelvedModel))

    def damaged(self) -> tuple[LesionStudioError, ...]:
        """What is wrong with the models that cannot be read."""
        return tuple(model for model in self._look() if isinstance(model, LesionStudioError))

    def segmentation_models(self) -> tuple[tuple[ModelCard, Path], ...]:
        """Card and folder of each model that marks lesions."""
        return tuple((model.card, model.folder) for model in self.models() if model.card.task == "segmentation")

    def find(self, wanted: str | Path) -> ShelvedModel:
        """The model of this id, or in this folder. Raises ModelProblem when there is none."""
        for model in self.models():
            if model.card.id == str(wanted):
                return model
        folder = Path(wanted)
        if (folder / CARD_NAME).is_file():
            return ShelvedModel(read_card(folder), folder.absolute(), "user")
        known = ", ".join(model.card.id for model in self.models()) or _("none")
        raise ModelProblem(
            _("There is no model called {name}.").format(name=wanted),
            hint=_("Known are: {names}. A folder with a card.json works too.").format(names=known),
        )

    def in_use(self) -> ShelvedModel | None:
        """The study's model: the one chosen, else the one that most likely fits.

        None on an empty shelf, and where a person chose to begin a new model from nothing.
        """
        models = [model for model in self.models() if model.card.task == "segmentation"]
        card = model_to_use([model.card for model in models], self._project)
        return next((model for model in models if model.card is card), None)

    def versions(self) -> tuple[ShelvedModel, ...]:
        """The study's own versions, newest first, and after them the models that the first ones came from."""
        own = [model for model in self.models() if model.place == "study" and version_number(model.card.id)]
        own.sort(key=lambda model: version_number(model.card.id), reverse=True)
        known = {model.card.id for model in own}
        parents = dict.fromkeys(model.card.parent for model in own if model.card.parent not in known)
        return (*own, *(model for parent in parents for model in self.models() if model.card.id == parent))

    def next_version(self) -> int:
        """The number the study's next version gets. Numbers are never used twice."""
        return next_version(self._project.home) if self._project else 1

    def add(self, folder: Path) -> ShelvedModel:
        """Takes a model in, after checking it; the same model again changes nothing.

        Raises ModelProblem when its card or weights are not sound, or when another model has its id.
        """
        card = check_model(folder)
        same = next((model for model in self.models() if model.card.id == card.id), None)
        if same is not None:
            if same.card.sha256 == card.sha256:
                return same
            raise ModelProblem(
                _("There is another model called {name} already.").format(name=card.id),
                hint=_('Give the new one another "id" in its card.json.'),
            )
        return ShelvedModel(card, self._copy(folder, data_folder() / "models" / card.id), "user")

    def _copy(self, folder: Path, to: Path) -> Path:
        """Copies what belongs to a model and nothing else; the folder appears whole or not at all."""
        draft = to.with_name(f".{uuid4().hex[:12]}")
        with telling_what_fails(to):
            draft.mkdir(parents=True)
            try:
                for name in (CARD_NAME, WEIGHTS_NAME, LICENCE_NAME, *read_card(folder).pictures):
                    if (folder / name).is_file():
                        shutil.copyfile(folder / name, draft / name)
                draft.rename(to)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return to

    def _look(self) -> list[ShelvedModel | LesionStudioError]:
        found: list[ShelvedModel | LesionStudioError] = []
        for place, shelf in self._places:
            for folder in sorted(shelf.iterdir()) if shelf.is_dir() else ():
                if not folder.name.startswith(".") and (folder / CARD_NAME).is_file():
                    found.append(_model_in(folder, place))
        return found


def check_model(folder: Path) -> ModelCard:
    """The card of a model that is sound: a usable id, weights as safetensors, and of the SHA-256 its card names."""
    card, weights = read_card(folder), folder / WEIGHTS_NAME
    if not _SAFE_ID.fullmatch(card.id):
        raise ModelProblem(
            _("The model's id {name} cannot be used.").format(name=repr(card.id)),
            hint=_("Letters, digits, dot, hyphen and underline may stand in it."),
        )
    if not weights.is_file():
        raise ModelProblem(
            _("There are no weights in {folder}.").format(folder=folder),
            hint=_("They stand in {name}; files of other kinds are never opened.").format(name=WEIGHTS_NAME),
        )
    _check_header(weights)
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != card.sha256:
        raise ModelProblem(
            _("The weights {path} are not those its card was written for.").format(path=weights),
            hint=_("Copy the model again from where it came from."),
        )
    return card


def _check_header(weights: Path) -> None:
    """Refuses what is no safetensors file, by its first bytes: a length, then that much JSON."""
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if 2 <= length <= _LONGEST_HEADER else b""
    try:
        sound = len(header) == length and isinstance(json.loads(header), dict)
    except ValueError:
        sound = False
    if not sound:
        raise ModelProblem(
            _("{path} is no safetensors file.").format(path=weights),
            hint=_("Weights are read from safetensors only, because other formats can carry programs."),
        )


def _model_in(folder: Path, place: Place) -> ShelvedModel | LesionStudioError:
    try:
        return ShelvedModel(read_card(folder), folder, place)
    except LesionStudioError as problem:
        return problem
