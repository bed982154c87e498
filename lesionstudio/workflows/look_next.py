"""look_next: how unsure a model is of some slices of a scan, by test-time flips; and which slices are worth a look."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.choices import in_hu, with_channels
from lesionstudio.imaging.formats import ScanSource, read_scan
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.progress import Progress, Reporter
from lesionstudio.workflows.segment import loaded

if TYPE_CHECKING:
    from lesionstudio.learning.uncertainty import Floats

HEAT_NAME = "heat.npy"


def look_next(
    source: dict[str, Any],
    model: str,
    slices: Sequence[int],
    threshold: float,
    device: str,
    report: Reporter,
    item: str = "",
    hu_offset: float | None = None,
) -> dict[str, Any]:
    """The doubts about slices of a scan: {"doubts": [...]}, each as uncertainty.Doubt with its "amount".

    A slice that cannot be read is left out. `amount`: how much is marked there, with its unit: ml of a volume, mm2 of a
    picture with a spacing, else px. Raises UnreadableFile, ModelProblem, OutOfMemory.
    """
    from lesionstudio.learning.uncertainty import doubt_of

    scan = read_scan(ScanSource.from_json(source))
    found = []
    for k, probabilities in _answers(scan, slices, model, device, hu_offset, report):
        doubt = doubt_of(probabilities, threshold, item, k)
        found.append(asdict(doubt) | {"amount": _amount(doubt.voxels, scan.geometry)})
        report(Progress(len(found) / len(slices)))
    return {"doubts": found}


def doubt_map(
    source: dict[str, Any], model: str, k: int, device: str, out: str, report: Reporter, hu_offset: float | None = None
) -> dict[str, Any]:
    """How unsure a model is of each voxel of slice k, as heat of 0 to 255 (row, column) in out/heat.npy.

    Raises UnreadableFile, ModelProblem, OutOfMemory.
    """
    from lesionstudio.learning.uncertainty import as_heat, doubt_map

    scan = read_scan(ScanSource.from_json(source))
    answers = dict(_answers(scan, [k], model, device, hu_offset, report))
    if k not in answers:
        scan.slice(k)
    np.save(Path(out) / HEAT_NAME, as_heat(doubt_map(answers[k])))
    return {"heat": str(Path(out) / HEAT_NAME)}


def picked(doubts: Sequence[Mapping[str, Any]], count: int, seed: int) -> list[dict[str, Any]]:
    """The slices to look at next, most useful first: item, slice, why ("random" for every fifth) and the rest."""
    from lesionstudio.learning.uncertainty import Doubt, choose

    known = {(one["item"], one["slice"]): one for one in doubts}
    made = [
        Doubt(**{name: one[name] for name in Doubt.__slots__} | {"by_label": tuple(one["by_label"])}) for one in doubts
    ]
    picks = choose(made, count, seed=seed)
    return [{**known[pick.doubt.item, pick.doubt.slice], "why": pick.why} for pick in picks]


def spread_over(slices: Sequence[tuple[str, int]], most: int, seed: int) -> list[tuple[str, int]]:
    """At most so many (item, slice), spread evenly over all of them; the same for the same seed."""
    from lesionstudio.learning.uncertainty import candidates

    return candidates(slices, most, seed=seed)


def _answers(
    scan: Any, slices: Sequence[int], model: str, device: str, hu_offset: float | None, report: Reporter
) -> "Iterator[tuple[int, Floats]]":
    """Number and probabilities (flip, label, row, column) of those slices that can be read."""
    from lesionstudio.learning.uncertainty import flipped

    predictor, scan = loaded(Path(model), device), in_hu(scan, hu_offset)
    wanted = with_channels(predictor.card.inputs, "")

    def beat(_progress: Progress) -> None:
        report(Progress(None))

    for k in slices:
        try:
            picture = network_inputs(scan, k, wanted)
        except UnreadableFile:
            continue
        yield k, flipped(predictor, picture, beat)


def _amount(voxels: int, geometry: Geometry) -> tuple[float, str]:
    if not geometry.has_spacing:
        return float(voxels), "px"
    if geometry.shape[0] > 1:
        return voxels * geometry.voxel_volume_mm3 / 1000, "ml"
    return voxels * geometry.spacing_mm[1] * geometry.spacing_mm[2], "mm2"
