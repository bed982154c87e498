"""Threshold in the window: every voxel of a range of values gets the label in use."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext
from lesionstudio.gui.tools.proposing import ProposingKind, Work
from lesionstudio.gui.viewer.tools.range_picker import RangePicker
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.options import LimitField, named
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.range_slider import RangeSlider
from lesionstudio.gui.widgets.text import label as words_label
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.thresholding import Threshold, thresholded
from lesionstudio.words import _, number, unit_name

_MOST, _HU = 1e7, (-1100.0, 1600.0)


class ThresholdKind(ProposingKind):
    """HU and other values have a range each. A drag over the picture takes the range from there."""

    verb = "threshold"
    defaults = {
        "low_hu": 0.0, "high_hu": 0.0, "low": 0.0, "high": 0.0, "inside": 0, "scope": "volume",
        "smallest_mm3": 0.0, "smallest_mm2": 0.0, "smallest_px": 0.0,
    }  # fmt: skip

    def make(self, context: ToolContext) -> Tool:
        """A drag takes the range from the picture."""
        return RangePicker(context.editor, unit_name(context.scan.unit), self._picked, stays=True)

    def make_bar(self, look: Look) -> tuple[QWidget, ...]:
        """The range, where, inside what, and how large a piece must be."""
        self._slider = RangeSlider(look, "threshold_slider", _("Values that are taken"))
        self._low = NumberField("threshold_low", _("Lowest value"))
        self._high = NumberField("threshold_high", _("Highest value"))
        self._scope = Pick("threshold_scope", _("Where"))
        self._inside = Pick("threshold_inside", _("Inside which label"))
        self._smallest = LimitField("threshold_smallest", _("Smaller pieces are left out; 0 takes all"), _("Any"))
        self._smallest.setFixedWidth(80)
        self._smallest.show_range(0.0, 1e6)
        self._slider.range_wanted.connect(self._want)
        for field in (self._low, self._high):
            field.setFixedWidth(62)
            field.show_range(-_MOST, _MOST)
            field.value_changed.connect(lambda _v: self._want(self._low.value, self._high.value))
        self._scope.picked.connect(lambda scope: self.keep(scope=scope))
        self._inside.picked.connect(lambda label: self.keep(inside=label))
        self._smallest.value_changed.connect(lambda size: self.keep(**{self._figure: size}))
        return self._slider, self._fields(), self._scope, self._inside, named(_("At least"), self._smallest)

    def show(self, scan: Scan) -> None:
        """Shows what is chosen."""
        low, high = self._range(scan)
        least, most = _ends(scan)
        self._slider.show_range(low, high, least, most)
        digits = 0 if scan.dtype.kind in "iu" else 2
        self._low.show_value(low, "", digits)
        self._high.show_value(high, "", digits)
        self._unit.setText(unit_name(scan.unit) if scan.unit else "")
        self._scope.show_choices([("slice", _("This slice")), ("volume", _("Whole scan"))], self.scope)
        self._scope.setEnabled(scan.slices > 1)
        labels = [(one.number, _("In {name}").format(name=one.name)) for one in self._others()]
        self._inside.show_choices([(0, _("Everywhere")), *labels], self._within)
        unit = {"mm3": _("mm³"), "mm2": _("mm²")}.get(self._figure.split("_")[1], _("px"))
        self._smallest.show_value(self.values[self._figure], unit)

    def does(self, label: Label | None) -> tuple[str, str]:
        """Which label it gives, and how the range is picked."""
        if label is None:
            return "", ""
        words = _("{name} is locked") if label.locked else _("marks {name}; drag over what should be taken")
        return words.format(name=label.name), label.colour

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        return (((_("Drag"),), _("takes the values there")),)

    def work(self, opened: OpenScan) -> Work | str:
        """All voxels of the range."""
        label = self.parts.session.labels.by_number(self.parts.session.label_in_use)
        if label is None:
            return _("Add a label first.")
        if label.locked:
            return _("{name} is locked.").format(name=label.name)
        low, high = self._range(opened.scan)
        wish = Threshold(
            low,
            high,
            label.number,
            inside=self._within or None,
            smallest=self.values[self._figure],
            slices=self.slices,
            locked=opened.history.locked,
        )
        digits = 0 if opened.scan.dtype.kind in "iu" else 2
        span = _("{low} to {high} {unit}").format(
            low=number(low, digits), high=number(high, digits), unit=unit_name(opened.scan.unit)
        )
        title = _("Threshold {range}").format(range=span.strip())
        return Work(title, thresholded, (wish,), _("No such values there."), needs_values=True)

    def _want(self, low: float, high: float) -> None:
        scan = self.parts.session.scan
        if scan is None:
            return
        digits = 0 if scan.dtype.kind in "iu" else 2
        names = self._names(scan)
        self.keep(**dict(zip(names, (round(min(low, high), digits), round(max(low, high), digits)))))

    def _picked(self, found: tuple[float, float] | None) -> None:
        if found is not None:
            self._want(*found)

    def _range(self, scan: Scan) -> tuple[float, float]:
        """What was chosen; the brighter half of the window where nothing was, or the scan has no such values."""
        low, high = (self.values[name] for name in self._names(scan))
        least, most = scan.intensity_range()
        if low < high and low <= most and high >= least:
            return low, high
        window = self.parts.session.window
        return float(round(window.level)), float(round(window.level + window.width / 2))

    def _names(self, scan: Scan) -> tuple[str, str]:
        return ("low_hu", "high_hu") if scan.unit == "HU" else ("low", "high")

    @property
    def _within(self) -> int:
        numbers = [one.number for one in self._others()]
        return self.values["inside"] if self.values["inside"] in numbers else 0

    def _others(self) -> list[Label]:
        session = self.parts.session
        return [one for one in session.labels.shown() if one.number != session.label_in_use]

    @property
    def _figure(self) -> str:
        scan = self.parts.session.scan
        if scan is None or not scan.geometry.has_spacing:
            return "smallest_px"
        return "smallest_mm3" if self.scope == "volume" else "smallest_mm2"

    def _fields(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._unit = words_label(role="second")
        for one in (self._low, words_label("–", "second"), self._high, self._unit):
            row.addWidget(one)
        return part


def _ends(scan: Scan) -> tuple[float, float]:
    least, most = scan.intensity_range()
    return (max(least, _HU[0]), min(most, _HU[1])) if scan.unit == "HU" else (least, most)
