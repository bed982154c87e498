"""train_here: train as the window asks for it, with plain values only, and what such a training is asked to do."""

from pathlib import Path
from typing import Any

from lesionstudio.progress import Reporter
from lesionstudio.workflows.train import train

_PAIRS = ("long_side", "scales")


def train_here(
    out: str,
    images: str,
    masks: str,
    split: str,
    data: str,
    model_from: str,
    changes: dict[str, Any],
    device: str,
    resume: bool,
    report: Reporter,
) -> dict[str, Any]:
    """What train does, paths given as words ("": none) and `changes` as JSON carries them. Raises LesionStudioError."""
    return train(
        Path(out),
        images=path_of(images),
        masks=path_of(masks),
        split=path_of(split),
        data=path_of(data),
        model_from=model_from,
        changes=plain_changes(changes),
        device=device,
        resume=resume,
        report=report,
    )


def path_of(words: str) -> Path | None:
    """The path, None for ""."""
    return Path(words) if words else None


def plain_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """Entries of a recipe after their way through JSON: pairs are pairs again."""
    return {name: tuple(value) if name in _PAIRS else value for name, value in changes.items()}
