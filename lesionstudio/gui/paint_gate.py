"""PaintGate: which voxels tools may change now, for the scan on screen; the range is kept in the study, by unit."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.session import Session
from lesionstudio.imaging.paint_rules import Over, PaintRules


class PaintGate(QObject):
    """Off at first, and again where values mean something else.

    A range nobody chose yet is that of the window: what is neither black nor white on the screen.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rules = PaintRules()
        self._range_of = ""
        session.scan_opened.connect(self._take_up)
        session.labels_changed.connect(self._forget_lost_label)

    @property
    def digits(self) -> int:
        """How many decimals values have."""
        scan = self._session.scan
        return 2 if scan is not None and scan.dtype.kind == "f" and scan.unit != "HU" else 0

    @property
    def unit(self) -> str:
        """What values are counted in; "" where nobody knows."""
        return self._session.scan.unit if self._session.scan is not None else ""

    def turn_on(self, on: bool) -> None:
        """Whether only voxels in the range are changed."""
        self._put(replace(self.rules, gate_on=on))

    def set_range(self, low: float, high: float) -> None:
        """Chooses the range, in either order, and turns it on."""
        low, high = min(low, high), max(low, high)
        self._put(replace(self.rules, low=low, high=high, gate_on=True))

    def invert(self, inverted: bool) -> None:
        """Whether what lies outside the range is changed instead."""
        self._put(replace(self.rules, inverted=inverted))

    def paint_over(self, over: Over) -> None:
        """Over which marks tools paint."""
        self._put(replace(self.rules, over=over))

    def _put(self, rules: PaintRules) -> None:
        self.rules = rules
        self._kept()[self._key] = [rules.low, rules.high, rules.inverted]
        if self._session.history is not None:
            self._session.history.rules = rules
        self.changed.emit()

    def _take_up(self) -> None:
        kept = self._kept().get(self._key)
        if kept is None:
            window = self._session.window
            kept = [window.level - window.width / 2, window.level + window.width / 2, False]
        low, high, inverted = kept
        stays, self._range_of = self._range_of == self._key, self._key
        rules = replace(self.rules, low=float(low), high=float(high), inverted=bool(inverted))
        self.rules = rules = replace(rules, gate_on=rules.gate_on and stays)
        if self._session.history is not None:
            self._session.history.rules = rules
        self._forget_lost_label()
        self.changed.emit()

    def _forget_lost_label(self) -> None:
        over = self.rules.over
        if isinstance(over, int) and self._session.labels.by_number(over) is None:
            self._put(replace(self.rules, over="all"))

    def _kept(self) -> dict[str, list[float]]:
        kept: dict[str, list[float]] = self._session.study_settings.setdefault("value_ranges", {})
        return kept

    @property
    def _key(self) -> str:
        scan = self._session.scan
        return (scan.unit or scan.modality or "picture") if scan is not None else "picture"
