"""A study of one DICOM series and one picture, some slices of them judged, as files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans
from lesionstudio.imaging.mask import Pixels
from lesionstudio.project.project import Project
from tests import phantoms
from tests.workflows.conftest import open_mask, paint

Change = Callable[[Any, int], None]


def dicom_study(folder: Path, change: Change | None = None) -> tuple[Path, str, Pixels]:
    """A study of one series and one picture: a checked slice with both labels, a corrected one; its id and labels."""
    phantoms.write_dicom(folder / "Doe^John", phantoms.orientation_phantom(shape=(6, 40, 44)), change=change)
    phantoms.write_png(folder / "photo.png", phantoms.picture_phantom(40, 44))
    project = Project.open(folder)
    for found in find_scans(folder, salt=project.salt):
        project.add(found)
    project.labels = project.labels.add("Effusion")
    (item_id,) = (item.id for item in project.items.values() if item.source.format == "dicom")
    mask = open_mask(project, item_id)
    paint(mask, 1)
    paint(mask, 1, label=2, row=20)
    EditHistory(mask).check([1], "Check")
    paint(mask, 4)
    project.save_mask(item_id, mask.snapshot())
    picture = open_mask(project, "photo.png")
    paint(picture, 0)
    project.save_mask("photo.png", picture.snapshot())
    labels = np.stack([mask.labels(k) for k in range(6)])
    project.close()
    return folder, item_id, labels
