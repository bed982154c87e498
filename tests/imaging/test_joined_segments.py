"""Segments of several files on one scan: each keeps its marks, and what is called alike says which file it is of."""

import numpy as np
import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.segments import Labels, Segment, Segmentation, joined


def marks(*values: int) -> Labels:
    return np.array(values, np.uint8).reshape(1, 1, -1)


def test_numbers_that_are_taken_move_and_names_that_come_twice_say_which_file() -> None:
    one = Segmentation((marks(1, 1, 2, 0),), (Segment(1, "Lesion", "#FF0000"), Segment(2, "Liver")), ("said",))
    other = Segmentation((marks(1, 0, 4, 4),), (Segment(4, "Bone"), Segment(1, "lesion")), ("said", "too"))
    both = joined([one, other])
    assert [(one.number, one.name) for one in both.segments] == [
        (1, "Lesion (1)"), (2, "Liver"), (4, "Bone"), (3, "lesion (2)"),
    ]  # fmt: skip
    assert both.segments[0].colour == "#FF0000" and both.notes == ("said", "too")
    assert [both.cover(n).sum() for n in (1, 2, 3, 4)] == [2, 1, 1, 2]
    assert both.clashes() == {(1, 3), (2, 4)}
    np.testing.assert_array_equal(both.labels("first"), marks(1, 1, 2, 4))
    np.testing.assert_array_equal(both.labels("last"), marks(3, 1, 4, 4))


def test_marks_that_no_segment_names_come_along() -> None:
    both = joined([Segmentation((marks(7, 0),), ()), Segmentation((marks(7, 7),), (Segment(7, "Cyst"),))])
    assert both.segments == (Segment(7), Segment(1, "Cyst")) and both.contested() == 1


def test_more_segments_than_labels_are_refused_with_their_number() -> None:
    many = Segmentation((np.arange(201, dtype=np.uint8).reshape(1, 1, -1),), ())
    with pytest.raises(UnreadableFile, match="400 segments, and a mask holds 255"):
        joined([many, many])
