"""What speaks against a model in a scan, as notices: each with what can be done about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from lesionstudio.gui.stored_values import question
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.doubts import crop_sentence, hu_sentence, unlike_sentence
from lesionstudio.words import _


def doubt_notices(said: Mapping[str, Any], item_name: str, *, is_told: bool) -> Iterator[Notice]:
    """Of what segment_scan says before it draws: {"doubts", "hu_offset_guess"}.

    `is_told`: that the scan is something else was said already, in better words.
    """
    offset = said.get("hu_offset_guess")
    for sentence in said["doubts"]:
        if is_told and sentence == unlike_sentence():
            continue
        if offset is not None and sentence == hu_sentence(offset):
            yield question(offset, "warning")
        elif sentence == crop_sentence():
            hint, words = _("Draw a box around one place instead."), _("Draw a box")
            yield Notice("warning", sentence, hint, words, "segment_box")
        else:
            yield Notice("warning", sentence, item_name)
