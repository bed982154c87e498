"""The versions a study's model went through, as the Learn page shows them. Read from the cards on the shelf."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from lesionstudio.gui.dates import day_words
from lesionstudio.gui.views import CurvePoint, Measured, MeasuredSlice, VersionView
from lesionstudio.model_card import ModelCard
from lesionstudio.project.shelf import ShelvedModel
from lesionstudio.project.versions import version_number
from lesionstudio.words import _, ngettext

State = Literal["in use", "newer", "older"]


def version_views(
    models: Sequence[ShelvedModel], in_use: str, now: datetime, pictures: Container[str] = ()
) -> tuple[VersionView, ...]:
    """These versions in the order given, newest first. Older ones than that in use can be gone back to.

    `pictures`: items of one slice, which needs no number.
    """
    ids = [model.card.id for model in models]
    place = ids.index(in_use) if in_use in ids else len(ids)
    measured = {model.card.id: _measured(model.card, pictures) for model in models}
    began = {
        model.card.parent: found for model in models if (found := measured[model.card.id]) and found.before is not None
    }
    views = []
    for n, model in enumerate(models):
        state: State = "in use" if n == place else "newer" if n < place else "older"
        if model.place == "study":
            parent = next((version_name(one.card) for one in models if one.card.id == model.card.parent), "")
            views.append(_version(model.card, state, measured[model.card.id], now, parent))
        else:
            views.append(_beginning(model, state, began.get(model.card.id)))
    return tuple(views)


def _version(card: ModelCard, state: State, measured: Measured | None, now: datetime, parent: str) -> VersionView:
    training: Mapping[str, Any] = card.training
    slices = _whole(training.get("slices"))
    facts = (_when(card.made, now), ngettext("{n} slice", "{n} slices", slices))
    return VersionView(
        id=card.id,
        title=_("Version {n}").format(n=version_number(card.id)),
        name=version_name(card),
        facts=", ".join(word for word in facts if word),
        state=state,
        parent=card.parent,
        begun=_("from {name}").format(name=parent) if parent else "",
        measured=measured,
        dice=measured.after if measured else None,
        curve=curve_points(training.get("curve", ())),
        minutes=float(training.get("minutes") or 0.0),
        slices=slices,
    )


def _beginning(model: ShelvedModel, state: State, first: Measured | None) -> VersionView:
    """The model the first version came from; its Dice is what that one was compared with, on the same slices."""
    is_starter, title = model.place == "starter", _(model.card.title)
    return VersionView(
        id=model.card.id,
        title=_("Starter: {name}").format(name=title) if is_starter else title,
        name=version_name(model.card),
        facts=_("shipped") if is_starter else _("taken in"),
        state=state,
        dice=first.before if first else None,
    )


def version_name(card: ModelCard) -> str:
    """The version inside a sentence: "version 3"; a model that is no version by its title."""
    n = version_number(card.id)
    return _("version {n}").format(n=n) if n else _(card.title)


def _measured(card: ModelCard, pictures: Container[str]) -> Measured | None:
    """What the card keeps of the held-out slices; None where that was never noted."""
    saved = card.scores.get("held_out")
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
        earlier=_earlier(card.scores.get("earlier")),
        volume=_volume(saved.get("volume")),
        each=tuple(_slice(one, pictures) for one in saved.get("each") or () if one.get("after") is not None),
    )


def _earlier(saved: object) -> tuple[int, float, float] | None:
    if not isinstance(saved, dict) or saved.get("after") is None:
        return None
    return _whole(saved.get("slices")), float(saved["before"]), float(saved["after"])


def _volume(saved: object) -> tuple[float | None, float | None]:
    return (_share(saved.get("before")), _share(saved.get("after"))) if isinstance(saved, dict) else (None, None)


def curve_points(saved: Sequence[Sequence[float | None]]) -> tuple[CurvePoint, ...]:
    """Points as they are reported: minutes, Dice or null, loss or null."""
    return tuple(CurvePoint(float(one[0] or 0.0), _share(one[1]), _share(one[2])) for one in saved if len(one) >= 3)


def _slice(saved: Mapping[str, Any], pictures: Container[str]) -> MeasuredSlice:
    item_id, name, k = str(saved["item"]), str(saved["name"]), int(saved["slice"])
    words = name if item_id in pictures else _("{name}, {k}").format(name=name, k=k + 1)
    return MeasuredSlice(item_id, words, k, _share(saved.get("before")), float(saved["after"]))


def _when(made: str, now: datetime) -> str:
    try:
        return day_words(datetime.fromisoformat(made).astimezone(now.tzinfo), now)
    except ValueError:
        return ""


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
