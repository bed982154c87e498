"""What the Results page says of what is measured: on what, which versions there are, why nothing is shown yet."""

from collections.abc import Sequence
from pathlib import Path

from lesionstudio.gui.judged import Found, Subject
from lesionstudio.gui.judging import Judging
from lesionstudio.gui.views import ModelView, VersionView
from lesionstudio.words import _, ngettext, number


def subject_choices(folder: str, parts: Sequence[str]) -> list[tuple[object, str]]:
    """What can be measured on; the last choice is another data folder."""
    own: list[tuple[object, str]] = [
        (Subject("held out"), _("Held-out slices")),
        (Subject("test"), _("Test slices")),
    ]
    name = Path(folder).name
    words = {
        "train": _("{name}: training part"),
        "val": _("{name}: validation part"),
        "test": _("{name}: test part"),
        "": _("{name}: all pictures"),
    }
    theirs = [(Subject("folder", folder, part), words[part].format(name=name)) for part in parts]
    return [*own, *theirs, ("choose", _("Another data folder") if folder else _("A data folder"))]


def model_names(models: Sequence[ModelView], versions: Sequence[VersionView]) -> dict[str, str]:
    """Each model's id and what it is called."""
    titles = {version.id: version.title for version in versions}
    return {model.id: titles.get(model.id, model.title) for model in models}


def facts_words(judging: Judging, found: Found | None) -> str:
    """On what was measured, how often that was opened, and when."""
    said = [_subject_facts(judging, found)]
    if found is not None:
        said.append(_("measured at {time}").format(time=found.made.strftime("%H:%M")))
    return ", ".join(part for part in said if part)


def _subject_facts(judging: Judging, found: Found | None) -> str:
    kind = judging.subject.kind
    if kind == "folder":
        if found is None:
            return ""
        count = len(found.scores["cases"])
        words = ngettext("{n} picture", "{n} pictures", count)
        opened = found.scores.get("opened")
        return f"{words}, {opened_words(opened)}" if opened else words
    amount = judging.amount(judging.subject.role)
    if not amount.checked:
        return ""
    slices = ngettext("{n} checked slice", "{n} checked slices", amount.checked)
    scans = ngettext("of {n} scan", "of {n} scans", amount.scans)
    never = _("never learned from") if kind == "held out" else opened_words(len(judging.openings))
    return f"{slices} {scans}, {never}"


def opened_words(times: int) -> str:
    """How often test slices were judged by."""
    return ngettext("opened {n} time", "opened {n} times", times) if times else _("never opened")


def empty_words(judging: Judging) -> tuple[str, str, str]:
    """Title, sentence and button of the page before there is anything to show."""
    title = _("Nothing measured yet")
    if judging.is_running:
        return _("Measuring"), _("The figures come when every slice is done. Go on painting meanwhile."), ""
    if judging.subject.kind == "folder":
        if judging.reason:
            return title, judging.reason, _("Choose a data folder")
        return title, _("Every picture of this part is marked by the model and compared with its mask."), _("Measure")
    if judging.reason:
        return title, judging.reason, _("To the scans")
    amount = judging.amount(judging.subject.role)
    slices = ngettext("{n} checked slice", "{n} checked slices", amount.checked)
    if judging.subject.kind == "test":
        text = _("{slices}, {opened}. Each look is written down: a test set wears out by being looked at.")
        return title, text.format(slices=slices, opened=opened_words(len(judging.openings))), _("Open the test slices")
    text = _("{slices} that no version has learned from: the model marks them, and yours are what is right.")
    return title, text.format(slices=slices), _("Measure")


def opening_lines(judging: Judging) -> str:
    """When the test slices were opened, and for which model; one line each, the newest first."""
    lines = [
        _("{when}: {model}, {n} slices").format(
            when=one["when"][:16].replace("T", " "), model=one["model"], n=number(one["slices"])
        )
        for one in reversed(judging.openings)
    ]
    return "\n".join(lines)
