"""Overlay: one layer over one slice of one screen; all of it is stale when slice, pan, zoom or screen change."""

from lesionstudio.gui.viewer.layers import Layer
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState


class Overlay:
    """What every overlay knows: its slice, where the picture lies, and its dots. Whoever inherits paints them."""

    def __init__(self, k: int = 0) -> None:
        self._k = k
        self._view: ViewState | None = None
        self._layer, self._screen = Layer(1, 1), NOTHING

    def show_slice(self, k: int) -> None:
        """Another slice."""
        self._k = k
        self._layer.stale = self._screen

    def show_view(self, view: ViewState | None) -> None:
        """Pan and zoom."""
        self._view = view
        screen = view.screen.dots if view is not None else Rect(0, 0, 1, 1)
        if screen != self._screen:
            self._screen, self._layer = screen, Layer(screen.bottom, screen.right)
        self._layer.stale = screen
