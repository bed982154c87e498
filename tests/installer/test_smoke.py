"""The installed program of this commit, where `installer/build.py` made one here."""

import sys
from pathlib import Path

import pytest

from tests.installer.smoke import Smoke

BUILT = Path(__file__).resolve().parents[2] / "build" / "dist"


@pytest.mark.slow
def test_the_program_that_was_built_here_does_what_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = BUILT / ("LesionStudio.app" if sys.platform == "darwin" else "lesionstudio")
    if not program.is_dir():
        pytest.skip("no program was built here: python3 installer/build.py")
    monkeypatch.setenv("LESIONSTUDIO_HOME", str(tmp_path))  # put back afterwards
    figures = Smoke(program, tmp_path).run()
    assert figures["windows"]["said"]["second_start_went_to_the_first"]
