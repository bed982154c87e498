"""The page of a classifier: accuracy, confusion, calibration, sources apart, the most confident mistakes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

from lesionstudio.report import figures
from lesionstudio.report.facts import Grey
from lesionstudio.report.making_sections import environment_section
from lesionstudio.report.page import Shown
from lesionstudio.report.pictures import fitted_uri
from lesionstudio.report.sections import Plate, Section, Table, between, part_name, shown
from lesionstudio.resources import resource
from lesionstudio.words import _, language, ngettext, number

Scores = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A picture (rows, columns[, 3]), the same under its heat, what it is and what it was taken for."""

    name: str
    picture: Grey
    heat: Grey
    truth: str
    given: str
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class ClassFacts:
    """Everything the page shows. `scores` is what evaluate gives for a classifier; `card` its card as JSON has it."""

    scores: Scores
    card: Mapping[str, Any]
    made: str
    mistakes: Sequence[Mistake] = ()
    mistakes_apart: Sequence[Mistake] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    again: Sequence[str] = ()


def classes_page(facts: ClassFacts) -> str:
    """The report as HTML, in the language in use."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(resource("report", "report.html").read_text(encoding="utf-8"))
    return template.render(
        language=language(),
        title=_("{model}: results").format(model=facts.card["title"]),
        lead=_lead(facts),
        notices=[_("For research only; not a medical device.")],
        tiles=_tiles(facts.scores),
        sections=[section for section in _sections(facts) if section is not None],
        four=(_("Picture"), _("Where the answer comes from")),
    )


def write_classes_page(facts: ClassFacts, draft: Path) -> None:
    """Writes the report as UTF-8. Raises OSError."""
    draft.write_text(classes_page(facts), encoding="utf-8")


def _lead(facts: ClassFacts) -> str:
    count, groups = facts.scores["pictures"], facts.scores["groups"]
    pictures = ngettext("{n} picture", "{n} pictures", count).format(n=number(count))
    whom = ngettext("{n} patient or group", "{n} patients or groups", groups).format(n=number(groups))
    words = _("{part}: {pictures} of {whom}. Made {when}.")
    return words.format(part=part_name(facts.scores["part"]), pictures=pictures, whom=whom, when=facts.made)


def _tiles(scores: Scores) -> list[dict[str, str]]:
    apart = scores["outside"]
    found = [
        (_("Accuracy"), shown(scores["accuracy"]), between(scores["ci95"]["accuracy"])),
        (_("Mean recall of classes"), shown(scores["balanced_accuracy"]), ""),
        (_("Mean F1 of classes"), shown(scores["macro_f1"]), ""),
        (_("Calibration error"), shown(scores["calibration"]["error"]), _("0 is best")),
    ]
    if apart:
        text = _("refusals count as wrong")
        found.append((_("Accuracy, sources apart"), shown(apart["with_refusals"]["accuracy"]), text))
    return [{"name": name, "value": value, "range": text} for name, value, text in found]


def _sections(facts: ClassFacts) -> list[Section | None]:
    scores, apart = facts.scores, facts.scores["outside"]
    return [
        _classes(_("How good it is"), scores),
        _mistakes(_("Most confident mistakes first"), facts.mistakes),
        _apart(apart) if apart else None,
        _mistakes(_("Most confident mistakes on sources apart"), facts.mistakes_apart),
        _sources(scores, apart),
        _unreadable(scores),
        _compared(facts.card),
        _training(facts.card),
        environment_section(facts.environment, scores["definitions"], facts.again),
    ]


def _classes(title: str, scores: Scores) -> Section:
    texts = [_("Intervals are 95 %, from 2,000 resamples of whole groups.")]
    refused = scores["unlike_training"]
    if refused:
        text = _("Said to be unlike all it was trained on: {n}. With these as wrong, accuracy is {share}.")
        texts.append(text.format(n=number(refused), share=shown(scores["with_refusals"]["accuracy"])))
    counts, names = scores["confusion"]["counts"], scores["confusion"]["labels"]
    table = Table(
        (_("Truth, pictures"), *names), [(name, *map(number, row)) for name, row in zip(names, counts)], kind="narrow"
    )
    plates = [
        Plate(figures.confusion(names, counts), _("Confusion")),
        Plate(figures.confidence(scores["calibration"]), _("Calibration")),
    ]
    texts.append(
        _("Rows: truth. Columns: answer. Calibration: of pictures given a confidence, the share that is right.")
    )
    return Section(title, texts, [_per_class(scores), table], plates)


def _per_class(scores: Scores) -> Table:
    heads = (_("Class"), _("Pictures"), _("Precision"), _("95 % interval"), _("Recall"), _("95 % interval"), "F1")
    rows = [
        (
            name,
            number(one["pictures"]),
            shown(one["precision"]),
            between(one["ci95"]["precision"]),
            shown(one["recall"]),
            between(one["ci95"]["recall"]),
            shown(one["f1"]),
        )
        for name, one in scores["classes"].items()
    ]
    return Table(heads, rows)


def _apart(apart: Scores) -> Section:
    made = _classes(_("Sources it was never trained on"), apart)
    text = _("Accuracy {share} of {n} pictures, interval {interval}.")
    said = text.format(
        share=shown(apart["accuracy"]), n=number(apart["pictures"]), interval=between(apart["ci95"]["accuracy"])
    )
    return Section(made.title, [said, *made.texts], made.tables, made.figures)


def _mistakes(title: str, mistakes: Sequence[Mistake]) -> Section | None:
    if not mistakes:
        return None
    text = _("{truth}, taken for {given}, confidence {share}")
    samples = [
        Shown(
            one.name,
            text.format(truth=one.truth, given=one.given, share=number(one.confidence, 3)),
            [fitted_uri(one.picture), fitted_uri(one.heat)],
        )
        for one in mistakes
    ]
    return Section(title, samples=samples)


def _sources(scores: Scores, apart: Scores | None) -> Section | None:
    found = {**scores["sources"], **(apart["sources"] if apart else {})}
    if not found:
        return None
    heads = (_("Source"), _("Pictures"), _("Right"), _("Unlike all it was trained on"))
    rows = [
        (name, *(number(one[entry]) for entry in ("pictures", "right", "unlike_training")))
        for name, one in found.items()
    ]
    return Section(_("By source"), tables=[Table(heads, rows, kind="narrow")])


def _unreadable(scores: Scores) -> Section | None:
    bad = [case for case in scores["cases"] if "error" in case]
    if not bad:
        return None
    rows = [(Path(case["path"]).name, case["error"]) for case in bad]
    return Section(_("Could not be read"), tables=[Table((_("File"), _("Why")), rows)])


def _compared(card: Mapping[str, Any]) -> Section | None:
    """What its card says of it and of other networks trained on the same pictures."""
    scores = card["scores"]
    if not scores.get("compared"):
        return None
    heads = (_("Network"), _("Accuracy"), _("95 % interval"), _("Accuracy, sources apart"), _("95 % interval"))
    rows = [_compared_row(name, one) for name, one in {card["architecture"]: scores, **scores["compared"]}.items()]
    return Section(_("Other networks, the same pictures"), tables=[Table(heads, rows)])


def _compared_row(name: str, scores: Scores) -> tuple[str, ...]:
    sets = (scores, scores["outside"])
    return name, *(text for one in sets for text in (shown(one["accuracy"]), between(one["ci95"]["accuracy"])))


def _training(card: Mapping[str, Any]) -> Section | None:
    training = card["training"]
    if not training.get("curve"):
        return None
    parts = training.get("split", {})
    heads = (_("Part"), _("Pictures"), _("Groups"))
    rows = [(part_name(part), number(one["pictures"]), number(one["groups"])) for part, one in parts.items()]
    plate = Plate(figures.rounds(training["curve"], training["best"]), _("Training"))
    text = _("Network {network}; the weights of round {n} are kept.")
    said = text.format(network=card["architecture"], n=number(training["best"]))
    return Section(_("Training"), [said], [Table(heads, rows, kind="narrow")], [plate])
