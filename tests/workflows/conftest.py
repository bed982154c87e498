"""A study with judged slices, and a tiny model, as files."""

import hashlib
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.mask import DraftSource, Mask
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, write_card
from lesionstudio.project.project import Project

ROWS, COLUMNS, SLICES = 20, 30, 6


def paint(mask: Mask, k: int, label: int = 1, row: int = 3) -> None:
    """One small stroke of 5x6 pixels."""
    stroke = EditHistory(mask).stroke("Brush")
    stroke.paint(k, row, 4, np.ones((5, 6), bool), label)
    stroke.commit()


def open_mask(project: Project, item_id: str) -> Mask:
    """The mask of an item, on its scan's grid."""
    scan = read_scan(project.items[item_id].source)
    return project.load_mask(item_id, scan.geometry, scan.slice_ids)


def write_volume(path: Path) -> None:
    """A CT of 6 axial slices 20x30, 5 x 0.7 x 0.7 mm; slice k counted from the head holds the value -1000 + 100 k."""
    values = np.zeros((COLUMNS, ROWS, SLICES), np.int16)
    values[...] = -1000 + 100 * np.arange(SLICES)[::-1]
    nibabel.save(nibabel.Nifti1Image(values, np.diag([0.7, 0.7, 5.0, 1.0])), path)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two pictures and a volume: slice 1 of the volume checked, slice 3 painted, slice 4 a draft; sub/b.png checked."""
    folder = tmp_path / "scans"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.png"):
        grey = np.linspace(0, 255, ROWS * COLUMNS).astype(np.uint8).reshape(ROWS, COLUMNS)
        Image.fromarray(grey).save(folder / name)
    write_volume(folder / "ct.nii.gz")
    project = Project.open(folder)
    for found in find_scans(folder, salt=project.salt):
        project.add(found)
    volume = open_mask(project, "ct.nii.gz")
    paint(volume, 1)
    EditHistory(volume).check([1], "Check")
    paint(volume, 3)
    draft = np.zeros((1, ROWS, COLUMNS), np.uint8)
    draft[0, 5:9, 5:9] = 1
    source = DraftSource("lung-v1", 0.5, "2025-01-01T00:00:00+00:00")
    EditHistory(volume).put_draft(draft, draft * np.uint8(200), source, "Segment", first_slice=4)
    project.save_mask("ct.nii.gz", volume.snapshot())
    picture = open_mask(project, "sub/b.png")
    EditHistory(picture).check([0], "Check")
    project.save_mask("sub/b.png", picture.snapshot())
    project.close()
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with a card and weights whose SHA-256 is right; too small to be run."""
    from safetensors.numpy import save_file

    folder = tmp_path / "tiny"
    folder.mkdir()
    save_file({"weight": np.zeros(3, np.float16)}, folder / "weights.safetensors")
    rule = IntensityRule("window", -1350, 150)
    card = ModelCard("tiny-v1", "Tiny", ("Lesion",), (ModelInput(rule),), modality="CT", licence="CC0-1.0")
    digest = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    write_card(replace(card, sha256=digest), folder)
    return folder
