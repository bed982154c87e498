"""RulerTool: a length, or an angle, drawn over the picture; its ends can be moved later. It marks nothing."""

from collections.abc import Mapping
from math import hypot
from typing import Protocol

from lesionstudio.gui.viewer.tools.tool import Held, Place, Sketch, Spot, Tool
from lesionstudio.imaging.geometry import EMPTY_BOX, Box

Places = tuple[Place, ...]


class Board(Protocol):
    """Where rulers stay, as one view sees them."""

    def seen(self, k: int) -> Mapping[int, Places]:
        """The rulers of slice k, by a number that stays."""

    def words(self, k: int, places: Places) -> str:
        """What a ruler there measures."""

    def put(self, which: int | None, k: int, places: Places, *, done: bool) -> None:
        """A new ruler (None), or another place for one that is there; `done`: it stays so."""

    def remove(self, which: int) -> None:
        """Takes one away."""


class RulerTool(Tool):
    """Drag, or click each point. An end can be dragged elsewhere; Delete takes the ruler under the pointer away.

    `count`: 2 points are a length, 3 an angle.
    """

    paints = False

    def __init__(self, board: Board, count: int) -> None:
        self._board, self._count = board, count
        self._k, self._points = 0, list[Place]()
        self._pointer: Spot | None = None
        self._pressed: Spot | None = None
        self._moved: tuple[int, int, Places] | None = None

    @property
    def is_down(self) -> bool:
        """Whether the button is down and it draws."""
        return self._pressed is not None

    @property
    def sketch(self) -> Sketch | None:
        """What is being drawn, with what it measures, and the ends that can be moved."""
        if self._pointer is None:
            return None
        k, here = self._pointer.k, self._pointer.place
        handles = tuple(place for places in self._board.seen(k).values() for place in places)
        if not self._points or self._k != k:
            return Sketch(k, handles=handles) if handles else None
        line = (*self._points, here)
        texts = ((here, self._board.words(k, line)),) if len(line) == self._count else ()
        return Sketch(k, lines=(line,), handles=(*handles, *self._points), texts=texts)

    def take_over(self, before: Tool) -> None:
        """What was begun goes on."""
        if isinstance(before, RulerTool) and before._count == self._count:
            self._k, self._points, self._pointer = before._k, before._points, before._pointer

    def press(self, spot: Spot, held: Held) -> Box:
        """Takes an end into the hand, or puts a point; on another slice a new ruler begins."""
        self._pressed = self._pointer = spot
        if self._k != spot.k:
            self._points.clear()
        self._k = spot.k
        end = self._end_at(spot) if not self._points else None
        if end is not None:
            self._moved = end
        elif not self._points or _apart(self._points[-1], spot.place) > spot.reach:
            self._points.append(spot.place)
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """The end in the hand, or the line, follows."""
        if spot.k != self._k:
            return EMPTY_BOX
        self._pointer = spot
        if self._moved is not None:
            which, n, places = self._moved
            self._board.put(which, self._k, (*places[:n], spot.place, *places[n + 1 :]), done=False)
        return EMPTY_BOX

    def finish(self) -> Box:
        """A drag ends with a point; the last point makes it stay."""
        pressed, moved, pointer = self._pressed, self._moved, self._pointer
        self._pressed = self._moved = None
        if pressed is None or pointer is None:
            return EMPTY_BOX
        if moved is not None:
            which, n, places = moved
            self._board.put(which, self._k, (*places[:n], pointer.place, *places[n + 1 :]), done=True)
            return EMPTY_BOX
        if len(self._points) < self._count and _apart(self._points[-1], pointer.place) > pointer.reach:
            self._points.append(pointer.place)
        if len(self._points) >= self._count:
            self._board.put(None, self._k, tuple(self._points), done=True)
            self._points.clear()
        return EMPTY_BOX

    def abandon(self) -> Box:
        """What was begun is forgotten; an end goes back to where it was."""
        if self._moved is not None:
            which, _n, places = self._moved
            self._board.put(which, self._k, places, done=True)
        self._pressed = self._moved = None
        self._points.clear()
        return EMPTY_BOX

    def hover(self, spot: Spot | None, held: Held) -> None:
        """The line to the pointer follows it."""
        self._pointer = spot

    def key(self, name: str) -> Box | None:
        """Esc forgets what was begun, Backspace its last point; Delete takes the ruler under the pointer away."""
        if name == "escape" and self._points:
            return self.abandon()
        if name == "backspace" and self._points:
            self._points.pop()
            return EMPTY_BOX
        end = self._end_at(self._pointer) if name in ("delete", "backspace") and self._pointer is not None else None
        if end is None:
            return None
        self._board.remove(end[0])
        return EMPTY_BOX

    def _end_at(self, spot: Spot) -> tuple[int, int, Places] | None:
        """The ruler with an end here, which end it is, and all its ends."""
        for which, places in self._board.seen(spot.k).items():
            for n, place in enumerate(places):
                if _apart(place, spot.place) <= spot.reach:
                    return which, n, places
        return None


def _apart(one: Place, other: Place) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
