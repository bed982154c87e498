"""A folder of hundreds of series, told of all at once: no piece of the window's work is long."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTimer

from lesionstudio.gui.theme import Look
from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.progress import Progress, Reporter
from lesionstudio.workflows.add_scans import MOST_IN_A_LOT, Lot
from tests.gui.seats import Hands, hands_on
from tests.gui.test_importing import pictures

SERIES, SLICES = 300, 200
DEAF_MS = 50.0


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    with hands_on(look, pictures(tmp_path_factory.mktemp("first") / "scans", 1), labels=1) as made:
        yield made


def series(folder: Path, n: int) -> FoundScan:
    files = tuple(folder / f"s{n}" / f"IM{k:04d}" for k in range(SLICES))
    source, patient = ScanSource("dicom", files), f"{n // 3:012x}"
    return FoundScan(f"{n:012x}", source, f"Series {n}", (SLICES, 512, 512), "CT", patient, f"Study {n}")


def test_300_series_found_at_once_come_into_the_list_in_pieces_that_nobody_notices(hands: Hands) -> None:
    folder = hands.session.folder
    assert folder is not None
    found = [series(folder, n) for n in range(SERIES)]
    lots = [Lot(tuple(found[n : n + MOST_IN_A_LOT]), n, SERIES) for n in range(0, SERIES, MOST_IN_A_LOT)]
    own_ms, before = list[float](), time.thread_time()

    def tick() -> None:
        nonlocal before
        own_ms.append((time.thread_time() - before) * 1000)
        before = time.thread_time()

    def tell(report: Reporter) -> None:
        for lot in lots:
            report(Progress(None, partial=lot))

    timer = QTimer(interval=0)
    timer.timeout.connect(tick)
    job = hands.desk.parts.runner.run("files", "Searching", tell)
    job.progressed.connect(hands.session._reader._progressed)
    timer.start()
    QCoreApplication.processEvents()
    hands.until(lambda: len(hands.window.draw_page.worklist._rows.places) == SERIES + 1)
    timer.stop()
    assert max(own_ms) < max(DEAF_MS / 2, sum(own_ms) / 3)  # the second for slow machines
