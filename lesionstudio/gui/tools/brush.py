"""Brush and eraser in the window."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.brush import Brush, BrushForm, Eraser
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.widgets.buttons import Choices, SignChoices
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _


class BrushKind(ToolKind):
    """Paints the label in use."""

    verb = "brush"
    defaults = {"form": "round", "in_pixels": False, "by_pressure": False}
    has_diameter = True
    _widgets: "_BrushWidgets | None" = None

    def make(self, context: ToolContext) -> Tool:
        """A brush of the size and label in use."""
        return Brush(context.editor, context.label, context.diameter, context.geometry, self._form(context))

    def options(self, look: Look) -> Sequence[QWidget]:
        """Its form."""
        self._widgets = self._widgets or _BrushWidgets(look, self)
        return (self._widgets.form,)

    def rare_options(self, look: Look) -> Sequence[QWidget]:
        """The unit of the diameter, and whether a pen's pressure counts."""
        return self._widgets.rare if self._widgets is not None else ()

    def follow(self, scan: Scan | None) -> None:
        """The unit can be chosen where there are two."""
        if self._widgets is not None:
            self._widgets.show(scan)

    def _form(self, context: ToolContext) -> BrushForm:
        by_pressure = bool(self.values["by_pressure"])
        in_pixels = context.unit == "px" and context.geometry.has_spacing
        return BrushForm(str(self.values["form"]), in_pixels, by_pressure)


class EraserKind(BrushKind):
    """Takes marks away."""

    verb = "eraser"

    def make(self, context: ToolContext) -> Tool:
        """An eraser of the size in use."""
        return Eraser(context.editor, context.diameter, context.geometry, self._form(context))

    def does(self, label: Label | None) -> tuple[str, str]:
        """It takes any label."""
        return _("takes marks of unlocked labels away"), ""


class _BrushWidgets:
    """The options of a brush or eraser, and what they say to its kind."""

    def __init__(self, look: Look, kind: ToolKind) -> None:
        self._kind = kind
        forms = (("round", "circle", _("Round")), ("square", "square", _("Square")), ("ball", "sphere", _("Ball")))
        self.form = SignChoices(look, f"{kind.verb}_form", forms)
        self._unit = Choices(f"{kind.verb}_unit", stretch=False)
        self._unit.setToolTip(_("Diameter in mm or in pixels"))
        self._pressure = QCheckBox(_("Pen pressure changes the diameter"))
        self._pressure.setObjectName(f"{kind.verb}_pressure")
        self.rare = (self._unit, self._pressure)
        self.form.chosen.connect(lambda form: kind.keep(form=form))
        self._unit.chosen.connect(lambda unit: kind.keep(in_pixels=unit == "px"))
        self._pressure.clicked.connect(lambda on: kind.keep(by_pressure=on))

    def show(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        values, has_spacing = self._kind.values, scan is not None and scan.geometry.is_of_mm
        self.form.show_current(values["form"])
        unit = "px" if values["in_pixels"] or not has_spacing else "mm"
        self._unit.show_choices((("mm", _("Diameter in mm")), ("px", _("in pixels"))), unit)
        self._unit.allow("mm", has_spacing)
        self._pressure.setChecked(values["by_pressure"])
