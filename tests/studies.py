"""Small studies to learn from: pictures of bright squares and dark discs, checked by an oracle, in a folder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role

SIDE = 64
SQUARE, DISC = 1, 2

Pixels = NDArray[np.uint8]


def scene(seed: int, labels: Sequence[int] = (SQUARE, DISC)) -> tuple[Pixels, Pixels]:
    """A grey picture with a bright square and a dark disc on it, and its marks: of the labels that are wanted."""
    rng = np.random.default_rng(seed)
    pixels, marks = rng.normal(120, 6, (SIDE, SIDE)), np.zeros((SIDE, SIDE), np.uint8)
    row, column = rng.integers(4, 14, 2)
    y, x = np.mgrid[:SIDE, :SIDE]
    square = (slice(row, row + 18), slice(column, column + 18))
    disc = (y - row - 36) ** 2 + (x - column - 34) ** 2 < 81
    pixels[square] += 90
    pixels[disc] -= 90
    if SQUARE in labels:
        marks[square] = SQUARE
    if DISC in labels:
        marks[disc] = DISC
    return np.clip(pixels, 0, 255).astype(np.uint8), marks


def make_study(folder: Path, pictures: int, *, labels: Sequence[int] = (SQUARE,), names: Sequence[str] = ()) -> Project:
    """A study of so many pictures, roles dealt, none checked yet; its labels have these names. To be closed."""
    folder.mkdir(parents=True)
    for n in range(pictures):
        Image.fromarray(scene(n)[0]).save(folder / f"p{n:02d}.png")
    project = Project.open(folder)
    project.seed = 0
    for found in find_scans(folder, salt=project.salt):
        project.add(found)
    for name in names[1:]:
        project.labels = project.labels.add(name)
    if names:
        project.labels = project.labels.changed(1, name=names[0])
    project.deal_roles()
    return project


def check(project: Project, item_id: str, marks: Pixels) -> None:
    """Paints the marks of a picture and checks it."""
    scan = project.read_scan(project.items[item_id])
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    history = EditHistory(mask)
    for number in np.unique(marks[marks > 0]):
        stroke = history.stroke("Brush")
        stroke.paint(0, 0, 0, marks == number, int(number))
        stroke.commit()
    history.check([0], "Check")
    project.save_mask(item_id, mask.snapshot())


def checked_study(
    folder: Path, pictures: int = 12, *, labels: Sequence[int] = (SQUARE,), names: Sequence[str] = ()
) -> Path:
    """A study whose slices are all checked, with the marks of these labels; gives its folder."""
    project = make_study(folder, pictures, labels=labels, names=names)
    for n, item_id in enumerate(project.items):
        check(project, item_id, scene(n, labels)[1])
    project.close()
    return folder


def held_out(project: Project) -> list[str]:
    """The pictures that the program set aside."""
    return [one for one in project.items if Role.HELD_OUT in project.record(one).roles]
