"""Whole cases by hand: an oracle marks five real scans in the real window, with the brush only and with the best tools.

    python -m tests.benchmarks.by_hand [--state FILE] [--only NAME ...]

It knows the reference, but acts through mouse and keys alone. Printed for each scan: Dice, the way of the mouse,
clicks, notches of the wheel and keys, a slice each, and how much shorter the mouse's way is. With --state what is done
is kept, and a run that was broken off goes on.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
Labels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Case:
    """A scan to be put into a folder, what is wanted on its grid (slice, row, column), and how the best tools go."""

    name: str
    put: Callable[[Path], Path]
    wanted: Callable[[Any], Labels]
    plan: dict[str, Any] = field(default_factory=dict)


def series(name: str, **plan: Any) -> Case:
    """A tumour on a chest CT as found, with its mask beside it."""
    place = DATA / "chest_ct" / name

    def put(folder: Path) -> Path:
        shutil.copytree(place / "dicom", folder / "scan")
        return folder

    def wanted(geometry: Any) -> Labels:
        from lesionstudio.imaging.formats import read_mask

        return (read_mask(place / "mask_GTV-1.nii.gz", geometry) > 0).astype(np.uint8)

    return Case(f"chest_ct/{name}", put, wanted, plan)


def stack(name: str, pictures: list[Path], masks: list[Path], spacing: float, **plan: Any) -> Case:
    """The pictures of one patient as a volume; of coloured ones the green channel."""

    def put(folder: Path) -> Path:
        from tests.phantoms import grid, write_nifti

        planes = [np.asarray(Image.open(path)) for path in pictures]
        voxels = np.stack([plane[..., 1] if plane.ndim == 3 else plane for plane in planes]).astype(np.int16)
        write_nifti(folder / "scan.nii.gz", voxels, grid("axial", voxels.shape, (spacing, 1.0, 1.0)))
        return folder

    def wanted(_geometry: Any) -> Labels:
        return np.stack([np.asarray(Image.open(path).convert("L")) > 127 for path in masks]).astype(np.uint8)

    return Case(name, put, wanted, plan)


def cases() -> list[Case]:
    """The five scans."""
    patients = ("TCGA_FG_A4MU_20030903", "TCGA_HT_7856_19950831", "TCGA_DU_7304_19930325")
    tumours = [glioma(f"train/{patient}") for patient in patients]
    return [series("LUNG1-002", room=0.002), *tumours, glioma("val/TCGA_DU_7018_19911220")]


def glioma(patient: str, **plan: Any) -> Case:
    """The FLAIR pictures of a patient, in order, and the tumour."""
    part, name = patient.split("/")
    place = DATA / "brain_lgg" / part
    pictures = list((place / "images").glob(f"{name}_*.tif"))
    pictures.sort(key=lambda path: int(path.stem.rsplit("_", 1)[1]))
    masks = [place / "masks" / f"{path.stem}_mask.tif" for path in pictures]
    return stack(f"brain_lgg/{name}", pictures, masks, 3.0, **plan)


def run(case: Case, way: str) -> dict[str, Any]:
    """Marks the case in a window no screen shows; returns what came out and what it took."""
    from PySide6.QtWidgets import QApplication

    from lesionstudio.gui.app import make_application
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import Settings
    from tests.benchmarks.best_tools import BestTools
    from tests.benchmarks.oracle import BrushOnly, Plan
    from tests.gui.seats import hands_on

    look = Look(make_application(Settings()), "dark")
    look.icons.load()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(place) / "home")
        (Path(place) / "scans").mkdir()
        with hands_on(look, case.put(Path(place) / "scans"), labels=1) as hands:
            assert hands.session.scan is not None
            wanted = case.wanted(hands.session.scan.geometry)
            while len(hands.session.labels) < wanted.max():
                hands.desk.parts.marking.add_label()
            hands.desk.parts.marking.choose_label(1)
            hands.picture.setFocus()
            hands.window.resize(1600, 900)
            QApplication.processEvents()
            oracle = (BrushOnly if way == "brush" else BestTools)(hands, wanted, Plan(**case.plan))
            oracle.mark()
            slices = int((wanted > 0).any(axis=(1, 2)).sum())
            effort = oracle.hand.effort.as_json()
            return {**effort, "dice": oracle.overlap(), "slices": slices, "seconds": time.monotonic() - began}


def table(done: dict[str, dict[str, Any]]) -> str:
    """What was found, a line for each scan and way."""
    lines = [f"{'scan':32} {'tools':6} {'slices':>6} {'Dice':>6} {'path px':>8}   each  clicks  wheel   keys  ratio"]
    for key, found in done.items():
        name, way = key.rsplit(" ", 1)
        brush, n = done.get(f"{name} brush"), found["slices"]
        ratio = f"{found['path_px'] / brush['path_px']:6.2f}" if way == "best" and brush else ""
        each = (found[what] / n for what in ("path_px", "clicks", "notches", "keys"))
        path, clicks, notches, keys = (f"{value:7.1f}" for value in each)
        lines.append(
            f"{name:32} {way:6} {n:6} {found['dice']:6.3f} {found['path_px']:8.0f}{path}{clicks}{notches}{keys} {ratio}"
        )
    return "\n".join(lines)


def main() -> None:
    """Runs what is not done yet, and prints the table."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--state", type=Path)
    said.add_argument("--only", nargs="*", default=[])
    chosen = said.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = json.loads(chosen.state.read_text()) if chosen.state and chosen.state.exists() else {}
    for case in cases():
        for way in ("brush", "best"):
            key = f"{case.name} {way}"
            if key in done or (chosen.only and not any(word in key for word in chosen.only)):
                continue
            done[key] = run(case, way)
            if chosen.state:
                chosen.state.write_text(json.dumps(done, indent=1))
            print(table({name: one for name, one in done.items() if name.startswith(case.name)}), flush=True)
    print(table(done))


if __name__ == "__main__":
    main()
