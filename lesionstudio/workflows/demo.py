"""demo: the main job without a window, on the sample study: segment, score, export, and a picture of the window."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask, Pixels
from lesionstudio.metrics.agreement import Agreement
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _
from lesionstudio.workflows.export import ExportOrder, export_masks
from lesionstudio.workflows.sample import copy_sample, reference_mask

ShowDemo = Callable[[Path, Path], None]


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """Where the demo's masks and screenshot go, on which device, with which model; "" means the one in use."""

    out: Path
    device: str = "auto"
    model: str = ""


def demo(order: DemoOrder, show_demo: ShowDemo, report: Reporter = silent) -> dict[str, Any]:
    """Does the main job on a fresh copy of the sample study; the person's own copy is left alone.

    Gives {"dice": all voxels pooled, "model", "masks": [path], "screenshot": path, "seconds"}. Raises ModelProblem
    without a model, ProjectProblem when `out` cannot be written.
    """
    began, out = time.monotonic(), order.out.absolute()
    model = _model(order.model)
    with tempfile.TemporaryDirectory(prefix="lesionstudio-demo-") as place:
        study = Path(place) / "Sample study"
        copy_sample(study)
        agreement = _segment_study(study, model, order.device, report)
        masks = export_masks(ExportOrder(study, out / "masks", overwrite=True))["files"]
        screenshot = out / "window.png"
        show_demo(study, screenshot)
    return {
        "dice": round(agreement.dice, 4),
        "model": model.card.id,
        "masks": masks,
        "screenshot": str(screenshot),
        "seconds": round(time.monotonic() - began, 1),
    }


def _model(wanted: str) -> ShelvedModel:
    shelf = ModelShelf()
    model = shelf.find(wanted) if wanted else shelf.in_use()
    if model is None:
        raise ModelProblem(
            _("There is no model to segment with."),
            hint=_("Take one in with `lesionstudio models --add FOLDER`, or train one."),
        )
    return model


def _segment_study(study: Path, model: ShelvedModel, device: str, report: Reporter) -> Agreement:
    """Segments, accepts and checks every scan of the study, and counts against the reference."""
    from lesionstudio.imaging.formats import find_scans

    project = Project.open(study)
    try:
        project.labels = _labels_of(model)
        total = Agreement(0, 0, 0, 0)
        for found in find_scans(study, salt=project.salt):
            total += _segment_item(project, project.add(found), model, device, report)
        project.deal_roles()
    finally:
        project.close()
    return total


def _segment_item(project: Project, item: WorkItem, model: ShelvedModel, device: str, report: Reporter) -> Agreement:
    from lesionstudio.imaging.formats import read_mask, read_scan
    from lesionstudio.workflows.segment import segment_scan

    geometry = read_scan(item.source).geometry
    with tempfile.TemporaryDirectory(prefix="lesionstudio-demo-") as run:
        done = segment_scan(item.source.to_json(), str(model.folder), None, 0, None, device, run, report)
        labels, probability = np.load(done["labels"]), np.load(done["probability"])
    mask = project.load_mask(item.id, geometry)
    _accept(mask, labels, probability, DraftSource(model.card.id, done["threshold"], _now()))
    project.save_mask(item.id, mask.snapshot())
    _open_where_most_is_marked(project, item, labels)
    return Agreement.of(labels, read_mask(reference_mask(item.id), geometry))


def _open_where_most_is_marked(project: Project, item: WorkItem, labels: Pixels) -> None:
    """Lets the window open on what is worth a look: the volume, at the slice with the largest mark."""
    project.update_record(item.id, last_slice=int(np.count_nonzero(labels, axis=(1, 2)).argmax()))
    if item.shape[0] > 1:
        project.settings["last_item"] = item.id


def _accept(mask: Mask, labels: Pixels, probability: Pixels, source: DraftSource) -> None:
    """What a person does with a draft that is right: accept it and check its slices."""
    history = EditHistory(mask)
    history.put_draft(labels, probability, source, _("Segment"))
    history.check(range(len(labels)), _("Check"))


def _labels_of(model: ShelvedModel) -> LabelSet:
    labels = LabelSet()
    for name in model.card.labels:
        labels = labels.add(name)
    return labels


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
