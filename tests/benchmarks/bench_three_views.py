"""From "the crosshair goes there" until all three views of 512 x 512 x 300 are painted, against the least there is.

The least: for each view one look-up of a picture of its size in a table of shades, and its dots of RGB32 written and
painted; the pictures lie ready in memory. The marks are two lesions of 60 slices in three dimensions.

    python -m tests.benchmarks.bench_three_views
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
import numpy as np
from PySide6.QtCore import QCoreApplication, QElapsedTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from lesionstudio.gui.app import Desk, make_application
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look
from lesionstudio.settings import Settings
from tests.benchmarks.clock import Ratio, in_turn
from tests.stand_in import StandIn

SHAPE, WAIT_MS = (300, 512, 512), 60_000
ALLOWED_MS = 5.0


def volume() -> np.ndarray:
    """CT-like: body, air and noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: SHAPE[1], : SHAPE[2]].astype(np.float32) / SHAPE[1] - 0.5
    body = np.where(x**2 + (y * 1.3) ** 2 < 0.16, 40, -1000).astype(np.int16)
    noise = rng.normal(0, 60, SHAPE[1:]).astype(np.int16)
    return np.stack([body + np.roll(noise, k * 7, axis=1) for k in range(SHAPE[0])])


def marks() -> np.ndarray:
    """Two balls with ragged edges."""
    k, i, j = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    ragged = np.random.default_rng(1).normal(0, 40, SHAPE[1:]).astype(np.float32)
    first = (k - 150) ** 2 * 4 + (i - 256) ** 2 + (j - 230) ** 2 + ragged < 60**2
    second = (k - 160) ** 2 * 4 + (i - 200) ** 2 + (j - 330) ** 2 + ragged < 40**2
    return np.asarray(first + 2 * (second & ~first), np.uint8)


class Least(QWidget):
    """A widget that does nothing but show a picture that is there already."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.resize(width, height)
        self.dots = np.full((height, width), 0xFF202020, np.uint32)
        self._image = QImage(self.dots.data, width, height, width * 4, QImage.Format.Format_RGB32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One picture, dot for dot."""
        QPainter(self).drawImage(0, 0, self._image)


def until(true: Callable[[], bool]) -> None:
    """Lets the window work until this holds."""
    clock = QElapsedTimer()
    clock.start()
    while not true() and clock.elapsed() < WAIT_MS:
        QCoreApplication.processEvents()


def write_study(folder: Path) -> None:
    """The volume as NIfTI."""
    import nibabel

    affine = np.diag([-0.8, -0.8, -1.0, 1.0])
    nibabel.save(nibabel.Nifti1Image(volume().transpose(2, 1, 0), affine), folder / "volume.nii")


def measure(window: MainWindow, desk: Desk, rounds: int) -> Ratio:
    """Crosshair after crosshair, ours and the least in turn."""
    views, wiring = window.draw_page.views.views, desk.wiring.scan
    assert wiring is not None
    places = np.random.default_rng(5).integers((90, 180, 180), (220, 340, 340), (rounds + 8, 3)).tolist()
    least = [Least(view.width(), view.height()) for view in views]
    for widget in least:
        widget.show()
    voxels = [np.zeros(shape, np.uint16) for shape in ((512, 512), (300, 512), (300, 512))]
    greys, table = [np.empty(v.shape, np.uint8) for v in voxels], np.zeros(65536, np.uint8)
    ready = [np.full(widget.dots.shape, 0xFF404040, np.uint32) for widget in least]

    def ours(n: int) -> None:
        wiring.crosshair.go_to(tuple(places[n]))
        views[0].repaint()  # Qt paints all of the window that waits for it

    def floor(n: int) -> None:
        for widget, stored, grey, dots in zip(least, voxels, greys, ready):
            np.take(table, stored, out=grey, mode="clip")
            np.copyto(widget.dots, dots)
            widget.repaint()

    ratio = in_turn("crosshair in three views", ours, floor, rounds)
    for widget in least:
        widget.close()
    return ratio


def main() -> None:
    """Prints the one case."""
    app = make_application(Settings())
    with tempfile.TemporaryDirectory() as place:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(place) / "home")
        folder = Path(place) / "scans"
        folder.mkdir()
        write_study(folder)
        window = MainWindow(Look(app, "dark"))
        window.resize(1280, 800)
        window.show()
        window.look.icons.load()
        desk = Desk(window, Settings(hold_out_slices=False), StandIn)
        desk.session.open_folder(folder)
        until(lambda: desk.session.open is not None and desk.session.reading() is None)
        assert desk.session.history is not None
        desk.session.history.replace(marks(), "Import")
        window.actions_by_verb.trigger("three_views")
        until(lambda: desk.parts.runner.is_idle)
        ratio = measure(window, desk, 200)
        print(ratio.line(), f"(allowed {ALLOWED_MS:.0f} ms)")
        desk.session.close_folder()
        until(lambda: desk.parts.runner.is_idle)
        desk.close()
    QApplication.closeAllWindows()


if __name__ == "__main__":
    main()
