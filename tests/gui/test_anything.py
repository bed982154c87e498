"""Learn while I work, paint, segment, undo, check, cancel at random: nothing is lost, left over or grown."""

import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and processes are read from /proc")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--minutes", "0.04", "--stand-in"), id="seconds-with-a-stand-in"),
        pytest.param(("--minutes", "1"), id="a-minute-with-the-real-process", marks=pytest.mark.slow),
    ],
)
def test_whatever_is_done_in_whatever_order_the_window_keeps_every_edit_and_ends_clean(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.anything", "--keep", str(tmp_path / "here"), *arguments]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
