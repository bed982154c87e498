"""kept_kinds: what classifiers said of pictures, kept in this user's cache, so that no picture is looked at twice.

A file for each classifier (by the SHA-256 of its weights), an answer a line. A picture is known by a hash of where it
lies, how large it is and when it was changed: no name of a file or a patient is written down.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.settings import kept_folder

_MOST_BYTES, _FORM = 24_000_000, 1
Answer = dict[str, Any]


def key_of(source: ScanSource, hu_offset: float | None) -> str:
    """What an answer about a scan is found by; "" where its file is gone. Asks the disk."""
    first = source.files[len(source.files) // 2]
    try:
        stat = first.stat()
    except OSError:
        return ""
    facts = f"{first.absolute()}|{source.part}|{stat.st_mtime_ns}|{stat.st_size}|{len(source.files)}|{hu_offset}"
    return hashlib.sha256(facts.encode()).hexdigest()[:24]


def known_kinds(sources: Sequence[ScanSource], classifier: str, hu_offset: float | None = None) -> list[Answer | None]:
    """For each scan what this classifier (its weights' SHA-256) said of it before; None where it was not asked."""
    kept = _read(_place(classifier))
    return [kept.get(key_of(source, hu_offset)) for source in sources]


def keep_kinds(answers: Iterable[tuple[ScanSource, Answer]], classifier: str, hu_offset: float | None = None) -> None:
    """Keeps what was said. A cache that cannot be written is no trouble: the pictures are looked at again."""
    lines = []
    for source, answer in answers:
        key = key_of(source, hu_offset)
        if key:
            lines.append(json.dumps({"key": key, "answer": answer}) + "\n")
    path = _place(classifier)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size > _MOST_BYTES:
            path.unlink()
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(lines))


def _place(classifier: str) -> Path:
    return kept_folder("kinds", _FORM) / f"{hashlib.sha256(classifier.encode()).hexdigest()[:16]}.jsonl"


def _read(path: Path) -> dict[str, Answer]:
    """Every answer that is whole; a line that a power cut tore counts as none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    kept: dict[str, Answer] = {}
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            kept[entry["key"]] = entry["answer"]
    return kept
