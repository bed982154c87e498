"""OpenScan: the scan on screen with its mask, its history and where the person is in it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lesionstudio.errors import GridMismatch, UnreadableFile
from lesionstudio.gui.viewer.first_use import draw_once
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import Mask, MaskSnapshot
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem


@dataclass(eq=False, slots=True)
class OpenScan:
    """One scan, open: what belongs to it goes with it when another is opened. `name`: what its file calls it."""

    item: WorkItem
    scan: Scan
    mask: Mask
    history: EditHistory
    k: int = 0
    name: str = ""


def read_item(project: Project, item: WorkItem, k: int, pending: MaskSnapshot | None) -> tuple[Scan, Mask]:
    """Reads a scan, its slice k, and its mask: the one on its way to the disk if there is one, else the saved one.

    The middle slice is read as well: the first window is made for it. Slow: runs on the `files` lane. Raises
    UnreadableFile, GridMismatch, ProjectProblem.
    """
    draw_once()  # It takes 40 ms and more, and the first picture needs it.
    scan = project.read_scan(item)
    for needed in (min(k, scan.slices - 1), scan.slices // 2):
        scan.slice(needed)
    mask = project.load_mask(item.id, scan.geometry, scan.slice_ids)
    if pending is not None:
        mask = Mask.restore(pending)
    return scan, mask


def open_study(folder: Path) -> Project:
    """The study of a folder with everything that is written down of its items.

    Slow: runs on the `files` lane. Raises ProjectProblem.
    """
    project = Project.open(folder)
    for item_id in project.items:
        project.record(item_id)
        with suppress(UnreadableFile, GridMismatch):
            project.know_marks(item_id)
    return project
