"""A slice's draft as its model made it, found again from the steps since: what corrections are measured by."""

from dataclasses import dataclass

import numpy as np

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.mask import Mask, Origin, Pixels, SliceStatus


@dataclass(frozen=True, slots=True, eq=False)
class Drafted:
    """A draft (row, column), what was labelled before it came, and how many steps changed the slice since."""

    draft: Pixels
    before: Pixels
    strokes: int

    def against(self, labels: Pixels) -> tuple[float, int, int]:
        """Dice, label by label, against the labels now, and the voxels of each; what was there before counts nowhere.

        Two empty ones agree wholly: 1.
        """
        fresh = self.before == 0
        draft, final = np.where(fresh, self.draft, 0), np.where(fresh, labels, 0)
        drafted, kept = int(np.count_nonzero(draft)), int(np.count_nonzero(final))
        both = int(np.count_nonzero((draft == final) & (draft > 0)))
        return (2 * both / (drafted + kept) if drafted + kept else 1.0), drafted, kept


def as_drafted(history: EditHistory, k: int) -> Drafted:
    """What slice k's last draft was when it came, by taking the steps since back on a copy.

    Of a draft that is older than the history (the scan was closed since), what the origins still tell of it.
    """
    mask = history.mask
    draft, labels, strokes = mask.draft(k).copy(), mask.labels(k).copy(), 0
    for edit in reversed(list(history.steps)[: history.steps.position]):
        if any(one == k and maker is not None for one, _old, maker in edit.makers):
            return Drafted(draft, labels, strokes)
        if k in edit.slices:
            strokes += not _is_check(edit, k)
            _take_back(edit, k, labels, draft)
    return Drafted(_by_origin(mask, k, draft), np.zeros_like(labels), strokes)


def _take_back(edit: MaskEdit, k: int, labels: Pixels, draft: Pixels) -> None:
    """Puts back what a step changed of slice k in these copies."""
    for group in reversed(edit.groups):
        for place, pixels in group.voxels(back=True):
            if place.k == k and place.layer == "labels":
                labels[place.region] = pixels
            elif place.k == k and place.layer == "draft":
                draft[place.region] = pixels


def _is_check(edit: MaskEdit, k: int) -> bool:
    return any(one == k and after == SliceStatus.CHECKED for one, _before, after in edit.statuses)


def _by_origin(mask: Mask, k: int, draft: Pixels) -> Pixels:
    """What was accepted or corrected was drafted; as what, the label it has now tells, or the first one."""
    answered = np.isin(mask.origin(k), (Origin.DRAFT_ACCEPTED, Origin.DRAFT_CORRECTED))
    return np.where(answered & (draft == 0), np.maximum(mask.labels(k), 1), draft).astype(np.uint8)
