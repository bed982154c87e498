"""Which mask belongs to which scan, by names alone; and what the values of other programs' masks mean."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.imaging.formats.references import References
from lesionstudio.imaging.found_masks import By, FoundMask, MaskPart, ScanNames, mask_files, matched
from lesionstudio.imaging.mask_values import Meaning, Turn, census, guess

LOBES = ("Frontal", "Parietal")


def scan(name: str, slices: int = 1) -> ScanNames:
    return ScanNames.of(name, [name], slices)


def pairs(
    files: Sequence[str], scans: Sequence[ScanNames], by: By = "name", labels: Sequence[str] = ()
) -> dict[str, str]:
    found = matched([Path("m") / name for name in files], scans, dict(zip(labels, labels)), by)
    return {mask.name: scan_id for mask, scan_id in zip(found.masks, found.scans)}


def test_a_mask_goes_to_the_scan_of_its_name_whatever_its_ending() -> None:
    scans = [scan("a_1.jpg"), scan("a_2.dcm"), scan("b.nii.gz")]
    files = ["a_1_mask.png", "a_2.tif", "B_seg.nii", "c.png"]
    found = pairs(files, scans)
    assert found == {"a_1_mask.png": "a_1.jpg", "a_2.tif": "a_2.dcm", "B_seg.nii": "b.nii.gz", "c.png": ""}


def test_masks_that_differ_in_their_last_word_go_to_their_scan_and_no_scan_gets_two() -> None:
    scans = [scan("OASIS-01_t1.nii.gz"), scan("OASIS-03_t1.nii.gz")]
    files = ["OASIS-01_lobes.nii.gz", "OASIS-01_lobes_filled.nii.gz", "OASIS-03_lobes.nii.gz"]
    assert list(pairs(files, scans).values()) == ["OASIS-01_t1.nii.gz", "", "OASIS-03_t1.nii.gz"]


def test_the_mask_of_the_scans_own_name_comes_before_one_that_is_only_alike() -> None:
    found = pairs(["case_1_lobes.nii", "case_1_t1_mask.nii"], [scan("case_1_t1.nii")])
    assert found == {"case_1_lobes.nii": "", "case_1_t1_mask.nii": "case_1_t1.nii"}


def test_a_number_is_no_word_slice_3_is_never_slice_4() -> None:
    assert pairs(["slice_4.png"], [scan("slice_3.png"), scan("slice_5.png")]) == {"slice_4.png": ""}


def test_numbers_pair_where_names_do_not() -> None:
    scans = [scan("raw-007.png"), scan("raw-08.png"), scan("raw-09.png")]
    files = ["mito7.png", "mito8.png", "mito11.png"]
    assert set(pairs(files, scans).values()) == {""}
    assert list(pairs(files, scans, "number").values()) == ["raw-007.png", "raw-08.png", ""]


def test_a_number_that_two_scans_have_pairs_neither() -> None:
    assert pairs(["m1.png"], [scan("a1.png"), scan("b1.png")], "number") == {"m1.png": ""}


def test_one_file_a_slice_and_a_label_are_one_mask_of_the_volume() -> None:
    files = [Path("m") / f"ct_{k:04}_{name}.png" for k in (1, 2, 12) for name in ("Frontal%3F", "parietal")]
    found = matched(files, [scan("ct.nii.gz", 12)], {"Frontal%3F": "Frontal", "Parietal": "Parietal"})
    (mask,) = found.masks
    assert found.scans == ("ct.nii.gz",) and mask.labels == LOBES
    assert mask.parts[-1] == MaskPart(files[-1], 11, "Parietal")


def test_a_slice_beyond_the_volume_is_no_part_of_it() -> None:
    assert pairs(["ct_0013.png"], [scan("ct.nii.gz", 12), scan("mr.nii.gz", 20)]) == {"ct_0013.png": ""}


def test_scans_of_one_name_are_told_apart_by_their_folders_or_left_to_the_person() -> None:
    scans = [ScanNames.of(f"{one}/1.png", ["1.png"], 1, folders=("images", one)) for one in ("Ann", "Bob")]
    files = [Path("masks") / place for place in ("ann/1.png", "bob/1_mask.png", "eve/1.png")]
    assert matched(files, scans, {}).scans == ("Ann/1.png", "Bob/1.png", "")
    assert matched([Path("masks/1.png")], scans, {}).scans == ("",)


def test_the_only_mask_is_the_only_scans() -> None:
    assert pairs(["anything.nii"], [scan("1.2.840.dcm", 30)]) == {"anything.nii": "1.2.840.dcm"}


def test_masks_are_looked_for_at_any_depth_but_not_among_the_scans_or_in_a_study(tmp_path: Path) -> None:
    for name in (
        "a.png",
        "deep/er/b.nii.gz",
        "notes.txt",
        "lesionstudio/masks/c.png",
        ".hidden/d.png",
        "scan.png",
        "e.dcm",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "lesionstudio" / "project.json").write_text("{}")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    found = mask_files([tmp_path], {tmp_path / "scan.png"})
    assert [path.name for path in found] == ["a.png", "b.nii.gz"]


def test_a_file_named_itself_is_taken_and_none_twice(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    assert mask_files([tmp_path / "a.png", tmp_path], ()) == [tmp_path / "a.png"]
    assert FoundMask.of(tmp_path / "a.png").name == "a.png"


def test_the_series_that_a_mask_names_counts_more_than_its_name() -> None:
    scans = [
        ScanNames.of("one", ["one.dcm"], 3),
        replace(ScanNames.of("two", ["two.dcm"], 3), series="1.2", frame="9"),
        replace(ScanNames.of("three", ["three.dcm"], 3), series="1.3", frame="9"),
        replace(ScanNames.of("four", ["four.dcm"], 3), series="1.4", frame="8"),
    ]
    files = [Path("one.seg"), Path("x"), Path("y"), Path("z")]
    named = [
        References(frozenset({"1.3"}), frozenset({"9"})),
        References(frozenset({"7.7"}), frozenset({"8"})),  # another series, but only one scan lies in that frame
        References(frozenset({"7.7"}), frozenset({"9"})),  # two scans do
        References(),
    ]
    found = matched(files, scans, {}, references=dict(zip(files, named)))
    assert found.scans == ("three", "four", "", "")


def test_what_names_a_series_is_found_in_a_folder_whatever_it_is_called(shared_data: Path, tmp_path: Path) -> None:
    dcmqi = shared_data / "formats/masks/dicom_seg_dcmqi"
    shutil.copyfile(dcmqi / "23x38x3/seg/label.seg", tmp_path / "label.seg")
    shutil.copyfile(dcmqi / "sparse-labelmap-noppv.dcm", tmp_path / "a.dcm")
    shutil.copyfile(dcmqi / "23x38x3/image/IMG0001.dcm", tmp_path / "IMG0001.dcm")
    (tmp_path / "notes.txt").write_text("nothing")
    assert [path.name for path in mask_files([tmp_path], ())] == ["a.dcm", "label.seg"]


def values(*numbers: int, share: float = 0.2) -> np.ndarray:  # type: ignore[type-arg]
    """A mask of 1 x 20 x 50 pixels: this share in equal parts of these values, the rest 0."""
    flat = np.zeros(1000, np.uint8)
    marked = np.resize(np.array(numbers, np.uint8), round(1000 * share))
    flat[: len(marked)] = marked
    return flat.reshape(1, 20, 50)


@pytest.mark.parametrize(
    ("masks", "kind"),
    [
        ([values(255), values(1)], "white"),
        ([values(1), values(1, 2)], "numbers"),
        ([values(3)], "numbers"),
        ([values(85, 170, 255)], "numbers"),
        ([values(255), values(*range(1, 256))], "white"),
        ([values(255, share=0.8)], None),
        ([values(255, share=0.8), values(255, share=0.1)], "white"),
        ([values(1, 2, 3, share=0.9)], "numbers"),
        ([np.zeros((1, 4, 4), np.uint8)], "white"),
    ],
)
def test_what_masks_most_likely_hold_is_guessed_and_asked_where_most_is_marked(
    masks: list[np.ndarray],  # type: ignore[type-arg]
    kind: str | None,
) -> None:
    assert guess([census(one) for one in masks]) == kind


def test_greys_are_cut_at_the_threshold_and_small_numbers_are_not() -> None:
    grey = np.array([[[0, 100, 128, 255]]], np.uint8)
    assert Meaning("white").labels(grey).tolist() == [[[0, 0, 1, 1]]]
    assert Meaning("white", threshold=90, table={1: 4}).labels(grey).tolist() == [[[0, 4, 4, 4]]]
    assert Meaning("black").labels(grey).tolist() == [[[1, 1, 0, 0]]]
    small = np.array([[[0, 1, 2]]], np.uint8)
    assert Meaning("white").labels(small).tolist() == [[[0, 1, 1]]]
    assert Meaning("numbers", table={2: 5}).labels(small).tolist() == [[[0, 0, 5]]]


def test_what_is_kept_of_an_answer_comes_back() -> None:
    answer = Meaning("numbers", 100, {85: 1, 170: 2})
    assert Meaning.from_json(answer.to_json()) == answer
    assert Meaning.from_json({"kind": "blue"}) is None and Meaning.from_json(None) is None


def test_four_quarters_are_no_turn_and_a_quarter_turns_to_the_right() -> None:
    lying = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    assert Turn().quarter().apply(lying).tolist() == [np.rot90(lying[0], -1).tolist()]
    turn = Turn(columns=True)
    for _n in range(4):
        turn = turn.quarter()
    assert turn == Turn(columns=True)
    assert Turn().quarter().mirrored(rows=True).apply(lying).tolist() == [np.rot90(lying[0], -1)[::-1].tolist()]


def test_two_segmentations_of_one_series_are_one_mask_and_those_of_two_series_are_two() -> None:
    scans = [replace(scan(f"{name}.png"), series=name) for name in ("CT", "MR")]
    files = [Path("a") / "tumour.dcm", Path("b") / "liver.dcm", Path("a") / "brain.dcm", Path("a") / "else.dcm"]
    series = dict(zip(files, ("CT", "CT", "MR", "PET")))
    found = matched(files, scans, {}, references={path: References(frozenset({one})) for path, one in series.items()})
    named = {mask.name: scan_id for mask, scan_id in zip(found.masks, found.scans)}
    assert named == {"tumour.dcm, liver.dcm": "CT.png", "brain.dcm": "MR.png", "else.dcm": ""}
    assert [part.path for part in found.masks[0].parts] == files[:2]


def test_a_second_segmentation_by_name_joins_the_first_and_a_second_plain_mask_does_not() -> None:
    files = ["case.seg.nrrd", "case_more.seg.nrrd", "case_old.nii.gz"]
    found = pairs(files, [scan("case.nii.gz"), scan("other.nii.gz")])
    assert found == {"case.seg.nrrd, case_more.seg.nrrd": "case.nii.gz", "case_old.nii.gz": ""}
