"""The tools' part of the action table, by purpose: the rail shows them in this order, a line between the groups."""

from lesionstudio.gui.action_spec import ActionSpec, with_tips
from lesionstudio.words import _

RAIL = (
    ("brush", "eraser", "lasso", "polygon", "wand", "seeds", "segment_box"),
    ("interpolate", "clean_up", "combine", "threshold"),
    ("ruler", "angle"),
)
"""To paint, to change shapes, to measure."""

TOOLS = tuple(verb for verbs in RAIL for verb in verbs)


def tool_actions() -> tuple[ActionSpec, ...]:
    """One checkable action for each tool of the rail."""
    menu, group = _("Paint"), _("Paint")
    tips = {
        "brush": _("Paints the label in use."),
        "eraser": _("Takes marks away; Alt erases while held."),
        "lasso": _("Draw around it: the inside is filled, erased or cut."),
        "polygon": _("Click the corners around it; Enter or a double click closes."),
        "wand": _("Takes what is like the voxel pressed on; drag right for more, left for less."),
        "seeds": _("A few strokes of each label; the rest is computed and shown first."),
        "segment_box": _("Drag a box around one place: the model proposes a draft in it alone."),
        "interpolate": _("Fills the slices between those that are marked; shown first."),
        "clean_up": _("Holes, islands, edges in mm, splitting: shown first, then accepted."),
        "combine": _("The label in use takes another in, loses what lies in it, or keeps only that."),
        "ruler": _("A length in mm that stays on its slice."),
        "angle": _("An angle that stays on its slice."),
        "threshold": _("All voxels between two values get the label in use."),
    }
    return with_tips(
        tips,
        ActionSpec("brush", _("Brush"), menu, "brush", "B", group, checkable=True),
        ActionSpec("eraser", _("Eraser"), menu, "eraser", "E", group, checkable=True),
        ActionSpec("lasso", _("Lasso"), menu, "lasso", "L", group, checkable=True),
        ActionSpec("polygon", _("Polygon"), menu, "lasso-polygon", "P", group, checkable=True),
        ActionSpec("wand", _("Magic wand"), menu, "wand", "W", group, checkable=True),
        ActionSpec("seeds", _("Grow from seeds"), menu, "plant-2", "G", group, checkable=True),
        ActionSpec("segment_box", _("Segment in a box"), menu, "box-sparkles", "Shift+B", group, checkable=True),
        ActionSpec("interpolate", _("Interpolate"), menu, "stack-2", "I", group, checkable=True),
        ActionSpec("clean_up", _("Clean up"), menu, "grain", "C", group, checkable=True),
        ActionSpec("combine", _("Combine"), menu, "layers-union", "U", group, checkable=True),
        ActionSpec("threshold", _("Threshold"), menu, "adjustments-alt", "T", group, checkable=True),
        ActionSpec("ruler", _("Ruler"), menu, "ruler-2", "M", group, checkable=True),
        ActionSpec("angle", _("Angle"), menu, "angle", "Y", group, checkable=True),
    )
