"""report: what was judged on one HTML page: scores, worst cases, curves, data, network, how to repeat it."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio import __version__
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import first_preset, preset_window, to_grey
from lesionstudio.metrics.cases import Case
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.report.facts import Grey, ReportFacts, Sample
from lesionstudio.words import _, number
from lesionstudio.workflows.commit import commit
from lesionstudio.workflows.data_facts import data_facts
from lesionstudio.workflows.judging import Judge, Judged
from lesionstudio.workflows.labelled import Places, read_pair
from lesionstudio.workflows.readers import between_readers

WORST, USUAL, CONTACT = 10, 4, 24
_PACKAGES = ("torch", "segmentation_models_pytorch", "openvino", "numpy", "scipy")


@dataclass(frozen=True, slots=True)
class Looked:
    """The data that were judged, and how they were read."""

    places: Places
    structure: int | None = None
    hu_offset: float | None = None


def write_report(
    path: Path,
    scores: dict[str, Any],
    judge: Judge,
    found: Sequence[Judged],
    looked: Looked,
    model: str,
    report: Reporter,
) -> None:
    """Writes the page, whole or not at all. Looks at the worst cases again, and at all the data once.

    Raises ProjectProblem where the file cannot be written.
    """
    from lesionstudio.learning.layers import layer_table
    from lesionstudio.report.page import write_page

    report(Progress(None, _("Looking at the data")))
    data = data_facts(looked.places, structure=looked.structure, hu_offset=looked.hu_offset)
    report(Progress(None, _("Writing the report")))
    readers = between_readers(
        [one.pair for one in found], looked.structure, lambda: report(Progress(None, _("Looking at the data")))
    )
    scores = {**scores, "readers": readers}
    marked = (one for one in found if one.case.pooled.wanted)
    order = sorted(marked, key=lambda one: (one.case.share("dice"), -one.case.pooled.wanted))
    worst, rest = order[:WORST], order[WORST:]
    usual = [rest[n] for n in np.unique(np.linspace(0, len(rest) - 1, USUAL).round().astype(int))] if rest else []
    facts = ReportFacts(
        scores=scores,
        card=asdict(judge.card),
        part=scores["part"],
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        layers=layer_table(ModelShelf().find(model).folder),
        data=data,
        worst=tuple(sample_of(judge, one) for one in worst),
        usual=tuple(sample_of(judge, one) for one in usual),
        contact=tuple(_contact(looked)),
        environment=environment(scores),
        again=_again(scores, judge, looked.places, model, path),
    )
    with telling_what_fails(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as draft:
            write_page(facts, draft, lambda: report(Progress(None, _("Writing the report"))))


def write_slices_report(
    path: Path,
    scores: dict[str, Any],
    model: ShelvedModel,
    worst: tuple[Sample, ...],
    usual: tuple[Sample, ...],
    report: Reporter,
) -> None:
    """Writes the page on single slices of a study, whole or not at all. Raises ProjectProblem, ModelProblem."""
    from lesionstudio.learning.layers import layer_table
    from lesionstudio.report.page import write_page

    facts = ReportFacts(
        scores=scores,
        card=asdict(model.card),
        part=scores["part"],
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        layers=layer_table(model.folder),
        worst=worst,
        usual=usual,
        environment=environment(scores),
    )
    with telling_what_fails(path), whole_file(path) as draft:
        write_page(facts, draft, lambda: report(Progress(1.0, _("Writing the report"))))


def sample_of(judge: Judge, judged: Judged) -> Sample:
    """The slice of a case with most wrong voxels, as a report shows it."""
    scan, wanted, marked, _probabilities = judge.look(judged.pair)
    k = judged.worst_slice
    name = judged.pair.id if scan.slices == 1 else _("{name}, slice {n}").format(name=judged.pair.id, n=k + 1)
    return slice_sample(name, scan, k, wanted[k], marked[k], judged.case)


def slice_sample(name: str, scan: Scan, k: int, wanted: Grey, marked: Grey, case: Case) -> Sample:
    """Slice k as a report shows it, with labels wanted and marked (row, column each)."""
    shares = {word: number(case.share(word), 2) for word in ("dice", "precision", "recall")}
    text = _("Dice {dice}, precision {precision}, recall {recall}").format(**shares)
    return Sample(name, shown_slice(scan, k), wanted, marked, text)


def _contact(looked: Looked) -> list[Sample]:
    """Pictures from all over the data, each on its slice with most marks."""
    pairs = looked.places.pairs(silent).pairs
    chosen = np.unique(np.linspace(0, len(pairs) - 1, CONTACT).round().astype(int))
    samples = []
    for pair in (pairs[n] for n in chosen):
        scan, wanted = read_pair(pair, looked.structure, looked.hu_offset)
        k = int(np.count_nonzero(wanted, axis=(1, 2)).argmax())
        samples.append(Sample(pair.id, shown_slice(scan, k), wanted[k]))
    return samples


def shown_slice(scan: Scan, k: int) -> Grey:
    """Slice k as the window first shows it: (rows, columns), or (rows, columns, 3) in colour."""
    pixels = np.asarray(scan.slice(k))
    if scan.channels >= 3 and pixels.dtype == np.uint8:
        return pixels[..., :3]
    plane = pixels[..., 0] if pixels.ndim == 3 else pixels
    return to_grey(plane, preset_window(scan, first_preset(scan), k))


def environment(scores: dict[str, Any]) -> dict[str, str]:
    """Versions, machine and what was computed on, by name."""
    from lesionstudio.learning.processor import processor_name

    versions = {name: metadata.version(name) for name in _PACKAGES if _is_there(name)}
    return {
        "LesionStudio": f"{__version__} {commit()}".strip(),
        _("System"): platform.platform(),
        _("Processor"): processor_name(),
        _("Computed on"): f"{scores['device']}, {scores['engine']}",
        "Python": platform.python_version(),
        **versions,
    }


def _is_there(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _again(scores: dict[str, Any], judge: Judge, places: Places, model: str, path: Path) -> tuple[str, ...]:
    """The command lines; folders by their last name: a report travels, and says nothing of a person's disk."""
    trained = str(judge.card.training.get("command", ""))
    named = {"data": places.data, "images": places.images, "masks": places.masks, "split": places.split}
    given = " ".join(f"--{option} {place.name}" for option, place in named.items() if place is not None)
    words = ["lesionstudio evaluate", f"--model {Path(model).name}", given]
    words += [f"--part {scores['part']}"] if scores["part"] else []
    words += [
        f"--threshold {scores['threshold']:g}",
        *(["--flips"] if scores["flips"] else []),
        f"--report {path.name}",
    ]
    return tuple(line for line in (trained, " ".join(word for word in words if word)) if line)
