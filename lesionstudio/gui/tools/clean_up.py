"""Clean up in the window: holes, islands, edges in mm, and splitting; on this slice, on each, or in 3-D."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.proposing import ProposingKind, Work
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.imaging.cleanup import CleanUp, Scope, cleaned
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.splitting import Split, split
from lesionstudio.words import _, number

_FIGURES = {"islands": "islands", "grow": "edge", "shrink": "edge", "open": "edge", "close": "edge", "smooth": "edge",
            "split": "neck"}  # fmt: skip
_MOST = {"islands": 1e6, "edge": 50.0, "neck": 100.0}


class CleanUpKind(ProposingKind):
    """Each figure is remembered by its unit: mm, mm2, mm3, or pixels."""

    verb = "clean_up"
    defaults = {
        "action": "islands", "scope": "volume", "all_labels": False, "into": 0,
        "islands_mm3": 20.0, "islands_mm2": 10.0, "islands_px": 20.0,
        "edge_mm": 1.0, "edge_px": 2.0, "neck_mm": 5.0, "neck_px": 6.0,
    }  # fmt: skip

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._point: Index | None = None

    def make_bar(self, look: Look) -> tuple[QWidget, ...]:
        """What, how much, where, of which labels."""
        self._action = Pick("clean_up_action", _("What is done"))
        self._amount = NumberField("clean_up_amount", _("Amount"), 1)
        self._amount.setFixedWidth(80)
        self._into = Pick("clean_up_into", _("What becomes of the parts"))
        self._scope = Pick("clean_up_scope", _("Where"))
        self._which = Pick("clean_up_labels", _("Which labels"))
        figures = QWidget()
        row = QHBoxLayout(figures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._amount)
        row.addWidget(self._into)
        self._action.picked.connect(lambda action: self.keep(action=action))
        self._amount.value_changed.connect(lambda amount: self.keep(**{self._figure: amount}))
        self._into.picked.connect(lambda label: self.keep(into=label))
        self._scope.picked.connect(lambda scope: self.keep(scope=scope))
        self._which.picked.connect(lambda which: self.keep(all_labels=which == "all"))
        return self._action, figures, self._scope, self._which

    def show(self, scan: Scan) -> None:
        """Shows what is chosen, and the unit of the amount."""
        action, figure = self.values["action"], self._figure
        self._action.show_choices(_actions(), action)
        self._amount.setVisible(bool(figure))
        if figure:
            kind = figure.split("_")[0]
            self._amount.show_range(0.0, _MOST[kind], 0.5 if kind == "edge" else 1.0)
            self._amount.show_value(self.values[figure], _unit_words(figure), 0 if kind == "islands" else 1)
        labels = [(one.number, one.name) for one in self.parts.session.labels.shown() if one.number != self._label]
        self._into.setVisible(action == "split")
        self._into.show_choices([(0, _("Cut a line")), *labels], self.values["into"])
        self._scope.show_choices(scopes(), self.scope)
        self._scope.setEnabled(scan.slices > 1)
        which = (("this", _("This label")), ("all", _("All labels")))
        self._which.show_choices(which, "all" if self.values["all_labels"] else "this")

    def does(self, label: Label | None) -> tuple[str, str]:
        """Which labels are cleaned."""
        if self.values["all_labels"]:
            return _("all unlocked labels"), ""
        if label is None:
            return "", ""
        return (_("{name} is locked") if label.locked else "{name}").format(name=label.name), label.colour

    def pointed(self, place: Index) -> None:
        """The piece to keep, where that is what is done."""
        self._point = place
        super().pointed(place)

    def dropped(self) -> None:
        """The piece pointed at is forgotten."""
        super().dropped()
        self._point = None

    def work(self, opened: OpenScan) -> Work | str:
        """The clean-up chosen."""
        action, scope = self.values["action"], self._scope_of(opened)
        if action == "pointed" and self._point is None:
            return _("Click the piece to keep.")
        if not self.values["all_labels"] and self._label in opened.history.locked:
            return _("This label is locked.")
        if action == "split":
            wish = Split(self.values[self._figure], self.values["into"] or None)
            return Work(self._title(action), split, (wish, scope), _("Nothing is that thin."))
        amount = self.values[self._figure] if self._figure else 0.0
        point, self._point = self._point, None
        return Work(self._title(action), cleaned, (CleanUp(action, amount, point), scope), _("Nothing to clean up."))

    def _scope_of(self, opened: OpenScan) -> Scope:
        labels = () if self.values["all_labels"] else (self._label,)
        return Scope(labels, self.slices, self.scope == "volume", opened.history.locked)

    @property
    def _label(self) -> int:
        return self.parts.session.label_in_use

    @property
    def _figure(self) -> str:
        """Under which name the amount is kept; "" where there is none."""
        kind, scan = _FIGURES.get(self.values["action"], ""), self.parts.session.scan
        if not kind:
            return ""
        if scan is None or not scan.geometry.has_spacing:
            return f"{kind}_px"
        if kind == "islands":
            return "islands_mm3" if self.scope == "volume" else "islands_mm2"
        return f"{kind}_mm"

    def _title(self, action: str) -> str:
        figure = self._figure
        words = f"{number(self.values[figure], _digits(self.values[figure]))} {_unit_words(figure)}" if figure else ""
        return _titles()[action].format(amount=words)


def scopes() -> list[tuple[object, str]]:
    """Where a proposal is worked out."""
    return [("slice", _("This slice")), ("each", _("Each slice")), ("volume", _("3-D"))]


def _actions() -> list[tuple[object, str]]:
    return [
        ("holes", _("Fill holes")),
        ("islands", _("Remove islands")),
        ("largest", _("Keep the largest")),
        ("pointed", _("Keep one I click")),
        ("grow", _("Grow")),
        ("shrink", _("Shrink")),
        ("open", _("Open")),
        ("close", _("Close")),
        ("smooth", _("Smooth")),
        ("split", _("Split touching")),
    ]


def _titles() -> dict[str, str]:
    return {
        "holes": _("Fill holes"),
        "islands": _("Remove islands under {amount}"),
        "largest": _("Keep the largest"),
        "pointed": _("Keep this one"),
        "grow": _("Grow by {amount}"),
        "shrink": _("Shrink by {amount}"),
        "open": _("Open by {amount}"),
        "close": _("Close by {amount}"),
        "smooth": _("Smooth by {amount}"),
        "split": _("Split where thinner than {amount}"),
    }


def _unit_words(figure: str) -> str:
    return {"mm": _("mm"), "mm2": _("mm²"), "mm3": _("mm³")}.get(figure.split("_")[1], _("px"))


def _digits(value: float) -> int:
    return 0 if value == round(value) else 1
