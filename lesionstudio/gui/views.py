"""What the session tells its listeners, as frozen plain values: panels show these and nothing else."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lesionstudio.imaging.formats.mask_kinds import MaskFormat

ExportNames = Literal["auto", "original", "alias", "hash"]
NEW_MODEL = ""
"""Stands for a model that is to begin with nothing when Learn is pressed."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """Whether the work is on the disk."""

    kind: Literal["saved", "saving", "failed", "read_only", "nothing"]
    text: str
    when: float = 0.0


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence over the picture: what happened, why with values, and at most one thing to do (an action's verb).

    A question has two answers: `action` and, more quietly, `other`. What is said of a slice alone `passes` with it.
    """

    kind: Literal["error", "warning", "good", "info"]
    title: str
    text: str = ""
    action_text: str = ""
    action: str = ""
    details: str = ""
    payload: Any = None
    other_text: str = ""
    other: str = ""
    passes: bool = False


@dataclass(frozen=True, slots=True)
class JobView:
    """The long job that runs, for the job bar. fraction None: not known yet."""

    verb: str
    title: str
    fraction: float | None = None
    left_s: float | None = None
    waiting: int = 0
    can_cancel: bool = True
    is_urgent: bool = False
    can_pause: bool = False
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the search of a folder is; total 0 while it is not known."""

    read: int
    total: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class ItemView:
    """One row of the scan list. `status`: a SliceStatus name in lower case, or "unreadable"; `held_out`: slices.

    `test`: set aside for testing.
    """

    id: str
    name: str
    facts: str
    status: str
    share_checked: float = 0.0
    flagged: bool = False
    held_out: int = 0
    error: str = ""
    hint: str = ""
    patient: str = ""
    study: str = ""
    last: bool = False
    slices: int = 1
    test: bool = False


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold that was tried out, and what it is expected to miss and to invent, in words."""

    threshold: float
    words: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model on the shelf. `line`: its score; `notice`: its `licence` and what it was made for; `terms`: in full.

    `region`, `modality`: what it was made for in a word each; "" where its card does not say. `points`: thresholds that
    were tried out, from the one that marks most. `picture`: a file that shows what it is for; None: there is none.
    `in_boxes`: it is for a box that a person draws, not for whole slices. `channels`: how many it takes.
    """

    id: str
    folder: Path
    title: str
    line: str = ""
    notice: str = ""
    threshold: float = 0.5
    terms: str = ""
    licence: str = ""
    region: str = ""
    modality: str = ""
    points: tuple[OperatingPoint, ...] = ()
    picture: Path | None = None
    in_boxes: bool = False
    channels: int = 1


@dataclass(frozen=True, slots=True)
class DraftView:
    """The open draft: lesions and amount on this slice, and on how many slices of the scan something is open."""

    lesions: int
    amount_text: str
    open_slices: int


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What the export sheet was asked for; the words are those of the command line."""

    out: Path
    format: MaskFormat = "png"
    values: Literal["auto", "binary", "index", "per-label"] = "auto"
    which: Literal["checked", "marked", "this"] = "checked"
    images: bool = False
    overwrite: bool = False
    names: ExportNames = "auto"
    lesions: bool = False
    burned_in: bool = False


@dataclass(frozen=True, slots=True)
class ConvertChoice:
    """What the convert sheet was asked for; the words are those of the command line."""

    paths: tuple[Path, ...]
    out: Path
    to: Literal["png", "tiff", "nifti"] = "png"
    window: str = ""
    overwrite: bool = False
    burned_in: bool = False


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One answer to "which scans": how many scans and slices it holds, and how its first and last files would begin.

    `alias` and `hashed`: how they would begin where names are hidden so.
    """

    key: Literal["checked", "marked", "this"]
    title: str
    scans: int
    slices: int
    first: str = ""
    first_slices: int = 1
    alias: str = ""
    hashed: str = ""


@dataclass(frozen=True, slots=True)
class ExportOffer:
    """What can be exported now. `drafts`: names of scans with open drafts; `labels`: how many labels are in use.

    `has_dicom`: some of it is DICOM, whose files would name the patient.
    """

    parts: tuple[ExportPart, ...]
    folder: Path
    drafts: tuple[str, ...] = ()
    labels: int = 1
    has_dicom: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class RecentView:
    """A folder worked in before, for the start page; path and name are enough. `is_hidden`: its path is not shown."""

    path: Path
    name: str
    facts: str = ""
    when: str = ""
    share_checked: float | None = None
    missing: bool = False
    pictures: tuple[Any, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of learning: after so many minutes, Dice on the held-out slices (None: not measured) and the loss."""

    minutes: float
    dice: float | None
    loss: float | None


@dataclass(frozen=True, slots=True)
class MeasuredSlice:
    """One held-out slice: Dice of the version before and of the new one."""

    item_id: str
    words: str
    k: int
    before: float | None
    after: float

    @property
    def gain(self) -> float:
        """How much better it is now; negative where it is worse. 0 where nothing was measured before."""
        return self.after - self.before if self.before is not None else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a version reached on the checked held-out slices; before and after None: fewer than three, not measured.

    `interval`: where the gain, after less before, lies with 95 % certainty. `earlier`: on how many slices corrected
    earlier it was measured too, and Dice before and after there. `volume`: by which share too much is marked on the
    held-out slices in all, before and after; negative: too little.
    """

    slices: int
    before: float | None = None
    after: float | None = None
    better: int = 0
    worse: int = 0
    interval: tuple[float, float] | None = None
    each: tuple[MeasuredSlice, ...] = ()
    earlier: tuple[int, float, float] | None = None
    volume: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, eq=False, slots=True)
class VersionView:
    """One version of the study's model, or the model it began with. `name` as it stands inside a sentence."""

    id: str
    title: str
    name: str
    facts: str
    state: Literal["in use", "newer", "older"]
    parent: str = ""
    measured: Measured | None = None
    dice: float | None = None
    curve: tuple[CurvePoint, ...] = ()
    minutes: float = 0.0
    slices: int = 0
    begun: str = ""
