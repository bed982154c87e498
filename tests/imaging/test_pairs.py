from pathlib import Path

import pytest

from lesionstudio.errors import LesionStudioError, UnreadableFile
from lesionstudio.imaging.pairs import grouped_by, pair_folders, pairs_of_data, read_split


def _files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_a_mask_belongs_to_the_image_of_its_name_with_or_without_an_ending(tmp_path: Path) -> None:
    _files(tmp_path, "i/a.jpg", "i/b.nii.gz", "i/c.png", "m/a.png", "m/b_seg.nii.gz", "m/d_mask.png", "m/notes.txt")
    found = pair_folders(tmp_path / "i", tmp_path / "m")
    assert [(pair.id, pair.mask.name) for pair in found.pairs] == [("a", "a.png"), ("b", "b_seg.nii.gz")]
    assert found.unpaired == ("c.png", "d_mask.png")


def test_segmentations_of_other_programs_belong_to_the_image_of_their_name(tmp_path: Path) -> None:
    _files(tmp_path, "i/a.nrrd", "i/b.nii.gz", "i/c.mha", "m/a.seg.nrrd", "m/b.am", "m/c_seg.mha")
    found = pair_folders(tmp_path / "i", tmp_path / "m")
    assert [pair.mask.name for pair in found.pairs] == ["a.seg.nrrd", "b.am", "c_seg.mha"] and not found.unpaired


def test_pairs_can_go_by_the_number_in_the_name(tmp_path: Path) -> None:
    _files(tmp_path, "i/raw_03.png", "m/3_labels.png")
    assert not pair_folders(tmp_path / "i", tmp_path / "m").pairs
    assert len(pair_folders(tmp_path / "i", tmp_path / "m", by_number=True).pairs) == 1


def test_a_split_says_the_part_and_whose_a_picture_is(tmp_path: Path) -> None:
    _files(tmp_path, "images/a.png", "images/b.png", "images/c.png", "masks/a.png", "masks/b.png", "masks/c.png")
    (tmp_path / "split.csv").write_text("id,split,group\na,train,7\nb,val,8\n", encoding="utf-8")
    found = pairs_of_data(tmp_path)
    assert [(pair.id, pair.part, pair.group) for pair in found.pairs] == [("a", "train", "7"), ("b", "val", "8")]
    assert [pair.id for pair in found.of_part("val").pairs] == ["b"]
    assert found.of_part("") == found


def test_folders_by_part_and_pictures_with_masks_beside_them_are_found(tmp_path: Path) -> None:
    _files(tmp_path, "train/images/a.png", "train/masks/a.png", "test/p1/b_1.tif", "test/p1/b_1_mask.tif", "test/x.tif")
    found = pairs_of_data(tmp_path)
    assert [(pair.id, pair.part) for pair in found.pairs] == [("a", "train"), ("b_1", "test")]
    assert found.unpaired == ("x.tif",)


def test_patients_come_from_a_pattern_or_a_table(tmp_path: Path) -> None:
    _files(tmp_path, "i/p1_1.png", "i/p1_2.png", "i/p2_1.png", "m/p1_1.png", "m/p1_2.png", "m/p2_1.png")
    found = pair_folders(tmp_path / "i", tmp_path / "m")
    assert [pair.group for pair in grouped_by(found, r"^(p\d)_").pairs] == ["p1", "p1", "p2"]
    (tmp_path / "who.csv").write_text("file,patient\np1_1.png,Q\np1_2.png,Q\n", encoding="utf-8")
    assert [pair.group for pair in grouped_by(found, str(tmp_path / "who.csv")).pairs] == ["Q", "Q", "p2_1"]
    with pytest.raises(LesionStudioError, match="regular expression"):
        grouped_by(found, "(")


def test_a_split_without_names_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "split.csv").write_text("part\ntrain\n", encoding="utf-8")
    with pytest.raises(UnreadableFile) as problem:
        read_split(tmp_path / "split.csv")
    assert "file, id or image" in problem.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="nowhere"):
        pair_folders(tmp_path / "nowhere", tmp_path)


def test_every_real_data_set_is_read_whole(shared_data: Path) -> None:
    sizes = {"lung_medseg": 73, "lung_lidc": 968, "brain_lgg": 1152, "brain_lobes": 362}
    for name, size in sizes.items():
        found = pairs_of_data(shared_data / name)
        assert (len(found.pairs), found.unpaired) == (size, ())
        patients = {part: {pair.group for pair in found.of_part(part).pairs} for part in ("train", "val", "test")}
        assert not patients["train"] & patients["val"] and not patients["train"] & patients["test"]
