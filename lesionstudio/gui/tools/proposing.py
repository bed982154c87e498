"""ProposingKind: what tools share whose work is a proposal: found in the background, shown, accepted or dropped."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.pointing import Pointing
from lesionstudio.gui.viewer.tools.tool import Spot, Tool
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import PaintRules, Values, values_of
from lesionstudio.imaging.permitted import permitted
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Reporter, silent
from lesionstudio.words import _

_SOON_MS = 30
SCOPES = ("slice", "each", "volume")


@dataclass(frozen=True, eq=False, slots=True)
class Work:
    """What finds the proposal: called on a thread with the marks, the spacing, these and its title."""

    title: str
    find: Callable[..., Proposal | None]
    wishes: tuple[Any, ...]
    nothing: str
    needs_values: bool = field(default=False, kw_only=True)


class ProposingKind(ToolKind):
    """Shows what it would do as soon as it is in the hand, and again whenever something that matters is another.

    Once answered it waits until something changes, its button is pressed, or the picture is clicked.
    """

    proposes = True

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._in_hand = False
        self._shown_for: tuple[object, ...] | None = None
        self._bar: tuple[QWidget, ...] = ()
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._find)
        parts.session.slice_changed.connect(lambda _k: self._look_again())

    @abstractmethod
    def work(self, opened: OpenScan) -> Work | str:
        """What is to be found for the scan on screen; or why nothing is, as a sentence."""

    @abstractmethod
    def make_bar(self, look: Look) -> tuple[QWidget, ...]:
        """Its widgets, made once."""

    def show(self, scan: Scan) -> None:
        """Shows in its widgets what is chosen now; they are made."""

    def make(self, context: ToolContext) -> Tool:
        """A click asks for the proposal once more."""
        shape = self.parts.session.scan.geometry.shape if self.parts.session.scan is not None else (1, 1, 1)

        def pointed(spot: Spot) -> None:
            k, row, column = context.plane.to_voxel((spot.k, round(spot.row), round(spot.column)), shape)
            place = int(k), int(row), int(column)
            if all(0 <= at < n for at, n in zip(place, shape)):
                self.pointed(place)

        return Pointing(pointed)

    def pointed(self, place: Index) -> None:
        """A voxel was clicked."""
        self.ask()

    def options(self, look: Look) -> Sequence[QWidget]:
        """Its widgets, and a button that shows what it would do."""
        if not self._bar:
            again = word_button(_("Preview"), f"{self.verb}_preview_button")
            again.setToolTip(_("Shows what would change; so does a click in the picture."))
            again.clicked.connect(self.ask)
            self._bar = (*self.make_bar(look), again)
        self.follow(self.parts.session.scan)
        return self._bar

    def follow(self, scan: Scan | None) -> None:
        """Shows what is chosen, and what it would do if that is something else than before."""
        if scan is not None and self._bar:
            self.show(scan)
        self._look_again()

    def chosen(self) -> None:
        """Shows at once what it would do."""
        self._in_hand, self._shown_for = True, None
        self._look_again()

    def dropped(self) -> None:
        """What was shown goes with the tool."""
        self._in_hand = False
        self._soon.stop()
        self.parts.proposals.reject()

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """Its own keys."""
        return (((_("Click"),), _("preview")),)

    def ask(self) -> None:
        """Shows what it would do."""
        self._shown_for = None
        self._look_again()

    @property
    def spoken_for(self) -> tuple[object, ...]:
        """All on which the proposal depends, beside the marks."""
        session = self.parts.session
        rules = session.history.rules if session.history is not None else None
        here = session.slice_number if self.scope == "slice" else -1
        return (tuple(self.values.items()), id(session.open), session.label_in_use, session.labels, rules, here)

    @property
    def scope(self) -> str:
        """ "slice": the one on screen; "each": every one by itself; "volume": in 3-D. A picture is a slice."""
        scan = self.parts.session.scan
        return str(self.values.get("scope", "volume")) if scan is not None and scan.slices > 1 else "slice"

    @property
    def slices(self) -> range | None:
        """The slices to work on; None for all."""
        k = self.parts.session.slice_number
        return range(k, k + 1) if self.scope == "slice" else None

    def _look_again(self) -> None:
        if self._in_hand and self.parts.session.can_edit and self.spoken_for != self._shown_for:
            self._soon.start()

    def _find(self) -> None:
        opened, proposals = self.parts.session.open, self.parts.proposals
        if opened is None or not self._in_hand or opened.history.is_open:
            return
        self._shown_for = self.spoken_for
        work = self.work(opened)
        if isinstance(work, str):
            proposals.show(None, work)
            return
        geometry, history = opened.scan.geometry, opened.history
        limits = Limits(history.rules, values_of(opened.scan), history.locked, geometry.spacing_mm)
        proposals.compute(work.title, found, work, Marked.now(opened.mask), limits, nothing=work.nothing)


@dataclass(frozen=True, eq=False, slots=True)
class Limits:
    """What holds for every tool, and what the scan is like."""

    rules: PaintRules
    values: Values
    locked: frozenset[int]
    spacing: tuple[float, float, float]


def found(work: Work, marked: Marked, limits: Limits, report: Reporter = silent) -> Proposal | None:
    """The proposal, as far as it may be carried out."""
    first = (limits.values, marked) if work.needs_values else (marked,)
    wished = work.find(*first, limits.spacing, *work.wishes, work.title, report)
    allowed = permitted(wished, marked, limits.rules, limits.values, limits.locked)
    return allowed.counted() if allowed is not None else None
