"""Grow from seeds in the window: strokes outside the mask, and what grows from them as a preview after each."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.tools.proposing import Limits
from lesionstudio.gui.viewer.tools.brush import BrushForm
from lesionstudio.gui.viewer.tools.seeds import Bed, Seeds
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.widgets.buttons import Choices
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.options import named
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.permitted import permitted
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.seeds import SeedBox, seeded
from lesionstudio.imaging.shown import shown_editor, shown_mask
from lesionstudio.progress import Reporter, silent
from lesionstudio.words import _

_LARGEST = 500.0


class SeedsKind(ToolKind):
    """Seeds live in a mask and a history of their own, until what grew from them is accepted or dropped."""

    verb = "seeds"
    defaults = {"sows": "label", "is_3d": True, "margin_mm": 20.0, "margin_px": 40.0}
    has_diameter = True
    proposes = True

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._opened: OpenScan | None = None
        self._history: EditHistory | None = None
        self._in_hand = False
        self._bar: tuple[QWidget, ...] = ()
        parts.proposals.answered.connect(self._answered)
        parts.session.scan_closed.connect(self._forget)

    def make(self, context: ToolContext) -> Tool | None:
        """A brush for seeds of the label in use, or of the background."""
        if self.parts.session.open is None:
            return None
        history = self._seeds(self.parts.session.open)
        editor, marks = shown_editor(history, context.plane), shown_mask(history.mask, context.plane)
        bed = Bed(editor, marks, self._sown, self.undo, self._empty)
        label = 0 if self.values["sows"] == "background" else context.label
        form = BrushForm(in_pixels=context.unit == "px" and context.geometry.has_spacing)
        return Seeds(bed, label, context.diameter, context.geometry, form)

    def options(self, look: Look) -> Sequence[QWidget]:
        """What is sown, where is looked, and how far around."""
        self._bar = self._bar or self._make_bar()
        return self._bar

    def _make_bar(self) -> tuple[QWidget, ...]:
        self._sows, self._depth = Choices("seeds_sows", stretch=False), Choices("seeds_depth", stretch=False)
        self._margin = NumberField("seeds_margin", _("How far around the seeds is looked"))
        self._margin.setToolTip(_("How far around the seeds is looked"))
        self._margin.setFixedWidth(68)
        self._margin.show_range(1.0, _LARGEST, 5.0)
        self._sows.chosen.connect(lambda sows: self.keep(sows=sows))
        self._depth.chosen.connect(lambda depth: self._keep_and_grow(is_3d=depth == "volume"))
        self._margin.value_changed.connect(lambda margin: self._keep_and_grow(**{self._margin_name: margin}))
        return self._sows, self._depth, named(_("Around"), self._margin)

    def follow(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        if scan is None or not self._bar:
            return
        values = self.values
        self._sows.show_choices((("label", _("Label")), ("background", _("Background"))), values["sows"])
        depth = "volume" if values["is_3d"] and scan.slices > 1 else "slice"
        self._depth.show_choices((("slice", _("2-D")), ("volume", _("3-D"))), depth)
        self._depth.allow("volume", scan.slices > 1)
        self._margin.show_value(values[self._margin_name], _("mm") if self._in_mm else _("px"))

    def does(self, label: Label | None) -> tuple[str, str]:
        """What a stroke means."""
        if self.values["sows"] == "background":
            return _("a stroke says: none of the labels"), ""
        if label is None:
            return "", ""
        words = _("{name} is locked") if label.locked else _("a stroke in {name}; Alt: a stroke beside it")
        return words.format(name=label.name), label.colour

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        return (("Alt",), _("background")), ((_("Backspace"),), _("last seed away")), ((_("Esc"),), _("all away"))

    def chosen(self) -> None:
        """Seeds that are still there grow again; the next stroke is one of the label in use."""
        self._in_hand = True
        self.keep(sows="label")
        self._grow()

    def dropped(self) -> None:
        """The preview goes with the tool; the seeds wait."""
        self._in_hand = False
        self.parts.proposals.reject()

    @property
    def undo_title(self) -> str:
        """Undo takes a seed back, as long as there is one."""
        return _("Seed") if self._in_hand and self._history is not None and self._history.undo_title else ""

    def undo(self) -> bool:
        """Takes the last seed back; False where there is none."""
        if not self.undo_title or self._history is None:
            return False
        self._show(self._history.undo())
        self._grow()
        return True

    @property
    def redo_title(self) -> str:
        """A seed that was taken back can be sown again."""
        return _("Seed") if self._in_hand and self._history is not None and self._history.redo_title else ""

    def redo(self) -> bool:
        """Sows the seed last taken back; False where there is none."""
        if not self.redo_title or self._history is None:
            return False
        self._show(self._history.redo())
        self._grow()
        return True

    def _seeds(self, opened: OpenScan) -> EditHistory:
        if self._history is None or self._opened is not opened:
            self._opened, self._history = opened, EditHistory(Mask(opened.mask.shape))
        return self._history

    def _sown(self) -> None:
        self.undo_changed.emit()
        self._grow()

    def _keep_and_grow(self, **values: object) -> None:
        self.keep(**values)
        self._grow()

    def _grow(self) -> None:
        """Finds what grows from the seeds there are; nothing without any."""
        opened, history, proposals = self.parts.session.open, self._history, self.parts.proposals
        if opened is None or history is None or self._opened is not opened or not self._in_hand:
            return
        seeds = Marked.now(history.mask)
        if seeds.box().is_empty:
            proposals.show(None)
            return
        scan, rules = opened.scan, opened.history.rules
        limits = Limits(rules, values_of(scan), opened.history.locked, scan.geometry.spacing_mm)
        margin = self.values[self._margin_name] * (1.0 if self._in_mm else scan.geometry.spacing_mm[2])
        around = SeedBox(margin, self.values["is_3d"], opened.k)
        nothing = _("Draw a stroke in what you want marked.")
        title, marked = _("Grow from seeds"), Marked.now(opened.mask)
        proposals.compute(title, grown, scan, seeds, around, marked, limits, title, nothing=nothing)

    def _answered(self, _accepted: bool) -> None:
        if self._in_hand:
            self._drop_seeds()

    def _empty(self) -> None:
        if not self.parts.proposals.reject():
            self._drop_seeds()

    def _drop_seeds(self) -> None:
        if self._history is not None and self._history.mask.touched("labels"):
            self._opened, self._history = None, None
            self.values["sows"] = "label"
            self.undo_changed.emit()
            self.changed.emit()

    def _forget(self) -> None:
        self._opened, self._history = None, None

    def _show(self, box: Box) -> None:
        self.parts.session.mask_changed(box)
        self.undo_changed.emit()

    @property
    def _in_mm(self) -> bool:
        scan = self.parts.session.scan
        return scan is not None and scan.geometry.is_of_mm

    @property
    def _margin_name(self) -> str:
        return "margin_mm" if self._in_mm else "margin_px"


def grown(
    scan: Scan, seeds: Marked, around: SeedBox, marked: Marked, limits: Limits, title: str, report: Reporter = silent
) -> Proposal | None:
    """What grows from the seeds, as far as it may be carried out."""
    wished = seeded(scan, seeds, around, title, report)
    return permitted(wished, marked, limits.rules, limits.values, limits.locked)
