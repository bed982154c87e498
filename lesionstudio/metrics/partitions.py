"""Two ways of cutting a picture into cells compared: V-Rand and V-Info, as the ISBI 2012 challenge has them.

Arganda-Carreras et al., Crowdsourcing the creation of image segmentation algorithms for connectomics, Frontiers in
Neuroanatomy 9:142 (2015), equations 3 to 6: with p_ij the share of pixels in cell i of the proposal S and in cell j of
the truth T, s_i and t_j its sums,

    V-Rand = sum p_ij^2 / (sum s_i^2 / 2 + sum t_j^2 / 2)          V-Info = 2 I(S;T) / (H(S) + H(T))

Only pixels inside the truth's cells count (foreground-restricted). Membranes proposed are thinned to lines one pixel
wide first, so that their width is not judged; what is left of the lines inside a cell counts as cells of one pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Region = NDArray[np.bool_]
Cells = NDArray[np.int64]
Floats = NDArray[np.float64]

_BEYOND = 24


@dataclass(frozen=True)
class Partition:
    """How the cells of a proposal and those of the truth overlap.

    `both`: pixels of each pair of cells that overlap; `proposed` and `true`: pixels of each cell. A picture whose truth
    has no cell gives 1.0 for everything.
    """

    both: tuple[int, ...]
    proposed: tuple[int, ...]
    true: tuple[int, ...]

    @classmethod
    def of(cls, proposed: Cells, true: Cells) -> "Partition":
        """Of two arrays of cell numbers of one shape; 0 is membrane: left out of the truth, single pixels otherwise."""
        inside = true > 0
        ours, theirs = proposed[inside].ravel(), true[inside].ravel()
        line = ours == 0
        ours = np.where(line, ours.max(initial=0) + np.cumsum(line), ours)
        pairs = ours * (int(theirs.max(initial=0)) + 1) + theirs
        counts = (np.unique(one, return_counts=True)[1] for one in (pairs, ours, theirs))
        return cls(*(tuple(int(n) for n in one) for one in counts))

    @property
    def v_rand(self) -> float:
        """The mean (F-score) of both below."""
        return _ratio(2 * _squares(self.both), _squares(self.proposed) + _squares(self.true))

    @property
    def v_rand_split(self) -> float:
        """Of two pixels of one true cell, how often they are in one cell of the proposal: 1 where no cell is split."""
        return _ratio(_squares(self.both), _squares(self.true))

    @property
    def v_rand_merge(self) -> float:
        """Of two pixels of one proposed cell, how often they are in one true cell: 1 where no cells are merged."""
        return _ratio(_squares(self.both), _squares(self.proposed))

    @property
    def v_info(self) -> float:
        """Mutual information over the mean of both entropies."""
        return _ratio(2 * self._information, _entropy(self.proposed) + _entropy(self.true))

    @property
    def v_info_split(self) -> float:
        """Mutual information over the proposal's entropy: 1 where no cell is split."""
        return _ratio(self._information, _entropy(self.proposed))

    @property
    def v_info_merge(self) -> float:
        """Mutual information over the truth's entropy: 1 where no cells are merged."""
        return _ratio(self._information, _entropy(self.true))

    @cached_property
    def _information(self) -> float:
        return max(_entropy(self.proposed) + _entropy(self.true) - _entropy(self.both), 0.0)


def cells_between(membrane: Region, *, thin: bool = False) -> Cells:
    """The cells that a membrane (rows, columns) leaves: what hangs together by edges, from 1 on; 0 is membrane.

    With `thin` the membrane is a line first (Zhang and Suen's skeleton), which keeps apart what it kept apart.
    """
    from scipy import ndimage

    numbered, _count = ndimage.label(~(thinned(membrane) if thin else membrane))
    return np.asarray(numbered, np.int64)


def thinned(membrane: Region) -> Region:
    """The membrane as lines one pixel wide, which part the same cells.

    It is carried on beyond the picture's edge first, so that a line does not draw back from there.
    """
    from skimage.morphology import skeletonize

    inner = slice(_BEYOND, -_BEYOND)
    lines: Region = np.asarray(skeletonize(np.pad(membrane, _BEYOND, mode="edge")), bool)[inner, inner]
    return lines


def compared(membrane: Region, truth: Region) -> Partition:
    """A proposed membrane, thinned, against the true one as it was drawn, (rows, columns) each."""
    return Partition.of(cells_between(membrane, thin=True), cells_between(truth))


def _squares(pixels: Sequence[int]) -> float:
    """The sum of squared shares, times the squared number of pixels."""
    counts = np.asarray(pixels, np.float64)
    return float(counts @ counts)


def _entropy(pixels: Sequence[int]) -> float:
    """In bits."""
    counts = np.asarray(pixels, np.float64)
    shares: Floats = counts / max(float(counts.sum()), 1.0)
    return float(-(shares * np.log2(shares)).sum())


def _ratio(part: float, whole: float) -> float:
    """1.0 where there is nothing to tell apart: no cell, or one cell on both sides."""
    return min(part / whole, 1.0) if whole > 1e-12 else 1.0
