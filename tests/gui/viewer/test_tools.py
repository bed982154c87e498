"""What a drag does to the mask, without a window."""

import numpy as np
import pytest

from lesionstudio.gui.viewer.tools.brush import Brush, BrushForm, Eraser
from lesionstudio.gui.viewer.tools.range_picker import RangePicker
from lesionstudio.gui.viewer.tools.tool import Held, Spot, refusal
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask, Origin
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.scan import Scan

PIXELS = Geometry.pixels((3, 60, 80))
NOTHING_HELD = Held()


@pytest.fixture
def mask() -> Mask:
    return Mask((3, 60, 80))


@pytest.fixture
def history(mask: Mask) -> EditHistory:
    return EditHistory(mask)


def draw(tool: Brush, *places: tuple[float, float], held: Held = NOTHING_HELD) -> None:
    tool.press(Spot(1, *places[0]), held)
    for place in places[1:]:
        tool.move(Spot(1, *place), held)
    tool.finish()


def test_a_fast_stroke_has_no_gaps(mask: Mask, history: EditHistory) -> None:
    draw(Brush(history, 1, 3, PIXELS), (10, 5), (10, 75))
    assert mask.labels(1)[10, 5:76].all()
    assert mask.labels(1)[9:12, 4:77].sum() == mask.labels(1).sum()


def test_one_drag_is_one_undo_step_named_after_the_tool(mask: Mask, history: EditHistory) -> None:
    draw(Brush(history, 2, 4, PIXELS), (10, 10), (20, 30), (40, 35), (10, 10))
    assert history.undo_title == "Brush"
    history.undo()
    assert not mask.labels(1).any() and history.undo_title == ""


def test_a_stroke_told_in_many_points_marks_what_few_points_mark(mask: Mask, history: EditHistory) -> None:
    draw(Brush(history, 1, 7, PIXELS), (10.25, 10.5), (30.25, 50.5))
    few = mask.labels(1).copy()
    history.undo()
    share = np.linspace(0, 1, 50)
    draw(Brush(history, 1, 7, PIXELS), *[(10.25 + 20 * t, 10.5 + 40 * t) for t in share])
    assert np.count_nonzero(few != mask.labels(1)) <= 2


def test_abandoning_leaves_no_trace(mask: Mask, history: EditHistory) -> None:
    draw(Brush(history, 1, 5, PIXELS), (10, 10), (10, 30))
    before = mask.labels(1).copy()
    tool = Brush(history, 2, 9, PIXELS)
    tool.press(Spot(1, 10, 20), NOTHING_HELD)
    tool.move(Spot(1, 40, 20), NOTHING_HELD)
    box = tool.abandon()
    assert np.array_equal(mask.labels(1), before)
    assert box.start[1] <= 6 and box.stop[1] >= 44
    assert not history.is_open and history.undo_title == "Brush"


def test_the_eraser_and_a_brush_with_alt_take_marks_away(mask: Mask, history: EditHistory) -> None:
    for erase in (
        lambda: draw(Eraser(history, 9, PIXELS), (10, 10), (10, 30)),
        lambda: draw(Brush(history, 1, 9, PIXELS), (10, 10), (10, 30), held=Held(erase=True)),
    ):
        draw(Brush(history, 1, 5, PIXELS), (10, 10), (10, 30))
        assert mask.labels(1).any()
        erase()
        assert not mask.labels(1).any() and history.undo_title == "Eraser"
        assert mask.origin(1)[10, 20] == Origin.HAND


def test_with_shift_the_way_is_straight_whatever_the_hand_does(mask: Mask, history: EditHistory) -> None:
    tool = Brush(history, 1, 3, PIXELS)
    tool.press(Spot(1, 10, 10), NOTHING_HELD)
    for row, column in ((30, 20), (5, 30), (10, 60)):
        tool.move(Spot(1, row, column), Held(straight=True))
    assert tool.straight_from == Spot(1, 10, 10)
    assert mask.labels(1).sum() == 9
    tool.finish()
    assert mask.labels(1)[10, 10:61].all() and mask.labels(1).sum() == mask.labels(1)[9:12].sum()


