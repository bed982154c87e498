"""Recipe: what a training run is asked to do. One frozen dataclass, one JSON file, no torch."""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from lesionstudio.errors import ModelProblem
from lesionstudio.words import _


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Lengths in pixels at the network's resolution; shares are probabilities of a training patch.

    A run ends after `epochs`, or after `minutes` where that is more than 0, or when the validation part has not
    become better for the share `patience` of the run (0: never). `steps` of more than 0 counts instead of the
    epochs. With `whole` the validation part is learned from too and nothing is held out: the last weights are kept.
    `size` is a patch's side, 0 leaves it to the pictures, as a `batch` of 0 does; `long_side` the least and
    greatest long side of a picture, (0, 0) leaves it to `size`. `schedule` of the learning rate: "cosine" (a short
    warm-up, then down) or "one-cycle". Where the encoder begins with weights that were trained before, it rests for
    the share `resting` of the run and then learns at `encoder_rate` times that. `norms` "keep": what BatchNorm
    divides by stays as it is. `precision`: "auto", "fp32", "bf16", "fp16". At least the share `marked` of the
    patches comes from pictures with a mark. `strength` of augmentation, 1 as usual, 0 none; `orientations`: 8 also
    turned and mirrored, 4 mirrored both ways, 2 left and right, 1 as it is. `goal`: which score on the validation
    part chooses threshold and checkpoint: "balanced" F1, "miss-less" F2, "invent-less" F0.5. `look_every` steps the
    validation part is looked at; 0 leaves it to the program. `threshold` is used where nothing was held out.
    `intensity` and `neighbours` (slices on either side, as channels) say what the network sees.

    `fold` (k, n) leaves every n-th group of the training part out, beginning with the k-th, to choose a recipe on;
    (0, 0) leaves none out. `surroundings` "chest" puts pictures that are cut to the lungs into a whole chest made by
    code. In a share `harmless` of patches the lungs get density that is no lesion (learning/harmless.py). `clean` names
    a folder, from the data's folder on, with images/ and masks/ of pieces of slices in which nothing is to be marked
    where no mask is; the share `clean_share` of the healthy patches comes from there. `card` holds what the model's
    card says and the pictures cannot tell: title, labels, inputs, licence and so on, by the card's own names.
    """

    architecture: str = "unet"
    encoder: str = "resnet34"
    encoder_weights: str = "none"
    network: dict[str, Any] = field(default_factory=dict)
    loss: str = "dice+bce"
    size: int = 0
    batch: int = 0
    epochs: int = 100
    steps: int = 0
    whole: bool = False
    minutes: float = 0.0
    patience: float = 0.4
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    weight_decay: float = 0.02
    averaging: float = 0.998
    resting: float = 0.1
    encoder_rate: float = 0.3
    norms: str = "learn"
    precision: str = "auto"
    intensity: str = "auto"
    neighbours: int = 0
    long_side: tuple[int, int] = (0, 0)
    scales: tuple[float, float] = (0.8, 1.25)
    orientations: int = 8
    strength: float = 1.0
    marked: float = 0.6
    goal: str = "balanced"
    look_every: int = 0
    surroundings: str = "none"
    surrounded: float = 0.5
    healthy: float = 0.15
    harmless: float = 0.0
    clean: str = ""
    clean_share: float = 0.3
    threshold: float = 0.5
    card: dict[str, Any] = field(default_factory=dict)
    fold: tuple[int, int] = (0, 0)
    seed: int = 0


_CHOICES: dict[str, tuple[Any, ...]] = {
    "schedule": ("cosine", "one-cycle"),
    "norms": ("learn", "keep"),
    "precision": ("auto", "fp32", "bf16", "fp16"),
    "orientations": (1, 2, 4, 8),
    "goal": ("balanced", "miss-less", "invent-less"),
    "surroundings": ("none", "chest"),
}


def read_recipe(path: Path) -> Recipe:
    """The recipe in a JSON file; what it does not name keeps its default. Raises ModelProblem for anything else."""
    try:
        return recipe_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        raise ModelProblem(
            _("The recipe {path} cannot be read.").format(path=path),
            hint=_('It is a JSON file with entries such as "epochs": 100. {reason}').format(reason=problem),
        ) from problem


def recipe_from_json(saved: dict[str, Any]) -> Recipe:
    """The recipe whose to_json gave this. Raises TypeError for a name that no recipe has."""
    pairs = {entry.name for entry in fields(Recipe) if str(entry.type).startswith("tuple")}
    entries: dict[str, Any] = {name: tuple(value) if name in pairs else value for name, value in saved.items()}
    return Recipe(**entries)


def changed(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with some entries replaced; `depth` sets the network's levels, `labels` names them on the card."""
    entries = dict(changes)
    labels = entries.pop("labels", None)
    if labels is not None:
        entries["card"] = {**recipe.card, **entries.get("card", {}), "labels": list(labels)}
    depth = entries.pop("depth", None)
    if depth is not None and entries.get("architecture", recipe.architecture) == "unet-baseline":
        entries["network"] = {**recipe.network, "depth": depth}
    elif depth is not None:
        decoder = recipe.network.get("decoder_channels", (256, 128, 64, 32, 16))
        entries["network"] = {**recipe.network, "encoder_depth": depth, "decoder_channels": list(decoder[:depth])}
    return replace(recipe, **entries)


def checked(recipe: Recipe) -> Recipe:
    """The recipe, if all that it names exists. Raises ModelProblem."""
    for name, known in _CHOICES.items():
        value = getattr(recipe, name)
        if value not in known:
            raise ModelProblem(
                _("A recipe's {name} cannot be {value}.").format(name=name, value=value),
                hint=_("Known are: {names}.").format(names=", ".join(str(one) for one in known)),
            )
    return recipe


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """Every entry of the recipe, as JSON can carry it."""
    return asdict(recipe)
