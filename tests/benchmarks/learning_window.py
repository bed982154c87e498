"""A window in which somebody paints while the model learns along in the real compute process, until it is killed.

    python -m tests.benchmarks.learning_window FOLDER LOG

Steps are written down in the log as tests.benchmarks.painter does. Each time the compute process says how far it is, a
line goes to the output: {"steps", "compute": its process id, "again": whether it was paused, and goes on}.
"""

import json
import os
import random
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from tests.benchmarks.painter import Painter


def learn_and_paint(folder: Path, log: Path) -> None:
    """Opens the folder, learns along, pauses once so that there is a checkpoint, goes on and never stops."""
    from lesionstudio.compute.worker import LocalCompute
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import Settings

    settings, computes = Settings(hold_out_slices=False), list[LocalCompute]()
    window = MainWindow(Look(make_application(settings), "dark"))
    window.look.icons.load()

    def start(listener: object) -> LocalCompute:
        computes.append(LocalCompute(listener))  # type: ignore[arg-type]
        return computes[0]

    desk = Desk(window, settings, start)
    window.show()
    hands = Painter(desk, window, random.Random(1), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    hands.session.open_folder(folder)
    hands.wait(lambda: hands.session.open is not None and hands.session.reading() is None)
    hands.write_down_steps()
    along = desk.parts.learner.along
    said = {"again": False}

    def tell() -> None:
        if along.weights is not None and along.weights.steps:
            print(json.dumps({"steps": along.weights.steps, "compute": computes[0].process_id, **said}), flush=True)

    along.progressed.connect(tell)
    if not along.is_on:
        along.switch(True)
    hands.wait(lambda: along.weights is not None and along.weights.seen)
    along.pause(True)
    said["again"] = True
    along.pause(False)
    while True:
        hands.stroke()


if __name__ == "__main__":
    learn_and_paint(Path(sys.argv[1]), Path(sys.argv[2]))
