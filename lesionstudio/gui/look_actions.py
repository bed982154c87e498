"""The part of the action table for how a scan is looked at: beside another, against a reference, turned, mirrored."""

from lesionstudio.gui.action_spec import ActionSpec, with_tips
from lesionstudio.words import _

TURNING = ("turn_shown", "mirror_shown", "flip_shown")


def look_actions() -> tuple[ActionSpec, ...]:
    """What stands in the View menu after slices and zoom."""
    menu, look = _("View"), _("Look")
    tips = {
        "side_by_side": _("Another series of this patient beside this one, linked by position."),
        "compare": _("The mask against a reference: what is missed, false and agreed."),
        "next_difference": _("Where mask and reference differ, the largest difference first."),
        "previous_difference": _("The difference before this one."),
        "turn_shown": _("A quarter clockwise, on the screen only; the files stay as they are."),
        "mirror_shown": _("Left and right exchanged, on the screen only; the letters follow."),
        "flip_shown": _("Top and bottom exchanged, on the screen only; the letters follow."),
        "as_in_file": _("Neither turned nor mirrored."),
        "lesions": _("Area, volume, axes and mean value of each lesion; a click goes there."),
    }
    return with_tips(
        tips,
        ActionSpec("side_by_side", _("Two series side by side"), menu, "", "Ctrl+D", look, checkable=True),
        ActionSpec("compare", _("Compare with a reference"), menu, "columns-2", "Ctrl+Shift+D", look, checkable=True),
        ActionSpec("next_difference", _("Next difference"), menu, "chevron-right", "D", look),
        ActionSpec("previous_difference", _("Previous difference"), menu, "chevron-left", "Shift+D", look),
        ActionSpec("turn_shown", _("Turn what is shown"), menu, "rotate-clockwise", "Shift+R", look),
        ActionSpec("mirror_shown", _("Mirror what is shown"), menu, "flip-horizontal", "Shift+M", look),
        ActionSpec("flip_shown", _("Turn upside down"), menu, "flip-vertical", "Shift+U", look),
        ActionSpec("as_in_file", _("Show as in the file"), menu),
        ActionSpec("lesions", _("Lesion table"), menu, "table", "N", look, checkable=True),
    )
