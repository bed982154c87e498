"""What is told of work that a crash had left in a journal."""

from lesionstudio.gui.views import Notice
from lesionstudio.project.kept_masks import Restored
from lesionstudio.words import _, ngettext


def restored_notices(restored: Restored | None) -> list[Notice]:
    """How many strokes came back, and where that is kept which could not be read."""
    notices = []
    if restored is not None and restored.strokes:
        title = ngettext("{n} stroke restored.", "{n} strokes restored.", restored.strokes)
        notices.append(Notice("good", title, _("The program had ended before this mask was saved.")))
    if restored is not None and restored.aside:
        title = _("Part of the last work on this scan could not be read.")
        text = _("What could be read is back; the rest is kept in {file}.").format(file=restored.aside[0])
        notices.append(Notice("warning", title, text))
    return notices
