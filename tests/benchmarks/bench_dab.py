"""From a move of the mouse with the button down until its paint is on the screen, on a picture of 4096 x 4096.

A real QMouseEvent, the tool, the mask with its history, and the repaint of what changed; all on one thread. Compared
with what the window needs to repaint that many dots at all, and with a picture of 512 x 512.

    python -m tests.benchmarks.bench_dab
"""

import os
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.gui.viewer.tools.brush import Brush
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.paint_rules import PaintRules, values_of
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from tests.benchmarks.clock import Ratio, in_turn

FREE, GATED = PaintRules(), PaintRules(low=90, high=130, gate_on=True)
SIZE, SMALL, SCREEN, DABS = 4096, 512, 768, 300
ALLOWED_MS, ALLOWED_GATED_MS, ALLOWED_LATE_MS, ALLOWED_TIMES = 0.6, 1.0, 2.0, 1.5


def spiral(size: int, visible: float) -> list[tuple[float, float]]:
    """Places of the pointer as a hand moves it (c_paint.py): row and column."""
    turn, away = np.linspace(0, 6 * np.pi, DABS), np.linspace(0.1, 0.38, DABS) * visible
    return [(size / 2 + a * np.sin(t), size / 2 + a * np.cos(t)) for t, a in zip(turn, away)]


def measure(zoom: str, radius: int, rules: PaintRules = FREE, size: int = SIZE) -> Ratio:
    """Dab after dab of one stroke; `zoom` is "fit" or "one"."""
    values = (np.random.default_rng(0).random((1, size, size)) * 60 + 80).astype(np.uint8)
    scan, mask = Scan.of_array(values, Geometry.pixels((1, size, size))), Mask((1, size, size))
    history = EditHistory(mask)
    history.rules, history.voxels = rules, values_of(scan)
    view = SliceView()
    view.resize(SCREEN, SCREEN)
    view.set_labels(LabelSet.first())
    view.set_scan(scan, mask)
    view.set_window(Window(255, 127))
    view.set_rules(rules, history.voxels)
    view.set_tool(Brush(history, 1, 2.0 * radius, scan.geometry))
    view.painted.connect(view.refresh)
    view.show()
    if zoom == "one":
        view.one_to_one()
    QApplication.processEvents()
    view.repaint()
    places = spiral(size, size if zoom == "fit" else min(SCREEN, size))

    def send(kind: QEvent.Type, place: tuple[float, float], button: Qt.MouseButton) -> None:
        assert view.view_state is not None
        at = QPointF(*view.view_state.to_point(*place))
        keys = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(
            view, QMouseEvent(kind, at, view.mapToGlobal(at), button, Qt.MouseButton.LeftButton, keys)
        )

    def dab(n: int) -> None:
        send(QEvent.Type.MouseMove, places[n % DABS], Qt.MouseButton.NoButton)
        QApplication.processEvents()

    def floor(_n: int) -> None:
        view.update(300, 300, 120, 120)
        QApplication.processEvents()

    send(QEvent.Type.MouseButtonPress, places[0], Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    gate = ", value range on" if rules.gate_on else ""
    ratio = in_turn(f"dab, {size} x {size}, radius {radius}, {zoom}{gate}", dab, floor, DABS - 8)
    view.abandon()
    view.close()
    return ratio


def main() -> None:
    """Prints the cases."""
    app = QApplication.instance() or QApplication([])
    for zoom in ("fit", "one"):
        for radius in (10, 50):
            print(measure(zoom, radius).line(), f"(allowed {ALLOWED_MS} ms, 99 % {ALLOWED_LATE_MS} ms)")
        print(measure(zoom, 50, GATED).line(), f"(allowed {ALLOWED_GATED_MS} ms)")
    large, small = measure("one", 50), measure("one", 50, size=SMALL)
    times = median(large.judged_ms) / median(small.judged_ms)
    print(f"4096 against 512, radius 50, one to one: {times:.2f} times (allowed {ALLOWED_TIMES})")
    del app


if __name__ == "__main__":
    main()
