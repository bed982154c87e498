"""Where a picture lies on the screen: pan and zoom as numbers. No Qt.

Three kinds of length: voxels (row and column indices, whole numbers at voxel centres), points of the screen (what Qt
counts in) and dots (what the screen really has; `dots_per_point` of them make a point). The picture's corner always
lies on a whole dot, so a picture that is moved never shimmers.
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import NamedTuple

from lesionstudio.imaging.windowing import Window

MARGIN = 20
CRISP_FROM = 4.0
"""Points a voxel from which on voxels are shown as squares (LOOK section 7)."""

MOST_ZOOM = 64.0
DOUBLED_OVER, LEVEL_OVER = 150.0, 400.0
"""Points of a right drag that double the width, or move the level by one width."""

LEAST_WIDTH, MOST_WIDTH = 1e-3, 1e6
LEAST_FOLLOWED = 0.01
_KEPT_IN_VIEW = 48


@dataclass(frozen=True, slots=True)
class Pointer:
    """The voxel under the pointer; `inside`: whether the picture is there at all."""

    k: int
    row: int
    column: int
    inside: bool


class Rect(NamedTuple):
    """A half-open rectangle: of voxels, or of dots."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in it."""
        return self.bottom <= self.top or self.right <= self.left

    @property
    def rows(self) -> slice:
        """As an index along the first axis."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """As an index along the second axis."""
        return slice(self.left, self.right)

    def intersect(self, other: "Rect") -> "Rect":
        """What lies in both; perhaps nothing."""
        # Conditions, not min and max: this runs a dozen times for every place of the mouse.
        top, left, bottom, right = self
        other_top, other_left, other_bottom, other_right = other
        return Rect(
            top if top > other_top else other_top, left if left > other_left else other_left,
            bottom if bottom < other_bottom else other_bottom, right if right < other_right else other_right,
        )  # fmt: skip

    def union(self, other: "Rect") -> "Rect":
        """The smallest rectangle that holds both; an empty one adds nothing."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return Rect(
            min(self.top, other.top), min(self.left, other.left),
            max(self.bottom, other.bottom), max(self.right, other.right),
        )  # fmt: skip

    def grown(self, n: int) -> "Rect":
        """With n more on each side."""
        return Rect(self.top - n, self.left - n, self.bottom + n, self.right + n)


NOTHING = Rect(0, 0, 0, 0)


class Screen(NamedTuple):
    """The room a picture is shown in: points high and wide, and dots a point."""

    height: int
    width: int
    dots_per_point: float = 1.0

    @property
    def dots(self) -> Rect:
        """The room in dots."""
        return Rect(0, 0, round(self.height * self.dots_per_point), round(self.width * self.dots_per_point))


