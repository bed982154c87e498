"""Ruler and angle in the window."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.rulers import PlaneBoard
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.ruler import RulerTool
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.imaging.labels import Label
from lesionstudio.words import _


class RulerKind(ToolKind):
    """A length in mm; in pixels without a spacing."""

    verb = "ruler"
    has_rules = False
    count = 2

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._remove = word_button(_("Remove all"), f"{self.verb}_remove_button")
        self._remove.setToolTip(_("Takes all lengths and angles of this scan away"))
        self._remove.clicked.connect(parts.rulers.remove_all)
        self._in_hand = False
        parts.rulers.changed.connect(self._show)

    def make(self, context: ToolContext) -> Tool:
        """A ruler on the view's pictures."""
        scan = self.parts.session.scan
        geometry = scan.geometry if scan is not None else context.geometry
        return RulerTool(PlaneBoard(self.parts.rulers, context.plane, geometry), self.count)

    def options(self, look: Look) -> Sequence[QWidget]:
        """A way to be rid of them."""
        self._show()
        return (self._remove,)

    def does(self, label: Label | None) -> tuple[str, str]:
        """How it is used."""
        return _("drag from end to end; Delete takes the one under the pointer away"), ""

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        return ((_("Drag"),), _("measure")), ((_("Delete"),), _("the one here away")), ((_("Esc"),), _("drop"))

    @property
    def undo_title(self) -> str:
        """What was drawn last, while the tool is in the hand."""
        return _("Ruler") if self._in_hand and self.parts.rulers.can_undo else ""

    def undo(self) -> bool:
        """Takes it back."""
        can = bool(self.undo_title)
        if can:
            self.parts.rulers.undo()
        return can

    def chosen(self) -> None:
        """Undo is first of all for rulers now."""
        self._in_hand = True
        self.undo_changed.emit()

    def dropped(self) -> None:
        """Undo is for the mask again."""
        self._in_hand = False

    def _show(self) -> None:
        self._remove.setEnabled(bool(self.parts.rulers.rulers))
        if self._in_hand:
            self.undo_changed.emit()


class AngleKind(RulerKind):
    """An angle in degrees."""

    verb = "angle"
    count = 3

    def does(self, label: Label | None) -> tuple[str, str]:
        """How it is used."""
        return _("drag one arm to the corner, click the other's end"), ""
