"""Lays out one folder a class for `lesionstudio train-classifier`: brain, lung, other, from the shared real data.

    .venv/bin/python tests/benchmarks/make_classifier_data.py kinds

makes kinds/learn (what the shipped classifier may be trained on) and kinds/outside (sources that are never
trained on: brain_yesno, lung_ct_cls, cxr_covid19). Names are source~group~number.png; train with
--patients '^([^~]+~[^~]+)~'. Only what shows something is taken: empty ends of series and head rests are left out.
"""

import random
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats import find_scans, read_scan

Picture = NDArray[np.uint8]
Piece = tuple[str, str, Picture]
DATA = Path(__file__).parents[3] / "shared" / "data"
LONG_SIDE, LEAST_SHOWN, DRAWN = 256, 0.05, 320
WINDOWS = ((-1150.0, 350.0), (-160.0, 240.0), (-1024.0, 1500.0))


def main(out: Path, data: Path = DATA) -> None:
    """Writes every picture; fails where the folder is there already."""
    makers = {
        "brain": (gliomas(data), lobes(data), mednist(data, "HeadCT")),
        "lung": (chests(data), covid(data), nodules(data), mednist(data, "ChestCT"), mednist(data, "CXR")),
        "other": (
            *(mednist(data, kind) for kind in ("AbdomenCT", "BreastMRI", "Hand")),
            electrons(data),
            photographs(),
            drawings(),
        ),
    }
    for kind, sources in makers.items():
        write(out / "learn" / kind, (piece for source in sources for piece in source))
    classes = data / "classes"
    write(out / "outside" / "brain", plain(classes / "brain_yesno"))
    write(out / "outside" / "lung", plain(classes / "lung_ct_cls", classes / "cxr_covid19"))


def write(folder: Path, pieces: Iterator[Piece]) -> None:
    """Writes the pieces of one class as PNG, reduced to LONG_SIDE."""
    folder.mkdir(parents=True)
    numbers = count()
    for source, group, picture in pieces:
        small = reduced(picture)
        cv2.imwrite(str(folder / f"{source}~{group}~{next(numbers):05d}.png"), small)


def reduced(picture: Picture) -> Picture:
    """At most LONG_SIDE pixels long, by area."""
    share = LONG_SIDE / max(picture.shape[:2])
    if share >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def shows_something(picture: Picture) -> bool:
    """Whether enough of it differs from its commonest grey."""
    grey = picture if picture.ndim == 2 else picture.mean(axis=2)
    commonest = float(np.bincount(grey.astype(np.uint8).ravel()).argmax())
    return float(np.mean(np.abs(grey - commonest) > 25)) > LEAST_SHOWN


def gliomas(data: Path) -> Iterator[Piece]:
    """brain_lgg: of each slice one of its three channels, or all as colours, in turn."""
    for number, path in enumerate(sorted((data / "brain_lgg").glob("*/images/*.tif"))):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        one = picture if number % 7 == 0 else picture[..., number % 3]
        if shows_something(one):
            yield "lgg", path.stem.rpartition("_")[0], one


