"""AimView: a picture that knows where the pointer is, what lies there, and what the tool in the hand would do."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.cursor import BrushCursor, Sign, brush_sign
from lesionstudio.gui.viewer.followed_view import FollowedView
from lesionstudio.gui.viewer.hover import Hover
from lesionstudio.gui.viewer.keys import HeldKeys
from lesionstudio.gui.viewer.notes import value_text
from lesionstudio.gui.viewer.plaques import lesion_note_rect, paint_lesion_note
from lesionstudio.gui.viewer.tools.tool import Tool, kept_marks, outside, refusal
from lesionstudio.gui.viewer.view_state import Pointer, ViewState
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.paint_rules import PaintRules, Values
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window

_SAID_POINTS = 24
_NO_VALUES: Values | None = None


@dataclass(frozen=True, slots=True)
class Drag:
    """A button is down, for "move" (the picture), "window" (width, level) or "tool"; how things were when it went."""

    kind: str
    button: Qt.MouseButton
    start: QPointF
    view: ViewState
    window: Window


class AimView(FollowedView):
    """Shows the brush in its true size, the reason where it may not paint, and the draft lesion under the pointer."""

    pointer_moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self._tool: Tool | None = None
        self._next_tool: Tool | None = None
        self._refusal = ""
        self._rules, self._voxels = PaintRules(), _NO_VALUES
        self._said, self._said_at = "", QPointF()
        self._keys, self._hover = HeldKeys(), Hover()
        self._drag: Drag | None = None
        self._at: QPointF | None = None
        self._pointer: Pointer | None = None
        self._cursor: BrushCursor | None = None
        self._cursor_rect = QRect()
        self._sign, self._sign_made_of = Sign(0.0, 0.0), tuple[object, ...]()
        self._shape = Qt.CursorShape.ArrowCursor

    def set_labels(self, labels: LabelSet) -> None:
        """Shows marks in these colours; what is locked or hidden here cannot be painted."""
        super().set_labels(labels)
        self._show_cursor()

    def set_tool(self, tool: Tool | None) -> None:
        """Takes a tool into the hand, or none; while a stroke is drawn it counts from the next one on."""
        self._next_tool = tool
        if self._tool is None or not self._tool.is_down:
            self._tool = tool
        self._show_cursor()

    def set_refusal(self, sentence: str) -> None:
        """Why nothing can be painted at all; "" when it can."""
        self._refusal = sentence
        self._show_cursor()

    def set_rules(self, rules: PaintRules, voxels: Values | None) -> None:
        """Which voxels a tool may change, and the values (of this view's slices) that are asked for it."""
        self._rules, self._voxels = rules, voxels
        self._show_cursor()

    def _blocked(self) -> str:
        """Why the paint rules leave the voxel under the pointer as it is; "" where they do not."""
        pointer, tool = self._pointer, self._tool
        if not self._rules.limits or pointer is None or not pointer.inside or self._mask is None or self._scan is None:
            return ""
        if tool is None or not tool.paints:
            return ""
        place = pointer.row, pointer.column
        value = self._voxels(self._k)[place] if self._rules.gate_on and self._voxels is not None else None
        if value is not None and not self._rules.admits(float(value)):
            return outside(self._rules, value_text(self._scan, value))
        label, there = (0 if self._keys.held.erase else tool.label), int(self._mask.labels(self._k)[place])
        return "" if self._rules.may_cover(there, label) else kept_marks(self._rules, self._style.labels)

    def _say(self, sentence: str) -> None:
        """Says this at the pointer until it goes elsewhere."""
        self._said, self._said_at = sentence, self._at or QPointF()
        self._show_cursor()

    def _spoken(self) -> str:
        if self._said and self._at is not None and (self._at - self._said_at).manhattanLength() > _SAID_POINTS:
            self._said = ""
        return self._said or self._blocked()

    def _refused(self) -> str:
        hidden = self.marks_hidden
        return self._refusal or refusal(self._tool, self._style.labels, self._keys.held, marks_hidden=hidden)

    # The pointer

    def _look_again(self) -> None:
        """The pointer stays, but what is under it has changed."""
        self._pointer = None
        if self._at is not None:
            self._point_at(self._at)

    def _point_at(self, point: QPointF | None) -> None:
        self._at = point
        pointer = None
        if point is not None and self._view is not None:
            pointer = self._view.pointer(self._k, point.x(), point.y())
        if pointer != self._pointer:
            self._pointer = pointer
            if self._drag is None:
                self._tell_pointer()
        self._show_cursor()

    def _tell_pointer(self) -> None:
        """Says what is under the pointer; not while a button is down: painting goes first."""
        self._say_value(self._pointer)
        self.pointer_moved.emit(self._pointer)
        self._follow_lesion()

    def _follow_lesion(self, *, afresh: bool = False) -> None:
        """Lights the lesion under the pointer; `afresh`: the mask has changed, what was found before may be wrong."""
        pointer = None if self.marks_hidden else self._pointer
        geometry = self._scan.geometry if self._scan is not None else None
        before = self._lesion_note()
        went = self._hover.forget() if afresh else False
        if self._hover.follow(pointer, self._mask, geometry, self._style.labels) or went:
            self._light(before)

    def _light_nothing(self) -> None:
        before = self._lesion_note()
        if self._hover.forget():
            self._light(before)

    def _light(self, before: QRectF) -> None:
        self._update_dots(self._picture.light(self._hover.lesion))
        self.update(before.united(self._lesion_note()).toAlignedRect())

    def _lesion_note(self) -> QRectF:
        if self._hover.lesion is None or self._view is None:
            return QRectF()
        (_k, top, left), (_l, bottom, right) = self._hover.lesion[0].start, self._hover.lesion[0].stop
        x, y = self._view.to_point(top - 0.5, left - 0.5)
        far_x, far_y = self._view.to_point(bottom - 0.5, right - 0.5)
        beside = QRectF(x, y, far_x - x, far_y - y)
        return lesion_note_rect(self._hover.lines, beside, self.width(), self.height())

    def _show_cursor(self) -> None:
        before, self._cursor = self._cursor, self._brush_cursor()
        if before == self._cursor:
            return
        left, self._cursor_rect = self._cursor_rect, self._cursor.rect() if self._cursor is not None else QRect()
        self._update_together(left.united(self._cursor_rect))
        self._show_shape()

    def _brush_cursor(self) -> BrushCursor | None:
        busy = self._keys.moves or (self._drag is not None and self._drag.kind != "tool")
        if self._at is None or self._view is None or self._scan is None or self._tool is None or busy:
            return None
        if self._tool.shape == "none":
            return None
        view, start = self._view, self._tool.straight_from
        straight_from = view.to_point(start.row, start.column) if start is not None else None
        sign = Sign.picking(*self._under()) if self._keys.held.pick else self._brush_sign(self._tool, view, self._scan)
        room = view.screen.width, view.screen.height
        return BrushCursor(self._at.x(), self._at.y(), sign, straight_from, room, view.screen.dots_per_point)

    def _brush_sign(self, tool: Tool, view: ViewState, scan: Scan) -> Sign:
        """What the brush looks like; the same as before as long as only the pointer has moved."""
        labels, held = self._style.labels, self._keys.held
        look, said = (tool, tool.diameter, view.down, view.across, scan), self._spoken()
        made_of = (*look, labels, held, self.marks_hidden, self._refusal, said)
        if made_of != self._sign_made_of:
            sign = brush_sign(tool, view, scan.geometry, labels, held).saying(said).refusing(self._refused())
            self._sign, self._sign_made_of = sign, made_of
        return self._sign

    def _marked(self) -> int:
        """The number of the label under the pointer, else of the draft; 0 for neither."""
        pointer = self._pointer
        if pointer is None or not pointer.inside or self._mask is None:
            return 0
        place = pointer.row, pointer.column
        return int(self._mask.labels(self._k)[place]) or int(self._mask.draft(self._k)[place])

    def _under(self) -> tuple[str, str]:
        label = self._style.labels.by_number(self._marked())
        return (label.name, label.colour) if label is not None else ("", "")

    def _show_shape(self) -> None:
        """Shows the system's pointer as what the mouse does; none where the brush is drawn."""
        shapes = Qt.CursorShape
        shape = shapes.BlankCursor if self._cursor is not None else shapes.ArrowCursor
        if self._keys.moves:
            shape = shapes.OpenHandCursor
        if self._drag is not None and self._drag.kind != "tool":
            shape = shapes.ClosedHandCursor if self._drag.kind == "move" else shapes.SizeAllCursor
        if shape != self._shape:
            self._shape = shape
            self.setCursor(shape)

    # Painting

    def _paint_over(self, painter: QPainter, region: QRect) -> None:
        super()._paint_over(painter, region)
        note = self._lesion_note()
        if not note.isNull() and note.intersects(QRectF(region)):
            paint_lesion_note(painter, note, self._hover.lines)
        if self._cursor is not None and self._cursor_rect.intersects(region):
            self._cursor.paint(painter)
