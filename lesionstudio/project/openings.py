"""Openings: whenever a model is judged on a test part it is written down, for a test set wears out by being looked at.

The list lies in the user's data folder. It names models, dates and a fingerprint of the cases' names; no case.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lesionstudio.model_card import ModelCard
from lesionstudio.project.storage import read_json, telling_what_fails, write_json
from lesionstudio.settings import data_folder

_NAME = "test_openings.json"


def note_opening(card: ModelCard, cases: Sequence[str]) -> int:
    """Writes down that this model is judged on these test cases now; how often these were opened, this time included.

    Raises ProjectProblem where the list cannot be read or written.
    """
    path, fingerprint = _path(), _fingerprint(cases)
    known = openings()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = {"when": now, "model": card.id, "weights": card.sha256, "cases": len(cases), "set": fingerprint}
    with telling_what_fails(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"openings": [*known, fresh]})
    return 1 + len([one for one in known if one.get("set") == fingerprint])


def openings() -> list[dict[str, Any]]:
    """Every opening, the oldest first: {"when", "model", "weights", "cases", "set"}."""
    path = _path()
    return list(read_json(path).get("openings", [])) if path.is_file() else []


def _path() -> Path:
    return data_folder() / _NAME


def _fingerprint(cases: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(cases)).encode()).hexdigest()[:16]
