"""What a report is made of: plain values, gathered by workflows/report.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One slice as a person would see it: picture (rows, columns) or (rows, columns, 3), labels wanted and marked."""

    name: str
    picture: Grey
    wanted: Grey
    marked: Grey | None = None
    facts: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ReportFacts:
    """Everything a report shows. `scores` is what evaluate gives; `card` the model's card as JSON has it.

    `layers` is learning.layers' table, `data` what workflows.data_facts gives (None: not looked at). `worst` are cases
    from the worst on, `usual` some from the middle and the best, `contact` pictures with the masks they came with.
    `environment` and `again` (command lines) say how it was made and how to make it again.
    """

    scores: Mapping[str, Any]
    card: Mapping[str, Any]
    part: str
    made: str
    layers: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    worst: tuple[Sample, ...] = ()
    usual: tuple[Sample, ...] = ()
    contact: tuple[Sample, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    again: tuple[str, ...] = ()
