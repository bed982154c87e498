"""What every test may ask for: real data where it is, a home of its own, and the rule that a Qt warning fails."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ALLOWED_QT_WARNINGS = ("This plugin does not support propagateSizeHints()",)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real scans beside the repository; a test that needs it is skipped by name where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real scans (../shared/data) are not here")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: settings, sample study, caches."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LESIONSTUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that speaks English, whatever computer the tests run on."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en")


@pytest.fixture(autouse=True)
def qt_warnings_fail(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test in which Qt warned (one warning is allowed); widgets that are garbage die on this thread."""
    if "qtbot" not in request.fixturenames and "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    said: list[str] = []

    def listen(kind: QtMsgType, _context: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not any(allowed in message for allowed in ALLOWED_QT_WARNINGS):
            said.append(message)

    before = qInstallMessageHandler(listen)
    gc.collect()
    gc.disable()
    yield
    gc.collect()
    gc.enable()
    qInstallMessageHandler(before)
    assert not said, said
