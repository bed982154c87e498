"""OpenCV, loaded when the first picture is drawn: a window without one opens sooner."""

from functools import cache
from typing import Any


@cache
def opencv() -> Any:
    """The module cv2. Kept here because an import inside a function costs microseconds each time it runs."""
    import cv2

    return cv2
