"""RegionLasso: marks inside an outline are copied to other slices, moved, or mirrored; shown before it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from lesionstudio.gui.viewer.tools.lasso import Lasso
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Place, Sketch, Spot, Tool
from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.imaging.lasso import inside
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.regions import copied, mirrored, moved
from lesionstudio.words import _, ngettext

Show = Callable[[Proposal | None, str], None]


@dataclass(frozen=True, slots=True)
class RegionUse:
    """`mode`: "copy" to the next `count` slices (those before, when negative), "move", "mirror" where it is, or
    "mirror_across" to the other side of the picture, where the marks stay here too."""

    mode: str
    count: int = 1
    locked: frozenset[int] = frozenset()


@dataclass(eq=False, slots=True)
class Region:
    """What was drawn around on slice k, and how far it was moved (rows, columns)."""

    k: int
    outline: tuple[Place, ...]
    covered: Covered
    by: tuple[int, int] = (0, 0)

    def holds(self, spot: Spot) -> bool:
        """Whether a place lies inside, where the region is now."""
        row, column = (
            round(spot.row) - self.by[0] - self.covered.row,
            round(spot.column) - self.by[1] - self.covered.column,
        )
        rows, columns = self.covered.cover.shape
        within = spot.k == self.k and 0 <= row < rows and 0 <= column < columns
        return within and bool(self.covered.cover[row, column])


class RegionLasso(Lasso):
    """Draw around marks. To move them press inside the outline and drag; the proposal is answered as any other."""

    paints = False

    def __init__(self, history: Editor, geometry: Geometry, use: RegionUse, show: Show) -> None:
        super().__init__(history, 0, geometry)
        self._geometry, self._region_use, self._show = geometry, use, show
        self.region: Region | None = None
        self._grabbed: tuple[Spot, tuple[int, int]] | None = None

    @property
    def is_down(self) -> bool:
        """Whether an outline is drawn or a region moved."""
        return super().is_down or self._grabbed is not None

    @property
    def sketch(self) -> Sketch | None:
        """The outline that is drawn, or the one that stands, where it is now."""
        drawn, region = super().sketch, self.region
        if drawn is not None or region is None:
            return drawn
        line = tuple((row + region.by[0], column + region.by[1]) for row, column in region.outline)
        return Sketch(region.k, dashed=((*line, line[0]),))

    def take_over(self, before: Tool) -> None:
        """The region stays when an option is changed, and is treated as it says now."""
        super().take_over(before)
        if isinstance(before, RegionLasso) and before.region is not None:
            self.region = before.region
            if before._region_use != self._region_use:
                self._propose()

    def press(self, spot: Spot, held: Held) -> Box:
        """Takes the region into the hand, or begins another outline."""
        if self.region is not None and self._region_use.mode == "move" and self.region.holds(spot):
            self._grabbed = spot, self.region.by
            return EMPTY_BOX
        self.region = None
        return super().press(spot, held)

    def move(self, spot: Spot, held: Held) -> Box:
        """The region in the hand, or the outline, follows."""
        if self._grabbed is None or self.region is None:
            return super().move(spot, held)
        start, by = self._grabbed
        if spot.k == start.k:
            self.region.by = by[0] + round(spot.row - start.row), by[1] + round(spot.column - start.column)
            self._propose()
        return EMPTY_BOX

    def finish(self) -> Box:
        """Lets the region go, or closes the outline."""
        if self._grabbed is not None:
            self._grabbed = None
            return EMPTY_BOX
        return super().finish()

    def abandon(self) -> Box:
        """The region goes back to where it was."""
        if self._grabbed is not None and self.region is not None:
            self.region.by, self._grabbed = self._grabbed[1], None
            self._propose()
        return super().abandon()

    def double_click(self, spot: Spot, held: Held) -> Box:
        """Nothing is filled."""
        return EMPTY_BOX

    def forget(self) -> None:
        """It was answered: the outline is gone."""
        self.region = self._grabbed = None

    def _use_inside(self, k: int, outline: list[Place], held: Held) -> Box:
        """Keeps the outline, and shows what would become of its marks."""
        covered = inside(outline, even_odd=self.even_odd)
        if covered.cover.any():
            self.region = Region(k, tuple(outline), covered)
            self._propose()
        return EMPTY_BOX

    def _propose(self) -> None:
        region, use = self.region, self._region_use
        if region is None:
            return
        found = self._found(region, use)
        if found is None and use.mode == "move" and region.by == (0, 0):
            self._show(None, _("Drag the region to its new place."))
        else:
            self._show(found, _("No marks to take.") if found is None else "")

    def _found(self, region: Region, use: RegionUse) -> Proposal | None:
        labels, shape = self._history.mask.labels, self._geometry.shape
        ends = (region.k, region.k + use.count) if use.mode == "copy" else (region.k, region.k)
        near = range(max(min(ends), 0), min(max(ends) + 1, shape[0]))
        marked = Marked(shape, {k: labels(k) for k in near})
        if use.mode == "copy":
            n = abs(use.count)
            title = ngettext("Copy region to {n} slice", "Copy region to {n} slices", n)
            return copied(marked, region.k, region.covered, use.count, title, use.locked) if n else None
        if use.mode == "move":
            return moved(marked, region.k, region.covered, region.by, _("Move region"), use.locked)
        across = use.mode == "mirror_across"
        middle = (shape[2] - 1) / 2 if across else None
        title = _("Mirror region")
        return mirrored(marked, region.k, region.covered, "left_right", title, use.locked, middle=middle, keep=across)
