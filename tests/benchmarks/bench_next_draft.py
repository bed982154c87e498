"""From Enter to the next slice's draft painted, in the real window with the real compute process, drafts made ahead.

A made-up chest CT is checked slice by slice: Enter, wait until the next draft is ready, Enter again. Timed is the way
from the key's press to the end of the first repaint of the picture after which the draft is in the mask. A second
round presses Enter at once, without waiting: what one sees when the processor does not keep up.

With `--tiny` a tiny network stands for the model: on a machine that is taken, the way through the window counts.

    python -m tests.benchmarks.bench_next_draft [--model lung-lesions | --tiny] [--slices 24]
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest

from tests import phantoms
from tests.benchmarks.bench_segment import chest

PROMISED_MS, _WAIT_S, _LOOK_MS = 150.0, 300.0, 2


class Painted(QObject):
    """Notes when the picture was last painted."""

    at = 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notes when a repaint begins; it is done when the loop comes back."""
        if event.type() == QEvent.Type.Paint:
            self.at = time.perf_counter()
        return False


class Window:
    """The real window on a chest CT in a folder of its own, with the real compute process."""

    def __init__(self, folder: Path, model: str) -> None:
        from lesionstudio.gui import app
        from lesionstudio.gui.main_window import MainWindow
        from lesionstudio.gui.theme import Look
        from lesionstudio.settings import Settings

        settings = Settings(hold_out_slices=False)
        self.app = app.make_application(settings)
        self.window = MainWindow(Look(self.app, "dark"))
        self.spent_ms: list[float] = []
        self.window.resize(1280, 800)
        self.window.show()
        self.window.activateWindow()
        self.window.look.icons.load()
        self.desk = app.Desk(self.window, settings)
        self.session, self.drafts = self.desk.session, self.desk.parts.next_drafts
        self.session.open_folder(folder)
        self.until(lambda: self.session.open is not None and self.session.reading() is None)
        self.picture, self.painted = self.window.draw_page.picture, Painted()
        self.picture.installEventFilter(self.painted)
        self.until(self.window.isActiveWindow)
        self.picture.setFocus()
        self.desk.parts.models.choose_model(model)
        self.session.study_settings["label_tables"] = {model: {"1": 1}}  # else the window would ask

    def until(self, true: object) -> None:
        """Lets the window work until this holds; where nothing happens it sleeps, as a window does."""
        began, wakes = time.monotonic(), QTimer(interval=_LOOK_MS)
        wakes.start()
        while not true():  # type: ignore[operator]
            assert time.monotonic() - began < _WAIT_S, "waited too long"
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def first_draft(self) -> float:
        """Presses S and waits for the draft; gives seconds."""
        began = time.perf_counter()
        QTest.keyClick(self.picture, Qt.Key.Key_S)
        self.until(lambda: self.session.slice_number in self.session.mask.makers)  # type: ignore[union-attr]
        return time.perf_counter() - began

    def next_is_ready(self) -> bool:
        """Whether the draft of the next slice is kept."""
        coming = self.desk.parts.what_next.after(1)
        return not coming or coming[0] in self.drafts.kept

    def enter(self) -> float:
        """Presses Enter; ms until the next slice is painted with its draft."""
        mask, k = self.session.mask, self.session.slice_number + 1
        began, spent = time.perf_counter(), time.thread_time()
        QTest.keyClick(self.picture, Qt.Key.Key_Return)
        self.until(lambda: k in mask.makers)  # type: ignore[union-attr]
        there = time.perf_counter()
        self.until(lambda: self.painted.at > there)
        self.spent_ms.append((time.thread_time() - spent) * 1000)
        return (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Ends the window and its process."""
        self.session.close_folder()
        self.until(lambda: self.desk.parts.runner.is_idle)
        self.desk.close()
        self.window.close()


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share does not exceed."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def tiny_on_shelf() -> str:
    """Puts a tiny network with random weights on the user's shelf; gives its id."""
    from lesionstudio.settings import data_folder
    from tests.tiny_model import save_tiny_model

    save_tiny_model(data_folder() / "models" / "tiny")
    return "tiny"


def measure(model: str, slices: int) -> tuple[float, list[float], list[float], list[float]]:
    """Seconds of the first Segment, ms with the draft ready, without, and of processor with it."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(home) / "home")
        model = model or tiny_on_shelf()
        scan, folder = chest(slices), Path(home) / "scans"
        shape = scan.geometry.shape
        phantoms.write_nifti(folder / "chest.nii.gz", scan.volume(), phantoms.grid("axial", shape, (5.0, 0.7, 0.7)))
        window = Window(folder, model)
        try:
            first = window.first_draft()
            ready, hasty = [], []
            for n in range(slices - 4):
                if n < (slices - 4) * 2 // 3:
                    window.until(window.next_is_ready)
                    ready.append(window.enter())
                else:
                    hasty.append(window.enter())
            return first, ready, hasty, window.spent_ms[: len(ready)]
        finally:
            window.close()


def main() -> None:
    """Measures, and says whether the promise is kept."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--model", default="lung-lesions")
    wanted.add_argument("--tiny", action="store_true")
    wanted.add_argument("--slices", type=int, default=24)
    said = wanted.parse_args()
    first, ready, hasty, spent = measure("" if said.tiny else said.model, said.slices)
    print(f"first Segment of a slice, model loaded in it: {first:.2f} s")
    kept = "kept" if percentile(ready, 0.95) < PROMISED_MS else "NOT kept"
    print(
        f"Enter to the next draft painted, made ahead: median {median(ready):.0f} ms,"
        f" 95 % {percentile(ready, 0.95):.0f}, most {max(ready):.0f} of {len(ready)}"
        f" (promised {PROMISED_MS:.0f}: {kept})"
    )
    print(f"of it, processor time of the window's thread: median {median(spent):.0f} ms, most {max(spent):.0f}")
    print(f"Enter after Enter without a look: median {median(hasty):.0f} ms, most {max(hasty):.0f} of {len(hasty)}")


if __name__ == "__main__":
    main()
