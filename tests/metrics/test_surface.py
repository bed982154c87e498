import csv
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.surface import average_distance, hausdorff, hd95, surface_dice


def test_two_dots_are_as_far_apart_as_counted_in_millimetres() -> None:
    one, other = np.zeros((9, 9)), np.zeros((9, 9))
    one[2, 2], other[5, 6] = 1, 1
    assert hausdorff(one, other, (1.0, 1.0)) == pytest.approx(5)
    assert hd95(one, other, (2.0, 0.5)) == pytest.approx((36 + 4) ** 0.5)
    assert average_distance(one, other, (1.0, 1.0)) == pytest.approx(5)


def test_there_is_no_distance_from_or_to_an_empty_mask() -> None:
    empty, dot = np.zeros((4, 4)), np.eye(4)
    for pair in ((empty, dot), (dot, empty), (empty, empty)):
        assert hd95(*pair, (1, 1)) is None
        assert average_distance(*pair, (1, 1)) is None
        assert surface_dice(*pair, (1, 1), 1.0) is None


def test_a_mask_at_the_edge_of_the_picture_has_its_border_there() -> None:
    whole, inner = np.ones((10, 10)), np.zeros((10, 10))
    inner[2:8, 2:8] = 1
    assert hausdorff(whole, inner, (1, 1)) == pytest.approx(8**0.5)


def test_distances_are_those_of_monai_on_real_masks(shared_data: Path) -> None:
    readers = shared_data / "lung_lidc" / "test" / "readers"
    with (shared_data / "metrics" / "oracle_metrics.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "reader0" in row["case"]]
    assert len(rows) > 70
    for row in rows:
        name = row["case"].split()[0]
        spacing = [float(value) for value in row["spacing"].split()]
        marked, wanted = (np.asarray(Image.open(readers / reader / name)) > 0 for reader in "01")
        assert Agreement.of(marked, wanted).dice == pytest.approx(float(row["dice"]), abs=1e-6)
        assert hausdorff(marked, wanted, spacing) == pytest.approx(float(row["monai_hd"]), abs=2e-6)
        assert hd95(marked, wanted, spacing) == pytest.approx(float(row["monai_hd95"]), abs=2e-6)
        assert average_distance(marked, wanted, spacing) == pytest.approx(float(row["monai_assd"]), abs=2e-6)
        assert surface_dice(marked, wanted, spacing, 1.0) == pytest.approx(float(row["monai_nsd_tol1"]), abs=2e-6)


def test_the_undirected_euclidean_distances_of_monais_spheres_are_met(shared_data: Path) -> None:
    text = (shared_data / "metrics" / "metric_refs.json").read_text(encoding="utf-8")
    cases = json.loads(text)["monai_hausdorff_spheres"]["cases"]
    checked = 0
    for case in cases:
        if case["a"] is None or case["b"] is None or case["percentile"] is not None:
            continue
        spacing = case["spacing"] or [1, 1, 1]
        spacing = [spacing] * 3 if isinstance(spacing, int | float) else spacing
        found = hausdorff(_sphere(case["a"], spacing), _sphere(case["b"], spacing), spacing)
        assert found == pytest.approx(case["expected"][1], rel=1e-6)
        checked += 1
    assert checked >= 4


def test_the_surface_dice_of_monais_half_planes_is_met(shared_data: Path) -> None:
    known = json.loads((shared_data / "metrics" / "metric_refs.json").read_text(encoding="utf-8"))[
        "monai_surface_dice_2d"
    ]
    marked, wanted = np.zeros((480, 640)), np.zeros((480, 640))
    marked[:, 50:], wanted[:, 60:] = 1, 1
    assert surface_dice(marked, wanted, (1, 1), 0) == pytest.approx(known["fg"], rel=1e-9)
    assert surface_dice(1 - marked, 1 - wanted, (1, 1), 0) == pytest.approx(known["bg"], rel=1e-9)
    tolerance = known["equal_from_tolerance"]
    assert surface_dice(marked, wanted, (1, 1), tolerance - 1) != 1.0
    assert surface_dice(marked, wanted, (1, 1), tolerance) == 1.0


def test_the_95th_percentiles_of_monais_spheres_are_met(shared_data: Path) -> None:
    text = (shared_data / "metrics" / "metric_refs.json").read_text(encoding="utf-8")
    cases = [case for case in json.loads(text)["monai_hausdorff_spheres"]["cases"] if case["percentile"] is not None]
    for case in cases:
        pair = (_sphere(case[one], [1, 1, 1]) for one in "ab")
        assert hausdorff(*pair, (1, 1, 1), case["percentile"]) == pytest.approx(case["expected"][1], rel=1e-6)
    assert cases


def test_the_single_voxels_of_other_suites_are_as_far_apart_as_they_say(shared_data: Path) -> None:
    """Hausdorff distances of surface-distance, mean distances of medpy.

    surface-distance weighs each border voxel by its area and places the border between voxels, so that its mean
    distances and overlaps are other figures by definition: MONAI's are followed here.
    """
    refs = json.loads((shared_data / "metrics" / "metric_refs.json").read_text(encoding="utf-8"))
    for case in refs["deepmind_surface_distance"]["cases"][:2]:
        one, other = np.zeros(case["shape"]), np.zeros(case["shape"])
        one[(50, 70) if len(case["shape"]) == 2 else (50, 60, 70)] = 1
        other[(50, 72) if len(case["shape"]) == 2 else (50, 60, 72)] = 1
        assert hausdorff(one, other, case["spacing"]) == pytest.approx(case["hd100"])
        assert hd95(one, other, case["spacing"]) == pytest.approx(case["hd95"])
        assert Agreement.of(one, other).dice == case["dice"]
    for case in refs["medpy"]["cases"]:
        found = average_distance(np.array(case["result"]), np.array(case["reference"]), case.get("voxelspacing", [1]))
        assert found == pytest.approx(case["assd"])


def _sphere(ball: dict[str, list[float]], spacing: list[float]) -> NDArray[np.bool_]:
    index = np.indices((99, 99, 99)) * np.reshape(spacing, (3, 1, 1, 1))
    inside: NDArray[np.bool_] = ((index - np.reshape(ball["c"], (3, 1, 1, 1))) ** 2).sum(0) <= ball["r"] ** 2
    return inside
