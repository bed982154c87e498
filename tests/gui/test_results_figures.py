"""Tiles, rows and the difference of two versions, counted by hand."""

from typing import Any

import numpy as np
import pytest

from lesionstudio.gui.results_figures import amount, at_threshold, difference, difference_words, remarks, rows, tiles
from lesionstudio.metrics.cases import Case, score_case
from lesionstudio.metrics.intervals import ratio_ci95
from lesionstudio.metrics.summary import summary
from lesionstudio.workflows.kept_marks import amounts


def case(name: str, marked: int, wanted: int, spacing: tuple[float, float, float] | None = (10.0, 1.0, 1.0)) -> Case:
    """A slice of 20 x 20 with the first so many rows marked, and wanted."""
    both = np.zeros((2, 1, 20, 20), np.uint8)
    both[0, 0, :marked], both[1, 0, :wanted] = 1, 1
    return score_case(name, name, both[0], both[1], ("Lesion",), spacing)


def scores(*cases: Case) -> dict[str, Any]:
    found = summary(cases)
    found["cases"] = [{**one, "name": own.id, **amounts(own)} for one, own in zip(found["cases"], cases)]
    return found


A = scores(case("x", 4, 8), case("y", 10, 10), case("z", 2, 0))
B = scores(case("x", 8, 8), case("y", 5, 10), case("z", 0, 0))


def test_the_worst_case_comes_first_and_says_how_much_is_missed_and_invented() -> None:
    z, x, y = rows(A)
    assert (z.name, z.dice_text, z.invented, z.border) == ("z", "0.00", "0.40 ml", "\N{EN DASH}")
    assert (x.dice_text, x.missed, x.invented, x.border) == ("0.67", "0.80 ml", "0.0 ml", "4.0 mm")
    assert y.dice_text == "1.00"


def test_tiles_leave_out_empty_references_and_give_bias_with_its_sign() -> None:
    found = {tile.key: tile for tile in tiles(A)}
    assert found["dice"].text == "0.83" and found["dice"].ends == (pytest.approx(2 / 3), 1.0)
    assert (found["bias"].text, found["bias"].unit) == ("\N{MINUS SIGN}11", "%")  # 16 rows marked of 18 wanted
    assert found["hd95"].text == "2.0" and found["hd95"].unit == "mm"
    assert any("1 without a lesion, 1 of them with a false mark" in said for said in remarks(A))


def test_one_case_gives_no_interval_and_no_lesion_at_all_no_figure() -> None:
    alone = {tile.key: tile for tile in tiles(scores(case("x", 4, 8, None)))}
    assert alone["dice"].ends_text == "too few for an interval" and alone["hd95"].unit == "px"
    nothing = {tile.key: tile for tile in tiles(scores(case("x", 0, 0)))}
    assert nothing["dice"].text == "\N{EN DASH}" and nothing["bias"].ends_text == "not measured"


def test_two_versions_are_paired_on_the_cases_both_have() -> None:
    found = difference(B, A, "dice")
    assert found.mean == pytest.approx(((1 - 2 / 3) + (2 / 3 - 1)) / 2) and (found.better, found.worse) == (1, 1)
    assert difference_words(B, A, "v1").endswith("against v1: better on 1, worse on 1.")
    assert rows(B, A)[0].other == "1.00"
    assert tiles(B, A)[0].gain == "0.00"


def test_the_point_of_the_curve_at_the_threshold_in_use() -> None:
    assert at_threshold(((0.1, 0.9, 0.8), (0.5, 0.7, 0.4)), 0.5) == (0.5, 0.7)
    assert at_threshold((), 0.5) is None


def test_amounts_are_ml_where_the_size_of_a_voxel_is_known() -> None:
    assert (amount(2100, 0.001), amount(12, 0.001), amount(312, None)) == ("2.1 ml", "0.01 ml", "312 px")


def test_a_ratio_of_sums_has_an_interval_only_from_two_groups_on() -> None:
    assert ratio_ci95([1.0], [2.0], ["a"]) is None
    assert ratio_ci95([1.0, 1.0], [2.0, 2.0], ["a", "b"]) == (0.5, 0.5)
    assert ratio_ci95([1.0, 1.0], [0.0, 0.0], ["a", "b"]) is None
