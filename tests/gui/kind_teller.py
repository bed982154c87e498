"""A stand-in for a classifier, by a rule one can see: dark pictures are brains, bright ones lungs, even ones unlike."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import ScanSource, read_scan
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, write_card
from lesionstudio.progress import Progress, Reporter
from lesionstudio.settings import data_folder
from lesionstudio.workflows.kept_kinds import keep_kinds

CLASSES = ("brain", "lung", "other")
_RULE = IntensityRule("percentiles", 1, 99)


def put_on_shelf(name: str = "kind-teller", **facts: Any) -> ModelCard:
    """A card on this user's shelf; a stand-in needs no weights."""
    folder = data_folder() / "models" / name
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Any] = {"task": "classification", "scores": {"accuracy": 0.97, "pictures": 300}, "sha256": name}
    card = ModelCard(name, name, CLASSES, **{"inputs": (ModelInput(_RULE),), **known, **facts})
    write_card(card, folder)
    return card


def told(values: NDArray[Any]) -> dict[str, Any]:
    """What the rule says of a picture."""
    mean = float(np.asarray(values, np.float64).mean())
    name = "brain" if mean < 100 else "lung" if mean > 160 else "other"
    shares = {one: 0.9 if one == name else 0.05 for one in CLASSES}
    return {"class": name, "probabilities": shares, "unlike_training": bool(np.ptp(values) == 0), "slice": 0}


def look_at_pictures(
    *, sources: Sequence[Mapping[str, Any]], model: str, report: Reporter, hu_offset: float | None = None
) -> list[dict[str, Any]]:
    """As workflows.kinds.look_at_pictures answers."""
    asked, answers = [ScanSource.from_json(dict(one)) for one in sources], list[dict[str, Any]]()
    for n, one in enumerate(asked, 1):
        try:
            scan = read_scan(one)
            answers.append({**told(scan.slice(scan.slices // 2)), "slice": scan.slices // 2})
        except LesionStudioError as problem:
            answers.append({"error": problem.message, "hint": problem.hint})
        report(Progress(n / len(asked)))
    sound = [(one, answer) for one, answer in zip(asked, answers) if "error" not in answer]
    keep_kinds(sound, Path(model).name, hu_offset)
    return answers


def explain_picture(
    *, source: Mapping[str, Any], k: int, label: str, out: str, **_rest: object
) -> dict[str, dict[str, float]]:
    """The heat of a class: of a brain at the left, of a lung at the right, of all else nowhere."""
    heat = np.zeros((8, 8), np.uint8)
    if label in CLASSES[:2]:
        heat[:, 4 * CLASSES.index(label) :][:, :4] = 255
    np.save(Path(out) / "heat.npy", heat)
    return {"probabilities": told(read_scan(ScanSource.from_json(dict(source))).slice(k))["probabilities"]}


def write_heat_maps(
    *, pictures: Sequence[Mapping[str, Any]], out: str, report: Reporter, **_rest: object
) -> dict[str, Any]:
    """A file for each."""
    files = [Path(out) / f"{one['name']}.png" for one in pictures]
    for n, file in enumerate(files, 1):
        file.write_bytes(b"")
        report(Progress(n / len(files)))
    return {"files": [str(file) for file in files], "failed": []}


VERBS = {
    "look_at_pictures": look_at_pictures,
    "explain_picture": explain_picture,
    "write_heat_maps": write_heat_maps,
}
