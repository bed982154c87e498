"""look_next, doubt_map and version_changes with a real network, on a small study."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import DraftSource
from lesionstudio.model_card import IntensityRule, ModelInput
from lesionstudio.progress import silent
from lesionstudio.project.project import Project
from lesionstudio.workflows.look_next import doubt_map, look_next, picked
from lesionstudio.workflows.version_changes import changes_in, version_changes
from tests.studies import SIDE, make_study
from tests.tiny_model import save_tiny_model, tiny_card


def model_in(folder: Path) -> Path:
    card = replace(tiny_card(), inputs=(ModelInput(IntensityRule("percentiles", 1, 99)),))
    return save_tiny_model(folder / "model", card)


def test_doubts_are_told_slice_by_slice_and_picked_from(tmp_path: Path) -> None:
    project, model = make_study(tmp_path / "study", 3), model_in(tmp_path)
    found = []
    for item in project.items.values():
        source = item.source.to_json(None)
        found += look_next(source, str(model), [0], 0.5, "cpu", silent, item=item.id)["doubts"]
    project.close()
    assert [one["item"] for one in found] == list(project.items)
    assert all(0 <= one["score"] <= 1 and one["amount"][1] == "px" for one in found)
    assert {one["item"] for one in picked(found, 3, seed=1)} == set(project.items)
    assert picked(found, 3, seed=1) == picked(found[::-1], 3, seed=1)


def test_the_doubt_map_has_the_slice_s_shape(tmp_path: Path) -> None:
    project, model = make_study(tmp_path / "study", 1), model_in(tmp_path)
    (item,) = project.items.values()
    project.close()
    told = doubt_map(item.source.to_json(None), str(model), 0, "cpu", str(tmp_path), silent)
    heat = np.load(told["heat"])
    assert heat.shape == (SIDE, SIDE) and heat.dtype == np.uint8 and heat.max() > 128


def drafted_study(folder: Path, *, checks: tuple[int, ...]) -> tuple[Path, list[str]]:
    """Pictures with a draft of a square by an older version; some of them were checked as they were."""
    project = make_study(folder, 4)
    for n, item_id in enumerate(project.items):
        scan = project.read_scan(project.items[item_id])
        mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
        history, labels = EditHistory(mask), np.zeros((1, SIDE, SIDE), np.uint8)
        labels[0, 2:20, 2:20] = 1
        stroke = history.stroke("Brush")
        stroke.paint(0, 30, 30, np.ones((4, 4), bool), 1)
        stroke.commit()
        history.put_draft(labels, labels * 200, DraftSource("v1", 0.5, "2026"), "Draft")
        if n in checks:
            history.check([0], "Check")
        project.save_mask(item_id, mask.snapshot())
    items = list(project.items)
    project.close()
    return project.home, items


def test_open_drafts_that_change_are_listed_and_checked_ones_only_pointed_out(tmp_path: Path) -> None:
    home, items = drafted_study(tmp_path / "study", checks=(1,))
    out = tmp_path / "out"
    out.mkdir()
    terms = {"model_id": "v2", "table": {"1": 1}, "threshold": 0.5, "device": "cpu", "out": str(out)}
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    changes = version_changes(project=str(home), model=str(model_in(tmp_path)), report=silent, **terms)["changes"]
    assert {one["item"] for one in changes} <= set(items) and len(changes) >= 3
    assert [one["item"] for one in changes if one["checked"]] in ([], [items[1]])
    assert [one["checked"] for one in changes] == sorted(one["checked"] for one in changes)
    for one, kept in zip(changes, changes_in(out, changes)):
        assert kept["new"].shape == (SIDE, SIDE) and one["dice"] <= 0.95
        if not one["checked"]:
            assert not kept["new"][30:34, 30:34].any(), "what a person painted is no part of it"
    assert {path: path.read_bytes() for path in before} == before, "nothing was written"


def test_drafts_of_the_version_itself_are_not_compared(tmp_path: Path) -> None:
    home, _items = drafted_study(tmp_path / "study", checks=())
    told = version_changes(str(home), str(model_in(tmp_path)), "v1", {"1": 1}, 0.5, "cpu", str(tmp_path), silent)
    assert told == {"changes": [], "looked_at": 0}
    assert Project.open(home, write=False).items
