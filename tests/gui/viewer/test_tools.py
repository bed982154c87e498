"""What a drag does to the mask, without a window."""

import numpy as np
import pytest

from lesionstudio.gui.viewer.tools.brush import Brush, Eraser
from lesionstudio.gui.viewer.tools.tool import Held, Spot, refusal
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask, Origin

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
