"""One's own label sets: kept, listed, replaced and deleted in the user's folder."""

from pathlib import Path

import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.label_sets import LabelList
from lesionstudio.project.label_library import LabelLibrary, share


def names(library: LabelLibrary) -> list[str]:
    return [one.name for one in library.all()]


def test_ones_own_sets_stand_after_the_shipped_ones_and_can_be_deleted(tmp_path: Path) -> None:
    library = LabelLibrary(tmp_path / "labels")
    before = names(library)
    for name in ("Knee / left", "Ankle"):
        library.save(LabelList.of(name, ("Bone", "Cartilage"), own=True))
    assert names(library) == [*before, "Ankle", "Knee / left"]
    library.delete("Knee / left")
    assert names(LabelLibrary(tmp_path / "labels")) == [*before, "Ankle"]


def test_a_set_of_the_same_name_is_replaced_but_never_a_shipped_one(tmp_path: Path) -> None:
    library = LabelLibrary(tmp_path)
    library.save(LabelList.of("Ankle", ("Bone",)))
    library.save(LabelList.of("ankle", ("Bone", "Cartilage")))
    assert [len(one.labels) for one in library.all() if one.own] == [2]
    with pytest.raises(UnreadableFile, match="Brain lobes comes with the program"):
        library.save(LabelList.of("Brain lobes", ("Bone",)))


def test_a_damaged_file_is_passed_over_and_a_shared_one_taken_in(tmp_path: Path) -> None:
    library = LabelLibrary(tmp_path / "labels")
    library.save(LabelList.of("Ankle", ("Bone",)))
    (tmp_path / "labels" / "broken.labels.json").write_text("{")
    share(LabelList.of("Hip", ("Femur", "Acetabulum")), tmp_path / "hip.json")
    assert library.take_in(tmp_path / "hip.json").name == "Hip"
    assert [one.name for one in library.all() if one.own] == ["Ankle", "Hip"]
