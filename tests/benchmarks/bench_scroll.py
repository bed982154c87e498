"""From "show slice k" until it is painted, 512 x 512 int16 with marks, on 768 x 768 points, against the least there is.

The least, as ../shared/bench/BASELINES.md section B reckons it: one look-up of the slice in a table of shades, and
768 x 768 dots of RGB32 written and painted.

    python -m tests.benchmarks.bench_scroll
"""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from tests.benchmarks.clock import Ratio, in_turn

SIZE, SLICES, SCREEN = 512, 60, 768
ALLOWED = 3.0


def volume() -> np.ndarray:
    """CT-like slices: body, air, noise and something that moves (b_scroll.py)."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32) / SIZE - 0.5
    body = np.where(x**2 + (y * 1.3) ** 2 < 0.16, 40, -1000)
    noise = rng.normal(0, 60, (8, SIZE, SIZE))
    slices = [
        body + np.roll(noise[k % 8], k * 7, axis=1) + ((x - 0.2 * np.sin(k / 40)) ** 2 + y**2 < 0.01) * 300
        for k in range(SLICES)
    ]
    return np.stack(slices).astype(np.int16)


def square_marks() -> np.ndarray:
    """The overlay of b_scroll.py."""
    marks = np.zeros((SLICES, SIZE, SIZE), np.uint8)
    marks[:, SIZE // 3 : SIZE // 2, SIZE // 3 : SIZE // 2] = 1
    return marks


def ragged_marks() -> np.ndarray:
    """Lesions as they are: several, of two labels, with ragged edges, on a quarter of the slice."""
    rng = np.random.default_rng(2)
    coarse = rng.normal(0, 1, (SLICES, 33, 33))
    fine = coarse.repeat(16, axis=1).repeat(16, axis=2)[:, :SIZE, :SIZE]
    fine = fine + rng.normal(0, 0.4, fine.shape)
    for axis in (1, 2):
        fine = sum(np.roll(fine, shift, axis=axis) for shift in range(-6, 7)) / 13
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE - 0.5
    inside = (np.abs(x) < 0.27) & (np.abs(y) < 0.27)
    return np.where(inside, (fine > 0.25).astype(np.uint8) + (fine > 0.55), 0).astype(np.uint8)


class Least(QWidget):
    """A widget that does nothing but show a picture that is there already."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.dots = np.full((SCREEN, SCREEN), 0xFF202020, np.uint32)
        self._image = QImage(self.dots.data, SCREEN, SCREEN, SCREEN * 4, QImage.Format.Format_RGB32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One picture, dot for dot."""
        QPainter(self).drawImage(0, 0, self._image)


def measure(name: str, marks: np.ndarray, rounds: int) -> Ratio:
    """Slice after slice, ours and the least in turn."""
    voxels = volume()
    scan, mask = Scan.of_array(voxels, Geometry.pixels(voxels.shape)), Mask(voxels.shape)
    EditHistory(mask).replace(marks, "Import")
    view, least = SliceView(), Least()
    for widget in (view, least):
        widget.resize(SCREEN, SCREEN)
        widget.show()
    view.set_labels(LabelSet.first().add("Edema"))
    view.set_scan(scan, mask)
    view.set_window(Window(400, 40))
    assert view.view_state is not None
    view.show_part(view.view_state.at_zoom(1.5))
    QApplication.processEvents()
    stored, table = voxels.view(np.uint16), np.zeros(65536, np.uint8)
    grey, ready = np.empty((SIZE, SIZE), np.uint8), np.full((SCREEN, SCREEN), 0xFF404040, np.uint32)

    def ours(n: int) -> None:
        view.set_slice(n % SLICES)
        view.repaint()

    def floor(n: int) -> None:
        np.take(table, stored[n % SLICES], out=grey, mode="clip")
        np.copyto(least.dots, ready)
        least.repaint()

    ratio = in_turn(name, ours, floor, rounds)
    for widget in (view, least):
        widget.close()
    return ratio


def main() -> None:
    """Prints both cases."""
    app = QApplication.instance() or QApplication([])
    print(measure("slice change, square marks", square_marks(), 300).line(), f"(allowed {ALLOWED:.0f})")
    print(measure("slice change, ragged marks", ragged_marks(), 300).line(), f"(allowed {ALLOWED:.0f})")
    del app


if __name__ == "__main__":
    main()
