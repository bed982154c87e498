"""The kinds of tools, in the order of the rail: one small file each, and one line here."""

from lesionstudio.gui.tools.box import BoxKind
from lesionstudio.gui.tools.brush import BrushKind, EraserKind
from lesionstudio.gui.tools.clean_up import CleanUpKind
from lesionstudio.gui.tools.combine import CombineKind
from lesionstudio.gui.tools.interpolate import InterpolateKind
from lesionstudio.gui.tools.kind import ToolKind
from lesionstudio.gui.tools.outlines import LassoKind, PolygonKind
from lesionstudio.gui.tools.ruler import AngleKind, RulerKind
from lesionstudio.gui.tools.seeds import SeedsKind
from lesionstudio.gui.tools.threshold import ThresholdKind
from lesionstudio.gui.tools.wand import WandKind

KINDS: tuple[type[ToolKind], ...] = (
    BrushKind,
    EraserKind,
    LassoKind,
    PolygonKind,
    WandKind,
    SeedsKind,
    BoxKind,
    InterpolateKind,
    CleanUpKind,
    CombineKind,
    ThresholdKind,
    RulerKind,
    AngleKind,
)
