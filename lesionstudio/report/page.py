"""The page: sections in order, filled into one template, written as one HTML file that needs nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from lesionstudio.report.data_section import data_section
from lesionstudio.report.facts import ReportFacts, Sample
from lesionstudio.report.making_sections import environment_section, network_section, training_section
from lesionstudio.report.membrane_section import membrane_section
from lesionstudio.report.pictures import rows_of
from lesionstudio.report.score_sections import (
    cases_section,
    confusion_section,
    curves_section,
    table_section,
    tiles,
    volume_section,
)
from lesionstudio.report.sections import Section, error_key, label_key, part_name
from lesionstudio.resources import resource
from lesionstudio.words import _, language, ngettext, number


@dataclass(frozen=True, slots=True)
class Shown:
    """A slice as the template has it: four pictures."""

    name: str
    facts: str
    pictures: Sequence[str]


def page(facts: ReportFacts, beat: Callable[[], object] = lambda: None) -> str:
    """The report as HTML, in the language in use. `beat` is called after each section."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(resource("report", "report.html").read_text(encoding="utf-8"))
    return template.render(
        language=language(),
        title=_("{model}: results").format(model=_known(facts.card["title"])),
        lead=_lead(facts),
        notices=_notices(facts),
        tiles=tiles(facts.scores),
        sections=_sections(facts, beat),
        four=(_("Original"), _("Truth"), _("Prediction"), _("Error")),
    )


def write_page(facts: ReportFacts, draft: Path, beat: Callable[[], object] = lambda: None) -> None:
    """Writes the report as UTF-8. Raises OSError."""
    draft.write_text(page(facts, beat), encoding="utf-8")


def _known(title: str) -> str:
    """A model's title in the language in use, where the program knows it."""
    return _(title)


def _lead(facts: ReportFacts) -> str:
    count = len(facts.scores["cases"])
    patients = len(facts.scores["by_patient"])
    text = ngettext("{n} case", "{n} cases", count).format(n=number(count))
    whom = ngettext("{n} patient or group", "{n} patients or groups", patients).format(n=number(patients))
    words = _("{part}: {cases} of {whom}. Marked from a probability of {threshold} on. Made {when}.")
    threshold = number(facts.scores["threshold"], 2)
    return words.format(part=part_name(facts.part), cases=text, whom=whom, threshold=threshold, when=facts.made)


def _notices(facts: ReportFacts) -> list[str]:
    said = [_("For research only; not a medical device.")]
    opened = facts.scores.get("opened")
    if opened:
        text = ngettext("This test set was opened once.", "This test set was opened {n} times so far.", opened)
        said.append(text.format(n=number(opened)))
    return said


def _sections(facts: ReportFacts, beat: Callable[[], object]) -> list[Section]:
    worst, names = _("The slice with most wrong pixels of each, by rising Dice."), list(facts.scores["labels"])
    makers: list[Callable[[], Section | None]] = [
        lambda: table_section(facts.scores),
        lambda: _samples(_("Worst cases first"), facts.worst, worst, names),
        lambda: cases_section(facts.scores),
        lambda: curves_section(facts.scores),
        lambda: confusion_section(facts.scores),
        lambda: membrane_section(facts.scores.get("membrane")),
        lambda: volume_section(facts.scores),
        lambda: _samples(_("Usual and best cases"), facts.usual, "", names),
        lambda: training_section(facts.card),
        lambda: data_section(facts),
        lambda: network_section(facts),
        lambda: environment_section(facts.environment, facts.scores["definitions"], facts.again),
    ]
    made = []
    for make in makers:
        made.append(make())
        beat()
    return [section for section in made if section is not None]


def _samples(title: str, samples: Sequence[Sample], text: str, labels: Sequence[str]) -> Section | None:
    if not samples:
        return None
    shown: list[Any] = [Shown(one.name, one.facts, rows_of(one)) for one in samples]
    return Section(title, texts=[text] if text else [], samples=shown, key=[*label_key(labels), *error_key()])
