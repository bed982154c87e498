"""The plan of the house as tests: who may import whom, and what a painted window has loaded."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lesionstudio"

HEAVY = (
    "torch", "torchvision", "segmentation_models_pytorch", "timm", "scipy", "cv2", "pydicom", "nibabel", "tifffile",
    "imagecodecs", "pyqtgraph", "typer", "rich", "jinja2", "matplotlib", "PIL", "openvino", "zstandard",
)  # fmt: skip
BANNED_ROOM_NAMES = {"core", "common", "utils", "helpers", "misc", "manager", "base"}
CATCHES_EVERYTHING = {
    "lesionstudio/gui/jobs.py",
    "lesionstudio/gui/app.py",
    "lesionstudio/cli/verb.py",
    "lesionstudio/compute/server.py",
    "lesionstudio/imaging/formats/__init__.py",
    "lesionstudio/imaging/formats/reading_server.py",
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_rooms_import_only_what_the_plan_allows() -> None:
    done = run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    done = run(sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    assert done.returncode == 0, done.stdout


def test_mypy_strict_finds_nothing() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout


def test_no_room_has_a_name_that_answers_no_question() -> None:
    names = {path.stem for path in PACKAGE.rglob("*.py")} | {path.name for path in PACKAGE.rglob("*") if path.is_dir()}
    assert not names & BANNED_ROOM_NAMES


def test_everything_is_caught_in_six_places_only() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.ExceptHandler)
                and (
                    node.type is None
                    or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
                )
                and not _raises_again(node)
            ):
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= CATCHES_EVERYTHING


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def test_nothing_is_pickled() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import pickle" not in text and "torch.load(" not in text and "allow_pickle=True" not in text, path


def test_a_painted_window_has_loaded_only_qt_numpy_and_our_own(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from lesionstudio.gui.app import make_application\n"
        "from lesionstudio.gui.main_window import MainWindow\n"
        "from lesionstudio.gui.theme import Look\n"
        "from lesionstudio.settings import load_settings\n"
        "app = make_application(load_settings())\n"
        "window = MainWindow(Look(app, 'dark'))\n"
        "painted = []\n"
        "window.first_painted.connect(lambda: painted.append(1))\n"
        "window.show()\n"
        "while not painted: app.processEvents()\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(heavy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**__import__("os").environ, "LESIONSTUDIO_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_thousand_emits_cost_no_reference_to_true() -> None:
    script = (
        "import sys\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Speaker(QObject):\n"
        "    said = Signal(object)\n"
        "speaker = Speaker(); speaker.said.connect(lambda value: None)\n"
        "before = sys.getrefcount(True)\n"
        "for _ in range(1000): speaker.said.emit(1)\n"
        "assert before - sys.getrefcount(True) < 100\n"
    )
    assert run(sys.executable, "-c", script).returncode == 0
