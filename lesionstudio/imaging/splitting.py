"""Splitting: pieces that touch come apart where they are thin.

What is left of a piece when a ball eats its edge away says how many parts it has. Each part takes back what lies
nearest to it, by a watershed on the distance to the edge: the cut runs through the neck. (Beucher & Lantuéjoul 1979;
scikit-image's watershed.)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.cleanup import Scope, changes
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.morphology import Cover, Spacing, pieces, shrunk
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.words import _

_INNER, _FAR = (slice(1, -1),) * 3, 1e6


@dataclass(frozen=True, slots=True)
class Split:
    """Necks thinner than `neck` (mm; voxels without a spacing) are cut.

    `other`: the label of all parts but the largest of each piece; None: they keep theirs and a line is taken away.
    """

    neck: float
    other: int | None = None


def split(
    marked: Marked, spacing: Spacing, wish: Split, scope: Scope, title: str, report: Reporter = silent
) -> Proposal | None:
    """The cuts as a proposal; None where nothing is thin enough."""
    numbers = scope.numbers(marked)
    box = marked.box(numbers, scope.slices) if numbers else None
    if box is None or box.is_empty:
        return None
    before = marked.block(box)
    after = before.copy()
    for number in numbers:
        ranks, line = parts(before == number, wish.neck, spacing, in_3d=scope.in_3d, report=report)
        if wish.other is None:
            after[line] = 0
        else:
            after[ranks > 1] = wish.other
    return changes(title, box, before, after, scope.locked)


def parts(
    cover: Cover, neck: float, spacing: Spacing, *, in_3d: bool, report: Reporter = silent
) -> tuple[NDArray[np.int32], Cover]:
    """For each voxel which part of its piece it belongs to (1 the largest, 2 the next, ...), and the lines between.

    A voxel of a line belongs to a part as well; taking the lines away leaves no two parts side by side, not even by
    a corner. Pieces that hold together at `neck` are one part.
    """
    from scipy import ndimage

    ranks = cover.astype(np.int32)
    line = np.zeros_like(cover)
    numbered, count = pieces(cover, in_3d=in_3d)
    for n, region in enumerate(ndimage.find_objects(numbered), 1):
        report(Progress((n - 1) / count, _("Split")))
        own = numbered[region] == n
        cores, found = pieces(shrunk(np.pad(own, 1), neck / 2, spacing, in_3d=in_3d)[_INNER], in_3d=in_3d)
        if found > 1:
            whole = _flooded(own, cores, spacing, in_3d=in_3d)
            ranks[region][own] = _ranked(whole)[own]
            line[region] |= own & (_flooded(own, cores, spacing, in_3d=in_3d, line=True) == 0)
    return ranks, line


def _flooded(own: Cover, cores: NDArray[np.int32], spacing: Spacing, *, in_3d: bool, line: bool = False) -> Any:
    from scipy import ndimage
    from skimage.segmentation import watershed

    beside = np.ones((3, 3, 3), bool)
    if not in_3d:
        beside[[0, 2]] = False
    depth = ndimage.distance_transform_edt(np.pad(own, 1), sampling=spacing if in_3d else (_FAR, *spacing[1:]))
    return watershed(-depth[_INNER], cores, connectivity=beside, mask=own, watershed_line=line)


def _ranked(whole: NDArray[np.int32]) -> NDArray[np.int32]:
    """The parts, numbered by their size."""
    sizes = np.bincount(whole.ravel())[1:]
    rank = np.zeros(len(sizes) + 1, np.int32)
    rank[1:][np.argsort(-sizes, kind="stable")] = np.arange(1, len(sizes) + 1)
    return np.asarray(rank[whole])
