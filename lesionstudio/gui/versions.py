"""The versions a study's model went through, as the Learn page shows them. Read from the cards on the shelf."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lesionstudio.gui.dates import day_words
from lesionstudio.gui.views import CurvePoint, Measured, MeasuredSlice, VersionView
from lesionstudio.model_card import ModelCard
from lesionstudio.project.shelf import ShelvedModel
from lesionstudio.words import _, ngettext

_NUMBERED = re.compile(r".*-v(\d+)")


def version_views(models: Sequence[ShelvedModel], in_use: str, now: datetime) -> tuple[VersionView, ...]:
    """These versions in the order given, newest first. Older ones than that in use can be gone back to."""
    ids = [model.card.id for model in models]
    place = ids.index(in_use) if in_use in ids else len(ids)
    first_seen = {model.card.parent: _measured(model.card) for model in models}
    return tuple(
        _view(model, n, place, now, None if model.place == "study" else first_seen.get(model.card.id))
        for n, model in enumerate(models)
    )


def _view(model: ShelvedModel, n: int, place: int, now: datetime, began: Measured | None) -> VersionView:
    card, measured = model.card, _measured(model.card) if model.place == "study" else None
    training: Mapping[str, Any] = card.training if isinstance(card.training, dict) else {}
    title = _(card.title) if model.place == "study" else _("Starter: {name}").format(name=_(card.title))
    return VersionView(
        id=card.id,
        title=title if model.place != "user" else _(card.title),
        name=version_name(card),
        facts=_facts(model, now),
        state="in use" if n == place else "newer" if n < place else "older",
        parent=card.parent,
        measured=measured,
        dice=measured.after if measured else began.before if began else None,
        curve=curve_points(training.get("curve", ())) if model.place == "study" else (),
        minutes=float(training.get("minutes") or 0.0) if model.place == "study" else 0.0,
        slices=_whole(training.get("slices")) if model.place == "study" else 0,
    )


def version_name(card: ModelCard) -> str:
    """The version inside a sentence: "version 3"; a model that is no version by its title."""
    numbered = _NUMBERED.fullmatch(card.id)
    return _("version {n}").format(n=numbered[1]) if numbered else _(card.title)


def measured_from(saved: object) -> Measured | None:
    """What the card keeps of the held-out slices; None where that was never noted."""
    if not isinstance(saved, dict):
        return None
    interval = saved.get("interval")
    return Measured(
        slices=_whole(saved.get("slices")),
        before=_share(saved.get("before")),
        after=_share(saved.get("after")),
        better=_whole(saved.get("better")),
        worse=_whole(saved.get("worse")),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
        each=tuple(_slice(one) for one in saved.get("each") or () if one.get("after") is not None),
    )


def curve_points(saved: Sequence[Sequence[float | None]]) -> tuple[CurvePoint, ...]:
    """Points as they are reported: minutes, Dice or null, loss or null."""
    return tuple(CurvePoint(float(one[0] or 0.0), _share(one[1]), _share(one[2])) for one in saved if len(one) >= 3)


def _measured(card: ModelCard) -> Measured | None:
    return measured_from(card.scores.get("held_out")) if isinstance(card.scores, dict) else None


def _slice(saved: Mapping[str, Any]) -> MeasuredSlice:
    return MeasuredSlice(
        str(saved["item"]), str(saved["name"]), int(saved["slice"]), _share(saved.get("before")), float(saved["after"])
    )


def _facts(model: ShelvedModel, now: datetime) -> str:
    if model.place != "study":
        return _("shipped") if model.place == "starter" else _("taken in")
    slices = _whole(model.card.training.get("slices"))
    words = [_when(model.card.made, now), ngettext("{n} slice", "{n} slices", slices)]
    return ", ".join(word for word in words if word)


def _when(made: str, now: datetime) -> str:
    try:
        return day_words(datetime.fromisoformat(made).astimezone(now.tzinfo), now)
    except ValueError:
        return ""


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
