"""Pointing: a tool that marks nothing; a click says where, and whoever made it does the rest."""

from collections.abc import Callable

from lesionstudio.gui.viewer.tools.tool import Held, Spot, Tool
from lesionstudio.imaging.geometry import EMPTY_BOX, Box


class Pointing(Tool):
    """Calls `pointed` with the place of each press."""

    paints = False

    def __init__(self, pointed: Callable[[Spot], None]) -> None:
        self._pointed = pointed

    def press(self, spot: Spot, held: Held) -> Box:
        """Says where."""
        self._pointed(spot)
        return EMPTY_BOX
