"""What an open draft is to the person: lesions one can point at, and how much they are."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.views import DraftView
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.mask import Mask, Pixels
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.shown import MaskView, shown_mask
from lesionstudio.imaging.strokes import Cover
from lesionstudio.words import _, number

Point = tuple[int, int, int]


def lesion_at(mask: MaskView, point: Point) -> tuple[Box, Cover] | None:
    """The draft lesion of this slice under a voxel (slice, row, column): its box and cover; None beside one.

    A lesion is the 8-connected set of proposed voxels of one label; the cover has the box's shape.
    """
    k, row, column = point
    if not (0 <= k < mask.shape[0] and 0 <= row < mask.shape[1] and 0 <= column < mask.shape[2]):
        return None
    draft = mask.draft(k)
    if draft[row, column] == 0:
        return None
    return _spread(draft, k, row, column)


def lesion_seen(mask: Mask, point: Point, plane: Plane) -> tuple[Box, Cover] | None:
    """The draft lesion that a plane's picture shows under a voxel, in voxels (slice, row, column); None beside one."""
    n, row, column = plane.from_voxel(point, mask.shape)
    found = lesion_at(shown_mask(mask, plane), (int(n), int(row), int(column)))
    return None if found is None else (plane.to_voxels(found[0], mask.shape), plane.voxel_block(found[1]))


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


def _spread(draft: Pixels, k: int, row: int, column: int) -> tuple[Box, Cover]:
    """What hangs together with this voxel; the time goes with its size, not with the picture's."""
    import cv2

    filled = np.zeros((draft.shape[0] + 2, draft.shape[1] + 2), np.uint8)
    how = 8 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8)
    left, top, wide, high = cv2.floodFill(draft.copy(), filled, (column, row), 1, 0, 0, how)[3]
    cover = filled[top + 1 : top + high + 1, left + 1 : left + wide + 1] > 0
    return Box((k, top, left), (k + 1, top + high, left + wide)), cover[None]


def _pieces(cover: Cover) -> tuple[NDArray[np.int32], int]:
    import cv2

    count, pieces = cv2.connectedComponents(cover.astype(np.uint8), connectivity=8)
    return pieces, int(count) - 1
