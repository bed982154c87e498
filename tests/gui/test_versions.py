"""What the Learn page says of versions, from their cards; and what there is to learn from, from the records."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lesionstudio.gui.learner import Learning
from lesionstudio.gui.panels.new_version import measured_words, not_measured_words, volume_words
from lesionstudio.gui.readiness import Readiness, SliceCounts
from lesionstudio.gui.versions import version_views
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput
from lesionstudio.progress import Progress
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ShelvedModel
from lesionstudio.project.worklist import ItemRecord, Role, WorkItem

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
INPUT = ModelInput(IntensityRule("window", -1350, 150))
STARTER = ShelvedModel(ModelCard("lungs", "Lungs", ("Lesion",), (INPUT,)), Path("lungs"), "starter")


def version(n: int, parent: str, held_out: dict[str, Any], made: str = "2026-03-04T14:31:00+00:00") -> ShelvedModel:
    training = {"slices": 12 + n, "minutes": 4.0, "curve": [[0.0, 0.6, None], [4.0, 0.7, 0.3]]}
    card = replace(STARTER.card, id=f"lungs-v{n}", title=f"Version {n}", parent=parent, made=made, training=training)
    return ShelvedModel(replace(card, scores={"held_out": held_out}), Path(f"v{n}"), "study")


def measured(before: float, after: float) -> dict[str, Any]:
    each = [{"item": "a.png", "name": "a", "slice": 0, "before": before, "after": after}]
    each += [{"item": "ct", "name": "CT", "slice": 6, "before": before, "after": after}]
    means = {"before": before, "after": after, "better": 2, "worse": 0, "interval": [0.02, 0.1]}
    return {"slices": 3, **means, "each": each}


def test_versions_newer_than_the_one_in_use_are_used_and_older_ones_gone_back_to() -> None:
    shelved = (version(2, "lungs-v1", measured(0.66, 0.71)), version(1, "lungs", measured(0.58, 0.66)), STARTER)
    views = version_views(shelved, "lungs-v1", NOW)
    assert [(view.name, view.state) for view in views] == [
        ("version 2", "newer"),
        ("version 1", "in use"),
        ("Lungs", "older"),
    ]
    assert [view.dice for view in views] == [0.71, 0.66, 0.58]


def test_a_version_says_when_it_was_made_and_from_how_many_slices() -> None:
    (view,) = version_views((version(1, "", measured(0.0, 0.5)),), "", NOW)
    assert view.facts == "Today, 14:31, 13 slices"
    assert [point.dice for point in view.curve] == [0.6, 0.7]


def test_a_version_says_what_it_came_from() -> None:
    first, second = version(1, STARTER.card.id, measured(0.0, 0.5)), version(2, "lungs-v1", measured(0.5, 0.6))
    newest, older, _starter = version_views((second, first, STARTER), "", NOW)
    assert (newest.begun, newest.parent) == ("from version 1", "lungs-v1")
    assert older.begun == f"from {STARTER.card.title}"


def test_a_measured_slice_is_named_with_its_number_unless_it_is_a_picture() -> None:
    (view,) = version_views((version(1, "", measured(0.0, 0.5)),), "", NOW, pictures={"a.png"})
    assert view.measured is not None
    assert [one.words for one in view.measured.each] == ["a", "CT, 7"]


def test_a_version_measured_on_too_few_slices_has_no_dice() -> None:
    nothing = {"slices": 2, "before": None, "after": None, "each": []}
    (view,) = version_views((version(1, "", nothing),), "", NOW)
    assert view.dice is None and view.measured is not None and view.measured.slices == 2


def test_the_words_say_how_sure_the_gain_is() -> None:
    (view,) = version_views((version(1, "", measured(0.6, 0.66)),), "", NOW)
    assert view.measured is not None
    words = "Mean Dice on 3 held-out slices, gain 0.02 to 0.10 (95\N{NO-BREAK SPACE}%). Better on 2, worse on 0."
    assert measured_words(view.measured) == words


def test_the_words_say_how_much_too_much_is_marked_beside_the_overlap() -> None:
    shown = [
        version_views((version(1, "", {**measured(0.6, 0.66), "volume": volume}),), "", NOW)[0].measured
        for volume in ({"before": -0.21, "after": 0.04}, {"before": None, "after": 0.0}, None)
    ]
    told = [volume_words(one).replace("\N{NO-BREAK SPACE}", " ") for one in shown if one is not None]
    assert told == ["Volume bias \N{MINUS SIGN}21 % to +4 %.", "Volume bias 0 %.", ""]
    assert shown[0] is not None and volume_words(shown[0]) in measured_words(shown[0])


def test_only_checked_slices_with_a_mark_that_is_shown_are_learned_from(tmp_path: Path) -> None:
    checked, corrected = SliceStatus.CHECKED, SliceStatus.CORRECTED
    roles = (Role.LEARN, Role.LEARN, Role.LEARN, Role.BETWEEN, Role.HELD_OUT, Role.TEST)
    statuses = (checked, checked, corrected, checked, checked, checked)
    record = ItemRecord(statuses, roles, marks={0: (1,), 2: (1,), 3: (1,), 4: (2,), 5: (1,)})
    project, counts = _study_of(tmp_path, {"ct": record}), SliceCounts()
    project.labels = LabelSet.first().add("Effusion")
    assert counts.of(project) == Readiness(1, 1, 1, 1, lessons=2)
    assert counts.of(project) is counts.of(project)  # not counted again
    project.labels = project.labels.changed(1, deleted=True)
    assert counts.of(project) == Readiness(0, 1, 1, 1, lessons=2)
    project.labels = project.labels.changed(1, deleted=False)
    project.items["mr"], project.records["mr"] = replace(project.items["ct"], id="mr"), record
    assert counts.of(project).to_learn_from == 2
    project.items["mr"] = replace(project.items["mr"], error="unreadable")
    assert counts.of(project).to_learn_from == 1
    project.records["ct"] = replace(record, marks={})
    assert counts.of(project).to_learn_from == 0


def test_what_is_counted_is_what_one_counts_slice_by_slice_however_records_change(tmp_path: Path) -> None:
    draw = random.Random(7)
    project, counts = _study_of(tmp_path, {f"s{n}": _any_record(draw) for n in range(12)}), SliceCounts()
    for _round in range(200):
        one = draw.choice(list(project.items))
        if draw.random() < 0.2 and len(project.items) > 2:
            project.items.pop(one)
            project.records.pop(one)
        else:
            project.records[one] = _any_record(draw)
        assert counts.of(project) == _slice_by_slice(project)


def _any_record(draw: random.Random) -> ItemRecord:
    slices = draw.randint(1, 9)
    roles = [draw.choice(list(Role))] * slices if draw.random() < 0.5 else draw.choices(list(Role), k=slices)
    statuses = draw.choices([SliceStatus.NEW, SliceStatus.CHECKED, SliceStatus.DRAFT], k=slices)
    marks = {k: draw.choice([(), (1,), (9,), (9, 1)]) for k in range(slices) if draw.random() < 0.7}
    return ItemRecord(tuple(statuses), tuple(roles), marks=draw.choice([marks, marks, None]))


def _slice_by_slice(project: Project) -> Readiness:
    slices = [
        (role, status == SliceStatus.CHECKED, 1 in (record.marks or {}).get(k, ()))
        for record in (project.records[item_id] for item_id in project.items)
        for k, (role, status) in enumerate(zip(record.roles, record.statuses))
    ]
    return Readiness(
        slices.count((Role.LEARN, True, True)),
        slices.count((Role.HELD_OUT, True, True)),
        sum(role == Role.HELD_OUT for role, _checked, _marked in slices),
        sum(role == Role.HELD_OUT and checked for role, checked, _marked in slices),
        sum(role == Role.LEARN and checked for role, checked, _marked in slices),
    )


def _study_of(folder: Path, records: dict[str, ItemRecord]) -> Project:
    """A study of scans that are nowhere, with these records."""
    project = Project.open(folder, write=False)
    source = ScanSource("png", (folder / "a.png",))
    for item_id, record in records.items():
        project.items[item_id] = WorkItem(item_id, item_id, {"image": source}, (len(record.roles), 1, 1))
        project.records[item_id] = record
    return project


def test_what_is_not_measured_says_what_is_missing() -> None:
    assert "one more" in not_measured_words(Readiness(2, 2, 8, 2))
    assert "Ten slices or more" in not_measured_words(Readiness(2, 0, 0, 0))
    assert "enough" in not_measured_words(Readiness(2, 3, 8, 3))


def test_the_time_left_is_told_by_the_pace_where_learning_does_not_say_it() -> None:
    run = Learning(Path(), "study", "")
    run.take(Progress(0.1), 100.0)
    assert run.left_s is None
    run.take(Progress(0.4, "", None, {"curve": [[1.0, 0.5, 0.2]]}), 130.0)
    assert run.left_s == pytest.approx(60.0) and run.minutes == 1.0
    run.take(Progress(0.5, "", 12.0), 140.0)
    assert run.left_s == 12.0
