"""The rows of the history: what was done to the mask on screen, newest first, and what lies before that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lesionstudio.gui.dates import day_words
from lesionstudio.gui.study_steps import StudyStep
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.steps import Steps
from lesionstudio.project.states import EarlierState
from lesionstudio.words import _, ngettext

Kind = Literal["heading", "step", "study", "state", "none"]


@dataclass(frozen=True, eq=False, slots=True)
class HistoryRow:
    """One row. `aim`: where a click goes: a position in the steps, a StudyStep, or an EarlierState.

    `edit`: the step itself; its slices are only asked for when the row is seen. `undone`: taken back.
    """

    kind: Kind
    title: str
    detail: str = ""
    edit: MaskEdit | None = None
    current: bool = False
    undone: bool = False
    aim: Any = None


def step_rows(steps: Steps, elsewhere: Sequence[StudyStep]) -> list[HistoryRow]:
    """The steps of the mask on screen, and what was done to the study while other scans were on screen."""
    rows = [_step_row(edit, n, steps.position) for n, edit in enumerate(steps, 1)][::-1]
    rows.append(HistoryRow("step", _("As opened"), current=steps.position == 0, aim=0))
    if elsewhere:
        rows.append(HistoryRow("heading", _("Whole study")))
        rows += [_study_row(step) for step in elsewhere]
    return rows


def state_rows(states: Sequence[EarlierState], now: datetime) -> list[HistoryRow]:
    """The earlier saved states of the mask on screen; where there are none, a sentence."""
    rows = [_state_row(state, now) for state in states]
    return rows or [HistoryRow("none", _("None yet. One is kept when you leave the scan."))]


def detail_of(row: HistoryRow, *, is_volume: bool) -> str:
    """What stands at the right of a row: slices and time."""
    if row.edit is None:
        return row.detail
    slices = row.edit.slices if is_volume else ()
    where = ""
    if len(slices) == 1:
        where = _("Slice {n}").format(n=slices[0] + 1)
    elif slices:
        where = ngettext("{n} slice", "{n} slices", len(slices))
    return "   ".join(part for part in (where, clock_words(row.edit.made)) if part)


def clock_words(made: float) -> str:
    """The time of day at which a step was made."""
    return f"{datetime.fromtimestamp(made):%H:%M}"


def _step_row(edit: MaskEdit, n: int, position: int) -> HistoryRow:
    return HistoryRow("step", edit.title, edit=edit, current=n == position, undone=n > position, aim=n)


def _study_row(step: StudyStep) -> HistoryRow:
    scans = ngettext("{n} scan", "{n} scans", len(step.edits)) if step.edits else _("Labels")
    return HistoryRow("study", step.title, f"{scans}   {clock_words(step.made)}", undone=not step.done, aim=step)


def state_words(state: EarlierState, now: datetime) -> str:
    """When an earlier saved state was kept, and before which step where it was kept for one."""
    day = _day_and_time(state, now)
    return f"{day}, " + _("Before: {title}").format(title=state.why) if state.why else day


def _day_and_time(state: EarlierState, now: datetime) -> str:
    when = datetime.fromtimestamp(state.made)
    day = day_words(when, now)
    return day if when.date() == now.date() else f"{day}, {when:%H:%M}"


def _state_row(state: EarlierState, now: datetime) -> HistoryRow:
    day = _day_and_time(state, now)
    marked = ngettext("{n} slice marked", "{n} slices marked", state.marked)
    if state.why:
        return HistoryRow("state", _("Before: {title}").format(title=state.why), day, aim=state)
    return HistoryRow("state", day, marked, aim=state)
