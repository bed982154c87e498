"""Checkpoints: a run's tensors and facts in one safetensors file, there whole or not at all."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lesionstudio.errors import LesionStudioError, ModelProblem
from lesionstudio.words import _

_FACTS = "facts"


def save_checkpoint(path: Path, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Replaces the file. Raises LesionStudioError where the disk refuses; what was there before stays whole."""
    draft = path.with_suffix(".tmp")
    try:
        plain = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
        save_file(plain, draft, {_FACTS: json.dumps(facts)})
        draft.replace(path)
    except (OSError, SafetensorError) as problem:
        draft.unlink(missing_ok=True)
        raise LesionStudioError(
            _("The checkpoint {path} could not be saved: {reason}").format(path=path, reason=problem),
            hint=_("What was saved before is safe. Make room on the disk, then go on with --resume."),
        ) from problem


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Its tensors, by name and in their own types, and its facts. Raises ModelProblem where it cannot be read."""
    with _opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}, _facts_in(file)  # noqa: SIM118


def read_facts(path: Path) -> dict[str, Any]:
    """Its facts alone, however large it is. Raises ModelProblem where it cannot be read."""
    with _opened(path) as file:
        return _facts_in(file)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, "pt") as file:
            yield file
    except (OSError, SafetensorError, KeyError, ValueError) as problem:
        raise ModelProblem(
            _("The checkpoint {path} cannot be read.").format(path=path),
            hint=_("Train anew, without --resume."),
        ) from problem


def _facts_in(file: Any) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((file.metadata() or {})[_FACTS])
    return facts


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose name begins so, by the rest of their name."""
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
