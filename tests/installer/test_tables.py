"""Tables in the frozen program: smaller, and they answer as before what highdicom asks for a segmentation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from highdicom import _standard_utils as standard

from installer.freezing import tables


def or_unknown(ask: Callable[..., Any], *words: str) -> Any:
    """The answer; "unknown" where highdicom's own table lacks it."""
    try:
        return ask(*words)
    except KeyError:
        return "unknown"


def answers() -> list[Any]:
    """What highdicom asks its table when it writes a segmentation of pictures of any kind."""
    kinds = standard.get_sop_class_iod_map()
    asked = ("ContentDate", "ContentTime", "NumberOfFrames")
    return [
        standard.construct_module_tree("segmentation-multi-frame-functional-groups"),
        standard.construct_module_tree("segmentation-image"),
        [or_unknown(standard.does_iod_have_pixel_data, kind) for kind in kinds],
        [or_unknown(standard.is_attribute_in_iod, name, kind) for kind in kinds for name in asked],
    ]


def test_highdicom_is_answered_as_before_for_segmentations_of_any_kind_of_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, whole = answers(), standard.get_module_attribute_map()
    small = tables.for_what_is_written(whole, standard.get_iod_module_map())
    assert len(json.dumps(small)) < len(json.dumps(whole)) / 10
    monkeypatch.setattr(standard, "get_module_attribute_map", lambda: small)
    assert answers() == before


def test_a_large_table_loses_its_blanks_and_keeps_what_it_says(tmp_path: Path) -> None:
    table = {"é": [[n, {"name": str(n)}] for n in range(5000)]}
    file = tmp_path / "table.json"
    file.write_text(json.dumps(table, indent=4), encoding="utf-8")
    size = file.stat().st_size
    assert tables.make_small(tmp_path) == size - file.stat().st_size > 0
    assert json.loads(file.read_text("utf-8")) == table