def test_a_stroke_goes_on_when_the_slice_changes_but_draws_no_line_between(mask: Mask, history: EditHistory) -> None:
    tool = Brush(history, 1, 3, PIXELS)
    tool.press(Spot(0, 10, 10), NOTHING_HELD)
    tool.move(Spot(2, 40, 70), NOTHING_HELD)
    tool.move(Spot(2, 40, 60), NOTHING_HELD)
    tool.finish()
    assert mask.labels(0).sum() == 9 and mask.labels(2)[40, 60:71].all()
    history.undo()
    assert not mask.labels(0).any() and not mask.labels(2).any()


def test_a_brush_in_mm_is_as_large_as_it_says_on_thin_voxels(mask: Mask, history: EditHistory) -> None:
    grid = Geometry.from_axes((3, 60, 80), (0, 0, 0), (0, 0, 3), (0, 2, 0), (0.5, 0, 0))
    draw(Brush(history, 1, 12, grid), (30, 40))
    rows, columns = np.nonzero(mask.labels(1))
    assert (rows.max() - rows.min(), columns.max() - columns.min()) == (6, 24)


def test_painting_over_a_draft_counts_as_correcting_it(mask: Mask, history: EditHistory) -> None:
    draft = np.zeros((1, 60, 80), np.uint8)
    draft[0, 5:20, 5:20] = 1
    history.put_draft(draft, draft * 200, DraftSource("m", 0.5, ""), "Segment", first_slice=1)
    draw(Brush(history, 2, 5, PIXELS), (10, 10))
    assert mask.draft(1)[10, 10] == 0 and mask.origin(1)[10, 10] == Origin.DRAFT_CORRECTED


def test_a_press_while_the_history_is_busy_does_nothing(mask: Mask, history: EditHistory) -> None:
    other = history.stroke("Other")
    draw(Brush(history, 1, 5, PIXELS), (10, 10))
    assert not mask.labels(1).any()
    other.commit()


def test_what_may_not_be_painted_is_said_in_a_sentence(history: EditHistory) -> None:
    labels = LabelSet.first().add("Edema").changed(1, locked=True).changed(2, visible=False)
    brush, other = Brush(history, 1, 5, PIXELS), Brush(history, 2, 5, PIXELS)
    assert refusal(brush, labels, NOTHING_HELD, marks_hidden=False) == "Lesion is locked."
    assert refusal(other, labels, NOTHING_HELD, marks_hidden=False) == "Edema is hidden."
    assert refusal(Brush(history, 9, 5, PIXELS), labels, NOTHING_HELD, marks_hidden=False) == "Add a label first."
    assert refusal(brush, labels, Held(erase=True), marks_hidden=False) == ""
    assert refusal(Eraser(history, 5, PIXELS), labels, NOTHING_HELD, marks_hidden=True) == "The mask is hidden."


# Forms


def test_a_square_brush_marks_a_square(mask: Mask, history: EditHistory) -> None:
    tool = Brush(history, 1, 5, PIXELS, BrushForm("square"))
    draw(tool, (20, 30))
    assert mask.labels(1).sum() == 25 and mask.labels(1)[18:23, 28:33].all() and tool.shape == "square"


def test_a_ball_is_one_in_mm_where_slices_are_thick(mask: Mask, history: EditHistory) -> None:
    grid = Geometry.from_axes((3, 60, 80), (0, 0, 0), (0, 0, 4), (0, 2, 0), (1, 0, 0))
    draw(Brush(history, 1, 12, grid, BrushForm("ball")), (30, 40))
    row, column = np.mgrid[:60, :80].astype(float)
    for k, through in ((0, 4.0), (1, 0.0), (2, 4.0)):
        far = through**2 + (2 * (row - 30)) ** 2 + (column - 40) ** 2
        assert np.array_equal(mask.labels(k) > 0, far <= 36.0)
    history.undo()
    assert not any(mask.labels(k).any() for k in range(3))


