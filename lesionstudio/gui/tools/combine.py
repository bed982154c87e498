"""Combine in the window: the label in use takes another one in, loses what lies in it, or keeps only that."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.clean_up import scopes
from lesionstudio.gui.tools.proposing import ProposingKind, Work
from lesionstudio.gui.widgets.buttons import Toggle
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.options import named
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.imaging.combine import Combination, combined
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

_MOST = 50.0


class CombineKind(ProposingKind):
    """A := A and B, A without B, A only within B; A is the label in use."""

    verb = "combine"
    defaults = {
        "operation": "union", "other": 0, "encloses": True, "margin_mm": 0.0, "margin_px": 0.0, "scope": "volume",
    }  # fmt: skip

    def make_bar(self, look: Look) -> tuple[QWidget, ...]:
        """What is done, with which label, how that one is meant, and where."""
        self._operation = Pick("combine_operation", _("What is done"))
        self._other = Pick("combine_other", _("With which label"))
        self._encloses = Toggle(look, _("With what it encloses"), "combine_encloses")
        self._margin = NumberField("combine_margin", _("Wider by"), 1)
        self._margin.setFixedWidth(70)
        self._scope = Pick("combine_scope", _("Where"))
        self._only_then = named(_("Its inside"), self._encloses), named(_("Wider"), self._margin)
        self._operation.picked.connect(lambda operation: self.keep(operation=operation))
        self._other.picked.connect(lambda other: self.keep(other=other))
        self._encloses.toggled.connect(lambda on: self.keep(encloses=on))
        self._margin.value_changed.connect(lambda margin: self.keep(**{self._figure: margin}))
        self._scope.picked.connect(lambda scope: self.keep(scope=scope))
        return self._operation, self._other, *map(_held, self._only_then), self._scope

    def show(self, scan: Scan) -> None:
        """Shows what is chosen, and the other labels there are."""
        others = [(one.number, one.name) for one in self._others()]
        self._operation.show_choices(_operations(), self.values["operation"])
        self._other.show_choices(others, self._b)
        self._encloses.blockSignals(True)
        self._encloses.setChecked(self.values["encloses"])
        self._encloses.blockSignals(False)
        for part in self._only_then:
            part.setVisible(self.values["operation"] != "union")
        self._margin.show_range(0.0, _MOST, 0.5)
        self._margin.show_value(self.values[self._figure], _("mm") if scan.geometry.has_spacing else _("px"), 1)
        self._scope.show_choices(scopes(), self.scope)
        self._scope.setEnabled(scan.slices > 1)

    def does(self, label: Label | None) -> tuple[str, str]:
        """Which label is changed."""
        if label is None:
            return "", ""
        words = _("{name} is locked") if label.locked else _("changes {name}")
        return words.format(name=label.name), label.colour

    def work(self, opened: OpenScan) -> Work | str:
        """The operation chosen."""
        labels, operation = self.parts.session.labels, self.values["operation"]
        own, other = labels.by_number(self.parts.session.label_in_use), labels.by_number(self._b)
        if own is None or other is None:
            return _("Two labels are needed: add one under Labels.")
        if own.locked:
            return _("{name} is locked.").format(name=own.name)
        margin, encloses = self.values[self._figure], self.values["encloses"]
        if operation == "union":
            margin, encloses = 0.0, False
        elif not (margin or encloses):
            words = _("A voxel has one label: make {name} wider, or count its inside.")
            return words.format(name=other.name)
        wish = Combination(
            own.number,
            operation,
            other.number,
            margin=margin,
            encloses=encloses,
            slices=self.slices,
            in_3d=self.scope == "volume",
            locked=opened.history.locked,
        )
        title = _titles()[operation].format(a=own.name, b=other.name)
        return Work(title, combined, (wish,), _("That would change nothing."))

    @property
    def _b(self) -> int:
        """The other label; the first there is, where the one chosen is gone or in use."""
        numbers = [one.number for one in self._others()]
        return self.values["other"] if self.values["other"] in numbers else next(iter(numbers), 0)

    def _others(self) -> list[Label]:
        session = self.parts.session
        return [one for one in session.labels.shown() if one.number != session.label_in_use]

    @property
    def _figure(self) -> str:
        scan = self.parts.session.scan
        return "margin_mm" if scan is not None and scan.geometry.has_spacing else "margin_px"


def _held(part: QWidget) -> QWidget:
    """A place in the bar for what is not always there."""
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(part)
    return place


def _operations() -> list[tuple[object, str]]:
    return [("union", _("takes in")), ("subtract", _("without")), ("intersect", _("only within"))]


def _titles() -> dict[str, str]:
    return {
        "union": _("{a} takes {b} in"),
        "subtract": _("{a} without {b}"),
        "intersect": _("{a} only within {b}"),
    }
