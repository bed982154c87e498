"""What train makes of a folder: parts, what is held out, what is odd, and sentences for what cannot be learned from."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from lesionstudio.errors import GridMismatch, NotEnoughExamples
from lesionstudio.imaging.pairs import pair_folders
from lesionstudio.learning.examples import Example
from lesionstudio.progress import silent
from lesionstudio.recipe import Recipe
from lesionstudio.workflows.splitting import split_off, written_split
from lesionstudio.workflows.train import train
from lesionstudio.workflows.training_set import Question, TrainingSet, training_set


def write(folder: Path, masks: dict[str, np.ndarray[Any, Any]], side: int = 16) -> None:
    for room in ("images", "masks"):
        (folder / room).mkdir(parents=True, exist_ok=True)
    for name, marks in masks.items():
        Image.fromarray(np.full((side, side), 90, np.uint8)).save(folder / "images" / f"{name}.png")
        Image.fromarray(marks).save(folder / "masks" / f"{name}.png")


def marked(pixels: int, side: int = 16, value: int = 255) -> np.ndarray[Any, Any]:
    marks = np.zeros(side * side, np.uint8)
    marks[:pixels] = value
    return marks.reshape(side, side)


PLAN = Recipe()


def read(folder: Path, plan: Recipe = PLAN) -> TrainingSet:
    pairs = pair_folders(folder / "images", folder / "masks")
    return training_set(pairs, plan, "new", Question(), silent)


def examples(groups: list[str], loads: list[int]) -> list[Example]:
    pixels = np.zeros((1, 16, 16), np.float32)
    return [Example(f"{n}:0", pixels, marked(load), group) for n, (group, load) in enumerate(zip(groups, loads))]


def test_whole_groups_of_every_load_are_held_out() -> None:
    some = examples([f"p{n // 3}" for n in range(30)], [10 * (n // 3) for n in range(30)])
    held = split_off(some, seed=0)
    learned, apart = held.parted(some)
    assert held.by == "group"
    assert len(apart) == 6 and len(learned) == 24
    loads = sorted({int(one.marks.astype(bool).sum()) for one in apart})
    assert loads[0] < 50 <= loads[1], "one of the lighter half, one of the heavier"
    assert not {one.group for one in apart} & {one.group for one in learned}
    assert held == split_off(some, seed=0)
    assert len({split_off(some, seed=seed).groups for seed in range(6)}) > 1


def test_slices_of_one_scan_are_held_out_as_a_block_with_a_gap_on_either_side() -> None:
    some = examples(["scan"] * 40, [5] * 40)
    held = split_off(some, seed=1)
    learned, apart = held.parted(some)
    numbers = [int(one.id.split(":")[0]) for one in apart]
    assert held.by == "block"
    assert numbers == list(range(numbers[0], numbers[0] + 8))
    left = {int(one.id.split(":")[0]) for one in learned}
    assert not left & {numbers[0] - 1, numbers[-1] + 1}


def test_one_picture_is_not_enough(tmp_path: Path) -> None:
    write(tmp_path, {"a": marked(9)})
    with pytest.raises(NotEnoughExamples, match="one picture only"):
        read(tmp_path)


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a": marked(9), "b": marked(9, side=12)})
    with pytest.raises(GridMismatch, match="12"):
        read(tmp_path)


def test_masks_that_are_all_empty_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a": marked(0), "b": marked(0)})
    with pytest.raises(NotEnoughExamples, match="has a mark"):
        read(tmp_path)


def test_a_folder_without_masks_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    write(tmp_path / "d", {"a": marked(9)})
    (tmp_path / "d" / "masks" / "a.png").unlink()
    with pytest.raises(NotEnoughExamples):
        train(tmp_path / "out", images=tmp_path / "d" / "images", masks=tmp_path / "d" / "masks")
    assert not (tmp_path / "out").exists()


def test_what_has_no_partner_and_what_is_rare_is_said(tmp_path: Path) -> None:
    write(tmp_path, {name: marked(100, side=512) for name in "abcdef"}, side=512)
    (tmp_path / "masks" / "c.png").unlink()
    said = read(tmp_path).warnings
    assert said[0] == "Without a partner: c.png"
    assert "covers only 0.038 %" in said[1]


def test_a_class_that_never_occurs_is_said_and_not_learned(tmp_path: Path) -> None:
    write(tmp_path, {name: marked(9, value=1 if name != "a" else 3) for name in "abcdef"})
    found = read(tmp_path, Recipe(card={"labels": ["Edema", "Scar", "Mass"]}))
    assert found.taught[1] is False
    assert "No mask to train on has Scar: it is not learned." in found.warnings


def test_labels_beyond_the_names_given_are_said(tmp_path: Path) -> None:
    write(tmp_path, {name: marked(9, value=1 if name != "a" else 3) for name in "abcdef"})
    found = read(tmp_path, Recipe(card={"labels": ["Edema"]}))
    assert found.card.labels == ("Edema",)
    assert found.warnings[0].startswith("The masks have labels up to 3, names are given for 1")


def test_values_that_are_no_numbers_are_said_and_count_as_the_least(tmp_path: Path) -> None:
    write(tmp_path, {name: marked(9) for name in "abcdef"})
    values = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    values[3, 3] = np.nan
    (tmp_path / "images" / "b.png").unlink()
    tifffile.imwrite(tmp_path / "images" / "b.tif", values)
    found = read(tmp_path)
    assert found.warnings == ["b holds values that are no numbers; they count as its least."]
    assert all(np.isfinite(one.pixels).all() for one in found.learned + found.held_out)


def test_the_split_is_written_for_whoever_judges_later(tmp_path: Path) -> None:
    some = examples(["p", "q"], [3, 0])
    written_split(tmp_path / "split.csv", some[:1], some[1:])
    assert (tmp_path / "split.csv").read_text().splitlines() == ["file,slice,split,group", "0,0,train,p", "1,0,val,q"]


def test_the_facts_of_a_set_name_how_much_is_marked(tmp_path: Path) -> None:
    write(tmp_path, {name: marked(64) for name in "abcdef"})
    facts = read(tmp_path).facts()
    assert facts == {"split": {"by": "block", "learned": 5, "held_out": 1}, "marked_percent": {"Lesion": 25.0}}


def test_slices_in_files_of_their_own_have_no_neighbours_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path, {name: marked(64) for name in "abcdef"})
    found = read(tmp_path, Recipe(neighbours=1))
    assert [sentence[:22] for sentence in found.warnings] == ["Each file is one slice"]
    assert found.learned[0].pixels.shape == (3, 16, 16)


def test_what_was_guessed_of_masks_is_said_and_not_a_thousand_times(tmp_path: Path) -> None:
    soft = marked(60)
    soft[0, :6] = (20, 60, 100, 140, 180, 220)
    write(tmp_path, {f"p{n}": soft for n in range(5)})
    found = read(tmp_path)
    assert [warning for warning in found.warnings if warning.startswith("p0.png: The mask has 8 grey values")]
    assert "The same kind of thing is to be said of 2 more masks." in found.warnings
