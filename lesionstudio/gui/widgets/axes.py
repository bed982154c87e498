"""What all plots of the window have in common: no menu and no zoom, quiet axes, numbers as the language writes them."""

from collections.abc import Callable, Sequence
from math import ceil, log10
from typing import Any

from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look, font
from lesionstudio.words import number


def tick_words(values: Sequence[float], _scale: float, spacing: float) -> list[str]:
    """Numbers at an axis as the language in use writes them."""
    digits = max(0, min(2, ceil(-log10(spacing)))) if 0 < spacing < 1 else 0
    return [number(value, digits) for value in values]


def new_plot(across_words: Callable[..., list[str]] = tick_words, *, takes_mouse: bool = False) -> Any:
    """A pyqtgraph plot; `across_words` writes the numbers of the lower axis, as tick_words those of the left one."""
    import pyqtgraph as pg

    plot = pg.PlotWidget()
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not takes_mouse)
    plot.setMouseEnabled(False, False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.showGrid(x=False, y=True, alpha=0.35)
    for side, words in (("left", tick_words), ("bottom", across_words)):
        axis = plot.getAxis(side)
        axis.setStyle(tickLength=0)
        axis.tickStrings = words
        axis.enableAutoSIPrefix(False)
    return plot


def dress(plot: Any, look: Look, across: str) -> None:
    """Gives a plot the theme's colours, and the words below it."""
    import pyqtgraph as pg

    tokens = look.tokens
    plot.setBackground(tokens.bg1)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(tokens.line))
        axis.setTextPen(pg.mkPen(tokens.text2))
        axis.setTickFont(font(12))
    plot.setLabel("bottom", across, color=tokens.text2, **{"font-size": "12px"})
