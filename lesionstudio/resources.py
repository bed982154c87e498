"""Finds icons, starter models, translations and the sample study: from source, from a wheel, from an installer."""

import sys
from functools import cache
from pathlib import Path


@cache
def resources_folder() -> Path:
    """The folder that holds everything shipped beside the code."""
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen) / "resources"] if frozen else []
    places += [package / "resources", package.parent / "resources"]
    return next((place for place in places if place.is_dir()), places[-1])


def resource(*parts: str) -> Path:
    """The path of one shipped file or folder, for example resource("icons", "brush.svg")."""
    return resources_folder().joinpath(*parts)
