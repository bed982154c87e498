"""ThreeViews: the scan on screen in three planes across each other, linked by the crosshair; or in one."""

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.crosshair import Crosshair
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.lesion_wiring import LesionWiring
from lesionstudio.gui.main_window import WIDE
from lesionstudio.gui.panels.views_field import ViewsField
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.plane_wiring import PlaneWiring
from lesionstudio.gui.toolbox import Toolbox
from lesionstudio.gui.viewer.plane_view import PLANE_COLOURS, PlaneView, plane_title
from lesionstudio.imaging.cross_cuts import MOST_BYTES, KeptCuts, bytes_of, read_cuts
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.planes import PLANES, plane_names, three_planes
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, number

_MORE_MS = 200


class ThreeViews(QObject):
    """`changed`: there are three views now, or one. What was chosen holds for every volume that is opened after.

    `wirings`: the main view's and those of the other two. `reason`: why there cannot be three; "" when there can.
    """

    changed = Signal()

    def __init__(self, parts: Parts, toolbox: Toolbox, crosshair: Crosshair, main: PlaneWiring) -> None:
        super().__init__(parts.window)
        self._parts, self._session, self._toolbox, self._crosshair = parts, parts.session, toolbox, crosshair
        self._actions, self._page = parts.window.actions_by_verb, parts.window.draw_page
        self._grid = self._page.views
        others = [PlaneWiring(parts, toolbox, crosshair, view) for view in self._grid.others]
        self.wirings = (main, *others)
        self.field = ViewsField(parts.window.look)
        self.reason = ""
        self._is_wanted = self._has_folded = self._is_scaling = False
        self._lesions: LesionWiring | None = None
        self._cuts: KeptCuts | None = None
        self._reading: Job | None = None
        self._more = QTimer(self, singleShot=True, interval=_MORE_MS)
        self._more.timeout.connect(self._show_more)
        self._grid.use_field(self.field)
        self._connect()
        self._show_one()

    def show_scan(self) -> None:
        """Shows the scan that was opened in as many views as were chosen, or in one where there cannot be more."""
        self._forget_cuts()
        self.reason = _reason(self._session.scan)
        self._actions.explain("three_views", self.reason)
        self._show_what_is_wanted()

    def forget_scan(self) -> None:
        """The scan was closed."""
        self._forget_cuts()
        for wiring in self.wirings[1:]:
            wiring.show_nothing()

    def show_again(self) -> None:
        """Shows the scan once more: left and right lie elsewhere now."""
        self._show_what_is_wanted()

    def show_three(self, wanted: bool) -> None:
        """Three views, or one, from now on."""
        self._is_wanted = wanted
        self._show_what_is_wanted()

    def use_lesions(self, lesions: LesionWiring) -> None:
        """Shows the table of lesions in the fourth field; what is clicked there is crossed by all views."""
        self._lesions = lesions
        lesions.go_to = self.go_to

    def go_to(self, place: Index) -> None:
        """Takes the crosshair to a voxel, and every view to where it can be seen."""
        self._crosshair.go_to(place)
        for wiring in self.wirings:
            if wiring.is_on:
                _n, row, column = self._crosshair.seen_in(wiring.plane)
                wiring.view.bring_into_view(row, column)

    def _connect(self) -> None:
        self._actions.on("one_view", lambda: self.show_three(False))
        self._actions.on("three_views", lambda: self.show_three(not self._grid.is_three))
        self._crosshair.moved.connect(self._show_cross)
        self._grid.enlarge_wanted.connect(self._enlarge)
        self.field.cross_switched.connect(self._show_cross)
        self.field.link_switched.connect(self._grid.fit)
        for view in self._grid.views:
            view.zoom_changed.connect(lambda _zoom, view=view: self._scale_like(view))
            view.entered.connect(lambda view=view: self._grid.follow_pointer(view))
            view.held_changed.connect(lambda _held, view=view: self._hide_like(view))

    def _enlarge(self, view: PlaneView) -> None:
        self._grid.enlarge(None if self._grid.large is not None else view)
        self.changed.emit()

    def _show_what_is_wanted(self) -> None:
        if self._is_wanted and self._session.scan is not None and not self.reason:
            self._show_all(self._session.scan)
        else:
            self._show_one()
        self._toolbox.refresh()
        self.changed.emit()

    def _show_one(self) -> None:
        self._grid.show_one()
        for wiring in self.wirings[1:]:
            wiring.show_nothing()
        main = self._grid.main
        main.scale_of = None
        main.set_title("")
        main.setAccessibleName(_("Picture"))
        main.set_cross(None)
        main.fit_again()
        self._settle(three=False)

    def _show_all(self, scan: Scan) -> None:
        cuts = self._read_cuts(scan)
        planes, names, others = three_planes(scan.geometry), plane_names(scan.geometry), list(self.wirings[1:])
        shown = {plane.axes[0]: self.wirings[0] if plane.axes[0] == 0 else others.pop(0) for plane in planes}
        colours = {plane.axes[0]: PLANE_COLOURS[name] for plane, name in zip(planes, PLANES)}
        for axis, wiring in shown.items():
            view, title = wiring.view, plane_title(names[axis], axis)
            self._grid.name_edge(view, colours[axis], title)
            view.set_title(title)
            view.scale_of = self._common_scale
            if axis != 0:
                plane = next(plane for plane in planes if plane.axes[0] == axis)
                wiring.show_in(self._parts.turning.as_agreed(plane), cuts)
            _first, down, right = wiring.plane.axes
            view.set_cross_colours(colours[down], colours[right])
        self._fill_field()
        self.field.show_views([(plane_title(names[axis], axis), colours[axis]) for axis in shown])
        self._grid.show_three([wiring.view for wiring in shown.values()])
        self._settle(three=True)
        self._show_cross()

    def _fill_field(self) -> None:
        if self._lesions is not None and not self.field.has_body:
            from lesionstudio.gui.panels.lesion_table import LesionTable

            table = LesionTable(self._parts.window.look)
            self._lesions.add(table)
            self.field.show_body(table)

    def _settle(self, *, three: bool) -> None:
        """Buttons, slice map and right panel as they go with so many views."""
        self._actions["three_views" if three else "one_view"].setChecked(True)
        fold, is_tight = self._actions["fold_panel"], self._parts.window.width() <= WIDE
        if three and is_tight and not fold.isChecked():
            self._has_folded = True
            fold.setChecked(True)
        elif not three and self._has_folded:
            self._has_folded = False
            fold.setChecked(False)

    # What links them

    def _show_cross(self) -> None:
        for wiring in self.wirings:
            if self._grid.is_three and wiring.is_on:
                _n, row, column = self._crosshair.seen_in(wiring.plane)
                wiring.view.set_cross((row, column) if self.field.has_cross else None)

    def _common_scale(self) -> float:
        """Points a millimetre at which each view that is shown has room for its whole picture."""
        shown = self._grid.shown if self.field.is_linked else ()
        return min((view.most_scale for view in shown if view.most_scale > 0), default=float("inf"))

    def _scale_like(self, view: PlaneView) -> None:
        if self._is_scaling or view.is_fitted or not self._grid.is_three or not self.field.is_linked:
            return
        self._is_scaling = True
        for other in self._grid.views:
            if other is not view:
                other.show_scale(view.scale)
        self._is_scaling = False

    def _hide_like(self, view: PlaneView) -> None:
        for other in self._grid.views:
            if other is not view:
                other.hide_marks_while(view.hides_marks)

    # Cuts across the slices

    def _read_cuts(self, scan: Scan) -> KeptCuts:
        """The scan's cuts; its slices are read on a thread, those at hand first. Kept until the scan is closed."""
        if self._cuts is None:
            cuts = self._cuts = KeptCuts(scan)
            order = sorted(range(scan.slices), key=lambda k: not scan.is_read(k))
            self._reading = self._parts.runner.run("files", _("Reading"), read_cuts, cuts, order)
            self._reading.progressed.connect(lambda _progress: self._more.isActive() or self._more.start())
            self._reading.ended.connect(self._more.start)
        return self._cuts

    def _forget_cuts(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading, self._cuts = None, None
        self._more.stop()

    def _show_more(self) -> None:
        for wiring in self.wirings[1:]:
            wiring.look_again()


def _reason(scan: Scan | None) -> str:
    """Why a scan cannot be shown in three views; "" when it can."""
    if scan is None:
        return ""
    if scan.slices == 1:
        return _("A picture of one slice has no other planes.")
    if bytes_of(scan) > MOST_BYTES:
        has, most = number(bytes_of(scan) / (1 << 30), 1), number(MOST_BYTES / (1 << 30))
        return _("This scan takes {has} GB of memory; three views show scans of up to {most} GB.").format(
            has=has, most=most
        )
    return ""
