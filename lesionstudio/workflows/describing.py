"""models --describe and --average: words and pictures for a card, and one network made of several."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lesionstudio.errors import ModelProblem
from lesionstudio.model_card import LICENCE_NAME, PICTURES, WEIGHTS_NAME, Failure, ModelCard, write_card
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.seen import with_strangers

WORDS = (
    "id",
    "title",
    "made_for",
    "modality",
    "region",
    "plane",
    "licence",
    "licence_note",
    "data",
    "notes",
    "parent",
)


def describe_model(wanted: str, file: Path) -> ModelCard:
    """Puts what a JSON file says onto a model's card: WORDS, "failures" [{"text", "picture"}], "thumbnail", "again".

    "strangers" names folders of pictures that look like the model's own and are something else: it will doubt such.
    Pictures are named from the file's folder on and copied beside the weights; "licence_file" becomes its LICENSE.
    What was measured stays as it is. Raises ModelProblem for anything else in the file.
    """
    folder, card = ModelShelf().find(wanted).folder, ModelShelf().find(wanted).card
    said = _read(file)
    with telling_what_fails(folder):
        if "licence_file" in said:
            shutil.copyfile(file.parent / said.pop("licence_file"), folder / LICENCE_NAME)
        if "thumbnail" in said:
            card = replace(card, thumbnail=_taken(file, said.pop("thumbnail"), folder))
        if "failures" in said:
            failures = tuple(_failure(one, file, folder) for one in said.pop("failures"))
            card = replace(card, failures=failures)
        if "again" in said:
            card = replace(card, training={**card.training, "again": said.pop("again")})
        if "strangers" in said:
            card = with_strangers(card, [file.parent / place for place in said.pop("strangers")])
        if "folds" in said:
            card = replace(card, scores={**card.scores, "folds": said.pop("folds")})
        words: dict[str, Any] = {name: tuple(value) if name == "notes" else value for name, value in said.items()}
        card = replace(card, **words)
        write_card(card, folder)
    return card


def average_models(wanted: Sequence[str], out: Path) -> ModelCard:
    """Writes the mean of several models into the folder `out`. Raises ModelProblem."""
    from lesionstudio.learning.averaging import averaged

    folders = [ModelShelf().find(one).folder for one in wanted]
    if len(folders) < 2:
        raise ModelProblem(_("One model alone has no average."), hint=_("Name two or more, with commas."))
    model = averaged(folders, out.name)
    with telling_what_fails(out):
        card = model.save(out)
        if (folders[0] / LICENCE_NAME).is_file():
            shutil.copyfile(folders[0] / LICENCE_NAME, out / LICENCE_NAME)
    return card


def _read(file: Path) -> dict[str, Any]:
    known = {*WORDS, "failures", "thumbnail", "again", "folds", "strangers", "licence_file"}
    try:
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        unknown = sorted(set(said) - known)
    except (OSError, ValueError, TypeError) as problem:
        raise ModelProblem(_("{path} cannot be read: {reason}.").format(path=file, reason=problem)) from problem
    if unknown:
        raise ModelProblem(
            _("A card has no entry called {name}.").format(name=unknown[0]),
            hint=_("Known are: {names}.").format(names=", ".join(sorted(known))),
        )
    return said


def _failure(one: dict[str, Any], file: Path, folder: Path) -> Failure:
    picture = str(one.get("picture", ""))
    return Failure(str(one["text"]), _taken(file, picture, folder) if picture else "")


def _taken(file: Path, name: str, folder: Path) -> str:
    """Copies a picture beside the weights; gives its bare name."""
    source = file.parent / name
    if not source.name.lower().endswith(PICTURES) or source.name == WEIGHTS_NAME or not source.is_file():
        raise ModelProblem(
            _("There is no picture {path}.").format(path=source), hint=_("PNG and JPEG can lie beside a model.")
        )
    shutil.copyfile(source, folder / source.name)
    return source.name
