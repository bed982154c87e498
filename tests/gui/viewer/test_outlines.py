"""Lasso and polygon: what presses, drags and keys make of an outline, without a window."""

import numpy as np
import pytest

from lesionstudio.gui.viewer.tools.lasso import Lasso
from lesionstudio.gui.viewer.tools.outline import Outlined, OutlineUse
from lesionstudio.gui.viewer.tools.polygon import Polygon
from lesionstudio.gui.viewer.tools.tool import Held, Spot
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import Mask

GRID = Geometry.pixels((5, 40, 50))
NOTHING_HELD = Held()
SQUARE = ((9.5, 9.5), (9.5, 19.5), (19.5, 19.5), (19.5, 9.5))


@pytest.fixture
def history() -> EditHistory:
    return EditHistory(Mask(GRID.shape))


def lasso(tool: Outlined, *places: tuple[float, float], held: Held = NOTHING_HELD, k: int = 2) -> None:
    tool.press(Spot(k, *places[0]), held)
    for place in places[1:]:
        tool.move(Spot(k, *place), held)
    tool.finish()


def click(tool: Polygon, row: float, column: float, k: int = 2, to: tuple[float, float] | None = None) -> None:
    tool.press(Spot(k, row, column), NOTHING_HELD)
    if to is not None:
        tool.move(Spot(k, *to), NOTHING_HELD)
    tool.finish()


def counts(history: EditHistory) -> list[int]:
    return [int((history.mask.labels(k) > 0).sum()) for k in range(5)]


def both_labels(history: EditHistory) -> None:
    """On each slice: label 1 in columns 10 to 14, label 2 in columns 15 to 19, rows 0 to 39."""
    labels = np.zeros(GRID.shape, np.uint8)
    labels[:, :, 10:15], labels[:, :, 15:20] = 1, 2
    history.replace(labels, "Start")


def test_a_lasso_marks_the_inside_when_it_is_let_go_as_one_step(history: EditHistory) -> None:
    tool = Lasso(history, 3, GRID)
    tool.press(Spot(2, *SQUARE[0]), NOTHING_HELD)
    for place in SQUARE[1:]:
        tool.move(Spot(2, *place), NOTHING_HELD)
    assert tool.is_down and counts(history)[2] == 0
    sketch = tool.sketch
    assert sketch is not None and sketch.lines == (SQUARE,) and sketch.dashed == ((SQUARE[3], SQUARE[0]),)
    box = tool.finish()
    assert counts(history) == [0, 0, 100, 0, 0] and (history.mask.labels(2)[10:20, 10:20] == 3).all()
    assert history.undo_title == "Lasso" and history.steps.position == 1 and box.shape == (1, 10, 10)
    assert tool.sketch is None and not tool.is_down


def test_a_lasso_that_closes_beyond_its_beginning_leaves_no_hole(history: EditHistory) -> None:
    lasso(Lasso(history, 1, GRID), *SQUARE, SQUARE[0], (9.5, 14.5), (14.5, 14.5), (14.5, 9.5))
    assert counts(history)[2] == 100


def test_alt_and_the_mode_erase_take_every_mark_inside_away(history: EditHistory) -> None:
    both_labels(history)
    for tool, held in (
        (Lasso(history, 1, GRID), Held(erase=True)),
        (Lasso(history, 1, GRID, OutlineUse("erase")), NOTHING_HELD),
        (Polygon(history, 1, GRID, OutlineUse("erase")), NOTHING_HELD),
    ):
        if isinstance(tool, Polygon):
            for corner in SQUARE:
                click(tool, *corner)
            tool.key("enter")
        else:
            lasso(tool, *SQUARE, held=held)
        assert counts(history) == [400, 400, 300, 400, 400]
        history.undo()


def test_cut_takes_only_the_label_in_use_away(history: EditHistory) -> None:
    both_labels(history)
    lasso(Lasso(history, 2, GRID, OutlineUse("cut")), *SQUARE)
    assert counts(history)[2] == 350 and (history.mask.labels(2)[10:20, 10:15] == 1).all()
    assert history.undo_title == "Cut by lasso"


def test_an_outline_over_slices_is_one_step_and_ends_with_the_scan(history: EditHistory) -> None:
    lasso(Lasso(history, 1, GRID, OutlineUse(around=1)), *SQUARE)
    assert counts(history) == [0, 100, 100, 100, 0]
    history.undo()
    lasso(Lasso(history, 1, GRID, OutlineUse(around=3)), *SQUARE, k=4)
    assert counts(history) == [0, 100, 100, 100, 100]
    history.undo()
    assert counts(history) == [0] * 5


def test_a_lasso_beyond_the_edge_marks_what_lies_on_the_slice(history: EditHistory) -> None:
    both_labels(history)
    tool = Lasso(history, 1, GRID, OutlineUse("cut"))
    lasso(tool, (-5, -5), (-5, 90), (60, 90), (60, -5))
    assert counts(history)[2] == 200
    history.undo()
    lasso(Lasso(history, 3, GRID), (30, 40), (30, 90), (90, 90), (90, 40))
    assert (history.mask.labels(2) == 3).sum() == 100


