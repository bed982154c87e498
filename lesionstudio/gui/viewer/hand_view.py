"""HandView: a picture with a tool in the hand. Mouse, pen and keys go to the tool; what it draws and says is shown."""

from math import hypot

from PySide6.QtCore import QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.aim_view import AimView, Drag
from lesionstudio.gui.viewer.sketches import DrawnSketch
from lesionstudio.gui.viewer.tools.tool import Sketch, Spot, Tool
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.geometry import Box

_KEYS = {
    Qt.Key.Key_Return: "enter",
    Qt.Key.Key_Enter: "enter",
    Qt.Key.Key_Escape: "escape",
    Qt.Key.Key_Backspace: "backspace",
    Qt.Key.Key_Delete: "delete",
}
CLICK_POINTS, _HANDLE_POINTS = 4.0, 8.0
"""A press that is let go nearer than this is a click and no drag."""


class HandView(AimView):
    """`painted`: voxels changed while the button is down; `stroke_ended`: a step was made, or nothing was.

    What a tool proposes is asked once the events that wait are done: a wand looks at every place, and shows the last.
    """

    label_picked = Signal(int)
    painted = Signal(object)
    stroke_ended = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sketch: DrawnSketch | None = None
        self._rulers: tuple[Sketch, ...] = ()
        self._was_click = self._used_with_e = False
        self._key_taken: int | None = None
        self._has_preview = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show_preview)

    def set_tool(self, tool: Tool | None) -> None:
        """Takes a tool into the hand, or none; while a stroke is drawn it counts from the next one on."""
        super().set_tool(tool)
        self.set_strokes(tool.strokes if tool is not None else None)
        self._told()

    def set_slice(self, k: int) -> None:
        """Shows slice k, or the nearest there is; a stroke goes on there."""
        self._hover.forget()
        super().set_slice(k)
        self._look_again()
        self._show_sketch()

    def abandon(self) -> bool:
        """Takes a stroke in the making back; returns whether there was one."""
        if self._tool is None or not self._tool.is_down:
            return False
        self._end_stroke(self._tool.abandon())
        return True

    # Button and pen

    def _press_tool(self, point: QPointF) -> None:
        if self._keys.held.pick:
            self._pick()
        elif self._tool is not None and self._view is not None and not self._refused():
            self._begin("tool", Qt.MouseButton.LeftButton, point)
            self._light_nothing()
            self._was_click, self._used_with_e = True, True
            self._announce(self._tool.press(self._spot(point), self._keys.held))
            self._told()

    def _move_tool(self, point: QPointF, drag: Drag) -> None:
        if self._tool is not None:
            way = point - drag.start
            self._was_click = self._was_click and hypot(way.x(), way.y()) < CLICK_POINTS
            self._announce(self._tool.move(self._spot(point), self._keys.held))
            self._told()

    def _finish_tool(self) -> None:
        if self._tool is not None:
            self._end_stroke(self._tool.finish())

    def _double_click(self, point: QPointF) -> bool:
        """Tells the tool of a second click; False where the first was a drag, and this is the next one's beginning."""
        held = self._keys.held
        if self._tool is None or self._view is None or not self._was_click or held.pick or self._keys.moves:
            return False
        self._was_click = False
        if not self._refused():
            self._end_stroke(self._tool.double_click(self._spot(point), held))
        return True

    def _hover_tool(self, point: QPointF | None) -> None:
        if self._tool is not None and self._drag is None:
            self._tool.hover(self._spot(point) if point is not None else None, self._keys.held)
            self._told()

    def _announce(self, box: Box) -> None:
        if not box.is_empty:
            self.painted.emit(box)

    def _end_stroke(self, box: Box) -> None:
        self._say(self._tool.message if self._tool is not None else "")
        self._drag, self._tool = None, self._next_tool
        self.stroke_ended.emit(box)
        self._look_again()
        self._told()

    def _told(self) -> None:
        self._show_sketch()
        if self._has_preview or type(self._tool or Tool()).proposal is not Tool.proposal:
            self._soon.start()

    def _show_preview(self) -> None:
        proposal = self._tool.proposal if self._tool is not None else None
        if proposal is not None or self._has_preview:
            self._has_preview = proposal is not None
            self.set_preview(proposal)
            self._show_sketch()

    def _begin(self, kind: str, button: Qt.MouseButton, point: QPointF) -> None:
        if self._view is not None:
            self._drag = Drag(kind, button, point, self._view, self._window)
            self._show_cursor()

    def _pick(self) -> None:
        if self._pointer is not None and self._pointer.inside:
            self.label_picked.emit(self._marked())

    def _spot(self, point: QPointF) -> Spot:
        if self._view is None:
            return Spot(self._k, 0.0, 0.0)
        row, column = self._view.to_voxel(point.x(), point.y())
        reach = _HANDLE_POINTS * self._view.screen.dots_per_point / max(self._view.down, self._view.across)
        return Spot(self._k, row, column, reach)

    # Keys

    def _key_to_tool(self, event: QKeyEvent) -> bool:
        """Offers the key to the tool before any shortcut; returns whether it took it."""
        name = _KEYS.get(Qt.Key(event.key()), "")
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._tool is None or not name or not plain:
            return False
        box = self._tool.key(name)
        if box is None:
            return False
        self._end_stroke(box)
        return True

    # What it draws

    def set_rulers(self, rulers: tuple[Sketch, ...]) -> None:
        """Lengths and angles that stay on their slices, whatever tool is in the hand."""
        if rulers != self._rulers:
            self._rulers = rulers
            self.update()

    def _show_sketch(self) -> None:
        sketch = self._tool.sketch if self._tool is not None else None
        if sketch is None and self._sketch is None:
            return
        before = self._sketch.rect if self._sketch is not None else QRect()
        here = sketch is not None and sketch.k == self._k and self._view is not None
        self._sketch = DrawnSketch(sketch, self._view) if here else None  # type: ignore[arg-type]
        self._update_together(before.united(self._sketch.rect) if self._sketch is not None else before)

    def _show_view(self, view: ViewState | None) -> None:
        super()._show_view(view)
        self._show_sketch()

    def _paint_over(self, painter: QPainter, region: QRect) -> None:
        for ruler in self._rulers:
            if ruler.k == self._k and self._view is not None:
                DrawnSketch(ruler, self._view).paint(painter)
        if self._sketch is not None:
            self._sketch.paint(painter)
        super()._paint_over(painter, region)
