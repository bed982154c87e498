"""Turn: pictures of a stack turned and mirrored on the screen; and the two conventions for left and right."""

from dataclasses import dataclass

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.planes import Plane


@dataclass(frozen=True, slots=True)
class Turn:
    """Left and right exchanged first if `mirrored`, then turned clockwise by so many quarters of a circle."""

    quarters: int = 0
    mirrored: bool = False

    def turned(self) -> "Turn":
        """A quarter further, clockwise."""
        return Turn((self.quarters + 1) % 4, self.mirrored)

    def mirror(self) -> "Turn":
        """Left and right of what is shown exchanged."""
        return Turn(-self.quarters % 4, not self.mirrored)

    def flip(self) -> "Turn":
        """Top and bottom of what is shown exchanged."""
        return Turn((2 - self.quarters) % 4, not self.mirrored)

    @property
    def is_none(self) -> bool:
        """Whether everything is as it was."""
        return self == Turn()

    def of(self, plane: Plane) -> Plane:
        """The plane so turned."""
        return (plane.mirrored() if self.mirrored else plane).turned(self.quarters)


def as_agreed(plane: Plane, geometry: Geometry, *, neurological: bool) -> Plane:
    """The plane with the patient's left at the picture's left if that is what a person is used to.

    Pictures without an orientation, or across which left and right do not run, stay as they are.
    """
    _top, right, _bottom, left = plane.geometry(geometry).edge_letters()
    return plane.mirrored() if neurological and (left, right) == ("R", "L") else plane
