"""What a training from a folder is asked to do, as the sheet fills it in and the compute process takes it."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lesionstudio.words import _

BASELINE = "unet-baseline"
ENCODERS = ("resnet18", "resnet34", "resnet50", "mobilenet_v2", "efficientnet-b0", BASELINE)
RULES = ("auto", "percentiles", "unit", "zscore")
ORDER_NAME = "order.json"
_MANY_EPOCHS = 10_000
"""So many that the minutes decide when it ends."""


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """Where the data are: `data`, or `images` and `masks` with perhaps `split`; and the choices that matter.

    `start`: "new", "encoder" (that of `model`, a folder) or "from" (the model goes on). `long_side` 0: as they are.
    """

    data: str = ""
    images: str = ""
    masks: str = ""
    split: str = ""
    start: str = "new"
    model: str = ""
    encoder: str = "resnet34"
    minutes: float = 30.0
    goal: str = "balanced"
    intensity: str = "auto"
    long_side: int = 0

    @property
    def has_data(self) -> bool:
        """Whether it says where the data are."""
        return bool(self.data or (self.images and self.masks))

    @property
    def name(self) -> str:
        """What the data are called."""
        return Path(self.data or self.images).name if self.data or self.images else ""

    @property
    def places(self) -> dict[str, str]:
        """Where the data are, as the verbs take it."""
        return {"data": self.data, "images": self.images, "masks": self.masks, "split": self.split}

    @property
    def model_from(self) -> str:
        """The model that goes on; "" for none."""
        return self.model if self.start == "from" else ""

    def changes(self, title: str = "") -> dict[str, Any]:
        """Entries of the recipe."""
        said: dict[str, Any] = {"minutes": self.minutes, "epochs": _MANY_EPOCHS, "goal": self.goal}
        if title:
            said["card"] = {"title": title}
        if self.start == "from":
            return said
        said |= {"intensity": self.intensity}
        if self.long_side:
            said["long_side"] = [self.long_side, self.long_side]
        if self.start == "encoder":
            return said | {"encoder_weights": self.model}
        return said | ({"architecture": BASELINE} if self.encoder == BASELINE else {"encoder": self.encoder})

    def write(self, folder: Path) -> None:
        """Writes it down in the folder of the run, so that this can be gone on with another day."""
        (folder / ORDER_NAME).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "TrainingOrder":
        """What `write` wrote. Raises OSError, ValueError or TypeError for anything else."""
        return cls(**json.loads((folder / ORDER_NAME).read_text(encoding="utf-8")))


def new_folder(home: Path, name: str) -> Path:
    """A new folder in `home` named after the data, in letters that a model's id may have."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:60] or "training"
    n = 1
    while (home / f"{stem}-{n}").exists():
        n += 1
    folder = home / f"{stem}-{n}"
    folder.mkdir(parents=True)
    return folder


def encoder_words(encoder: str) -> str:
    """What a network is called."""
    names = {"resnet18": "ResNet18", "resnet34": "ResNet34", "resnet50": "ResNet50", "mobilenet_v2": "MobileNetV2"}
    names |= {"efficientnet-b0": "EfficientNet-B0", BASELINE: _("Plain U-Net")}
    return names[encoder]


def rule_words(rule: str) -> str:
    """What a rule for intensities is called."""
    names = {
        "auto": _("Usual for these files"),
        "percentiles": _("1st to 99th percentile"),
        "unit": _("Least to greatest"),
        "zscore": _("Mean and spread"),
    }
    return names[rule]
