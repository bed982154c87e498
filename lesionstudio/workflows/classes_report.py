"""report of a classifier: scores, sources apart, and the most confident mistakes with where they come from."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.report.classes_page import ClassFacts, Mistake, write_classes_page
from lesionstudio.words import _
from lesionstudio.workflows.classify import Opinions
from lesionstudio.workflows.evaluate_classifier import Judgement, Looked
from lesionstudio.workflows.report import environment, shown_slice

_MOST = 12


def write_classes_report(
    path: Path,
    scores: dict[str, Any],
    opinions: Opinions,
    inside: Judgement,
    apart: Judgement | None,
    report: Reporter,
) -> None:
    """Writes the page, whole or not at all; the mistakes are looked at again. Raises ProjectProblem."""
    report(Progress(None, _("Writing the report")))
    facts = ClassFacts(
        scores=scores,
        card=asdict(opinions.card),
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        mistakes=_mistakes(opinions, inside),
        mistakes_apart=_mistakes(opinions, apart) if apart else (),
        environment=environment(scores),
        again=(_again(scores, path),),
    )
    with telling_what_fails(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as draft:
            write_classes_page(facts, draft)


def _mistakes(opinions: Opinions, found: Judgement) -> list[Mistake]:
    wrong = sorted((one for one in found.looked if not one.is_right), key=lambda one: -one.opinion.confidence)
    return [_mistake(opinions, one) for one in wrong[:_MOST]]


def _mistake(opinions: Opinions, one: Looked) -> Mistake:
    scan, opinion = one.picture.open(), one.opinion
    picture, heat = shown_slice(scan, opinion.k), opinions.heat(scan, opinion)
    return Mistake(one.picture.id, picture, heat, one.picture.label, opinion.name, opinion.confidence)


def _again(scores: dict[str, Any], path: Path) -> str:
    """The command line; folders are left to whoever repeats it: a report says nothing of a person's disk."""
    part = f" --part {scores['part']} --split split.csv" if scores["part"] else ""
    outside = " --outside DIR" if scores["outside"] else ""
    return f"lesionstudio evaluate --model {scores['model']} --data DIR{part}{outside} --report {path.name}"
