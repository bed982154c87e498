"""Hover: the draft lesion under the pointer, found when the pointer enters it and kept until it leaves."""

from lesionstudio.gui.drafts import amount_text, lesion_at
from lesionstudio.gui.viewer.layers import Lesion
from lesionstudio.gui.viewer.view_state import Pointer
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.shown import MaskView
from lesionstudio.words import _


class Hover:
    """Which lesion is lit, and what is said of it."""

    def __init__(self) -> None:
        self.lesion: Lesion | None = None
        self.lines: list[str] = []

    def follow(
        self, pointer: Pointer | None, mask: MaskView | None, geometry: Geometry | None, labels: LabelSet
    ) -> bool:
        """Looks what is under the pointer now; returns whether that is another lesion than before."""
        if mask is None or geometry is None or pointer is None or not pointer.inside:
            return self.forget()
        if self._is_on(pointer):
            return False
        label = labels.by_number(int(mask.draft(pointer.k)[pointer.row, pointer.column]))
        if label is None or not label.visible:
            return self.forget()
        self.lesion = lesion_at(mask, (pointer.k, pointer.row, pointer.column))
        voxels = int(self.lesion[1].sum()) if self.lesion else 0
        amount = amount_text(voxels, geometry)
        self.lines = [_("Draft lesion, {amount}").format(amount=amount), _("A accepts this one")]
        return True

    def forget(self) -> bool:
        """Nothing is lit; returns whether something was."""
        was_lit, self.lesion, self.lines = self.lesion is not None, None, []
        return was_lit

    def _is_on(self, pointer: Pointer) -> bool:
        if self.lesion is None:
            return False
        (k, top, left), cover = self.lesion[0].start, self.lesion[1][0]
        row, column = pointer.row - top, pointer.column - left
        inside = k == pointer.k and 0 <= row < cover.shape[0] and 0 <= column < cover.shape[1]
        return inside and bool(cover[row, column])
