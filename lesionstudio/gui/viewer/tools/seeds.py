"""Seeds: strokes of a brush that mark nothing themselves; what they mean is computed when each is done."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lesionstudio.gui.viewer.tools.brush import Brush, BrushForm
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Labelled, OpenStroke, Spot
from lesionstudio.imaging.brush import Cover
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.imaging.seeds import BACKGROUND
from lesionstudio.imaging.shown import MaskView


@dataclass(frozen=True, slots=True, eq=False)
class Bed:
    """Where seeds are sown in one view: their own history, their marks as the view shows them, and who is told.

    `sown` after a stroke, `taken_back` for the last stroke, `emptied` for all of them.
    """

    editor: Editor
    marks: MaskView
    sown: Callable[[], None]
    taken_back: Callable[[], object]
    emptied: Callable[[], None]


class Seeds(Brush):
    """A brush for seeds. With Alt, or without a label, it sows background."""

    def __init__(self, bed: Bed, label: int, diameter: float, geometry: Geometry, form: BrushForm) -> None:
        super().__init__(_SeedEditor(bed.editor), label, diameter, geometry, form)
        self._bed = bed

    @property
    def strokes(self) -> MaskView:
        """The seeds there are."""
        return self._bed.marks

    def finish(self) -> Box:
        """One more seed: what grows from them all is asked for."""
        was_down = self.is_down
        box = super().finish()
        if was_down:
            self._bed.sown()
        return box

    def double_click(self, spot: Spot, held: Held) -> Box:
        """Nothing special: seeds are not filled."""
        return EMPTY_BOX

    def key(self, name: str) -> Box | None:
        """Backspace takes the last seed back, Esc all of them."""
        if self.is_down or not self._bed.marks.touched("labels"):
            return None
        if name == "backspace":
            self._bed.taken_back()
        elif name == "escape":
            self._bed.emptied()
        else:
            return None
        return EMPTY_BOX


class _SeedEditor:
    """What erases on a mask sows background here; neither values nor labels of the mask matter."""

    voxels = None

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    @property
    def is_open(self) -> bool:
        """Whether a seed is in the making."""
        return self._editor.is_open

    @property
    def mask(self) -> Labelled:
        """The seeds."""
        return self._editor.mask

    def stroke(self, title: str) -> "_SeedStroke":
        """Opens a seed."""
        return _SeedStroke(self._editor.stroke(title))

    def take_back(self, edit: object) -> Box:
        """Nothing: seeds are taken back by their key."""
        return EMPTY_BOX


class _SeedStroke:
    """A stroke whose 0 is the background."""

    def __init__(self, stroke: OpenStroke) -> None:
        self._stroke = stroke

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Sows on the covered voxels."""
        return self._stroke.paint(k, row, column, cover, label or BACKGROUND)

    def paint_block(self, box: Box, cover: Cover, label: int) -> Box:
        """Sows on the covered voxels of a block."""
        return self._stroke.paint_block(box, np.asarray(cover, bool), label or BACKGROUND)

    def commit(self) -> object:
        """One step of the seeds' own history."""
        return self._stroke.commit()

    def abandon(self) -> Box:
        """As if it had never been."""
        return self._stroke.abandon()
