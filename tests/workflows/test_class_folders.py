"""Folders of classes dealt out: what belongs together stays together, whoever named the files."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.likeness import Likeness, likeness, near_duplicates
from lesionstudio.progress import silent
from lesionstudio.workflows.class_folders import ClassPicture, class_pictures, dealt, of_part, read_all, write_deal


def clouds(seed: int, side: int = 80) -> np.ndarray:
    """A picture like no other."""
    field = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=(side, side)), (0, 0), 2)
    return ((field - field.min()) / np.ptp(field) * 255).astype(np.uint8)


@pytest.fixture
def two_classes(tmp_path: Path) -> Path:
    """Eight patients a class with two pictures each; one of b's last is a4_0, brighter and larger."""
    for place, label in enumerate("ab"):
        (tmp_path / label).mkdir()
        for n in range(16):
            cv2.imwrite(str(tmp_path / label / f"{label}{n // 2}_{n % 2}.png"), clouds(100 * place + n))
    copy = cv2.resize((clouds(8) * 0.8 + 40).astype(np.uint8), (120, 120))
    cv2.imwrite(str(tmp_path / "b" / "b7_1.png"), copy)
    return tmp_path


def looks_of(pictures: list[ClassPicture]) -> list[Likeness | None]:
    """How each of them looks."""
    return [look for _one, look in read_all(pictures, lambda one: likeness(one.open().slice(0)), silent, "")]


def test_a_patient_and_a_near_duplicate_are_in_one_part_for_every_seed(two_classes: Path) -> None:
    pictures = class_pictures(two_classes, r"^([ab]\d)_")
    looks = looks_of(pictures)
    for seed in range(10):
        placed, twins = dealt(pictures, looks, seed)
        part = {one.id: one.part for one in placed}
        assert twins == [("a/a4_0.png", "b/b7_1.png")]
        assert part["a/a4_0.png"] == part["a/a4_1.png"] == part["b/b7_1.png"] == part["b/b7_0.png"]
        assert all(part[f"a/a{n}_0.png"] == part[f"a/a{n}_1.png"] for n in range(8))


def test_each_class_is_in_each_part(two_classes: Path) -> None:
    pictures = class_pictures(two_classes, r"^([ab]\d)_")
    placed, _twins = dealt(pictures, looks_of(pictures), 3)
    assert {(one.label, one.part) for one in placed} == {(k, p) for k in "ab" for p in ("train", "val", "test")}


def test_many_single_pictures_do_not_make_up_for_one_large_patient() -> None:
    big = [ClassPicture(f"a/p{n}_{k}", Path(f"p{n}"), None, "a", f"p{n}") for n in range(6) for k in range(40)]  # type: ignore[arg-type]
    small = [ClassPicture(f"a/s{n}", Path(f"s{n}"), None, "a", f"s{n}") for n in range(100)]  # type: ignore[arg-type]
    other = [ClassPicture(f"b/t{n}", Path(f"t{n}"), None, "b", f"t{n}") for n in range(20)]  # type: ignore[arg-type]
    pictures = [*big, *small, *other]
    placed, _twins = dealt(pictures, [None] * len(pictures), 0)
    learned = sum(one.part == "train" for one in placed if one.group.startswith("s"))
    assert 60 <= learned <= 80


def test_the_deal_that_was_written_is_the_deal_that_is_read(two_classes: Path, tmp_path: Path) -> None:
    pictures = class_pictures(two_classes)
    placed, _twins = dealt(pictures, looks_of(pictures), 0)
    write_deal(placed, tmp_path / "split.csv")
    again = of_part(pictures, tmp_path / "split.csv", "test")
    assert [one.id for one in again] == [one.id for one in placed if one.part == "test"]
    with pytest.raises(NotEnoughExamples):
        of_part(pictures[:0], tmp_path / "split.csv", "test")


def test_a_class_of_two_pictures_is_too_small(two_classes: Path) -> None:
    for path in sorted((two_classes / "b").iterdir())[2:]:
        path.unlink()
    pictures = class_pictures(two_classes)
    with pytest.raises(NotEnoughExamples, match="b"):
        dealt(pictures, looks_of(pictures), 0)


def test_one_class_and_no_class_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LesionStudioError) as nothing:
        class_pictures(tmp_path)
    assert "folder" in nothing.value.hint


def test_a_random_split_of_brain_yesno_leaks_and_ours_does_not(shared_data: Path) -> None:
    folder = shared_data / "classes" / "brain_yesno" / "brain_tumor_dataset"
    pictures = class_pictures(folder)
    looks = looks_of(pictures)
    twins = near_duplicates(looks, shifted=True)
    assert ("yes/Y112.JPG", "yes/Y146.JPG") in {(pictures[i].id, pictures[j].id) for i, j in twins}
    torn = ours = 0
    for seed in range(20):
        judged = set(np.random.default_rng(seed).permutation(len(pictures))[: len(pictures) * 3 // 10].tolist())
        torn += any((i in judged) != (j in judged) for i, j in twins)
        part = [one.part for one in dealt(pictures, looks, seed)[0]]
        ours += any(part[i] != part[j] for i, j in twins)
    assert torn >= 4 and ours == 0
