"""ModelCard: what a network's weights expect, where they come from, under which licence, and how well they did."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from lesionstudio.errors import ModelProblem
from lesionstudio.words import _

CARD_NAME, WEIGHTS_NAME, LICENCE_NAME = "card.json", "weights.safetensors", "LICENSE"
CARD_VERSION = 1
PICTURES = (".png", ".jpg")


@dataclass(frozen=True, slots=True)
class IntensityRule:
    """What a network's input means.

    kind "window": values from low to high (HU where the scan is in HU; else the picture's own full range stands for
    this window) go to out_low..out_high. kind "percentiles": the picture's low-th and high-th percentile do. kind
    "unit": all that its file can store does, of fractions and HU its own least and greatest value. kind "zscore": the
    picture's mean plus low and plus high times its standard deviation do. What lies beyond goes to the nearer end.
    """

    kind: Literal["window", "percentiles", "unit", "zscore"]
    low: float
    high: float
    out_low: float = 0.0
    out_high: float = 1.0
    unit: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One of a network's ordered inputs: a channel of the picture by number (from 0), or its luminance (-1).

    `offset` slices further on in the stack (2.5-D); beyond its ends the last slice there is stands in.
    """

    rule: IntensityRule
    channel: int = -1
    role: str = "image"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ChestRule:
    """What is done without a network where a slice shows a whole chest (imaging/chest.py, imaging/chest_marks.py).

    `air`: darker is air, in the unit of the first input's rule. `reach`: how far round the lungs' hull a mark may lie,
    as a share of the body's size (the square root of its area in the slice); the network sees the hull's box. A mark of
    one slice is dropped where less than `least` of it, in millionths of the body's area, reaches the probability
    `sure`. `tops_mm`: a mark is dropped where that far up or down it has turned into much denser tissue that is not
    marked: the top of an organ, half in the slice. 0 means that this is not done.
    """

    air: float
    reach: float
    least: float = 0.0
    sure: float = 0.0
    tops_mm: float = 0.0
    how: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that a model does wrong, as a person saw it; `picture`: a file in the model's folder, "" for none."""

    text: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model. Sizes in pixels, thresholds as probabilities; sha256 is of the weights file.

    `marks` "borders": its first label is the membrane between cells. `view` "crop": it was made from pieces cut out
    around what they show, `crop_side` pixels wide, and is offered in a box that a person draws. Pieces of a mark
    smaller than `smallest` pixels (of the picture as the network sees it) are dropped. `flips`: its answer is the mean
    over all eight orientations; "sides": over a picture and its mirror image. `thumbnail`: a picture in its folder that
    shows what it is for.
    """

    id: str
    title: str
    labels: tuple[str, ...]
    inputs: tuple[ModelInput, ...]
    task: Literal["segmentation", "classification"] = "segmentation"
    modality: str = ""
    region: str = ""
    architecture: str = "unet"
    encoder: str = "resnet34"
    network: dict[str, Any] = field(default_factory=dict)
    threshold: float = 0.5
    long_side: tuple[int, int] = (0, 0)
    plane: str = ""
    marks: Literal["regions", "borders"] = "regions"
    view: Literal["whole", "crop"] = "whole"
    crop_side: int = 0
    smallest: int = 0
    flips: bool | Literal["sides"] = False
    chest: ChestRule | None = None
    made_for: str = ""
    licence: str = ""
    licence_note: str = ""
    data: str = ""
    scores: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    made: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    thumbnail: str = ""

    @property
    def channels(self) -> int:
        """How many input planes the network takes."""
        return len(self.inputs)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures that lie beside the weights, by name; a path that leads elsewhere is not one."""
        named = dict.fromkeys([self.thumbnail, *(one.picture for one in self.failures)])
        return tuple(name for name in named if name and Path(name).name == name and name.lower().endswith(PICTURES))


class _Unknown(ValueError):
    """A card that says what this version does not know."""


def read_card(folder: Path) -> ModelCard:
    """The card in a model's folder. Raises ModelProblem when there is none or it makes no sense."""
    path = folder / CARD_NAME
    try:
        return card_from_json(json.loads(path.read_text(encoding="utf-8")))
    except _Unknown as unknown:
        raise ModelProblem(
            _("The card {path} says what this version does not know: {what}.").format(path=path, what=unknown),
            hint=_("A newer version of LesionStudio may have made it. Install that one to use this model."),
        ) from unknown
    except FileNotFoundError as missing:
        raise ModelProblem(
            _("There is no model in {folder}.").format(folder=folder),
            hint=_("A model is a folder with card.json and weights.safetensors."),
        ) from missing
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise ModelProblem(
            _("The model card {path} cannot be read.").format(path=path),
            hint=_("Copy the model again from where it came from."),
        ) from problem


def write_card(card: ModelCard, folder: Path) -> None:
    """Writes card.json into the model's folder."""
    text = json.dumps({"version": CARD_VERSION, **asdict(card)}, indent=1, ensure_ascii=False)
    (folder / CARD_NAME).write_text(text + "\n", encoding="utf-8")


def card_from_json(saved: dict[str, Any]) -> ModelCard:
    """The card that write_card wrote. Raises KeyError, TypeError or ValueError for anything else.

    What this version does not know may change what the model's answers mean: such a card is refused, as a newer one.
    """
    facts = dict(saved)
    version = int(facts.pop("version", CARD_VERSION))
    unknown = facts.keys() - {one.name for one in fields(ModelCard)}
    if version > CARD_VERSION or unknown:
        raise _Unknown(", ".join(sorted(unknown)) or f"version {version}")
    facts["inputs"] = tuple(_input_from_json(entry) for entry in facts["inputs"])
    if facts.get("chest") is not None:
        facts["chest"] = ChestRule(**facts["chest"])
    if "failures" in facts:
        facts["failures"] = tuple(Failure(**one) for one in facts["failures"])
    for name in ("labels", "long_side", "notes"):
        if name in facts:
            facts[name] = tuple(facts[name])
    return ModelCard(**facts)


def _input_from_json(saved: dict[str, Any]) -> ModelInput:
    return ModelInput(**{**saved, "rule": IntensityRule(**saved["rule"])})
