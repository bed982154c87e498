"""ChannelQuestion: what of a colour picture a new model is to learn from, asked once a study."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.session import Session


@dataclass(frozen=True, eq=False, slots=True)
class ChannelQuestion:
    """Which channels of these pixels (row, column, channel) a new model is to learn from; the answer goes to `then`."""

    pixels: NDArray[np.generic]
    then: Callable[[str], None]


def channel_question(session: Session, go: Callable[[], None]) -> ChannelQuestion | None:
    """What has to be asked before a new model learns from what is on screen; None where nothing has."""
    settings, scan = session.study_settings, session.scan
    pixels = scan.slice(session.slice_number) if scan is not None else None
    if "channels" in settings or pixels is None or not in_colour(pixels):
        return None

    def answered(channels: str) -> None:
        settings["channels"] = channels
        go()

    return ChannelQuestion(pixels, answered)


def in_colour(pixels: NDArray[np.generic]) -> bool:
    """Whether a slice (row, column[, channel]) has three channels or more that differ."""
    return pixels.ndim == 3 and pixels.shape[2] >= 3 and bool(np.any(pixels[..., :1] != pixels[..., 1:3]))
