"""The README keeps up with the program: every dependency has its reason there, in both languages, every path exists."""

import re
import tomllib
from pathlib import Path

import pytest

import lesionstudio

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_every_dependency_stands_in_the_table_and_nothing_else(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extra["test"], *extra["build"]]
    rows = re.search(r"\| (?:package|paquet) \|.*?\n\n", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert rows is not None
    named = {word.strip() for row in rows[0].splitlines()[2:] if row for word in row.split("|")[1].split(",")}
    assert named == {re.split(r"[<>=!]", requirement)[0] for requirement in wanted}


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_every_folder_and_file_it_names_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:lesionstudio|resources|tests|installer)/[\w./]+)`", text)
    links = re.findall(r"\]\(([\w./]+)\)", text)
    assert len(named) > 8
    assert [path for path in (*named, *links) if not (ROOT / path).exists()] == []


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## {lesionstudio.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
