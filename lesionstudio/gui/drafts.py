"""What an open draft is to the person: lesions one can point at, and how much they are."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.views import DraftView
from lesionstudio.imaging.editing import Cover
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.mask import Mask
from lesionstudio.words import _, number

Point = tuple[int, int, int]


def lesion_at(mask: Mask, point: Point) -> tuple[Box, Cover] | None:
    """The draft lesion of this slice under a voxel (slice, row, column): its box and cover; None beside one.

    A lesion is the 8-connected set of proposed voxels of one label; the cover has the box's shape.
    """
    k, row, column = point
    if not (0 <= k < mask.shape[0] and 0 <= row < mask.shape[1] and 0 <= column < mask.shape[2]):
        return None
    draft = mask.draft(k)
    label = int(draft[row, column])
    if label == 0:
        return None
    lesion = _pieces(draft == label)[0]
    cover = lesion == lesion[row, column]
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    box = Box((k, int(rows[0]), int(columns[0])), (k + 1, int(rows[-1]) + 1, int(columns[-1]) + 1))
    return box, cover[box.slices()[1:]][None]


def draft_view(mask: Mask, geometry: Geometry, k: int) -> DraftView | None:
    """The open draft as slice k shows it; None when nothing in the scan is open."""
    open_slices = mask.draft_slices()
    if not open_slices:
        return None
    draft = mask.draft(k)
    lesions = sum(_pieces(draft == label)[1] for label in np.unique(draft[draft > 0]))
    return DraftView(int(lesions), amount_text(int(np.count_nonzero(draft)), geometry), len(open_slices))


def amount_text(voxels: int, geometry: Geometry) -> str:
    """So many voxels as a person reads them: ml for a volume, mm2 for a picture with a spacing, else pixels."""
    if not geometry.has_spacing:
        return _("{n} px").format(n=number(voxels))
    if geometry.shape[0] > 1:
        ml = voxels * geometry.voxel_volume_mm3 / 1000
        return _("{n} ml").format(n=number(ml, 1 if ml < 20 else 0))
    area = voxels * geometry.spacing_mm[1] * geometry.spacing_mm[2]
    return _("{n} mm\N{SUPERSCRIPT TWO}").format(n=number(area))


def _pieces(cover: Cover) -> tuple[NDArray[np.int32], int]:
    import cv2

    count, pieces = cv2.connectedComponents(cover.astype(np.uint8), connectivity=8)
    return pieces, int(count) - 1
