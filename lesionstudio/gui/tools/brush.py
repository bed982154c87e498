"""Brush and eraser in the window."""

from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.brush import Brush, Eraser
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.imaging.labels import Label
from lesionstudio.words import _


class BrushKind(ToolKind):
    """Paints the label in use."""

    verb = "brush"
    has_diameter = True

    def make(self, context: ToolContext) -> Tool:
        """A brush of the size and label in use."""
        return Brush(context.editor, context.label, context.diameter, context.geometry)


class EraserKind(ToolKind):
    """Takes marks away."""

    verb = "eraser"
    has_diameter = True

    def make(self, context: ToolContext) -> Tool:
        """An eraser of the size in use."""
        return Eraser(context.editor, context.diameter, context.geometry)

    def does(self, label: Label | None) -> tuple[str, str]:
        """It takes any label."""
        return _("takes marks of unlocked labels away"), ""
