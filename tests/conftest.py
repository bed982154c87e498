"""What every test may ask for: real data where it is, a home of its own, and the rule that a Qt warning fails."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if WORKERS > 1:  # beside others; said before torch is imported, and heard by the programs that tests start
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // WORKERS)))

settings.register_profile("patient", deadline=None)  # another program at work is no fault
settings.load_profile("patient")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ALLOWED_QT_WARNINGS = ("This plugin does not support propagateSizeHints()", "This plugin does not support raise()")


@pytest.fixture
def shared_data() -> Path:
    """The folder of real scans beside the repository; a test that needs it is skipped by name where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real scans (../shared/data) are not here")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def home_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home for what is made once for several tests: nothing is ever read from or written to the person's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONSTUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        yield


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


frozen_for: list[str] = []


def collect_garbage(module: str) -> None:
    """Looks through everything at the first test of a module, and later only through what came since: much quicker."""
    if frozen_for != [module]:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        frozen_for[:] = [module]
    else:
        gc.collect()


@pytest.fixture(autouse=True)
def qt_warnings_fail(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test in which Qt warned (two warnings are allowed); widgets that are garbage die on this thread."""
    if "qtbot" not in request.fixturenames and "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    said: list[str] = []

    def listen(kind: QtMsgType, _context: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not any(allowed in message for allowed in ALLOWED_QT_WARNINGS):
            said.append(message)

    before = qInstallMessageHandler(listen)
    collect_garbage(request.module.__name__)
    gc.disable()
    yield
    gc.collect()
    gc.enable()
    qInstallMessageHandler(before)
    assert not said, said
