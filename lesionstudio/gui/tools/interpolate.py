"""Interpolate in the window: which way, which labels, how wide a gap; shown at once, then accepted."""

from PySide6.QtWidgets import QWidget

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.proposing import ProposingKind, Work
from lesionstudio.gui.viewer.plane_view import plane_title
from lesionstudio.gui.widgets.options import LimitField, named
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.imaging.interpolate import Gaps, interpolated
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.planes import plane_names
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

_WIDEST = 500.0


class InterpolateKind(ProposingKind):
    """Fills the pictures between those that are marked. Slices checked without a mark are left as they are."""

    verb = "interpolate"
    defaults = {"axis": 0, "all_labels": False, "most": 20.0}

    def make_bar(self, look: Look) -> tuple[QWidget, ...]:
        """Between which pictures, of which labels, and how many at most."""
        self._axis = Pick("interpolate_axis", _("Between which pictures"), 130)
        self._which = Pick("interpolate_labels", _("Which labels"))
        self._most = LimitField("interpolate_most", _("Wider gaps stay as they are; 0 for any width"), _("Any"))
        self._most.setFixedWidth(60)
        self._most.show_range(0.0, _WIDEST)
        self._axis.picked.connect(lambda axis: self.keep(axis=axis))
        self._which.picked.connect(lambda which: self.keep(all_labels=which == "all"))
        self._most.value_changed.connect(lambda most: self.keep(most=most))
        return self._axis, self._which, named(_("Gaps up to"), self._most)

    def show(self, scan: Scan) -> None:
        """Shows what is chosen; the pictures by the names of their planes."""
        names = plane_names(scan.geometry)
        self._axis.show_choices([(axis, plane_title(names[axis], axis)) for axis in range(3)], self.values["axis"])
        which = (("this", _("This label")), ("all", _("All labels")))
        self._which.show_choices(which, "all" if self.values["all_labels"] else "this")
        self._most.show_value(self.values["most"])

    def does(self, label: Label | None) -> tuple[str, str]:
        """Which labels are filled in."""
        if self.values["all_labels"]:
            return _("all unlocked labels"), ""
        if label is None:
            return "", ""
        return (_("{name} is locked") if label.locked else "{name}").format(name=label.name), label.colour

    def work(self, opened: OpenScan) -> Work | str:
        """The gaps of the labels that may be painted."""
        session, mask = self.parts.session, opened.mask
        if opened.scan.slices == 1:
            return _("This needs a volume: a picture has no slices to fill.")
        labels = list(session.labels) if self.values["all_labels"] else [session.labels.by_number(session.label_in_use)]
        numbers = tuple(label.number for label in labels if label is not None and not label.locked)
        if not numbers:
            return _("This label is locked.")
        checked = frozenset(k for k in range(opened.scan.slices) if mask.status(k) == SliceStatus.CHECKED)
        gaps = Gaps(self.values["axis"], numbers, round(self.values["most"]), checked)
        nothing = _("Nothing to fill: mark two pictures with empty ones between them.")
        return Work(_("Interpolate"), interpolated, (gaps,), nothing)
