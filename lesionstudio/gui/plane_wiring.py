"""PlaneWiring: one view of the scan on screen, in one plane. What the session says goes to it, what it does goes back.

In a view everything is in (picture, row, column) of its plane; here it becomes voxels of the file, and back.
"""

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.crosshair import Crosshair
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.rulers import PlaneBoard
from lesionstudio.gui.toolbox import Surface, Toolbox
from lesionstudio.gui.viewer.plane_view import PlaneView
from lesionstudio.imaging.geometry import Box, Index
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.shown import CrossCuts, shown_editor, shown_mask, shown_scan
from lesionstudio.imaging.windowing import Window, presets_for


class PlaneWiring(QObject):
    """`pointed`: the voxel (slice, row, column) under the pointer, or None; `is_on`: whether the view shows a scan."""

    pointed = Signal(object)

    def __init__(self, parts: Parts, toolbox: Toolbox, crosshair: Crosshair, view: PlaneView) -> None:
        super().__init__(parts.window)
        self._parts, self._session, self._toolbox, self._crosshair = parts, parts.session, toolbox, crosshair
        self.view, self.plane, self.is_on = view, Plane(), False
        self._shape: Index = (1, 1, 1)
        self._surface: Surface | None = None
        toolbox.add_view(view, lambda: self._surface)
        self._connect_session()
        self._connect_view()

    def show_in(self, plane: Plane, cuts: CrossCuts | None = None) -> None:
        """Shows the scan on screen in this plane; `cuts`: where pictures across its slices come from."""
        scan, mask, history = self._session.scan, self._session.mask, self._session.history
        if scan is None or mask is None or history is None:
            self.show_nothing()
            return
        # What a stroke in the making changed is still said in the plane it was drawn in.
        self.view.abandon()
        self.plane, self.is_on, self._shape = plane, True, scan.geometry.shape
        shown = shown_scan(scan, plane, cuts)
        self._surface = Surface(shown_editor(history, plane, shown), shown, plane)
        self.view.set_scan(shown, shown_mask(mask, plane))
        self._show_settings()
        self._show_window(self._session.window)
        self._show_proposal()
        self.view.set_labels(self._session.labels)
        self.view.set_slice(self._crosshair.seen_in(plane)[0])
        self._show_reference()
        self._show_rulers()

    def show_nothing(self) -> None:
        """No scan, or no need to show it."""
        if self._surface is None:
            return
        self.is_on, self._surface = False, None
        self.view.set_scan(None, None)
        self.view.set_rules(PaintRules(), None)

    def show_place(self) -> None:
        """Shows the picture that the crosshair is on."""
        n, _row, _column = self._crosshair.seen_in(self.plane)
        if self.is_on and n != self.view.slice_number:
            self.view.set_slice(n)

    def look_again(self) -> None:
        """Shows the picture once more: more of the scan has been read."""
        if self.is_on:
            self.view.set_slice(self.view.slice_number)

    def _connect_session(self) -> None:
        session = self._session
        session.region_changed.connect(self._show_region)
        session.window_changed.connect(self._show_window)
        session.labels_changed.connect(lambda: self.view.set_labels(session.labels))
        session.settings_changed.connect(self._show_settings)
        self._crosshair.moved.connect(self.show_place)
        self._parts.proposals.changed.connect(self._show_proposal)
        self._parts.rulers.changed.connect(self._show_rulers)
        self._parts.comparing.shown_changed.connect(self._show_reference)

    def _connect_view(self) -> None:
        view, session = self.view, self._session
        view.slice_wanted.connect(lambda n: self._crosshair.go_along(self.plane, n))
        view.cross_wanted.connect(lambda place: self._crosshair.go_to(self._voxel(place)))
        view.window_dragged.connect(session.set_window)
        view.pointer_moved.connect(self._point)
        view.diameter_wanted.connect(self._toolbox.step)
        view.label_picked.connect(self._parts.marking.choose_label)
        view.painted.connect(lambda box: session.mask_changed(self._box(box)))
        view.stroke_ended.connect(lambda box: session.edited(self._box(box)))
        view.tool_wanted.connect(self._parts.window.actions_by_verb.trigger)

    def _box(self, shown: Box) -> Box:
        return self.plane.to_voxels(shown, self._shape)

    def _voxel(self, place: Index) -> Index:
        k, row, column = self.plane.to_voxel(place, self._shape)
        return int(k), int(row), int(column)

    def _point(self, pointer: object) -> None:
        self._session.alive.emit()
        self._toolbox.plane = self.plane
        if pointer is None or not getattr(pointer, "inside", True):
            self.pointed.emit(None)
        else:
            self.pointed.emit(self._voxel((pointer.k, pointer.row, pointer.column)))  # type: ignore[attr-defined]

    def _show_region(self, box: Box) -> None:
        if self.is_on:
            self.view.refresh(self.plane.to_shown(box, self._shape))

    def _show_window(self, window: Window) -> None:
        presets = presets_for(self._session.scan) if self._session.scan is not None else ()
        name = next((one.name for one in presets if one.key == self._session.preset), "")
        self.view.set_window(window, name)

    def _show_settings(self) -> None:
        settings = self._session.settings
        self.view.set_opacity(settings.mask_opacity)
        self.view.set_outline_only(settings.outline_only)

    def _show_reference(self) -> None:
        comparing = self._parts.comparing
        reference = comparing.reference if self.is_on else None
        if reference is not None and reference.judged is not None and self._cuts_slices:
            reference = None
        shown = shown_mask(reference.mask, self.plane) if reference is not None else None
        self.view.set_reference(shown, comparing.label, reference.judged if reference is not None else None)

    @property
    def _cuts_slices(self) -> bool:
        """Whether what is judged slice by slice cannot be shown here."""
        return self.plane.axes[0] != 0 or self.plane.flips[0]

    def _show_rulers(self) -> None:
        scan = self._session.scan if self.is_on else None
        board = PlaneBoard(self._parts.rulers, self.plane, scan.geometry) if scan is not None else None
        self.view.set_rulers(board.sketches() if board is not None else ())

    def _show_proposal(self) -> None:
        proposal = self._parts.proposals.current
        if self.is_on or proposal is None:
            self.view.set_proposal(proposal.shown(self.plane, self._shape) if proposal is not None else None)
