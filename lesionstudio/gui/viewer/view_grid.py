"""ViewGrid: one view of a scan, or three across each other with a fourth field, or one of the three enlarged."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from lesionstudio.gui.viewer.picture import canvas_colour
from lesionstudio.gui.viewer.plane_view import PlaneView
from lesionstudio.words import _

_EDGE_HIGH, _LINE_HIGH, _GAP = 8, 3, 2
_SLOTS = ((0, 0), (0, 1), (1, 0))
_FIELD = (1, 1)


class ViewEdge(QWidget):
    """The upper edge of a view in the colour that its line has in the others. A double click enlarges the view."""

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedHeight(_EDGE_HIGH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._colour = canvas_colour()

    def show_colour(self, colour: str, name: str) -> None:
        """Takes the colour and the name of a view."""
        self._colour = QColor(colour)
        self.setToolTip(name + "\n" + _("Double click: this view large; again: all three."))
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line, and under it what is behind the picture."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), canvas_colour())
        painter.fillRect(0, 0, self.width(), _LINE_HIGH, self._colour)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Says so."""
        self.double_clicked.emit()


class Pane(QWidget):
    """A view under its edge."""

    def __init__(self, view: PlaneView) -> None:
        super().__init__()
        self.view, self.edge = view, ViewEdge()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.edge)
        column.addWidget(view, 1)
        self.edge.hide()


class ViewGrid(QWidget):
    """`main` shows the stack's own slices and is always there; the `others` only among three.

    `enlarge_wanted`: the edge of this view was double-clicked.
    """

    enlarge_wanted = Signal(object)

    def __init__(self, main: PlaneView) -> None:
        super().__init__()
        self.setObjectName("views")
        self.main, self.others = main, (PlaneView(), PlaneView())
        for view, name in zip(self.others, ("second_view", "third_view")):
            view.setObjectName(name)
        self._panes = {view: Pane(view) for view in self.views}
        self._field = QWidget()
        self._order: tuple[PlaneView, ...] = (main,)
        self._large: PlaneView | None = None
        self._in_use = main
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        for view, pane in self._panes.items():
            pane.edge.double_clicked.connect(lambda view=view: self.enlarge_wanted.emit(view))
        self._place(())

    @property
    def views(self) -> tuple[PlaneView, PlaneView, PlaneView]:
        """All three, whether they are shown or not."""
        return (self.main, *self.others)

    @property
    def is_three(self) -> bool:
        """Whether there are three views, be it that one of them is enlarged."""
        return len(self._order) > 1

    @property
    def large(self) -> PlaneView | None:
        """The view that is enlarged."""
        return self._large

    @property
    def shown(self) -> tuple[PlaneView, ...]:
        """The views that are to be seen now."""
        return (self._large,) if self._large is not None else self._order

    @property
    def has_keys(self) -> bool:
        """Whether the keys go to one of the views."""
        return any(view.hasFocus() for view in self.views)

    @property
    def in_use(self) -> PlaneView:
        """The view that has the keys, or would be given them."""
        return self._in_use if self._in_use in self.shown else self.shown[0]

    def take_keys(self) -> None:
        """Gives the keys to the view in use."""
        self.in_use.setFocus()

    def follow_pointer(self, view: PlaneView) -> None:
        """The pointer is over this view now: it gets the keys, if another view has them."""
        self._in_use = view
        if self.has_keys and not view.hasFocus():
            view.setFocus()

    def step(self, n: int) -> None:
        """Asks for another slice in the view in use."""
        self.in_use.slice_wanted.emit(self.in_use.slice_number + n)

    def fit(self) -> None:
        """Shows the whole slice in every view."""
        for view in self.shown:
            view.fit()

    def one_to_one(self) -> None:
        """A point of the screen for each voxel, in the view in use."""
        self.in_use.one_to_one()

    def use_field(self, field: QWidget) -> None:
        """Shows this in the fourth field."""
        self._grid.removeWidget(self._field)
        self._field.deleteLater()
        self._field = field
        self._arrange()

    def name_edge(self, view: PlaneView, colour: str, name: str) -> None:
        """Gives a view the colour of its plane, and its name."""
        self._panes[view].edge.show_colour(colour, name)
        view.setAccessibleName(name)

    def show_one(self) -> None:
        """Shows the main view alone."""
        self._order, self._large = (self.main,), None
        self._arrange()

    def show_three(self, order: Sequence[PlaneView]) -> None:
        """Shows the three views: at the upper left, the upper right, and the lower left."""
        self._order, self._large = tuple(order), None
        self._arrange()

    def enlarge(self, view: PlaneView | None) -> None:
        """Shows one of the three in the room of all; None: all three again."""
        self._large = view if self.is_three else None
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Once all views have their new size, they fit again: they share their scale."""
        super().resizeEvent(event)
        self._settle()

    def _arrange(self) -> None:
        shown, had_keys = self.shown, self.has_keys
        self._place(shown)
        for view, pane in self._panes.items():
            pane.edge.setVisible(self.is_three)
            pane.setVisible(view in shown)
        self._field.setVisible(len(shown) > 1)
        if had_keys:
            self.take_keys()
        self._settle()

    def _place(self, shown: tuple[PlaneView, ...]) -> None:
        for widget in (*self._panes.values(), self._field):
            self._grid.removeWidget(widget)
        for view, slot in zip(self._order, _SLOTS):
            self._grid.addWidget(self._panes[view], *slot)
        self._grid.addWidget(self._field, *_FIELD)
        places = [slot for view, slot in zip(self._order, _SLOTS) if view in shown]
        for n in range(2):
            self._grid.setRowStretch(n, int(any(row == n for row, _column in places)))
            self._grid.setColumnStretch(n, int(any(column == n for _row, column in places)))

    def _settle(self) -> None:
        self._grid.activate()
        for pane in self._panes.values():
            layout = pane.layout()
            if layout is not None:
                layout.activate()
        for view in self._order:
            view.fit_again()
