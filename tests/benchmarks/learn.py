"""Learn once from twelve slices that an oracle checks as a person would, and measure on the slices held out.

brain: three patients of brain_lgg, one channel (FLAIR), a new model from nothing. lung: the pictures of lung_medseg
with their greys turned over, a scanner that the starter model never saw, from the starter model. Beside what the
program set aside, patients and pictures that are not in the study are measured too.

    python -m tests.benchmarks.learn [--set brain|lung] [--seeds 0,1,2] [--patients A,B,C] [--minutes N] [--keep FOLDER]

A study is made in a folder outside the repository; with --keep a run goes on where an earlier one stopped: what was
measured for a seed is not measured again.
"""

import argparse
import csv
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.progress import silent
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.worklist import Role
from lesionstudio.workflows.held_out import slice_dice
from lesionstudio.workflows.learn import learn
from lesionstudio.workflows.segment import Choices, Segmenting

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PATIENTS = "TCGA_DU_8167_19970402,TCGA_HT_7856_19950831,TCGA_CS_6669_20020102"
CHECKED, WITHOUT_A_MARK = 12, 3
PROMISED, MOST_MINUTES = 0.15, 30.0

Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Case:
    """A set: its pictures and masks by name, those that no study holds, and where learning starts."""

    pictures: dict[str, tuple[Path, Path]]
    unseen: dict[str, tuple[Path, Path]]
    model: str
    channels: str
    turned: bool


def brain(patients: Sequence[str]) -> Case:
    """Whole patients as their files are; unseen are the patients of the part test, every third slice with a tumour."""
    folder = DATA / "brain_lgg"
    test = {name: pair for name, pair in _brain_pairs(folder / "test") if read_plain(pair[1]).any()}
    chosen = {name: pair for name, pair in _brain_pairs(folder / "train") if name.rsplit("_", 1)[0] in patients}
    return Case(chosen, dict(list(test.items())[::3]), "", "1", turned=False)


