"""Tool: what the picture needs of whatever is in the hand, and what a tool needs of the mask it works on.

Each method returns the voxels that changed; nobody here redraws anything. Places are those of the view that the tool
was made for: views in other planes hand it an Editor and a Geometry of their plane.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from lesionstudio.imaging.brush import Cover
from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Pixels
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.imaging.proposal import Proposal
    from lesionstudio.imaging.shown import MaskView

Place = tuple[float, float]
"""Row and column in a slice, in fractions of voxels."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the keys held down mean: erase instead, draw straight, pick the label under the pointer.

    `pressure`: how hard a pen is pressed, from 0 to 1; None for a mouse. A pen's other end erases.
    """

    erase: bool = False
    straight: bool = False
    pick: bool = False
    pressure: float | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in slice k, in fractions of voxels; whole numbers are voxel centres.

    `reach`: how many voxels from it a handle still counts as hit; the view knows how large voxels are on the screen.
    """

    k: int
    row: float
    column: float
    reach: float = 1.0

    @property
    def place(self) -> Place:
        """Row and column."""
        return self.row, self.column


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a tool draws over slice k: lines, dashed lines, handles to drag, and texts beside places."""

    k: int
    lines: tuple[tuple[Place, ...], ...] = ()
    dashed: tuple[tuple[Place, ...], ...] = ()
    handles: tuple[Place, ...] = ()
    texts: tuple[tuple[Place, str], ...] = ()


class OpenStroke(Protocol):
    """What a tool needs of editing.Stroke."""

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Marks covered voxels; returns the block looked at."""

    def paint_block(self, box: Box, cover: Cover, label: int) -> Box:
        """Marks covered voxels (slices, rows, columns) of a block; returns the block looked at."""

    def commit(self) -> object:
        """Makes it one step of the history."""

    def abandon(self) -> Box:
        """Puts everything back."""


class Labelled(Protocol):
    """What a tool may look at."""

    def labels(self, k: int) -> Pixels:
        """Label of each voxel of slice k (row, column), read-only."""


class Editor(Protocol):
    """What a tool needs of editing.EditHistory."""

    @property
    def is_open(self) -> bool:
        """Whether a stroke is in the making."""

    @property
    def mask(self) -> Labelled:
        """The labels as they are."""

    def stroke(self, title: str) -> OpenStroke:
        """Opens a stroke."""

    def take_back(self, edit: object) -> Box:
        """Undoes this step (what commit gave) if it is the last one; else nothing."""

    @property
    def voxels(self) -> Callable[[int], NDArray[Any]] | None:
        """Gives the values of slice k (row, column) in the scan's unit; None where there is no scan."""


class Tool:
    """A tool that does nothing. press, move and finish or abandon come in this order, as the button goes."""

    paints = True
    """Whether it marks or erases: then it is refused where the label is locked or hidden, or the mask is hidden."""

    @property
    def shape(self) -> str:
        """The pointer: "ring" or "square" (in the tool's size), "cross", or "none" for the system's."""
        return "cross"

    @property
    def in_pixels(self) -> bool:
        """Whether the diameter counts voxels although they have a spacing."""
        return False

    @property
    def label(self) -> int:
        """The number it paints; 0 erases."""
        return 0

    @property
    def diameter(self) -> float:
        """How large it is on the screen, in mm where its voxels have a spacing, else in voxels."""
        return 0.0

    @property
    def is_down(self) -> bool:
        """Whether the button is down and it works."""
        return False

    @property
    def straight_from(self) -> Spot | None:
        """Where a straight line that is not painted yet begins."""
        return None

    @property
    def sketch(self) -> Sketch | None:
        """What it draws over the picture now."""
        return None

    @property
    def proposal(self) -> "Proposal | None":
        """What it would change, to be looked at before."""
        return None

    @property
    def strokes(self) -> "MaskView | None":
        """What it has drawn that is no mark (seeds), on the view's grid; shown over the picture."""
        return None

    @property
    def message(self) -> str:
        """What it has to say at the pointer after what was just done; "" for nothing."""
        return ""

    def take_over(self, before: "Tool") -> None:
        """Goes on with what another one of its kind had begun: label, diameter or an option changed meanwhile."""

    def press(self, spot: Spot, held: Held) -> Box:
        """The button went down here."""
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """The pointer came here with the button down."""
        return EMPTY_BOX

    def finish(self) -> Box:
        """The button went up: one step of the history. Returns all that it changed."""
        return EMPTY_BOX

    def abandon(self) -> Box:
        """What the button began is taken back, as if it had never been."""
        return EMPTY_BOX

    def double_click(self, spot: Spot, held: Held) -> Box:
        """The second of two quick clicks at one place; the first was pressed and finished as any other."""
        return EMPTY_BOX

    def hover(self, spot: Spot | None, held: Held) -> None:
        """The pointer is here with no button down; None: it left."""

    def key(self, name: str) -> Box | None:
        """ "enter", "escape", "backspace" or "delete" was pressed: what changed, or None when the key is not for it."""
        return None


def refusal(tool: Tool | None, labels: LabelSet, held: Held, *, marks_hidden: bool) -> str:
    """Why the tool may not paint now, as a sentence; "" when it may."""
    if tool is None or not tool.paints:
        return ""
    if marks_hidden:
        return _("The mask is hidden.")
    if held.erase or tool.label == 0:
        return ""
    label = labels.by_number(tool.label)
    if label is None:
        return _("Add a label first.")
    if label.locked:
        return _("{name} is locked.").format(name=label.name)
    return "" if label.visible else _("{name} is hidden.").format(name=label.name)


def outside(rules: PaintRules, value: str) -> str:
    """Why a voxel of this value stays as it is."""
    if rules.inverted:
        return _("Inside the range left out: {value}").format(value=value)
    return _("Outside the value range: {value}").format(value=value)


def kept_marks(rules: PaintRules, labels: LabelSet) -> str:
    """Why what is marked here stays as it is."""
    label = labels.by_number(rules.over) if isinstance(rules.over, int) else None
    if rules.over == "background":
        return _("Only background is painted over.")
    return _("Only {name} is painted over.").format(name=label.name) if label else _("Its label was deleted.")
