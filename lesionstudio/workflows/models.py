"""models: what models there are, what is known of each, and taking a new one in."""

import shutil
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from lesionstudio.errors import ModelProblem
from lesionstudio.model_card import CARD_NAME, LICENCE_NAME, WEIGHTS_NAME, ModelCard, read_card
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.words import _, number
from lesionstudio.workflows.card_words import card_lines

_LARGEST_BYTES = 4_000_000_000


def list_models() -> list[dict[str, Any]]:
    """What is known of every model, in the order of the shelf."""
    return [_facts(model) for model in ModelShelf().models()]


def show_model(wanted: str) -> dict[str, Any]:
    """The whole card of a model by id or folder, with its folder and size. Raises ModelProblem."""
    model = ModelShelf().find(wanted)
    return {**asdict(model.card), **_facts(model)}


def card_facts_of(card: ModelCard) -> dict[str, Any]:
    """A whole card as JSON has it."""
    return asdict(card)


def card_lines_of(wanted: str) -> list[tuple[str, str]]:
    """A card in words; [] for a model that sorts pictures. Raises ModelProblem."""
    model = ModelShelf().find(wanted)
    if model.card.task != "segmentation":
        return []
    megabytes = _("{n} MB").format(n=number(model.weights_bytes / 1e6, 1))
    return [*card_lines(model.card), (_("Weights"), f"{megabytes}, {model.folder}")]


def layer_table(wanted: str) -> dict[str, Any]:
    """A model's layers with output shapes and parameters. Raises ModelProblem."""
    from lesionstudio.learning.layers import layer_table as table

    return table(ModelShelf().find(wanted).folder)


def add_model(source: Path) -> dict[str, Any]:
    """Takes a model in: a folder, a zip of one, or one of the files in it. Raises ModelProblem when it is not sound."""
    if source.is_dir():
        return _facts(ModelShelf().add(_folder_with_card(source)))
    if not source.is_file():
        raise ModelProblem(_("There is no file or folder {path}.").format(path=source))
    if zipfile.is_zipfile(source):
        with tempfile.TemporaryDirectory() as place:
            return _facts(ModelShelf().add(_unpacked(source, Path(place))))
    if source.name in (CARD_NAME, WEIGHTS_NAME):
        return _facts(ModelShelf().add(source.parent))
    raise ModelProblem(
        _("{path} is no model.").format(path=source),
        hint=_("A model is a folder, or a zip of it, with {card} and {weights}.").format(
            card=CARD_NAME, weights=WEIGHTS_NAME
        ),
    )


def _facts(model: ShelvedModel) -> dict[str, Any]:
    card = model.card
    return {
        "id": card.id,
        "task": card.task,
        "title": card.title,
        "labels": list(card.labels),
        "modality": card.modality,
        "licence": card.licence,
        "scores": card.scores,
        "bytes": model.weights_bytes,
        "folder": str(model.folder),
    }


def _folder_with_card(folder: Path) -> Path:
    """The folder itself, or the only one in it that holds a card."""
    inner = [path.parent for path in folder.glob(f"*/{CARD_NAME}")]
    return inner[0] if not (folder / CARD_NAME).is_file() and len(inner) == 1 else folder


def _unpacked(archive: Path, place: Path) -> Path:
    """Unpacks only what belongs to a model, by its bare name: no path in the archive is ever followed."""
    try:
        with zipfile.ZipFile(archive) as packed:
            cards = [entry for entry in packed.infolist() if PurePosixPath(entry.filename).name == CARD_NAME]
            if len(cards) != 1:
                raise ModelProblem(
                    _("{path} holds {n} models.").format(path=archive, n=len(cards)),
                    hint=_("Each zip is to hold one {card} with its weights.").format(card=CARD_NAME),
                )
            inside = PurePosixPath(cards[0].filename).parent
            _unpack_one(packed, str(inside / CARD_NAME), place / CARD_NAME)
            for name in (WEIGHTS_NAME, LICENCE_NAME, *read_card(place).pictures):
                _unpack_one(packed, str(inside / name), place / name)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as problem:
        raise ModelProblem(
            _("{path} cannot be unpacked: {reason}.").format(path=archive, reason=problem),
            hint=_("Copy it again from where it came from."),
        ) from problem
    return place


def _unpack_one(packed: zipfile.ZipFile, name: str, to: Path) -> None:
    if name not in packed.namelist():
        return
    if packed.getinfo(name).file_size > _LARGEST_BYTES:
        raise ModelProblem(_("{name} in this archive is too large to be a model.").format(name=name))
    with packed.open(name) as source, to.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
