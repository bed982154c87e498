"""split on small folders: who goes where, what is copied, what is said."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.errors import LesionStudioError, NotEnoughExamples, ProjectProblem
from lesionstudio.imaging.likeness import likeness, near_duplicates
from lesionstudio.imaging.pairs import pairs_of_data
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.split import SplitOrder, shares_in, split

PATIENTS, SLICES = 12, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve patients of three slices 24 x 24; patient n has 2 n marked rows."""
    place, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for patient in range(PATIENTS):
        for k in range(SLICES):
            marks = np.zeros((24, 24), np.uint8)
            marks[: 2 * patient] = 255
            _write(place, f"p{patient:02}_{k}", rng.integers(0, 255, (24, 24), np.uint8), marks)
    return place


def _write(place: Path, name: str, pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", marks: object) -> None:
    for kind, one in (("images", pixels), ("masks", marks)):
        (place / kind).mkdir(exist_ok=True, parents=True)
        Image.fromarray(np.asarray(one, np.uint8)).save(place / kind / f"{name}.png")


def _places(folder: Path, patients: str = r"p\d+") -> Places:
    return Places(folder / "images", folder / "masks", patients=patients)


def _parts(out: Path) -> dict[str, list[dict[str, str]]]:
    with (out / "split.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {part: [row for row in rows if row["split"] == part] for part in ("train", "val", "test")}


def test_whole_patients_of_every_load_go_to_each_part_and_every_file_is_copied(folder: Path, tmp_path: Path) -> None:
    made = split(_places(folder), tmp_path / "out", SplitOrder((50, 25, 25)))
    parts = _parts(tmp_path / "out")
    groups = {part: {row["group"] for row in rows} for part, rows in parts.items()}
    assert {part: len(names) for part, names in groups.items()} == {"train": 6, "val": 3, "test": 3}
    assert not groups["train"] & groups["val"] and not groups["val"] & groups["test"]
    means = [facts["marked_percent"] for facts in made["parts"].values()]
    assert max(means) - min(means) < 17
    for part, rows in parts.items():
        for row in rows:
            for kind in ("images", "masks"):
                copied = tmp_path / "out" / part / kind / row["file"]
                assert copied.read_bytes() == (folder / kind / row["file"]).read_bytes()
    read_back = pairs_of_data(tmp_path / "out")
    assert {(pair.part, pair.group) for pair in read_back.pairs} == {
        (p, g) for p, names in groups.items() for g in names
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["split.csv", "test", "train", "val"]


def test_the_same_seed_deals_alike_and_another_one_otherwise(folder: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        split(_places(folder), tmp_path / name, SplitOrder(seed=seed, link=True))
    a, b, c = ((tmp_path / name / "split.csv").read_text(encoding="utf-8") for name in "abc")
    assert a == b != c
    linked = next((tmp_path / "a" / "train" / "images").iterdir())
    assert linked.is_symlink() and linked.resolve() == (folder / "images" / linked.name).resolve()


def test_blocks_follow_the_natural_order_with_one_section_left_out_between_two(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for n in range(22):
        _write(tmp_path / "d", f"section_{n}", rng.integers(0, 255, (16, 16), np.uint8), np.eye(16) * 255)
    made = split(_places(tmp_path / "d", ""), tmp_path / "out", SplitOrder((70, 15, 15), blocks=True))
    ends = {part: [row["file"] for row in rows] for part, rows in _parts(tmp_path / "out").items()}
    assert (ends["train"][0], ends["train"][-1]) == ("section_0.png", "section_14.png")
    assert (ends["val"], ends["test"]) == (
        ["section_16.png", "section_17.png", "section_18.png"],
        ["section_20.png", "section_21.png"],
    )
    assert made["left_out"] == ["section_15.png", "section_19.png"]


def test_masks_paired_by_number_are_found_again_by_the_names_of_their_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for n in range(12):
        _write(tmp_path / "d", f"volume_{n}", rng.integers(0, 255, (16, 16), np.uint8), np.full((16, 16), n))
        mask = tmp_path / "d" / "masks" / f"volume_{n}.png"
        mask.rename(mask.with_name(f"labels_{n}.png"))
    places = Places(tmp_path / "d" / "images", tmp_path / "d" / "masks", pair_by="number")
    split(places, tmp_path / "out", SplitOrder((70, 15, 15), blocks=True))
    read_back = pairs_of_data(tmp_path / "out")
    assert len(read_back.pairs) == 12 and not read_back.unpaired
    assert all(np.asarray(Image.open(pair.mask)).max() == int(pair.id.split("_")[1]) for pair in read_back.pairs)


def test_pictures_that_are_nearly_the_same_in_two_parts_are_named(tmp_path: Path) -> None:
    smooth = np.asarray(Image.fromarray(np.random.default_rng(5).integers(0, 255, (9, 9), np.uint8)).resize((72, 72)))
    rng = np.random.default_rng(1)
    for n in range(6):
        other = Image.fromarray(rng.integers(0, 255, (9, 9), np.uint8)).resize((72, 72))
        pixels = [smooth, np.asarray(Image.fromarray(smooth).resize((50, 50)))][n] if n < 2 else np.asarray(other)
        _write(tmp_path / "d", f"a{n}", pixels, np.eye(len(pixels)) * 255)
    made = split(_places(tmp_path / "d", ""), tmp_path / "out", SplitOrder((1, 1, 1)))
    parts = {row["file"]: part for part, rows in _parts(tmp_path / "out").items() for row in rows}
    assert parts["a0.png"] != parts["a1.png"]
    assert [twin["files"] for twin in made["near_duplicates"]] == [["a0.png", "a1.png"]]
    assert any("a0.png = a1.png" in sentence for sentence in made["warnings"])
    assert any("--patients" in sentence for sentence in made["warnings"])


def test_a_copy_in_other_light_is_like_its_picture_and_another_head_is_not(shared_data: Path) -> None:
    files = sorted((shared_data / "brain_lobes" / "images").iterdir())[::6]
    heads = [np.asarray(Image.open(file)) for file in files]
    darker = (0.7 * heads[0] + 20).astype(np.uint8)
    assert near_duplicates([likeness(picture) for picture in [*heads, darker]]) == [(0, len(heads))]
    assert likeness(np.full((40, 40), 7, np.uint8)) is None


def test_a_folder_that_holds_a_split_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(ProjectProblem, match="train"):
        split(_places(folder), tmp_path, SplitOrder())
    assert [path.name for path in tmp_path.iterdir()] == ["train"]


def test_a_full_disk_leaves_nothing_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[object] = []

    def full(source: object, place: object) -> None:
        copied.append(source)
        if len(copied) > 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("lesionstudio.workflows.split.shutil.copyfile", full)
    with pytest.raises(ProjectProblem):
        split(_places(folder), tmp_path / "out", SplitOrder())
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("text", ["70", "a:b:c", "0:50:50", "1:2:3:4"])
def test_shares_that_are_none_are_a_sentence(text: str) -> None:
    with pytest.raises(LesionStudioError, match=text):
        shares_in(text)


def test_too_few_patients_for_three_parts_are_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughExamples, match="1 groups"):
        split(_places(folder, "p"), tmp_path / "out", SplitOrder())
    words = [
        "split",
        "--images",
        folder / "images",
        "--masks",
        folder / "masks",
        "--out",
        tmp_path / "o",
        "--share",
        "80:20",
    ]
    assert run([str(word) for word in [*words, "--patients", r"p\d+"]], lambda project, screenshot: None) == 0
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == ["split.csv", "train", "val"]
