"""HeatView: a picture under the heat of an answer. Wheel and page keys go through slices; nothing is painted."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.heat_layer import Heat, HeatLayer
from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import MaskView
from lesionstudio.words import _

_STEPS = {
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
}


class HeatView(SliceView):
    """H hides the heat while it is held. `hides_changed`: it went down, or up."""

    hides_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("heat_view")
        self.setAccessibleName(_("Picture with its heat map"))
        self._heat = HeatLayer()
        self._is_on, self._is_held = True, False

    def set_scan(self, scan: Scan | None, mask: MaskView | None) -> None:
        """Shows another scan, without heat."""
        self._heat.show(None)
        super().set_scan(scan, mask)

    def set_slice(self, k: int) -> None:
        """Shows slice k, without heat until its own is known."""
        if k != self._k:
            self._heat.show(None)
        super().set_slice(k)

    def set_heat(self, heat: Heat | None) -> None:
        """Lays this heat over the slice that is shown; None for none."""
        self._heat.show(heat)
        self.update()

    def set_heat_opacity(self, opacity: float) -> None:
        """How much it covers where it is strongest, 0 to 1."""
        self._heat.opacity = opacity
        self.update()

    def show_heat(self, on: bool) -> None:
        """Whether heat is shown at all."""
        self._is_on = on
        self.update()

    def hold(self, held: bool) -> None:
        """H is down, or up again."""
        if held != self._is_held:
            self._is_held = held
            self.hides_changed.emit(held)
            self.update()

    @property
    def heat(self) -> Heat | None:
        """The heat that lies over the picture, if it is shown."""
        return self._heat.heat if self._is_on else None

    @property
    def shows_heat(self) -> bool:
        """Whether heat lies over the picture now."""
        return self._heat.is_there and self._is_on and not self._is_held

    def _paint_under(self, painter: QPainter) -> None:
        if self.shows_heat and self._view is not None:
            self._heat.paint(painter, self._view)
        super()._paint_under(painter)

    def event(self, event: QEvent) -> bool:
        """H and the keys that go through slices are this picture's, before any shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """H hides; page keys and arrows go through the slices."""
        if not _is_own(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_H:
            self.hold(True)
        else:
            self._turn(-_STEPS[Qt.Key(event.key())], resizes=False)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """H shows the heat again."""
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self.hold(False)
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody tells when H is let go."""
        super().focusOutEvent(event)
        self.hold(False)


def _is_own(event: QKeyEvent) -> bool:
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain and (event.key() == Qt.Key.Key_H or event.key() in _STEPS)
