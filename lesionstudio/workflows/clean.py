"""The clean pictures that a recipe names beside the data to train on."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lesionstudio.imaging.pairs import pair_folders
from lesionstudio.recipe import Recipe
from lesionstudio.workflows.labelled import Places, labelled_slices

if TYPE_CHECKING:
    from lesionstudio.learning.clean import CleanPicture


def clean_beside(plan: Recipe, places: Places) -> list["CleanPicture"]:
    """Those with enough lung to learn from, none where the recipe names no folder. Raises LesionStudioError."""
    from lesionstudio.learning.clean import clean_picture

    if not plan.clean:
        return []
    folder = (places.data or (places.images or Path()).parent) / plan.clean
    found = []
    for _pair, scan, marks in labelled_slices(pair_folders(folder / "images", folder / "masks"), None):
        found += [clean_picture(scan.slice(k).astype(np.float32), marks[k]) for k in range(scan.slices)]
    return [picture for picture in found if picture is not None]
