"""Lasso and polygon in the window."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.lasso import Lasso
from lesionstudio.gui.viewer.tools.outline import Make, OutlineUse
from lesionstudio.gui.viewer.tools.polygon import Polygon
from lesionstudio.gui.viewer.tools.region import RegionLasso, RegionUse
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.widgets.buttons import Choices
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.text import label as word
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.permitted import permitted
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

_MOST_SLICES, _MOST_VIEWS = 50, 4
OUTLINE_MODES, REGION_MODES = ("fill", "erase", "cut"), ("copy", "move", "mirror", "mirror_across")


class LassoKind(ToolKind):
    """An outline drawn freely."""

    verb = "lasso"
    defaults = {"mode": "fill", "around": 0, "count": 1}
    modes: ClassVar[tuple[str, ...]] = (*OUTLINE_MODES, *REGION_MODES)
    _widgets: "_OutlineWidgets | None" = None

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._regions: list[RegionLasso] = []
        parts.proposals.answered.connect(self._forget_regions)

    def make(self, context: ToolContext) -> Tool:
        """A lasso for the label in use, or one that takes what is marked elsewhere."""
        if self.values["mode"] in REGION_MODES:
            return self._region_lasso(context)
        return Lasso(context.editor, context.label, context.geometry, self._use, self._make_in(context.plane))

    def options(self, look: Look) -> Sequence[QWidget]:
        """What is done with the inside, and on how many slices."""
        self._widgets = self._widgets or _OutlineWidgets(self)
        return self._widgets.parts

    def follow(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        if self._widgets is not None:
            self._widgets.show(scan)

    def dropped(self) -> None:
        """A region that waits goes with the tool."""
        if self.values["mode"] in REGION_MODES:
            self.parts.proposals.reject()

    def does(self, label: Label | None) -> tuple[str, str]:
        """Depends on the mode."""
        if self.values["mode"] in REGION_MODES:
            return _("draw around the marks to take"), ""
        if self.values["mode"] == "erase":
            return _("takes all marks inside away"), ""
        if self.values["mode"] == "cut" and label is not None and not label.locked:
            return _("takes {name} inside away").format(name=label.name), label.colour
        return super().does(label)

    @property
    def _use(self) -> OutlineUse:
        return OutlineUse(str(self.values["mode"]), int(self.values["around"]))

    def _make_in(self, plane: Plane) -> Make:
        def make(found: Proposal) -> None:
            scan = self.parts.session.scan
            if scan is not None:
                self.parts.proposals.make(found.in_voxels(plane, scan.geometry.shape))

        return make

    def _region_lasso(self, context: ToolContext) -> RegionLasso:
        session, plane = self.parts.session, context.plane

        def show(found: Proposal | None, sentence: str) -> None:
            opened = session.open
            if opened is None:
                return
            if found is not None:
                found = found.in_voxels(plane, opened.scan.geometry.shape)
                limits = opened.history.rules, values_of(opened.scan), opened.history.locked
                found = permitted(found, Marked.now(opened.mask), *limits)
            self.parts.proposals.show(found, sentence)

        use = RegionUse(str(self.values["mode"]), int(self.values["count"]), session.labels.locked)
        made = RegionLasso(context.editor, context.geometry, use, show)
        self._regions = [*self._regions[-_MOST_VIEWS:], made]
        return made

    def _forget_regions(self) -> None:
        if any(one.region is not None for one in self._regions):
            for one in self._regions:
                one.forget()
            self.changed.emit()


class PolygonKind(LassoKind):
    """An outline of corners."""

    verb = "polygon"
    modes = OUTLINE_MODES

    def make(self, context: ToolContext) -> Tool:
        """A polygon for the label in use."""
        return Polygon(context.editor, context.label, context.geometry, self._use, self._make_in(context.plane))

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        close, back = ((_("Enter"),), _("close")), ((_("Backspace"),), _("last corner away"))
        return ((_("Click"),), _("corner")), close, back, ((_("Esc"),), _("drop"))


class _OutlineWidgets:
    """The options of lasso or polygon, and what they say to its kind."""

    def __init__(self, kind: LassoKind) -> None:
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
        self._word = word(_("Slices ±"), "second")
        row.addWidget(self._word)
        row.addWidget(self._around)
        self._region = Pick(f"{kind.verb}_region", _("What becomes of the marks inside"))
        self._region.picked.connect(lambda mode: kind.keep(mode=mode or "fill"))
        self.parts: tuple[QWidget, ...] = (self._mode, self._slices)
        if kind.modes != OUTLINE_MODES:
            self.parts = (self._mode, self._region, self._slices)
        self._mode.chosen.connect(lambda mode: kind.keep(mode=mode))
        self._around.value_changed.connect(lambda n: kind.keep(**{self._number: round(n)}))

    def show(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        modes = (("fill", _("Fill")), ("erase", _("Erase")), ("cut", _("Cut")))
        self._mode.show_choices(modes, str(self._kind.values["mode"]))
        regions = [
            ("copy", _("Copy on")),
            ("move", _("Move")),
            ("mirror", _("Mirror")),
            ("mirror_across", _("Other side")),
        ]
        self._region.show_choices([("", _("Marks inside")), *regions], self._kind.values["mode"])
        copies = self._number == "count"
        self._word.setText(_("Slices on") if copies else _("Slices ±"))
        self._slices.setToolTip(
            _("To so many slices after this one; before it with a minus")
            if copies
            else _("The same on so many slices before and after this one")
        )
        self._around.show_range(-_MOST_SLICES if copies else 0, _MOST_SLICES)
        self._around.show_value(self._kind.values[self._number])
        self._slices.setEnabled(scan is not None and scan.slices > 1)

    @property
    def _number(self) -> str:
        """Under which name the number of slices is kept."""
        return "count" if self._kind.values["mode"] == "copy" else "around"


def _regions() -> list[tuple[object, str]]:
    """What can become of the marks inside."""
    return [
        ("", _("Marks inside")),
        ("copy", _("Copy on")),
        ("move", _("Move")),
        ("mirror", _("Mirror")),
        ("mirror_across", _("To the other side")),
    ]