class ViewState(NamedTuple):
    """A slice of rows x columns voxels, each `down` dots high and `across` wide, its corner at dot (top, left)."""

    screen: Screen
    rows: int
    columns: int
    down: float
    across: float
    top: int
    left: int

    @classmethod
    def fitted(cls, screen: Screen, rows: int, columns: int, spacing: tuple[float, float] = (1.0, 1.0)) -> "ViewState":
        """The whole slice in the middle of the screen, in true proportion; spacing is along rows and columns."""
        shape = _proportions(spacing)
        room = (max(screen.height - 2 * MARGIN, 16), max(screen.width - 2 * MARGIN, 16))
        zoom = min(room[0] / (rows * shape[0]), room[1] / (columns * shape[1]), MOST_ZOOM)
        return cls(screen, rows, columns, shape[0], shape[1], 0, 0)._sized(zoom)._centred()

    @property
    def zoom(self) -> float:
        """Points a voxel, along its shorter side."""
        return min(self.down, self.across) / self.screen.dots_per_point

    @property
    def is_crisp(self) -> bool:
        """Whether voxels are shown as squares."""
        return self.zoom >= CRISP_FROM - 1e-9

    @property
    def picture(self) -> Rect:
        """Where the whole picture lies, in dots; it may reach beyond the screen."""
        height, width = round(self.rows * self.down), round(self.columns * self.across)
        return Rect(self.top, self.left, self.top + height, self.left + width)

    def to_voxel(self, x: float, y: float) -> tuple[float, float]:
        """The place (row, column) under a point of the screen, in fractions of voxels."""
        dots = self.screen.dots_per_point
        return (y * dots - self.top) / self.down - 0.5, (x * dots - self.left) / self.across - 0.5

    def to_point(self, row: float, column: float) -> tuple[float, float]:
        """The point (x, y) of the screen at which a place lies."""
        dots = self.screen.dots_per_point
        return ((column + 0.5) * self.across + self.left) / dots, ((row + 0.5) * self.down + self.top) / dots

    def pointer(self, k: int, x: float, y: float) -> Pointer:
        """The voxel of slice k under a point of the screen."""
        row, column = (floor(place + 0.5) for place in self.to_voxel(x, y))
        return Pointer(k, row, column, 0 <= row < self.rows and 0 <= column < self.columns)

    def dots_of(self, voxels: Rect) -> Rect:
        """The dots that a rectangle of voxels touches."""
        return Rect(
            self.top + floor(voxels.top * self.down), self.left + floor(voxels.left * self.across),
            self.top + ceil(voxels.bottom * self.down), self.left + ceil(voxels.right * self.across),
        )  # fmt: skip

    def voxels_of(self, dots: Rect) -> Rect:
        """The voxels that a rectangle of dots touches, as far as the picture reaches."""
        touched = Rect(
            floor((dots.top - self.top) / self.down), floor((dots.left - self.left) / self.across),
            ceil((dots.bottom - self.top) / self.down), ceil((dots.right - self.left) / self.across),
        )  # fmt: skip
        return touched.intersect(Rect(0, 0, self.rows, self.columns))

    def moved(self, dx: float, dy: float) -> "ViewState":
        """Shifted by points of the screen; a part of the picture always stays in view."""
        dots = self.screen.dots_per_point
        return self._replace(top=self.top + round(dy * dots), left=self.left + round(dx * dots))._kept()

    def zoomed(self, factor: float, x: float, y: float) -> "ViewState":
        """Larger by a factor; what lies under the point (x, y) stays there."""
        return self.at_zoom(self.zoom * factor, x, y)

    def at_zoom(self, zoom: float, x: float | None = None, y: float | None = None) -> "ViewState":
        """At so many points a voxel; the point (x, y), or the middle of the screen, stays where it is."""
        x = self.screen.width / 2 if x is None else x
        y = self.screen.height / 2 if y is None else y
        row, column = self.to_voxel(x, y)
        sized = self._sized(min(max(zoom, self._least_zoom()), MOST_ZOOM))
        dots = self.screen.dots_per_point
        top, left = y * dots - (row + 0.5) * sized.down, x * dots - (column + 0.5) * sized.across
        return sized._replace(top=round(top), left=round(left))._kept()

    def around(self, row: float, column: float, zoom: float) -> "ViewState":
        """This place in the middle of the screen, at so many points a voxel, even where nothing of the picture is then
        in view: it follows another picture."""
        sized = self._sized(min(max(zoom, LEAST_FOLLOWED), MOST_ZOOM))
        dots = self.screen.dots_per_point
        top = self.screen.height / 2 * dots - (row + 0.5) * sized.down
        left = self.screen.width / 2 * dots - (column + 0.5) * sized.across
        return sized._replace(top=round(top), left=round(left))

    @property
    def middle(self) -> tuple[float, float]:
        """The place (row, column) in the middle of the screen."""
        return self.to_voxel(self.screen.width / 2, self.screen.height / 2)

    def on(self, screen: Screen) -> "ViewState":
        """The same zoom and the same voxel in the middle, on a screen of another size."""
        row, column = self.to_voxel(self.screen.width / 2, self.screen.height / 2)
        share = screen.dots_per_point / self.screen.dots_per_point
        sized = self._replace(screen=screen, down=self.down * share, across=self.across * share)
        dots = screen.dots_per_point
        top, left = screen.height / 2 * dots - (row + 0.5) * sized.down, screen.width / 2 * dots
        return sized._replace(top=round(top), left=round(left - (column + 0.5) * sized.across))._kept()

    def _sized(self, zoom: float) -> "ViewState":
        share = zoom * self.screen.dots_per_point / min(self.down, self.across)
        return self._replace(down=self.down * share, across=self.across * share)

    def _centred(self) -> "ViewState":
        room = self.screen.dots
        top, left = (room.bottom - self.rows * self.down) / 2, (room.right - self.columns * self.across) / 2
        return self._replace(top=round(top), left=round(left))

    def _least_zoom(self) -> float:
        whole = ViewState.fitted(self.screen, self.rows, self.columns, (self.down, self.across)).zoom
        return min(whole / 2, 1.0)

    def _kept(self) -> "ViewState":
        room = self.screen.dots
        keep = round(_KEPT_IN_VIEW * self.screen.dots_per_point)
        height, width = self.rows * self.down, self.columns * self.across
        top = min(max(self.top, round(min(keep, height) - height)), room.bottom - round(min(keep, height)))
        left = min(max(self.left, round(min(keep, width) - width)), room.right - round(min(keep, width)))
        return self._replace(top=top, left=left)


def dragged_window(window: Window, dx: float, dy: float) -> Window:
    """The window after a drag by so many points: wider to the right, a higher level upwards, both in proportion."""
    width = min(max(window.width * 2.0 ** (dx / DOUBLED_OVER), LEAST_WIDTH), MOST_WIDTH)
    return Window(width, window.level - dy * window.width / LEVEL_OVER)


def _proportions(spacing: tuple[float, float]) -> tuple[float, float]:
    """How high and wide a voxel is drawn, its shorter side being 1."""
    short = min(spacing)
    return spacing[0] / short, spacing[1] / short
