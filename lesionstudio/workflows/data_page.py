"""data_page: what a person looks at before training: what the data hold, what is odd about them, and pictures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.report.facts import Sample
from lesionstudio.words import _, number
from lesionstudio.workflows.data_facts import data_facts
from lesionstudio.workflows.labelled import Places, read_pair
from lesionstudio.workflows.report import shown_slice

CONTACT, _NAMED = 12, 3
_LITTLE_PERCENT = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class DataPage:
    """`facts`: what data_facts gives; `warnings`: sentences; `contact`: some pictures with the masks they came with."""

    facts: dict[str, Any]
    warnings: tuple[str, ...]
    contact: tuple[Sample, ...]


def data_page(places: Places, report: Reporter) -> DataPage:
    """Reads everything once, and some pictures again. Raises LesionStudioError."""
    facts = data_facts(places, report=report)
    report(Progress(None, _("Looking at the data")))
    return DataPage(facts, tuple(data_warnings(facts)), tuple(_contact(places, report)))


def data_warnings(facts: dict[str, Any]) -> list[str]:
    """What is odd about the data, in sentences; the worst first."""
    parts = facts["parts"]
    said = []
    if not facts["labels"]:
        said.append(_("No mask has a mark: there is nothing to learn."))
    if facts["near_duplicates"]:
        pairs = facts["near_duplicates"]
        text = _("Nearly the same in different parts: {names}.")
        said.append(text.format(names=_some([" = ".join(pair) for pair in pairs])))
    if facts["unpaired"]:
        text = _("{n} files have no partner: {names}")
        said.append(text.format(n=len(facts["unpaired"]), names=_some(facts["unpaired"])))
    percent = _share(parts, "marked_percent", "slices")
    if facts["labels"] and percent < _LITTLE_PERCENT:
        said.append(_("Only {percent} % of the pixels are marked.").format(percent=number(percent, 3)))
    train = parts.get("train") or parts.get("")
    for label in facts["labels"] if train else ():
        if not train["slices_with"].get(str(label)):
            said.append(_("Label {n} never occurs in what is trained on.").format(n=label))
    if sum(part["files"] for part in parts.values()) == 1:
        said.append(_("There is only one picture: nothing can be held out from it but a part of its slices."))
    return said


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _share(parts: dict[str, Any], name: str, weight: str) -> float:
    """The mean over parts, each counted by its slices."""
    total = sum(part[weight] for part in parts.values())
    return float(sum(part[name] * part[weight] for part in parts.values()) / max(total, 1))


def _contact(places: Places, report: Reporter) -> list[Sample]:
    """Pictures from all over the data, each on its slice with most marks."""
    pairs = places.pairs(silent).pairs
    samples = []
    for place in np.unique(np.linspace(0, len(pairs) - 1, CONTACT).round().astype(int)):
        scan, wanted = read_pair(pairs[place], None)
        k = int(np.count_nonzero(wanted, axis=(1, 2)).argmax())
        samples.append(_small(Sample(pairs[place].id, shown_slice(scan, k), wanted[k])))
        report(Progress(None, _("Looking at the data")))
    return samples


def _small(sample: Sample) -> Sample:
    """The sample with every n-th pixel only: it is shown as a stamp."""
    step = max(1, max(sample.wanted.shape) // 160)
    thin: NDArray[np.uint8] = np.ascontiguousarray(sample.picture[::step, ::step])
    return Sample(sample.name, thin, np.ascontiguousarray(sample.wanted[::step, ::step]))
