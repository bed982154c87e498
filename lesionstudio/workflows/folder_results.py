"""folder_results: how well a model marks the pictures of a folder whose masks are known, for the window."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lesionstudio.imaging.pairs import Pair, Pairs
from lesionstudio.progress import Progress, Reporter, Steps
from lesionstudio.project.openings import note_opening
from lesionstudio.words import _
from lesionstudio.workflows.evaluate import judgement
from lesionstudio.workflows.judging import Asked, Judge, Judged, labels_of
from lesionstudio.workflows.kept_marks import MarksKeeper, amounts
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.report import Looked, write_report
from lesionstudio.workflows.study_results import PAGE_NAME


def folder_results(model: str, data: str, part: str, device: str, out: str, report: Reporter) -> dict[str, Any]:
    """What evaluate gives for a data folder, with what was marked kept in the folder `out`.

    `model` is an id or a folder. The partial result {"results": R} comes before the page is written; each case of R has
    "name", "slice" (the one with most wrong voxels), "path" and "marks" (see kept_marks), and R has "title". A test
    part's opening is written down. Gives {"page": its path}. Raises LesionStudioError.
    """
    places = Places(data=Path(data))
    pairs = places.part(part, report)
    judge = _KeepingJudge(Path(model), device, report)
    keeper = MarksKeeper(Path(out))
    found, facts = [], []
    for judged, kept in judge.judge_and_keep(pairs, report, keeper):
        found.append(judged)
        facts.append(kept)
    opened = note_opening(judge.card, [pair.id for pair in pairs.pairs]) if part == "test" else None
    scores = {**judgement(judge, found), "part": part, "flips": False, "opened": opened, "title": judge.card.title}
    scores["cases"] = [{**case, **kept} for case, kept in zip(scores["cases"], facts)]
    report(Progress(1.0, _("Writing the report"), 0.0, {"results": scores}))
    page = Path(out) / PAGE_NAME
    write_report(page, scores, judge, found, Looked(places), model, report)
    return {"page": str(page)}


class _KeepingJudge(Judge):
    """A judge that lets urgent work pass between two pieces, and keeps the slice with most wrong voxels."""

    def __init__(self, model: Path, device: str, report: Reporter) -> None:
        self._last = Progress(0.0, _("Evaluating"))
        super().__init__(model, device=device, beat=lambda _progress: report(self._last))
        self._kept: Asked | None = None

    def judge_and_keep(
        self, pairs: Pairs, report: Reporter, keeper: MarksKeeper
    ) -> Iterator[tuple[Judged, dict[str, Any]]]:
        """Each pair in order, with what the window needs to show it."""

        def told(progress: Progress) -> None:
            self._last = progress
            report(progress)

        steps = Steps(told, max(len(pairs.pairs), 1), _("Evaluating"))
        for pair in pairs.pairs:
            judged = self.judged(pair)
            yield judged, {**self._facts(pair, judged.worst_slice, keeper), **amounts(judged.case)}
            steps.advance()

    def asked(self, pair: Pair) -> Asked:
        """As ever; what was found last is kept."""
        self._kept = super().asked(pair)
        return self._kept

    def _facts(self, pair: Pair, k: int, keeper: MarksKeeper) -> dict[str, Any]:
        assert self._kept is not None
        marked = labels_of(self._kept.kept(self.threshold), self.threshold)
        is_one = self._kept.scan.slices == 1
        name = pair.id if is_one else _("{name}, slice {n}").format(name=pair.id, n=k + 1)
        marks = keeper.keep(marked[k], self._kept.wanted[k])
        self._kept = None
        return {"name": name, "slice": k, "path": str(pair.image), "marks": marks}
