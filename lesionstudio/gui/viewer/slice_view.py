"""SliceView: the picture a person works on. It turns mouse and keys into wishes, and lets the tool in the hand paint.

It changes nothing but the mask, through the tool; everything else it asks for by signal and shows when it is told.
"""

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.hand_view import CLICK_POINTS, HandView
from lesionstudio.gui.viewer.view_state import dragged_window
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import MaskView
from lesionstudio.words import _

ZOOM_STEP = 1.25
_NOTCH = 120
_PEN_STEP_POINTS = 1.0


class SliceView(HandView):
    """Wheel: slices. Left: the tool. Middle: move. Right: window and level. See LOOK, section 9."""

    slice_wanted = Signal(int)
    window_dragged = Signal(object)
    diameter_wanted = Signal(float)
    tool_wanted = Signal(str)
    held_changed = Signal(str)
    menu_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slice_view")
        self.setAccessibleName(_("Picture"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._turned = 0.0
        self._pen_told = QPointF()

    # What is set

    def set_scan(self, scan: Scan | None, mask: MaskView | None) -> None:
        """Shows another scan; a stroke in the making is taken back first."""
        self.abandon()
        self._drag = None
        self._hover.forget()
        super().set_scan(scan, mask)
        self._look_again()

    def refresh(self, box: Box) -> None:
        """Shows what changed in the mask, and repaints no more than that."""
        super().refresh(box)
        if self._drag is None:
            self._follow_lesion(afresh=True)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left: the tool; Space and left, or middle: move the picture; right: window and level."""
        self._keys.see(event.modifiers())
        self._press(event.button(), event.position())

    def _press(self, button: Qt.MouseButton, point: QPointF) -> None:
        self._point_at(point)
        if self._drag is not None or self._view is None:
            return
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._keys.moves):
            self._begin("move", button, point)
        elif button == Qt.MouseButton.RightButton:
            self._begin("window", button, point)
        elif button == Qt.MouseButton.LeftButton:
            self._press_tool(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Goes on with what the button began; each point the system tells of counts."""
        self._keys.see(event.modifiers())
        for point in event.points():
            self._drag_to(point.position())
        self._point_at(event.position())
        self._hover_tool(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Left: the tool's, where both clicks fell on one place; else as a press."""
        self._keys.see(event.modifiers())
        self._point_at(event.position())
        is_left = event.button() == Qt.MouseButton.LeftButton and self._drag is None
        if not (is_left and self._double_click(event.position())):
            self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends what this button began."""
        drag = self._drag
        self._release(event.button())
        was_window = drag is not None and drag.kind == "window" and drag.button == event.button()
        if was_window and drag is not None and _far(event.position() - drag.start) < CLICK_POINTS:
            self.menu_wanted.emit(event.globalPosition().toPoint())

    def _release(self, button: Qt.MouseButton) -> None:
        drag = self._drag
        if drag is None or button != drag.button:
            return
        self._drag = None
        if drag.kind == "tool":
            self._finish_tool()
        self._look_again()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen's tip is the left button; how hard it is pressed goes to the tool, and its other end erases.

        What is ignored here comes again as an event of the mouse: a pen that hovers, and its other buttons.
        """
        kind, left = event.type(), Qt.MouseButton.LeftButton
        if kind == QEvent.Type.TabletPress and event.button() == left:
            self._see_pen(event)
            self._press(left, event.position())
            self._pen_told = event.position()
        elif kind == QEvent.Type.TabletMove and event.buttons() & left:
            self._draw_with_pen(event)
        elif kind == QEvent.Type.TabletRelease and event.button() == left:
            self._drag_to(event.position())
            self._release(left)
            self._keys.see_pen(None)
            self._point_at(event.position())
        else:
            event.ignore()
            return
        event.accept()

    def _draw_with_pen(self, event: QTabletEvent) -> None:
        """A pen tells of itself many times a pixel: what is nearer than a pixel adds nothing."""
        if _far(event.position() - self._pen_told) >= _PEN_STEP_POINTS:
            self._pen_told = event.position()
            self._see_pen(event)
            self._drag_to(event.position())
            self._point_at(event.position())

    def _see_pen(self, event: QTabletEvent) -> None:
        self._keys.see(event.modifiers())
        other_end = event.pointerType() == QPointingDevice.PointerType.Eraser
        self._keys.see_pen(event.pressure(), erases=other_end)

    def _drag_to(self, point: QPointF) -> None:
        drag = self._drag
        if drag is None:
            return
        way = point - drag.start
        if drag.kind == "tool":
            self._move_tool(point, drag)
        elif drag.kind == "move":
            self.show_part(drag.view.moved(way.x(), way.y()))
        elif drag.kind == "window" and _far(way) >= CLICK_POINTS:
            self.window_dragged.emit(dragged_window(drag.window, way.x(), way.y()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Slices, also while a tool is drawn; with Ctrl zoom at the pointer, with Shift the diameter."""
        self._keys.see(event.modifiers())
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(ZOOM_STEP ** (turned / _NOTCH), event.position())
        else:
            self._turned += turned
            notches = int(self._turned / _NOTCH)
            self._turned -= notches * _NOTCH
            self._turn(notches, resizes=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        event.accept()

    def _turn(self, notches: int, *, resizes: bool) -> None:
        if notches == 0 or self._scan is None:
            return
        if resizes:
            self.diameter_wanted.emit(float(notches))
            return
        k = max(0, min(self._k - notches, self._scan.slices - 1))
        if k != self._k:
            self.slice_wanted.emit(k)

    def _zoom(self, factor: float, point: QPointF) -> None:
        if self._view is not None:
            self.show_part(self._view.zoomed(factor, point.x(), point.y()))
            self._look_again()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is nowhere, unless a button holds it."""
        super().leaveEvent(event)
        if self._drag is None:
            self._point_at(None)
            self._hover_tool(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer came in."""
        super().enterEvent(event)
        self._point_at(event.position())

    # Keys

    def event(self, event: QEvent) -> bool:
        """Keys that mean something while held are taken before any shortcut; a pinch zooms."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            stroke_ends = event.key() == Qt.Key.Key_Escape and self._tool is not None and self._tool.is_down
            self._key_taken = event.key() if not stroke_ends and self._key_to_tool(event) else None
            if self._keys.takes(event) or stroke_ends or self._key_taken is not None:
                event.accept()
                return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), event.position())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Held keys change what the mouse does; Esc takes a stroke back; Enter, Backspace and more are the tool's."""
        taken, self._key_taken = self._key_taken, None
        if taken == event.key() or (event.key() == Qt.Key.Key_Escape and self.abandon()) or self._key_to_tool(event):
            return
        if event.isAutoRepeat() and self._keys.takes(event):
            return
        if not self._keys.press(event):
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_E:
            self._used_with_e = self._drag is not None
        self._keys_changed()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A key is let go: the mouse does what it did before."""
        if event.isAutoRepeat() and self._keys.takes(event):
            return
        if not self._keys.release(event):
            super().keyReleaseEvent(event)
            return
        if event.key() == Qt.Key.Key_E and not self._used_with_e and self._drag is None:
            self.tool_wanted.emit("eraser")
        self._keys_changed()

    def _keys_changed(self) -> None:
        if self._keys.hides != self._hidden_now:
            self._hidden_now = self._keys.hides
            self._show_hidden()
            self._follow_lesion()
        self.held_changed.emit(self._keys.meaning)
        self._show_cursor()
        self._show_shape()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Without the keyboard nobody tells when a key is let go, so all are."""
        super().focusOutEvent(event)
        self._keys.let_go()
        self._keys_changed()


def _far(way: QPointF) -> float:
    return float((way.x() ** 2 + way.y() ** 2) ** 0.5)
