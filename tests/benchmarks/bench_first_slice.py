"""A CT of 300 slices: its first slice is on screen before the series is read, the others follow in the background.

    python -m tests.benchmarks.bench_first_slice [--slices 300]

Printed: seconds from "open" to the first picture in the window and how many slices had been read by then, and seconds
until all were; and, without a window, the same for headers, first slice and whole volume.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from tests import phantoms
from tests.benchmarks.bench_window import let_work


def main() -> None:
    """Writes the series and reads it both ways."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--slices", type=int, default=300)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(place) / "home")
        folder = Path(place) / "scans"
        one = phantoms.ct_phantom((1, 512, 512), (1.0, 0.4, 0.4))
        grain = np.random.default_rng(0).integers(-20, 20, one.voxels.shape, np.int16)
        same = np.broadcast_to(one.voxels + grain, (chosen.slices, 512, 512))  # a slice is all the memory it takes
        series = phantoms.Phantom(same, same, one.affine, 0, one.centre_mm)
        phantoms.write_dicom(folder / "s", series)
        without_window(folder / "s")
        in_window(folder)


def without_window(series: Path) -> None:
    """Headers, first slice, all slices."""
    from lesionstudio.imaging.formats import read_scan

    began = time.perf_counter()
    scan = read_scan(series)
    headers_s = time.perf_counter() - began
    scan.slice(0)
    first_s = time.perf_counter() - began
    scan.volume()
    print(f"headers {headers_s:.2f} s, first slice after {first_s:.2f} s, all {time.perf_counter() - began:.2f} s")


def in_window(folder: Path) -> None:
    """From opening the folder to the first picture, and to the whole series."""
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import load_settings

    settings = load_settings()
    app = make_application(settings)
    window = MainWindow(Look(app, settings.theme))
    window.show()
    window.look.icons.load()
    desk = Desk(window, settings)
    let_work(lambda: False, 5)
    began = time.perf_counter()
    desk.session.open_folder(folder)
    let_work(lambda: desk.session.open is not None, 60)
    first_s, scan = time.perf_counter() - began, desk.session.scan
    assert scan is not None
    by_then = sum(scan.is_read(k) for k in range(scan.slices))
    let_work(lambda: all(scan.is_read(k) for k in range(scan.slices)), 120)
    all_s = time.perf_counter() - began
    kept = "kept" if by_then < scan.slices / 10 else "NOT KEPT"
    print(
        f"in the window: first picture after {first_s:.2f} s, {by_then} of {scan.slices} slices read by then ({kept})"
    )
    print(f"in the window: all slices read after {all_s:.2f} s")
    desk.close()
    window.close()


if __name__ == "__main__":
    main()
