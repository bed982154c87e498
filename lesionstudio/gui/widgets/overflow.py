"""OverflowRow: widgets side by side; those at the end for which there is no room go into a menu."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import SMALLEST, sign
from lesionstudio.words import _

_GAP, _LEAST_REST = 8, 80


class OverflowRow(QWidget):
    """The order says what matters most: the last ones leave first. `rest` takes what room is left, if it is enough."""

    def __init__(self, look: Look, rest: QWidget) -> None:
        super().__init__()
        self._parts: list[QWidget] = []
        self._absent: set[QWidget] = set()
        self._in_force: set[QWidget] = set()
        self._rest = rest
        rest.setParent(self)
        self._popup = QFrame(self, Qt.WindowType.Popup)
        self._popup.setProperty("kind", "card")
        self._column = QVBoxLayout(self._popup)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(_GAP)
        self._more = sign(look, "dots", _("More options"), "more_options_button")
        self._more.setParent(self)
        self._more.setCheckable(True)
        self._more.clicked.connect(self._open)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_parts(self, parts: Sequence[QWidget]) -> None:
        """Shows these, in this order, in place of those before; theirs to keep."""
        for old in self._parts:
            if old not in parts:
                old.hide()
                old.setParent(self)
        self._parts = list(parts)
        self._share_out()

    def show_part(self, part: QWidget, shown: bool) -> None:
        """Whether this one is there at all now."""
        if shown != (part not in self._absent):
            (self._absent.discard if shown else self._absent.add)(part)
            self._share_out()

    def mark(self, part: QWidget, in_force: bool) -> None:
        """Whether this one forbids something now: in the menu it would be forgotten, so the menu's button lights up."""
        (self._in_force.add if in_force else self._in_force.discard)(part)
        self._light()

    def _light(self) -> None:
        self._more.setChecked(not self._in_force.isdisjoint(self.in_menu()))

    def in_menu(self) -> list[QWidget]:
        """Those for which there is no room."""
        return [part for part in self._parts if part.parent() is self._popup]

    def minimumSizeHint(self) -> QSize:
        """Room for the menu's button."""
        return QSize(SMALLEST, SMALLEST)

    def sizeHint(self) -> QSize:
        """Room for everything."""
        wanted = [part for part in self._parts if part not in self._absent]
        return QSize(sum(_width(part) + _GAP for part in wanted) + SMALLEST, SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares the room out anew."""
        super().resizeEvent(event)
        self._share_out()

    def event(self, event: QEvent) -> bool:
        """A part that needs more or less room says so by this."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._share_out()
        return super().event(event)

    def _share_out(self) -> None:
        wanted = [part for part in self._parts if part not in self._absent]
        for part in self._absent.intersection(self._parts):
            part.hide()
        n = self._fitting([_width(part) for part in wanted])
        x = 0
        for part in wanted[:n]:
            x = self._put(part, x)
        self._fill_menu(wanted[n:])
        self._more.setVisible(n < len(wanted))
        self._light()
        if n < len(wanted):
            self._more.move(x, (self.height() - self._more.height()) // 2)
            x += SMALLEST + _GAP
        self._rest.setVisible(self.width() - x >= _LEAST_REST)
        self._rest.setGeometry(x, 0, max(self.width() - x, 0), self.height())
        if self._popup.isVisible():
            self._popup.adjustSize()

    def _fill_menu(self, parts: list[QWidget]) -> None:
        there = [item.widget() for item in (self._column.itemAt(n) for n in range(self._column.count())) if item]
        if [part for part in there if part in parts] != parts:
            for part in parts:
                self._column.removeWidget(part)
                self._column.addWidget(part)
        for part in parts:
            part.show()

    def _fitting(self, widths: list[int]) -> int:
        """How many of these, one after the other, there is room for, beside the menu's button where one is needed."""
        ends = [sum(widths[: n + 1]) + n * _GAP for n in range(len(widths))]
        if not ends or ends[-1] <= self.width():
            return len(ends)
        return sum(end + _GAP + SMALLEST <= self.width() for end in ends)

    def _put(self, part: QWidget, x: int) -> int:
        if part.parent() is not self:
            self._column.removeWidget(part)
            part.setParent(self)
        width, height = _width(part), min(max(part.sizeHint().height(), SMALLEST), self.height())
        part.setGeometry(x, (self.height() - height) // 2, width, height)
        part.show()
        return x + width + _GAP

    def _open(self) -> None:
        self._light()
        self._popup.adjustSize()
        self._popup.move(self._more.mapToGlobal(QPoint(0, self._more.height() + 4)))
        self._popup.show()


def _width(part: QWidget) -> int:
    part.ensurePolished()
    return min(max(part.sizeHint().width(), part.minimumWidth()), part.maximumWidth())