def test_a_click_or_a_line_is_no_lasso(history: EditHistory) -> None:
    lasso(Lasso(history, 1, GRID), (10, 10))
    lasso(Lasso(history, 1, GRID), (10, 10), (10.1, 10.1))
    assert counts(history)[2] == 0 and history.undo_title == ""


def test_shift_makes_the_lasso_go_straight(history: EditHistory) -> None:
    tool = Lasso(history, 1, GRID)
    tool.press(Spot(2, 9.5, 9.5), NOTHING_HELD)
    for row in (12, 3, 9.5):
        tool.move(Spot(2, row, 19.5), Held(straight=True))
    tool.move(Spot(2, 19.5, 19.5), NOTHING_HELD)
    tool.move(Spot(2, 19.5, 9.5), NOTHING_HELD)
    tool.finish()
    assert counts(history)[2] == 100


def test_abandoning_a_lasso_leaves_no_trace(history: EditHistory) -> None:
    tool = Lasso(history, 1, GRID)
    tool.press(Spot(2, 10, 10), NOTHING_HELD)
    tool.move(Spot(2, 30, 30), NOTHING_HELD)
    tool.abandon()
    assert tool.finish().is_empty and counts(history)[2] == 0 and tool.sketch is None


# Polygon


def test_clicks_are_corners_and_enter_closes(history: EditHistory) -> None:
    tool = Polygon(history, 3, GRID)
    for corner in SQUARE:
        click(tool, *corner)
    assert tool.sketch is not None and tool.sketch.handles == SQUARE and counts(history)[2] == 0
    assert tool.key("enter") is not None
    assert counts(history)[2] == 100 and history.undo_title == "Polygon" and tool.sketch is None


def test_corners_can_be_moved_until_it_is_closed(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    for corner in (*SQUARE[:3], (30, 30)):
        click(tool, *corner)
    click(tool, 30.4, 29.8, to=SQUARE[3])
    tool.key("enter")
    assert counts(history)[2] == 100


def test_a_click_on_the_first_corner_closes_and_one_on_another_does_not(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    for corner in SQUARE:
        click(tool, *corner)
    click(tool, SQUARE[2][0], SQUARE[2][1])
    assert counts(history)[2] == 0
    click(tool, SQUARE[0][0] + 0.3, SQUARE[0][1])
    assert counts(history)[2] == 100
    tool.double_click(Spot(2, *SQUARE[0]), NOTHING_HELD)
    assert counts(history)[2] == 100 and history.steps.position == 1


def test_a_double_click_closes_with_the_place_of_its_first(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    for corner in SQUARE:
        click(tool, *corner)
    tool.double_click(Spot(2, *SQUARE[3]), NOTHING_HELD)
    assert counts(history)[2] == 100


def test_backspace_takes_the_last_corner_away_and_escape_all(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    assert all(tool.key(name) is None for name in ("enter", "escape", "backspace", "delete"))
    for corner in (*SQUARE, (35, 5)):
        click(tool, *corner)
    assert tool.key("backspace") is not None and tool.key("delete") is None
    tool.key("enter")
    assert counts(history)[2] == 100
    for corner in SQUARE:
        click(tool, *corner)
    tool.key("escape")
    assert tool.sketch is None and history.steps.position == 1


def test_two_corners_are_no_polygon_and_it_says_so(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    click(tool, 5, 5)
    click(tool, 9, 9)
    assert tool.key("enter") is not None and "three corners" in tool.message
    assert tool.sketch is not None and history.undo_title == ""


def test_the_corners_stay_when_the_tool_is_made_anew(history: EditHistory) -> None:
    first = Polygon(history, 1, GRID)
    for corner in SQUARE[:3]:
        click(first, *corner)
    second = Polygon(history, 2, GRID)
    second.take_over(first)
    click(second, *SQUARE[3])
    second.key("enter")
    assert (history.mask.labels(2) == 2).sum() == 100


def test_abandoning_puts_the_corner_in_the_hand_back(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    for corner in SQUARE:
        click(tool, *corner)
    tool.press(Spot(2, *SQUARE[3]), NOTHING_HELD)
    tool.move(Spot(2, 35, 2), NOTHING_HELD)
    tool.abandon()
    tool.press(Spot(2, 30, 40), NOTHING_HELD)
    tool.abandon()
    tool.key("enter")
    assert counts(history)[2] == 100


def test_even_odd_holds_for_a_polygon_that_crosses_itself(history: EditHistory) -> None:
    tool = Polygon(history, 1, GRID)
    inner = ((12.5, 12.5), (12.5, 16.5), (16.5, 16.5), (16.5, 12.5))
    for corner in (*SQUARE, (9.6, 9.6), *inner, (12.6, 12.6)):
        tool.press(Spot(2, *corner, reach=0.01), NOTHING_HELD)
        tool.finish()
    tool.key("enter")
    assert not history.mask.labels(2)[14, 14] and history.mask.labels(2)[11, 18]
