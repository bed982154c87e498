"""Segment in a box, in the window: the model marks in a box that a person draws, and nowhere else."""

from collections.abc import Sequence

from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.box import BoxTool
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.planes import Plane
from lesionstudio.words import _


class BoxKind(ToolKind):
    """A draft of one place on one slice."""

    verb = "segment_box"
    has_rules = False

    def make(self, context: ToolContext) -> Tool:
        """A box on the slices as they were taken; the model knows no others."""
        models = self.parts.models
        refused = models.reason
        if not refused and context.plane != Plane():
            refused = _("Draw the box on the slices as they were taken.")
        return BoxTool(context.geometry.shape, models.segment_box, refused)

    def does(self, label: Label | None) -> tuple[str, str]:
        """What a drag does, or why it does nothing."""
        return self.parts.models.reason or _("drag a box: the model marks in it alone"), ""

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        return ((_("Drag"),), _("box")), (("A",), _("accept")), (("R",), _("reject")), ((_("Esc"),), _("drop"))
