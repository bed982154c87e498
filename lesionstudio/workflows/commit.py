"""Which build of the program runs: what an installer wrote down, or the commit of the clone."""

import json
from pathlib import Path
from typing import Any

from lesionstudio.resources import resource


def commit() -> str:
    """The first twelve letters of the commit it was made from; "" where nobody knows."""
    return str(build().get("commit", ""))[:12] or _commit_of_clone()


def build() -> dict[str, Any]:
    """What the installer wrote down: {"version", "commit", "built": day, "device", ...}; {} from source."""
    try:
        found = json.loads(resource("build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _commit_of_clone() -> str:
    git = Path(__file__).resolve().parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head[:12]
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text(encoding="utf-8").strip()[:12]
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line.split()[0][:12] for line in packed if line.endswith(f" {name}")), "")
