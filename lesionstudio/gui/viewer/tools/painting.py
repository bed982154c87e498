"""Painting: what all tools that mark share. A double click fills the outline around the pointer; areas become steps."""

from lesionstudio.gui.viewer.tools.tool import Editor, Held, Spot, Tool
from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.fill import hole
from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.words import _


class Painting(Tool):
    """Marks with a label (0 erases) in one history."""

    def __init__(self, history: Editor, label: int) -> None:
        self._history, self._label = history, label
        self._message = ""
        self._last_click: object = None

    @property
    def label(self) -> int:
        """The number it paints; 0 erases."""
        return self._label

    @property
    def message(self) -> str:
        """Why nothing was filled."""
        return self._message

    def take_over(self, before: Tool) -> None:
        """Keeps in mind what the last click painted: a second one may take it back."""
        if isinstance(before, Painting):
            self._last_click = before._last_click

    def double_click(self, spot: Spot, held: Held) -> Box:
        """Fills the hole of an outline under the pointer; what the first click painted there is taken back."""
        self._message = ""
        if self._label == 0 or held.erase or self._history.is_open:
            return EMPTY_BOX
        back, self._last_click = self._history.take_back(self._last_click), None
        labels, row, column = self._history.mask.labels(spot.k), round(spot.row), round(spot.column)
        if not (0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]):
            return back
        found = hole(labels, row, column, self._label)
        if found is None:
            is_marked = labels[row, column] == self._label
            self._message = _("This is marked already.") if is_marked else _("The outline is open: nothing filled.")
            return back
        return back.union(self._paint(_("Fill outline"), [(spot.k, found)], self._label))

    def _paint(self, title: str, areas: list[tuple[int, Covered]], label: int) -> Box:
        """Paints whole areas (slice, voxels) as one step."""
        if self._history.is_open:
            return EMPTY_BOX
        stroke, changed = self._history.stroke(title), EMPTY_BOX
        for k, covered in areas:
            changed = changed.union(stroke.paint(k, covered.row, covered.column, covered.cover, label))
        stroke.commit()
        return changed
