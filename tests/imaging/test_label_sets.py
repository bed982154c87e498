"""Label sets: what becomes of a study's labels when a list is chosen, and the file people share."""

import json
from pathlib import Path

import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.label_sets import LabelList, moved, read_list, shipped, with_list
from lesionstudio.imaging.labels import LabelSet

LOBES = LabelList.of("Brain lobes", ("Frontal", "Parietal", "Temporal", "Occipital"))
LESION = LabelSet().add("Lesion")


def shown(labels: LabelSet) -> list[tuple[int, str]]:
    return [(label.number, label.name) for label in labels]


def test_a_study_without_a_mark_takes_the_lists_own_numbers() -> None:
    chosen = with_list(LESION, LOBES, (), is_fresh=True)
    assert shown(chosen) == [(1, "Frontal"), (2, "Parietal"), (3, "Temporal"), (4, "Occipital")]


def test_labels_that_are_marked_stay_and_no_number_is_used_again() -> None:
    before = LESION.add("Cyst").changed(2, deleted=True)
    after = with_list(before, LOBES, {1}, is_fresh=False)
    assert shown(after) == [(3, "Frontal"), (4, "Parietal"), (5, "Temporal"), (6, "Occipital"), (1, "Lesion")]


def test_labels_that_are_not_marked_are_deleted_and_their_numbers_stay_taken() -> None:
    after = with_list(LESION.add("Cyst"), LOBES, {2}, is_fresh=False)
    assert (1, "Lesion") not in shown(after) and (2, "Cyst") in shown(after)
    assert min(label.number for label in after.labels if label.name == "Frontal") == 3


def test_a_label_of_the_same_name_keeps_its_number_and_takes_the_lists_colour() -> None:
    before = LESION.add("temporal")
    after = with_list(before, LOBES, {2}, is_fresh=False)
    (temporal,) = (label for label in after if label.name == "Temporal")
    assert temporal.number == 2 and temporal.colour == LOBES.labels[2].colour


def test_a_deleted_label_of_the_same_name_does_not_bring_its_old_marks_back() -> None:
    before = LESION.add("Frontal").changed(2, deleted=True)
    after = with_list(before, LOBES, (), is_fresh=False)
    assert [label.number for label in after if label.name == "Frontal"] == [3]


def test_taking_the_choice_back_brings_the_labels_of_before_back() -> None:
    after = with_list(LESION, LOBES, (), is_fresh=True)
    assert shown(moved(after, after, LESION, ())) == shown(LESION)
    again = moved(moved(after, after, LESION, ()), LESION, after, ())
    assert shown(again) == shown(after)


def test_what_was_marked_or_added_since_the_choice_survives_taking_it_back() -> None:
    after = with_list(LESION, LOBES, (), is_fresh=True)
    back = moved(after.add("Cyst"), after, LESION, {1})
    assert set(shown(back)) == {(1, "Frontal"), (5, "Cyst"), (6, "Lesion")}


def test_a_list_comes_back_from_its_file_unchanged(tmp_path: Path) -> None:
    for one in shipped():
        path = tmp_path / "shared.json"
        path.write_text(json.dumps(one.to_json()), encoding="utf-8")
        assert read_list(path).labels == one.labels and read_list(path).name == one.name


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json {", "cannot be read as JSON"),
        ("[1, 2]", "holds no list of labels"),
        ('{"format": "lesionstudio labels", "name": "x", "labels": []}', "list of labels is empty"),
        (json.dumps({**LOBES.to_json(), "name": " "}), "name in it is empty"),
        (json.dumps(LOBES.to_json()).replace('"number": 2', '"number": 1'), "Two of its labels"),
        (json.dumps(LOBES.to_json()).replace('"number": 2', '"number": 256'), "from 1 to 255"),
        (json.dumps(LOBES.to_json()).replace('"number": 2', '"number": true'), "from 1 to 255"),
        (json.dumps(LOBES.to_json()).replace("#F5A539", "red"), "red is not a colour"),
        ("[" * 100_000, "cannot be read as JSON"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"bad\.json is not a label set") as refused:
        read_list(path)
    assert said in refused.value.message and refused.value.hint
