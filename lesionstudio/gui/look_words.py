"""What is said of the slices that are worth a look. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lesionstudio.gui.what_next import Place
from lesionstudio.words import _, ngettext, number


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A slice worth a look. `why`: "borders", "lesion", "nothing", or "random"; `amount`: what is marked, with unit."""

    place: Place
    why: str
    score: float
    places: int
    amount: tuple[float, str]

    @property
    def is_random(self) -> bool:
        """Whether it is in the list by chance: the control arm."""
        return self.why == "random"


def suggestion_of(found: Mapping[str, Any]) -> Suggestion:
    """What workflows.look_next.picked found."""
    value, unit = found["amount"]
    place = Place(found["item"], int(found["slice"]))
    return Suggestion(place, found["why"], float(found["score"]), int(found["places"]), (value, unit))


def why_words(one: Suggestion) -> str:
    """Why a slice is in the list, in a sentence."""
    if one.is_random:
        return _("Picked at random, as a check")
    if one.why == "lesion":
        return ngettext("Unsure whether there is a lesion", "Unsure whether there are {n} lesions", max(one.places, 1))
    if one.why == "nothing":
        return _("Marks nothing here, but nearly does")
    value, unit = one.amount
    digits = 1 if unit == "ml" and value < 20 else 0
    units = {"px": _("{n} px"), "ml": _("{n} ml"), "mm2": _("{n} mm\N{SUPERSCRIPT TWO}")}
    amount = units[unit].format(n=number(value, digits))
    borders = ngettext("Unsure at {n} border", "Unsure at {n} borders", max(one.places, 1))
    return f"{borders}, {amount}"


def place_words(name: str, place: Place, *, is_volume: bool) -> str:
    """A slice by name: "CT 020, slice 27"; a picture by its own."""
    return _("{name}, slice {k}").format(name=name, k=place.k + 1) if is_volume else name
