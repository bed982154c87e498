"""The README's lines for programs run as printed, and the notebook from its first cell to its last."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.model_card import read_card

ROOT = Path(__file__).parents[1]


def _pictures(folder: Path, count: int) -> None:
    """Dark pictures with a bright disc each, and its mask."""
    rng, (rows, columns) = np.random.default_rng(0), np.indices((96, 96))
    for n in range(count):
        row, column = rng.integers(25, 70, 2)
        disc = (rows - row) ** 2 + (columns - column) ** 2 < 15**2
        pixels = np.clip(60 + 100 * disc + rng.normal(0, 15, disc.shape), 0, 255)
        for kind, one in (("scans", pixels), ("masks", 255 * disc)):
            (folder / kind).mkdir(exist_ok=True, parents=True)
            Image.fromarray(one.astype(np.uint8)).save(folder / kind / f"p{n:02}.png")


@pytest.mark.slow
def test_the_lines_in_the_readme_run_as_printed(tmp_path: Path, home: Path) -> None:
    _pictures(tmp_path, 10)
    printed = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert printed is not None
    assert len([line for line in printed[1].splitlines() if line]) <= 10
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{printed[1]}"
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0].split()[:2] == ["p00", "1"] and len(lines) == 12
    assert 0 <= float(lines[-1]) <= 1
    assert (tmp_path / "report.html").is_file() and len(list((tmp_path / "drafts").glob("*.png"))) == 10


def _command_lines(name: str) -> list[str]:
    printed = re.search(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert printed is not None
    return printed[1].splitlines()


@pytest.mark.slow
def test_the_command_lines_in_the_readme_run_as_printed(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [shlex.split(line) for line in _command_lines("README.md")]
    assert [line[1] for line in lines] == ["split", "train", "evaluate"]
    _pictures(tmp_path, 10)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        assert run(line[1:], lambda _project, _path: None) == 0, line
    assert "How good it is" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(read_card(tmp_path / "mine").training["curve"]) >= 1


def test_the_french_readme_prints_the_same_command_lines() -> None:
    assert _command_lines("README.fr.md") == _command_lines("README.md")


def test_whatever_imports_the_api_has_not_loaded_torch_by_that(tmp_path: Path) -> None:
    code = "import sys; from lesionstudio import api; print([n for n in ('torch', 'PySide6') if n in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_notebook_of_the_lung_lesions_runs_to_its_end_on_a_small_set(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    _pictures(tmp_path, 12)
    (tmp_path / "scans").rename(tmp_path / "images")
    settings = {"DATA": tmp_path, "WORK": tmp_path / "work", "MINUTES": "0.3", "SIZE": "96"}
    for name, value in settings.items():
        monkeypatch.setenv(f"LUNG_{name}", str(value))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(ROOT / "resources" / "notebooks" / "lung_lesions.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4
    said = "".join(output.get("text", "") for output in outputs)
    assert "F1, pooled:" in said and "Traceback" not in said
    assert (tmp_path / "work" / "report.html").is_file()
    assert len(list((tmp_path / "work" / "data" / "test" / "images").iterdir())) >= 2