def lobes(data: Path) -> Iterator[Piece]:
    """brain_lobes: its axial slices, and coronal and sagittal ones of the three whole heads."""
    for path in sorted((data / "brain_lobes" / "images").glob("*.png")):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if shows_something(picture):
            yield "oasis", path.stem.rpartition("_")[0], picture
    for path in sorted((data / "brain_lobes" / "volumes").glob("*_t1.nii.gz")):
        voxels = read_scan(path).volume().astype(np.float32)
        for axis in (1, 2):
            for k in range(voxels.shape[axis] // 5, 4 * voxels.shape[axis] // 5, 6):
                picture = stretched(np.take(voxels, k, axis), 0, float(np.percentile(voxels, 99.7)))
                if shows_something(picture):
                    yield "oasis", path.name.removesuffix("_t1.nii.gz"), picture


def chests(data: Path) -> Iterator[Piece]:
    """chest_ct: every second slice of each series, in three windows."""
    for patient in sorted(path for path in (data / "chest_ct").iterdir() if path.is_dir()):
        for found in find_scans(patient):
            if found.error or found.last or found.source.format != "dicom":
                continue
            scan = read_scan(found.source)
            for k in range(0, scan.slices, 2):
                for low, high in WINDOWS:
                    yield "chest", patient.name, stretched(scan.slice(k).astype(np.float32), low, high)


def covid(data: Path) -> Iterator[Piece]:
    """lung_medseg, each picture a group: the trainer keeps near-duplicates together."""
    for path in sorted((data / "lung_medseg" / "images").iterdir()):
        yield "medseg", path.stem, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


def nodules(data: Path) -> Iterator[Piece]:
    """lung_lidc: at most three pictures of a patient."""
    taken: dict[str, int] = {}
    for path in sorted((data / "lung_lidc").glob("*/images/*.png")):
        patient = path.name.partition("_")[0]
        taken[patient] = taken.get(patient, 0) + 1
        if taken[patient] <= 3:
            yield "lidc", patient, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


def mednist(data: Path, kind: str) -> Iterator[Piece]:
    """One of mednist's kinds, each picture a group."""
    for path in sorted((data / "classes" / "mednist" / kind).iterdir()):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if shows_something(picture):
            yield f"mednist-{kind.lower()}", path.stem, picture


def electrons(data: Path) -> Iterator[Piece]:
    """Both EM stacks in blocks of neighbouring sections: whole sections and pieces of them."""
    for source, place in (("isbi", "em_isbi2012/images"), ("vnc", "em_vnc/raw")):
        files = sorted((data / place).iterdir())
        for number, path in enumerate(files):
            picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            for piece in (picture, *pieces(picture, 3, number)):
                yield f"em{source}", f"block{number // 5}", piece


def photographs() -> Iterator[Piece]:
    """The photographs and drawings that scikit-image brings along, whole and in pieces; each is a group."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    for number, path in enumerate(sorted([*folder.glob("*.png"), *folder.glob("*.jpg")])):
        if path.stem in ("phantom", "motorcycle_right"):
            continue
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is not None and min(picture.shape[:2]) >= 64:
            for piece in (picture, *pieces(picture, 7, number)):
                yield "photo", path.stem, piece


def pieces(picture: Picture, n: int, seed: int) -> Iterator[Picture]:
    """Square pieces of it, a third to four fifths of its shorter side."""
    dice = random.Random(seed)
    rows, columns = picture.shape[:2]
    for _ in range(n):
        side = int(min(rows, columns) * dice.uniform(0.33, 0.8))
        top, left = dice.randint(0, rows - side), dice.randint(0, columns - side)
        yield picture[top : top + side, left : left + side]


def drawings() -> Iterator[Piece]:
    """Drawings, gradients, noise, text and plots made here; each is a group."""
    makers = (gradient, noise, text_page, shapes, plot)
    for number in range(DRAWN):
        dice = np.random.default_rng(number)
        maker = makers[number % len(makers)]
        yield "drawn", f"{maker.__name__}{number}", maker(dice)


def gradient(dice: np.random.Generator) -> Picture:
    """A gradient along a line or round a point."""
    rows, columns = np.mgrid[0:192, 0:192] / 192
    if dice.random() < 0.5:
        angle = dice.uniform(0, 2 * np.pi)
        field = rows * np.sin(angle) + columns * np.cos(angle)
    else:
        field = np.hypot(rows - dice.random(), (columns - dice.random()) * dice.uniform(0.5, 2))
    return stretched(np.sin(field * dice.uniform(0.5, 12)) if dice.random() < 0.5 else field)


def noise(dice: np.random.Generator) -> Picture:
    """Noise, from single pixels to clouds, at times cut off to blots."""
    field = cv2.GaussianBlur(dice.normal(size=(192, 192)).astype(np.float32), (0, 0), dice.uniform(0.4, 14))
    return stretched((field > np.quantile(field, dice.uniform(0.3, 0.9))) * 1.0 if dice.random() < 0.3 else field)


def text_page(dice: np.random.Generator) -> Picture:
    """A page of letters."""
    page = np.full((224, int(dice.integers(150, 300))), int(dice.integers(200, 256)), np.uint8)
    size = dice.uniform(0.3, 0.9)
    for top in range(14, 224, int(16 + 22 * size)):
        words = "".join(chr(code) for code in dice.integers(33, 123, 40))
        cv2.putText(page, words, (8, top), int(dice.integers(0, 5)), size, int(dice.integers(0, 90)), 1, cv2.LINE_AA)
    return page if dice.random() < 0.6 else 255 - page


def shapes(dice: np.random.Generator) -> Picture:
    """Boxes, discs, lines and polygons, filled or not."""
    page = np.full((192, 192), int(dice.integers(0, 256)), np.uint8)
    for _ in range(int(dice.integers(1, 14))):
        x, y, w, h = (int(value) for value in dice.integers(5, 190, 4))
        grey, width = int(dice.integers(0, 256)), int(dice.choice([-1, 1, 2, 5]))
        kind = dice.integers(0, 4)
        if kind == 0:
            cv2.rectangle(page, (x, y), (w, h), grey, width)
        elif kind == 1:
            cv2.circle(page, (x, y), w // 3, grey, width)
        elif kind == 2:
            cv2.line(page, (x, y), (w, h), grey, abs(width))
        else:
            cv2.fillPoly(page, [dice.integers(0, 192, (5, 2)).astype(np.int32)], grey)
    return page


def plot(dice: np.random.Generator) -> Picture:
    """A diagram: axes, and curves, bars or dots."""
    page = np.full((192, 256), 255, np.uint8)
    cv2.line(page, (24, 8), (24, 170), 0, 1)
    cv2.line(page, (24, 170), (248, 170), 0, 1)
    for _ in range(int(dice.integers(1, 4))):
        values = np.clip(90 + np.cumsum(dice.normal(scale=9, size=56)), 10, 168).astype(int)
        points = np.stack([24 + 4 * np.arange(56), values], axis=1).astype(np.int32)
        if dice.random() < 0.6:
            cv2.polylines(page, [points], False, int(dice.integers(0, 160)), int(dice.integers(1, 4)), cv2.LINE_AA)
        else:
            for x, y in points[::4]:
                cv2.rectangle(page, (int(x), int(y)), (int(x) + 9, 170), int(dice.integers(0, 200)), -1)
    return page if dice.random() < 0.7 else 255 - page


def stretched(values: NDArray[np.floating], low: float | None = None, high: float | None = None) -> Picture:
    """The values from low to high as 0 to 255."""
    least = float(values.min()) if low is None else low
    most = float(values.max()) if high is None else high
    return (np.clip((values - least) / max(most - least, 1e-6), 0, 1) * 255).astype(np.uint8)


def plain(*folders: Path) -> Iterator[Piece]:
    """Every picture below these folders as it is, by the name of the source."""
    for folder in folders:
        for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())):
            picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if picture is not None:
                yield folder.name, f"{path.parent.name.split()[0].lower()}{number}", picture


if __name__ == "__main__":
    main(Path(sys.argv[1]))
