"""OpenCV, loaded after the window is there and before its first picture is drawn; see first_use.py."""

from functools import cache
from typing import Any


@cache
def opencv() -> Any:
    """The module cv2. Kept here because an import inside a function costs microseconds each time it runs."""
    import cv2

    return cv2
