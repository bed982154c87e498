"""What the starter models are made of: their data, recipes and lengths, and the ideas that are tried on them."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.verbs import DATA, ROOT

Words = list[str]
NET = {"decoder_channels": [128, 64, 48, 32, 16]}
LITE0, LOBES = "efficientnet-lite0.safetensors", "brain-lobes/brain-lobes"
PLAIN: dict[str, Any] = {
    "encoder": "timm-tf_efficientnet_lite0",
    "encoder_weights": LITE0,
    "network": NET,
    "resting": 0.05,
    "patience": 0.0,
    "look_every": 100,
}
BRAIN: dict[str, Any] = {**PLAIN, "size": 192, "long_side": [256, 256], "batch": 4, "orientations": 2}
LATER: dict[str, Any] = {"encoder_weights": "none", "resting": 0.0}
"""What a branch changes in the recipe: it begins with all the weights of its trunk."""


@dataclass(frozen=True, slots=True)
class Model:
    """How one model is made. `prepare` writes what the verbs need into a folder; `data` says where pictures lie.

    `recipe`: entries of the recipe, its "card" among them; `steps` of the trunk, `more` of the branch, whose recipe
    has the changes `later`. With `before` there is no trunk: `steps` are learned from the data it names, of another
    set, and `folds` (of `fold_steps` each) and the branch begin there. Of several `seeds` each has a branch, and the
    model is their average. `part`: what it is judged by at the end; where that is val, nothing learns from val.
    """

    data: Callable[[Path], Words]
    recipe: dict[str, Any]
    steps: int
    more: int
    part: str
    seeds: tuple[int, ...] = (0,)
    later: dict[str, Any] = field(default_factory=dict)
    before: Callable[[Path], Words] | None = None
    folds: int = 0
    fold_steps: int = 0
    options: Words = field(default_factory=list)
    judged: Words = field(default_factory=list)
    prepare: Callable[[Path], None] = lambda _place: None


def membranes_split(place: Path) -> None:
    """Sections 0 to 19 to learn from, in blocks of four, 20 to 24 to judge by; the other animal's 17, 2 of them val."""
    _write_parts(place / "em.csv", ["train"] * 16 + ["val"] * 4 + ["test"] * 5)
    _write_parts(place / "folds.csv", ["train"] * 20)
    _write_parts(place / "vnc.csv", ["train"] * 15 + ["val"] * 2)


def _write_parts(path: Path, parts: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "split", "group"))
        rows.writerows((f"{n:02d}", part, f"block {n // 4}") for n, part in enumerate(parts))


def lungs_to_fold(place: Path) -> None:
    """The slices to learn from alone: folds that choose a threshold never see those that it is judged by."""
    place.mkdir(parents=True, exist_ok=True)
    lines = (_LUNGS / "split.csv").read_text(encoding="utf-8").splitlines()
    hidden = [line.replace(",val,", ",test,") for line in lines]
    (place / "folds.csv").write_text("\n".join(hidden) + "\n", encoding="utf-8")


def _paired(folder: Path, masks: str, split: Path) -> Words:
    return ["--images", str(folder / "images"), "--masks", str(folder / masks), "--split", str(split)]


def _card(**facts: Any) -> dict[str, Any]:
    return {"labels": ["Lesion"], "plane": "axial", **facts}


def _inputs(kind: str, low: float, high: float, channels: Sequence[int] = (-1,)) -> list[dict[str, Any]]:
    """Inputs from -1 to 1, as the encoder knows them, by a rule that no unit of the file changes."""
    rule = {"kind": kind, "low": low, "high": high, "out_low": -1.0, "out_high": 1.0}
    return [{"rule": rule, "channel": channel} for channel in channels]


_LUNGS, _LOBES, _EM, _VNC = (DATA / name for name in ("lung_medseg", "brain_lobes", "em_isbi2012", "em_vnc"))
_HEALTHY = [str(DATA / "chest_ct" / name / "dicom") for name in ("ACRIN-FLT-Breast_013", "C3L-00189")]
_NOTHING = [word for place in _HEALTHY for word in ("--nothing-there", place)]
_SHIPPED = json.loads((ROOT / "resources" / "models" / "lung-lesions" / "recipe.json").read_text("utf-8"))