def test_a_small_ball_marks_no_other_slice(mask: Mask, history: EditHistory) -> None:
    grid = Geometry.from_axes((3, 60, 80), (0, 0, 0), (0, 0, 4), (0, 2, 0), (1, 0, 0))
    draw(Brush(history, 1, 6, grid, BrushForm("ball")), (30, 40), (30, 60))
    assert mask.labels(1)[30, 40:61].all() and not mask.labels(0).any() and not mask.labels(2).any()


def test_a_diameter_in_pixels_counts_voxels_whatever_their_size(mask: Mask, history: EditHistory) -> None:
    grid = Geometry.from_axes((3, 60, 80), (0, 0, 0), (0, 0, 3), (0, 2, 0), (0.5, 0, 0))
    tool = Brush(history, 1, 9, grid, BrushForm(in_pixels=True))
    draw(tool, (30, 40))
    rows, columns = np.nonzero(mask.labels(1))
    assert (rows.max() - rows.min(), columns.max() - columns.min()) == (8, 8) and tool.in_pixels


def test_a_pen_pressed_lightly_paints_narrower_only_where_that_was_chosen(mask: Mask, history: EditHistory) -> None:
    for by_pressure, wide in ((True, 8), (False, 20)):
        tool = Brush(history, 1, 20, PIXELS, BrushForm(by_pressure=by_pressure))
        draw(tool, (30, 40), held=Held(pressure=0.25))
        columns = np.nonzero(mask.labels(1))[1]
        assert columns.max() - columns.min() == wide and tool.diameter == 20
        history.undo()


# Double click


def ring(history: EditHistory, *, gap: bool = False) -> None:
    draw(Brush(history, 1, 3, PIXELS), (20, 20), (20, 40), (40, 40), (40, 20), (25 if gap else 20, 20))


def double_click(tool: Brush, row: float, column: float) -> None:
    draw(tool, (row, column))
    tool.double_click(Spot(1, row, column), NOTHING_HELD)


def test_a_double_click_fills_a_closed_outline_as_one_step(mask: Mask, history: EditHistory) -> None:
    ring(history)
    tool = Brush(history, 1, 3, PIXELS)
    double_click(tool, 30, 30)
    assert mask.labels(1)[19:42, 19:42].all() and mask.labels(1).sum() == 23 * 23 and tool.message == ""
    assert history.undo_title == "Fill outline"
    history.undo()
    assert mask.labels(1)[30, 30] == 0 and history.undo_title == "Brush" and history.steps.position == 1


def test_a_double_click_in_an_open_outline_says_so_and_changes_nothing(mask: Mask, history: EditHistory) -> None:
    ring(history, gap=True)
    before = mask.labels(1).copy()
    tool = Brush(history, 1, 3, PIXELS)
    double_click(tool, 30, 30)
    assert np.array_equal(mask.labels(1), before) and tool.message == "The outline is open: nothing filled."
    assert history.steps.position == 1


def test_a_double_click_with_the_eraser_erases_and_fills_nothing(mask: Mask, history: EditHistory) -> None:
    ring(history)
    double_click(Eraser(history, 3, PIXELS), 30, 30)
    assert mask.labels(1)[30, 30] == 0


# The value range from the picture


def picked(history: EditHistory, *places: tuple[float, float]) -> tuple[float, float] | None:
    found: list[tuple[float, float] | None] = []
    tool = RangePicker(history, "HU", found.append)
    tool.press(Spot(1, *places[0]), NOTHING_HELD)
    for place in places[1:]:
        tool.move(Spot(1, *place), NOTHING_HELD)
        assert tool.sketch is not None
    tool.finish()
    assert len(found) == 1 and not tool.is_down
    return found[0]


def test_a_box_gives_the_range_of_its_values_and_a_click_that_around_it(history: EditHistory) -> None:
    values = np.zeros((3, 60, 80), np.int16)
    values[1] = np.arange(80)
    history.voxels = values_of(Scan.of_array(values))
    assert picked(history, (10, 10), (50, 60)) == (11.0, 59.0)
    assert picked(history, (30, 40)) == (38.0, 42.0)
    assert picked(history, (200, 200), (210, 210)) is None
