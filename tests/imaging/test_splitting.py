"""Splitting touching pieces: two discs and two balls that overlap come apart at the neck."""

import numpy as np
from scipy import ndimage

from lesionstudio.imaging.cleanup import Scope
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.splitting import Split, split

SPACING = (2.0, 0.5, 1.0)


def balls(*centres_and_radii, shape=(24, 80, 60)):
    k, row, column = np.ogrid[tuple(slice(0, n) for n in shape)]
    labels = np.zeros(shape, np.uint8)
    for (a, b, c), radius in centres_and_radii:
        far = ((k - a) * SPACING[0]) ** 2 + ((row - b) * SPACING[1]) ** 2 + ((column - c) * SPACING[2]) ** 2
        labels[far <= radius**2] = 1
    return labels


# Radii 10 and 8 mm, 16 mm apart: they meet 9.1 mm from the larger one's centre, in a neck 8 mm wide.
PAIR = balls(((12, 40, 18), 10.0), ((12, 40, 34), 8.0))
MEET = 18 + 9.125


def after(labels, wish, scope):
    found = split(Marked.of(labels), SPACING, wish, scope, "Split")
    done = labels.copy()
    if found is not None:
        done[found.box.slices()][found.where] = found.labels[found.where]
    return done


def test_two_balls_come_apart_at_their_neck_and_the_smaller_gets_the_other_label():
    done = after(PAIR, Split(12.0, other=2), Scope(in_3d=True))
    assert np.count_nonzero(done) == np.count_nonzero(PAIR)
    columns = np.arange(60)[None, None]
    assert done[(PAIR > 0) & (columns < MEET - 1.5)].max() == 1
    assert done[(PAIR > 0) & (columns > MEET + 1.5)].min() == 2


def test_a_line_is_cut_that_leaves_no_corner_between_the_parts():
    done = after(PAIR, Split(12.0), Scope(in_3d=True))
    _numbered, count = ndimage.label(done, np.ones((3, 3, 3)))
    lost = np.argwhere((PAIR > 0) & (done == 0))
    assert count == 2 and np.abs(lost[:, 2] - MEET).max() < 2.5
    assert len(lost) < 0.05 * np.count_nonzero(PAIR)


def test_a_neck_wider_than_asked_stays_whole():
    assert split(Marked.of(PAIR), SPACING, Split(4.0), Scope(in_3d=True), "Split") is None


def test_each_slice_is_split_by_itself_or_only_this_one():
    one = after(PAIR, Split(9.5), Scope(slices=range(12, 13)))
    assert ndimage.label(one[12], np.ones((3, 3)))[1] == 2 and (one[11] == PAIR[11]).all()
    each = after(PAIR, Split(9.5), Scope())
    assert all(ndimage.label(part, np.ones((3, 3)))[1] == 2 for part in each[10:15])


def test_a_locked_label_is_not_split():
    assert split(Marked.of(PAIR), SPACING, Split(12.0), Scope(in_3d=True, locked=frozenset({1})), "Split") is None
