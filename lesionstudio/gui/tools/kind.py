"""ToolKind: what the window knows of a tool: its verb, how it is made, its options, and what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.tools.tool import Editor, Tool
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _


@dataclass(frozen=True, eq=False, slots=True)
class ToolContext:
    """What a tool is made for: the mask and scan of one view, in that view's coordinates.

    `diameter` is in the unit chosen in the options bar, "mm" or "px".
    """

    parts: Parts
    editor: Editor
    scan: Scan
    geometry: Geometry
    label: int
    diameter: float
    unit: str
    plane: Plane


class ToolKind(QObject):
    """One tool of the rail. `values` are its options, remembered from day to day; `changed` says that one changed.

    `verb` names its action and its options in the settings; `defaults` are the options it begins with. `has_diameter`
    and `has_rules` say whether diameter, value range and "paint over" stand in the options bar, `proposes` whether what
    it does is accepted or rejected there.
    """

    verb: ClassVar[str] = ""
    defaults: ClassVar[Mapping[str, Any]] = {}
    has_diameter: ClassVar[bool] = False
    has_rules: ClassVar[bool] = True
    proposes: ClassVar[bool] = False

    changed = Signal()
    undo_changed = Signal()

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self.parts = parts
        kept = parts.session.settings.tools.get(self.verb, {})
        self.values: dict[str, Any] = {
            name: kept[name] if type(kept.get(name)) is type(default) else default
            for name, default in self.defaults.items()
        }

    def keep(self, **values: Any) -> None:
        """Takes these options on, remembers them, and has the tool made anew."""
        if any(self.values[name] != value for name, value in values.items()):
            self.values.update(values)
            self.changed.emit()

    def make(self, context: ToolContext) -> Tool | None:
        """The tool for one view; None where its work is done by buttons in the options bar."""
        return None

    def options(self, look: Look) -> Sequence[QWidget]:
        """Its own widgets for the options bar, made once; where room is short the last ones go into the menu "more"."""
        return ()

    def rare_options(self, look: Look) -> Sequence[QWidget]:
        """Those that leave first, made once."""
        return ()

    def does(self, label: Label | None) -> tuple[str, str]:
        """What it does now, with the label in use, and the colour of a dot beside it ("" for none)."""
        if label is None:
            return "", ""
        words = _("{name} is locked") if label.locked else _("paints {name}")
        return words.format(name=label.name), label.colour

    def follow(self, scan: Scan | None) -> None:
        """Shows in its widgets what is chosen now; another scan may be open, or none."""

    @property
    def undo_title(self) -> str:
        """What undo would take back before anything of the mask's history; "" for nothing. See `undo_changed`."""
        return ""

    def undo(self) -> bool:
        """Takes that back; False where there is nothing."""
        return False

    @property
    def redo_title(self) -> str:
        """What redo would do again before anything of the mask's history; "" for nothing."""
        return ""

    def redo(self) -> bool:
        """Does that again; False where there is nothing."""
        return False

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """What mouse and keys do with it, for the status bar: caps and words; none: what holds for a brush."""
        return ()

    def chosen(self) -> None:
        """It was taken into the hand."""

    def dropped(self) -> None:
        """Another tool was taken into the hand."""
