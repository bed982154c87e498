"""What a random split leaks: near-duplicates on both sides of it, and what they are worth to a memory.

    .venv/bin/python -m tests.benchmarks.leak [FOLDER OF CLASSES] [--splits 200]

Without a folder it is brain_yesno, tumour or not. Each split sets three tenths aside, once picture by picture at random
and once as `train-classifier` does, whose test and validation parts are taken together. The memory gives each picture
the class of the one that looks most like it on the other side; on twins it is right without having learned anything.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.likeness import Likeness, likeness, near_duplicates
from lesionstudio.progress import silent
from lesionstudio.workflows.class_folders import ClassPicture, class_pictures, dealt, read_all

DEFAULT = Path(__file__).parents[3] / "shared" / "data" / "classes" / "brain_yesno" / "brain_tumor_dataset"


def main() -> None:
    """Prints how often twins are torn apart, and the memory's accuracy with and without them."""
    words = argparse.ArgumentParser()
    words.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    words.add_argument("--splits", type=int, default=200)
    asked = words.parse_args()
    read = read_all(class_pictures(asked.folder), lambda one: likeness(one.open().slice(0)), silent, "")
    kept = [(one, look) for one, look in read if look is not None]
    pictures, looks = [one for one, _look in kept], [look for _one, look in kept]
    twins = near_duplicates(looks, shifted=True)
    print(f"{len(pictures)} pictures, {len(twins)} pairs nearly the same:")
    print("  " + ", ".join(f"{pictures[i].id} = {pictures[j].id}" for i, j in twins))
    alike = np.stack([look.fine for look in looks]) @ np.stack([look.fine for look in looks]).T
    labels = np.array([one.label for one in pictures])
    for name in ("at random", "ours"):
        torn, hit, plain = [], [], []
        for seed in range(asked.splits):
            apart = random_part(len(pictures), seed) if name == "at random" else our_part(pictures, looks, seed)
            pairs = [(i, j) for i, j in twins if apart[i] != apart[j]]
            torn.append(len(pairs))
            right = remembered(alike, labels, apart)
            there = {i for pair in pairs for i in pair if apart[i]}
            hit += [right[i] for i in there]
            plain += [right[i] for i in np.flatnonzero(apart) if i not in there]
        text = f"{name}: twins torn apart in {np.mean(np.array(torn) > 0):.0%} of {asked.splits} splits"
        text += f"; the memory names {np.mean(plain):.0%} of pictures without a twin right"
        print(text + (f", of those with one {np.mean(hit):.0%}" if hit else ""))


def random_part(count: int, seed: int) -> NDArray[np.bool_]:
    """Which pictures are set aside, dealt one by one."""
    return np.isin(np.arange(count), np.random.default_rng(seed).permutation(count)[: count * 3 // 10])


def our_part(pictures: Sequence[ClassPicture], looks: Sequence[Likeness], seed: int) -> NDArray[np.bool_]:
    """Which pictures are set aside where twins stay together."""
    return np.array([one.part != "train" for one in dealt(pictures, looks, seed)[0]])


def remembered(alike: NDArray[np.float32], labels: NDArray[np.str_], apart: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the picture that looks most alike on the other side is of the same class."""
    nearest = np.where(apart[None], -np.inf, alike).argmax(axis=1)
    return np.asarray(labels[nearest] == labels)


if __name__ == "__main__":
    main()
