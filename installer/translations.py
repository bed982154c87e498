#!/usr/bin/env python3
"""Collects every text of the program, merges them into the translations, and compiles what the program reads.

For developers, after adding or changing a text: `python installer/translations.py`. It rewrites the template, the
.po files and the .mo files in resources/translations/, names the texts that wait for a translation, and exits with 1
while there are any. It needs babel (in the package's `test` extra). Users need none of this: the .mo files are shipped.
"""

import ast
import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
TEMPLATE = TRANSLATIONS / "lesionstudio.pot"
ROOMS = ("lesionstudio", "installer")
LANGUAGES = ("fr",)
# A date that stays: the files change when a text does, not when the script runs.
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {"_": 1, "ngettext": 2}
# What Typer says through Python's own gettext (words.lend_to_libraries).
TYPER = (
    "(dynamic)",
    "(deprecated) ",
    "Aborted!",
    "Aborted.",
    "Arguments",
    "Commands",
    "Error",
    "Missing command.",
    "Options",
    "Try [blue]'{command_path} {help_option}'[/] for help.",
    "[default: {}]",
    "[env var: {}]",
    "[required]",
    "default: {default}",
    "env var: {var}",
    "required",
)


def main() -> int:
    """Brings all files up to date; 0 when every text has its translation."""
    template = collect()
    write(TEMPLATE, template)
    missing = 0
    for language in LANGUAGES:
        catalog = merged(language, template)
        write(po_path(language), catalog)
        po_path(language).with_suffix(".mo").write_bytes(compiled(catalog))
        waiting = untranslated(catalog)
        for message in waiting:
            print(f"{language}: {message.id!r}", file=sys.stderr)
        print(f"{language}: {len(catalog)} texts, {len(waiting)} without a translation")
        missing += len(waiting)
    return 1 if missing else 0


def collect() -> Catalog:
    """Every text in the code, and those of Typer, without a translation."""
    catalog = Catalog(
        project="LesionStudio",
        version="",
        header_comment="# Every text of LesionStudio.",
        msgid_bugs_address="",
        last_translator="",
        language_team="LesionStudio",
        creation_date=LONG_AGO,
        revision_date=LONG_AGO,
        fuzzy=False,
    )
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for text in texts_of(path.read_text(encoding="utf-8")):
            catalog.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    for card in sorted((ROOT / "resources" / "models").glob("*/card.json")):
        for text in texts_of_card(json.loads(card.read_text(encoding="utf-8"))):
            catalog.add(text, locations=[(card.relative_to(ROOT).as_posix(), 0)])
    for words in TYPER:
        catalog.add(words, locations=[("typer", 0)])
    return catalog


def texts_of(source: str) -> Iterator[str | tuple[str, str]]:
    """What a module passes to `_` and `ngettext`, also inside f-strings (which Babel's own extraction passes over)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(words) >= KEYWORDS[node.func.id]:
                yield words[0] if node.func.id == "_" else (words[0], words[1])


def texts_of_card(card: dict[str, Any]) -> Iterator[str]:
    """What the window shows of a starter model's card."""
    yield from filter(None, (card["title"], card["made_for"], card["licence"], card["licence_note"], *card["labels"]))


def merged(language: str, template: Catalog) -> Catalog:
    """The translations there are, for the texts of the template; what is no longer said is dropped."""
    with po_path(language).open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The catalog as the program reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """The texts that still have no translation, an uncertain one, or only some of their forms."""
    return [message for message in catalog if message.id and (message.fuzzy or not all(strings(message)))]


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a text: one, or one for each form of the plural."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def read(path: Path) -> Catalog:
    """A .po or .mo file."""
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file)


def write(path: Path, catalog: Catalog) -> None:
    """Writes a .po file: by text, with the files a text stands in and no line numbers, so that changes stay small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, include_lineno=False)


def po_path(language: str) -> Path:
    """Where the translations of a language stand; the compiled ones beside them."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "lesionstudio.po"


if __name__ == "__main__":
    sys.exit(main())