MODELS = {
    "lung-lesions": Model(
        lambda _place: _paired(_LUNGS, "masks", _LUNGS / "split.csv"),
        {
            "encoder": "resnet18",
            "network": NET,
            "size": 192,
            "batch": 8,
            "long_side": [192, 320],
            "scales": [0.4, 1.4],
            "surroundings": "chest",
            "healthy": 0.2,
            "card": {name: value for name, value in _SHIPPED["card"].items() if name != "id"},
        },
        steps=1300,
        more=700,
        later={name: _SHIPPED[name] for name in ("learning_rate", "healthy", "harmless", "clean", "clean_share")},
        folds=5,
        fold_steps=400,
        part="val",
        judged=_NOTHING,
        prepare=lungs_to_fold,
    ),
    "lung-nodules": Model(
        lambda _place: ["--data", str(DATA / "lung_lidc")],
        {
            **PLAIN,
            "size": 128,
            "batch": 8,
            "card": _card(
                modality="CT",
                region="lung",
                view="crop",
                flips=True,
                labels=["Nodule"],
                inputs=_inputs("percentiles", 1.0, 99.5),
            ),
        },
        steps=1000,
        more=1000,
        part="test",
    ),
    "brain-tumour": Model(
        lambda _place: ["--data", str(DATA / "brain_lgg")],
        {
            **BRAIN,
            "card": _card(
                modality="MR",
                region="brain",
                flips="sides",
                labels=["Tumour"],
                inputs=_inputs("zscore", -1.0, 4.5, (0, 1, 2)),
            ),
        },
        steps=1500,
        more=2000,
        part="test",
    ),
    "em-membranes": Model(
        lambda place: _paired(_EM, "labels", place / "em.csv"),
        {
            **PLAIN,
            "size": 256,
            "batch": 4,
            "encoder_rate": 0.6,
            "scales": [0.75, 1.3],
            "card": {
                "labels": ["Membrane"],
                "marks": "borders",
                "flips": True,
                "inputs": _inputs("percentiles", 1.0, 99.0),
            },
        },
        before=lambda place: [
            *("--images", str(_VNC / "raw"), "--masks", str(_VNC / "membranes"), "--split", str(place / "vnc.csv"))
        ],
        steps=1300,
        folds=3,
        fold_steps=600,
        more=1500,
        seeds=(0, 1),
        later={"encoder_rate": 1.0},
        part="test",
        options=["--structure", "0"],
        prepare=membranes_split,
    ),
    "brain-lobes": Model(
        lambda _place: _paired(_LOBES, "masks", _LOBES / "split.csv"),
        {
            **BRAIN,
            "loss": "dice+ce",
            "card": _card(
                modality="MR",
                region="brain",
                flips="sides",
                labels=["Frontal", "Parietal", "Temporal", "Occipital"],
                inputs=_inputs("percentiles", 1.0, 99.0),
            ),
        },
        steps=1200,
        more=2000,
        part="test",
    ),
}

_BOTH = ("lung-nodules", "brain-tumour")


@dataclass(frozen=True, slots=True)
class Idea:
    """What an experiment changes in a model's recipe, and on which sets.

    `dear`: how much a step costs in processor time, as a multiple of one of the plain recipe (measured): it gets fewer
    steps by that, so that each idea has the same time.
    """

    sets: tuple[str, ...] = ("lung-nodules",)
    changes: dict[str, Any] = field(default_factory=dict)
    dear: float = 1.0


STEPS_OF_TRIALS = {"lung-nodules": 400, "brain-tumour": 340}
"""About three minutes of one processor core each."""

EXPERIMENTS: dict[str, Idea] = {
    "base": Idea(_BOTH),
    "random weights": Idea(_BOTH, LATER),
    "ResNet34, random": Idea(_BOTH, {**LATER, "encoder": "resnet34"}, 1.3),
    "stronger augmentation": Idea(changes={"strength": 1.6, "scales": [0.65, 1.5]}),
    "longer averaging": Idea(changes={"averaging": 0.9995}),
    "larger input": Idea(changes={"size": 192, "long_side": [192, 192], "batch": 4}),
    "encoder at full rate": Idea(changes={"encoder_rate": 1.0}),
    "encoder of lobes": Idea(changes={"encoder_weights": LOBES}),
    "nested decoder": Idea(changes={"architecture": "unetplusplus"}, dear=1.5),
    "dice+focal": Idea(changes={"loss": "dice+focal"}),
    "one-cycle": Idea(changes={"schedule": "one-cycle", "learning_rate": 0.003}),
    "smaller input": Idea(changes={"size": 96, "long_side": [96, 96], "batch": 14}),
    "batch 16": Idea(changes={"batch": 16}, dear=2.0),
    "weaker augmentation": Idea(changes={"strength": 0.6}),
    "tversky": Idea(changes={"loss": "tversky+bce"}),
    "ResNet18, random": Idea(changes={**LATER, "encoder": "resnet18"}, dear=0.85),
    "all orientations": Idea(("brain-tumour",), {"orientations": 8}),
}
"""Each idea by one run on one fixed fold inside train and val; the best three again with three seeds."""
