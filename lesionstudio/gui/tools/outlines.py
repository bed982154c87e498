"""Lasso and polygon in the window."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.lasso import Lasso
from lesionstudio.gui.viewer.tools.outline import OutlineUse
from lesionstudio.gui.viewer.tools.polygon import Polygon
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.widgets.buttons import Choices
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.text import label as word
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

_MOST_SLICES = 50


class LassoKind(ToolKind):
    """An outline drawn freely."""

    verb = "lasso"
    defaults = {"mode": "fill", "around": 0}
    _widgets: "_OutlineWidgets | None" = None

    def make(self, context: ToolContext) -> Tool:
        """A lasso for the label in use."""
        return Lasso(context.editor, context.label, context.geometry, self._use)

    def options(self, look: Look) -> Sequence[QWidget]:
        """What is done with the inside, and on how many slices."""
        self._widgets = self._widgets or _OutlineWidgets(self)
        return self._widgets.parts

    def follow(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        if self._widgets is not None:
            self._widgets.show(scan)

    def does(self, label: Label | None) -> tuple[str, str]:
        """Depends on the mode."""
        if self.values["mode"] == "erase":
            return _("takes all marks inside away"), ""
        if self.values["mode"] == "cut" and label is not None and not label.locked:
            return _("takes {name} inside away").format(name=label.name), label.colour
        return super().does(label)

    @property
    def _use(self) -> OutlineUse:
        return OutlineUse(str(self.values["mode"]), int(self.values["around"]))


class PolygonKind(LassoKind):
    """An outline of corners."""

    verb = "polygon"

    def make(self, context: ToolContext) -> Tool:
        """A polygon for the label in use."""
        return Polygon(context.editor, context.label, context.geometry, self._use)

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        close, back = ((_("Enter"),), _("close")), ((_("Backspace"),), _("last corner away"))
        return ((_("Click"),), _("corner")), close, back, ((_("Esc"),), _("drop"))


class _OutlineWidgets:
    """The options of lasso or polygon, and what they say to its kind."""

    def __init__(self, kind: ToolKind) -> None:
        self._kind = kind
        self._mode = Choices(f"{kind.verb}_mode", stretch=False)
        self._around = NumberField(f"{kind.verb}_slices", _("Slices around"))
        self._around.setFixedWidth(44)
        self._around.show_range(0, _MOST_SLICES)
        self._slices = QWidget()
        self._slices.setToolTip(_("The same on so many slices before and after this one"))
        row = QHBoxLayout(self._slices)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(word(_("Slices ±"), "second"))
        row.addWidget(self._around)
        self.parts = (self._mode, self._slices)
        self._mode.chosen.connect(lambda mode: kind.keep(mode=mode))
        self._around.value_changed.connect(lambda n: kind.keep(around=round(n)))

    def show(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        modes = (("fill", _("Fill")), ("erase", _("Erase")), ("cut", _("Cut")))
        self._mode.show_choices(modes, str(self._kind.values["mode"]))
        self._around.show_value(self._kind.values["around"])
        self._slices.setEnabled(scan is not None and scan.slices > 1)
