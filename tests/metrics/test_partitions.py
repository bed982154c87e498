"""V-Rand and V-Info against numbers counted by hand, and against scikit-image where both say the same thing."""

from math import log2
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage.metrics import adapted_rand_error, variation_of_information

from lesionstudio.metrics.partitions import Partition, cells_between, compared, thinned

TRUE = np.array([[1, 1, 1, 1, 0, 2, 2, 2]])
"""Two cells of 4 and 3 pixels with a membrane between them."""
OURS = np.array([[1, 1, 2, 2, 2, 2, 2, 2]])
"""The first cell is split in two, and half of it merged with the second."""
EM = Path(__file__).resolve().parents[3] / "shared" / "data" / "em_isbi2012" / "labels"


def test_a_split_and_a_merger_are_what_they_are_by_hand() -> None:
    """p = 2/7, 2/7, 3/7; s = 2/7, 5/7; t = 4/7, 3/7."""
    found = Partition.of(OURS, TRUE)
    assert found.v_rand_split == pytest.approx((4 + 4 + 9) / (16 + 9))
    assert found.v_rand_merge == pytest.approx((4 + 4 + 9) / (4 + 25))
    assert found.v_rand == pytest.approx(2 * 17 / (25 + 29))
    ours, true, both = _bits(2, 5), _bits(4, 3), _bits(2, 2, 3)
    assert found.v_info == pytest.approx(2 * (ours + true - both) / (ours + true))
    assert found.v_info_split == pytest.approx((ours + true - both) / ours)
    assert found.v_info_merge == pytest.approx((ours + true - both) / true)


def test_what_is_left_of_a_line_inside_a_cell_counts_as_cells_of_one_pixel() -> None:
    """Of 7 pixels 2 lie under the line: p = 2, 2, 1, 1, 1 (line in both cells), s = 2, 3 and twice 1."""
    ours = np.array([[1, 1, 0, 2, 2, 0, 2, 2]])
    found = Partition.of(ours, TRUE)
    assert found.both == (2, 1, 2, 1, 1) or sorted(found.both) == [1, 1, 1, 2, 2]
    assert found.v_rand == pytest.approx(2 * (4 + 1 + 4 + 1 + 1) / ((4 + 9 + 1 + 1) + (16 + 9)))


def test_both_agree_with_scikit_image_where_it_defines_the_same() -> None:
    """Its Rand error leaves out a pixel's pair with itself; its variation of information is H(S|T) and H(T|S)."""
    rng = np.random.default_rng(0)
    true, ours = rng.integers(0, 9, (64, 64)), rng.integers(1, 12, (64, 64))
    found, n = Partition.of(ours, true), int((true > 0).sum())
    squares = [sum(k * k for k in one) - n for one in (found.both, found.proposed, found.true)]
    error, *_rest = adapted_rand_error(true, ours)
    assert error == pytest.approx(1 - 2 * squares[0] / (squares[1] + squares[2]))
    variation = float(variation_of_information(true[true > 0], ours[true > 0]).sum())
    both = _bits(*found.proposed) + _bits(*found.true)
    assert found.v_info == pytest.approx(1 - variation / both)


def test_a_wide_membrane_loses_nothing_for_its_width() -> None:
    truth = np.zeros((40, 40), bool)
    truth[:, 19:22] = True
    wide = np.zeros((40, 40), bool)
    wide[:, 15:27] = True
    assert thinned(wide).sum(axis=1).max() == 1
    found = compared(wide, truth)
    assert found.v_rand == pytest.approx(1, abs=0.05)
    assert found.v_rand_merge > 0.9


def test_a_gap_in_a_membrane_merges_two_cells() -> None:
    truth = np.zeros((40, 40), bool)
    truth[:, 20] = True
    leaking = truth.copy()
    leaking[20:23, 20] = False
    found = compared(leaking, truth)
    assert cells_between(leaking, thin=True).max() == 1
    assert found.v_rand_split > 0.99
    assert 0.45 < found.v_rand_merge < 0.55


def test_pictures_without_a_cell_or_with_one_alone_are_not_a_division_by_nothing() -> None:
    everything = np.ones((8, 8), bool)
    assert compared(everything, everything).v_rand == 1.0
    assert compared(~everything, ~everything).v_info == 1.0


@pytest.mark.skipif(not EM.is_dir(), reason="needs ../shared/data/em_isbi2012")
def test_a_real_section_agrees_with_itself_and_nearly_with_its_membranes_drawn_wider() -> None:
    truth = np.asarray(Image.open(EM / "20.png")) == 0
    same, wider = compared(truth, truth), compared(ndimage.binary_dilation(truth, iterations=2), truth)
    assert same.v_rand == same.v_info == 1.0
    assert 0.98 < wider.v_rand < 1 and 0.98 < wider.v_info < 1


def _bits(*counts: int) -> float:
    total = sum(counts)
    return -sum(n / total * log2(n / total) for n in counts)
