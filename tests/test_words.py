"""The words: every text has its French, nothing in it is lost, and the language follows the system or the settings."""

import ast
import json
import os
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from installer import translations
from lesionstudio import words
from lesionstudio.resources import resource
from tests import phantoms

ROOT = Path(__file__).parents[1]
NARROW_SIGNS, CLOSING = ";:?!%", "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"


@pytest.fixture
def french() -> Iterator[None]:
    words.use_language("fr", resource("translations"))
    yield
    words.use_language("en", resource("translations"))


@pytest.fixture(scope="module")
def said() -> Catalog:
    """What the program says now."""
    return translations.collect()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The French there is."""
    return translations.read(translations.po_path("fr"))


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def texts(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def placeholders(text: str) -> set[str]:
    return {name for _before, name, _form, _turn in string.Formatter().parse(text) if name is not None}


def test_every_text_of_the_program_has_its_french(said: Catalog, catalog: Catalog) -> None:
    """Where this fails: run `python installer/translations.py` and fill in what it names."""
    known = {texts(message): translations.strings(message) for message in messages(catalog)}
    assert translations.untranslated(catalog) == []
    assert [ids for message in messages(said) if not all(known.get(ids := texts(message)) or ("",))] == []


def test_the_template_and_the_catalog_hold_nothing_that_is_no_longer_said(said: Catalog, catalog: Catalog) -> None:
    now = {texts(message) for message in messages(said)}
    assert {texts(message) for message in messages(translations.read(translations.TEMPLATE))} == now
    assert {texts(message) for message in messages(catalog)} == now


def test_what_is_read_by_the_program_is_what_the_catalog_says(catalog: Catalog) -> None:
    shipped = translations.read(translations.po_path("fr").with_suffix(".mo"))
    assert {texts(one): translations.strings(one) for one in messages(shipped)} == {
        texts(one): translations.strings(one) for one in messages(catalog)
    }


def test_no_placeholder_is_lost_or_changed(catalog: Catalog) -> None:
    wrong = []
    for message in messages(catalog):
        wanted = placeholders(texts(message)[-1])
        for n, text in enumerate(translations.strings(message)):
            may_miss = {"n"} if len(texts(message)) > 1 and n == 0 else set()
            if not wanted - may_miss <= placeholders(text) <= wanted:
                wrong.append(text)
    assert wrong == []


def test_french_signs_stand_after_a_space_that_does_not_break(catalog: Catalog) -> None:
    wrong = []
    for message in messages(catalog):
        for text in translations.strings(message):
            plain = [f" {sign}" for sign in (*NARROW_SIGNS, CLOSING)] + [
                "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK} "
            ]
            bare = [
                before + sign for before in "abcdefghijklmnopqrstuvwxyzé)}" for sign in ";?!" if before + sign in text
            ]
            if any(sign in text for sign in plain) or bare:
                wrong.append(text)
    assert wrong == []


def test_the_voice_is_calm(catalog: Catalog) -> None:
    spoken = [text for message in messages(catalog) for text in translations.strings(message)]
    assert [text for text in spoken if "veuillez" in text.casefold() or text.rstrip().endswith("!")] == []


def test_every_text_is_written_out_where_it_is_said() -> None:
    """`_` of a value that only the program knows finds no translation, unless the value is a text found elsewhere."""
    allowed = {
        "_(card.plane)", "_(plane)", "_(card.licence)", "_(card.licence_note)", "_(card.made_for)", "_(card.title)",
        "_(model.card.title)", "_(one.title)", "_(title)", "_(found.scores['title'])", "_(name)",
        "_(self._labels[model_id][theirs - 1])",
    }  # fmt: skip
    found = set()
    for path in sorted((ROOT / "lesionstudio").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in translations.KEYWORDS:
                needed = node.args[: translations.KEYWORDS[node.func.id]]
                if not all(isinstance(one, ast.Constant) for one in needed):
                    found.add(ast.unparse(node))
    assert found <= allowed


def test_texts_inside_f_strings_are_found() -> None:
    source = "def f(n):\n    return f\"{ngettext('{n} file', '{n} files', n)}. {_('Kept.')}\"\n"
    assert list(translations.texts_of(source)) == [("{n} file", "{n} files"), "Kept."]


def test_nought_and_one_are_singular_in_french(french: None) -> None:
    counted = [words.ngettext("{n} slice", "{n} slices", n) for n in (0, 1, 2)]
    assert counted == ["0 coupe", "1 coupe", "2 coupes"]


def test_numbers_have_a_comma_in_french(french: None) -> None:
    assert words.number(-1234.5, 1) == "\N{MINUS SIGN}1234,5"
    words.use_language("en", resource("translations"))
    assert words.number(-1234.5, 1) == "\N{MINUS SIGN}1234.5"


@pytest.mark.parametrize(
    ("environment", "otherwise", "spoken"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "", "fr"),
        ({"LANG": "fr_CA"}, "en_US", "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "", "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "fr_BE.UTF-8"}, "", "fr"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr:en"}, "", "fr"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, "", "en"),
        ({"LANG": "de_DE.UTF-8"}, "fr_FR", "en"),
        ({}, "fr_CH", "fr"),
        ({}, "", "en"),
    ],
)
def test_the_system_s_language_is_spoken(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], otherwise: str, spoken: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(words, "_windows_locale", lambda: "")
    assert words.system_language(otherwise) == spoken


def command(home: Path, *said: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line in a process of its own."""
    plain = {name: value for name, value in os.environ.items() if name not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES")}
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "lesionstudio", *said],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=60,
        env={**plain, "LESIONSTUDIO_HOME": str(home), "TERMINAL_WIDTH": "100", **environment},
    )  # fmt: skip


def test_help_and_wrong_words_follow_the_system(home: Path) -> None:
    page = command(home, "info", "--help", LANG="fr_FR.UTF-8").stdout
    assert "Utilisation :" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Contenu de ces fichiers" in page and "[obligatoire]" in page and "Show this message" not in page
    wrong = command(home, "info", "--fast", LANG="fr_FR.UTF-8")
    assert wrong.returncode == 2 and "L'option --fast n'existe pas." in wrong.stderr


def test_the_settings_go_before_the_system(home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text(json.dumps({"language": "fr"}), encoding="utf-8")
    assert "Affiche cette page." in command(home, "info", "--help", LANG="en_US.UTF-8").stdout


def test_json_stays_as_it_is_in_every_language(home: Path, tmp_path: Path) -> None:
    phantoms.write_png(tmp_path / "one.png", phantoms.picture_phantom())
    english = command(home, "info", str(tmp_path / "one.png"), "--json", LANG="C.UTF-8").stdout
    french = command(home, "info", str(tmp_path / "one.png"), "--json", LANG="fr_FR.UTF-8").stdout
    assert json.loads(english) == json.loads(french) != []