def lung() -> Case:
    """The part train as the study, the part val unseen, each picture with its greys turned over."""
    folder = DATA / "lung_medseg"
    parts: dict[str, dict[str, tuple[Path, Path]]] = {"train": {}, "val": {}}
    with (folder / "split.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            mask = next((folder / "masks").glob(row["id"] + ".*"))
            parts[row["split"]][row["id"]] = folder / "images" / f"{row['id']}.jpg", mask
    return Case(parts["train"], parts["val"], "lung-lesions", "", turned=True)


def _brain_pairs(folder: Path) -> list[tuple[str, tuple[Path, Path]]]:
    masks = {path.name.removesuffix("_mask.tif"): path for path in folder.rglob("*_mask.tif")}
    images = {path.stem: path for path in folder.rglob("*.tif") if not path.stem.endswith("_mask")}
    names = sorted(masks, key=lambda name: (name.rsplit("_", 1)[0], int(name.rsplit("_", 1)[1])))
    return [(name, (images[name], masks[name])) for name in names]


def read_plain(mask: Path) -> Marks:
    """A mask file as 0 and 1."""
    with Image.open(mask) as picture:
        return (np.asarray(picture.convert("L")) > 0).astype(np.uint8)


def put(picture: Path, folder: Path, name: str, *, turned: bool) -> None:
    """A picture into the study's folder; with its greys turned over where that is the scanner."""
    if not turned:
        shutil.copyfile(picture, folder / f"{name}{picture.suffix}")
        return
    with Image.open(picture) as image:
        Image.fromarray(255 - np.asarray(image.convert("L"))).save(folder / f"{name}.png")


def make_study(case: Case, folder: Path, seed: int) -> None:
    """Pictures, roles dealt by the program with this seed, twelve slices checked to learn from, and all held out."""
    folder.mkdir(parents=True)
    for name, (picture, _mask) in case.pictures.items():
        put(picture, folder, name, turned=case.turned)
    project = Project.open(folder)
    project.seed = seed
    for found in find_scans(folder, salt=project.salt):
        project.add(found)
    project.deal_roles()
    if case.channels:
        project.settings["channels"] = case.channels
    held = [name for name in project.items if project.record(name).roles[0] == Role.HELD_OUT]
    free = [name for name in project.items if project.record(name).roles[0] == Role.LEARN]
    for name in held + to_check(case, free):
        check(project, name, read_plain(case.pictures[Path(name).stem][1]))
    project.close()


def to_check(case: Case, free: Sequence[str]) -> list[str]:
    """Twelve slices as a person takes them: spread over the lesions, and some clean ones next to them."""
    marked = [n for n, name in enumerate(free) if read_plain(case.pictures[Path(name).stem][1]).any()]
    clean = [n for n in range(len(free)) if n not in marked]
    clean.sort(key=lambda n: (min(abs(n - one) for one in marked), n))
    near: list[int] = []
    for n in clean:
        if len(near) < WITHOUT_A_MARK and all(abs(n - one) > len(free) // 6 for one in near):
            near.append(n)
    count = CHECKED - len(near)
    spread = [marked[i] for i in np.linspace(0, len(marked) - 1, count).round().astype(int)]
    return [free[n] for n in sorted({*spread, *near})]


def check(project: Project, item_id: str, marks: Marks) -> None:
    """Paints a mask and checks the slice."""
    scan = project.read_scan(project.items[item_id])
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    history = EditHistory(mask)
    if marks.any():
        stroke = history.stroke("Brush")
        stroke.paint(0, 0, 0, marks.astype(bool), 1)
        stroke.commit()
    history.check([0], "Check")
    project.save_mask(item_id, mask.snapshot())


def dice_unseen(case: Case, model: Path) -> float:
    """Mean Dice on pictures that are in no study."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        for name, (picture, mask) in case.unseen.items():
            put(picture, Path(place), name, turned=case.turned)
            scan = read_scan(next(Path(place).glob(f"{name}.*")))
            piece = next(iter(Segmenting(scan, Choices(model)).pieces([0], silent)))
            found.append(slice_dice(piece.labels[0], read_plain(mask), [1]))
    return float(np.mean(found))


def learned(case: Case, study: Path, seed: int, minutes: float) -> dict[str, Any]:
    """One Learn, with its figures and those on unseen pictures."""
    start = str(ModelShelf().find(case.model).folder) if case.model else ""
    began = time.monotonic()
    made = learn(str(study), start, "auto", minutes, seed, {}, silent)
    took = time.monotonic() - began
    before = dice_unseen(case, Path(start)) if start else 0.0
    return {**made, "took": took, "unseen": [before, dice_unseen(case, Path(made["folder"])), len(case.unseen)]}


@contextmanager
def place_for(keep: Path | None) -> Iterator[Path]:
    """The folder to keep studies and figures in, or one that is thrown away."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="lesionstudio-learn-") as place:
        yield Path(place)


def figures(name: str, case: Case, seed: int, minutes: float, place: Path) -> dict[str, Any]:
    """What was measured for this seed, now or by an earlier run."""
    study, known = place / f"{name}-{seed}", place / f"{name}-{seed}.json"
    if known.is_file():
        return dict(json.loads(known.read_text(encoding="utf-8")))
    if not (study / "lesionstudio" / "project.json").is_file():
        shutil.rmtree(study, ignore_errors=True)
        make_study(case, study, seed)
    found = learned(case, study, seed, minutes)
    known.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found


def show(name: str, seed: int, found: dict[str, Any]) -> bool:
    """Prints one line and each held-out slice; gives whether the promise was kept."""
    held = found["held_out"]
    unseen_before, unseen_after, unseen = found["unseen"]
    minutes, threads = found["took"] / 60, os.environ.get("OMP_NUM_THREADS", os.cpu_count())
    kept = held["after"] >= held["before"] + PROMISED and minutes <= MOST_MINUTES
    machine = f"{found['device']}, {threads} threads"
    print(f"{name}, seed {seed}: {found['slices']} slices checked, {minutes:.1f} min, {machine}")
    print(
        f"  held out ({held['slices']}): Dice {held['before']:.3f} -> {held['after']:.3f}, gain 95 % {held['interval']}"
    )
    print(f"  better on {held['better']}, worse on {held['worse']}: {'kept' if kept else 'NOT KEPT'}")
    print(f"  unseen ({unseen}): Dice {unseen_before:.3f} -> {unseen_after:.3f}")
    for one in held["each"]:
        print(f"    {one['name']} {one['before']:.2f} -> {one['after']:.2f}")
    return bool(kept)


def main() -> int:
    """Runs what was asked for; 1 where a promise was not kept."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--set", choices=("brain", "lung"), action="append")
    words.add_argument("--seeds", default="0")
    words.add_argument("--patients", default=PATIENTS)
    words.add_argument("--minutes", type=float, default=0.0)
    words.add_argument("--keep", type=Path)
    asked = words.parse_args()
    kept = []
    with place_for(asked.keep) as place:
        for name in asked.set or ("brain", "lung"):
            case = brain(asked.patients.split(",")) if name == "brain" else lung()
            for seed in [int(number) for number in asked.seeds.split(",")]:
                kept.append(show(name, seed, figures(name, case, seed, asked.minutes, place)))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
