"""Gate: whether a new version may take the place of the model in use. It must not lose anywhere that was measured."""

from collections.abc import Mapping
from typing import Any

from lesionstudio.words import _, number

LOSS = 0.005
"""A mean Dice that is lower by this much is a loss; less than that nobody would see in two digits."""


def verdict(held_out: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> tuple[bool, str]:
    """Whether a version is better than the model in use, and why, in a sentence.

    It is when it gains on the held-out slices and does not lose on those that the model in use had learned from:
    `held_out` as held_out.comparison gives it, `earlier` as Yardstick.looked_back, None where there are none.
    """
    if held_out.get("after") is None:
        return False, _("Not measured yet: it takes three checked held-out slices with a mark.")
    if held_out["after"] <= held_out["before"]:
        return False, _("It is not better on the held-out slices.")
    if earlier and earlier["before"] - earlier["after"] >= LOSS:
        words = _("It is worse on {n} slices corrected earlier: {before} to {after}.")
        before, after = number(earlier["before"], 2), number(earlier["after"], 2)
        return False, words.format(n=earlier["slices"], before=before, after=after)
    return True, _("It is better on the held-out slices.")
