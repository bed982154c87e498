"""The draft lesion under the pointer."""

import numpy as np

from lesionstudio.gui.drafts import lesion_at
from lesionstudio.gui.viewer.hover import Hover
from lesionstudio.gui.viewer.view_state import Pointer
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask

GRID = Geometry.pixels((1, 30, 40))
LABELS = LabelSet.first().add("Edema")


def drafted() -> Mask:
    """A lesion of 12 voxels that hang together by a corner, one of the other label beside it, one far away."""
    mask, draft = Mask((1, 30, 40)), np.zeros((1, 30, 40), np.uint8)
    draft[0, 2:5, 3:6], draft[0, 5, 6:9] = 1, 1
    draft[0, 2:5, 6:8], draft[0, 20:22, 30:32] = 2, 1
    EditHistory(mask).put_draft(draft, draft * 100, DraftSource("m", 0.5, ""), "Segment")
    return mask


def test_a_lesion_is_what_hangs_together_also_by_corners_with_one_label() -> None:
    found = lesion_at(drafted(), (0, 3, 4))
    assert found is not None
    box, cover = found
    assert box == Box((0, 2, 3), (1, 6, 9)) and cover.shape == (1, 4, 6) and cover.sum() == 12
    assert not cover[0, 0, 4] and cover[0, 3, 5]


def test_beside_a_lesion_and_beside_the_picture_there_is_none() -> None:
    for point in ((0, 10, 10), (0, -1, 4), (0, 3, 40), (1, 3, 4)):
        assert lesion_at(drafted(), point) is None


def test_moving_inside_a_lesion_changes_nothing_and_leaving_it_does() -> None:
    mask, hover = drafted(), Hover()
    assert hover.follow(Pointer(0, 3, 4, True), mask, GRID, LABELS)
    assert hover.lines[0] == "Draft lesion, 12 px"
    assert not hover.follow(Pointer(0, 5, 8, True), mask, GRID, LABELS)
    assert hover.follow(Pointer(0, 3, 6, True), mask, GRID, LABELS)
    assert hover.lines[0] == "Draft lesion, 6 px"
    assert hover.follow(Pointer(0, 10, 10, True), mask, GRID, LABELS)
    assert hover.lesion is None
    assert not hover.follow(None, mask, GRID, LABELS)


def test_a_hidden_label_does_not_light_up() -> None:
    hidden = LABELS.changed(1, visible=False)
    assert not Hover().follow(Pointer(0, 3, 4, True), drafted(), GRID, hidden)
