"""ScanWiring: the scan on screen. What the session says of it goes to picture, map and panels, and back."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.actions import LABEL_NUMBERS, PRESETS
from lesionstudio.gui.crosshair import Crosshair
from lesionstudio.gui.drafts import Point
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.plane_wiring import PlaneWiring
from lesionstudio.gui.proposal_wiring import ProposalWiring, sentence_of
from lesionstudio.gui.readout import Readout, histogram, read_out
from lesionstudio.gui.three_views import ThreeViews
from lesionstudio.gui.tool_actions import TOOLS
from lesionstudio.gui.toolbox import Toolbox
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.windowing import Window, presets_for
from lesionstudio.words import _

_SEEN_MS = 500
_NEED_SCAN = ("next_slice", "previous_slice", "ten_slices_on", "ten_slices_back", "fit", "one_to_one", "outline_only",
              "hide_mask", "flag", "history", "lesions", "one_view", "three_views")  # fmt: skip
_NEED_EDITING = (*TOOLS, "value_range", "smaller", "larger", "add_label", "lock_label", "check_slice", "check_seen")
_NEED_MODEL = ("segment_slice", "segment_scan", "segment_all", "look_next", "show_doubt")
_NEED_DRAFT = ("accept", "reject", "accept_scan")


def allow_only(actions: Actions, possible: set[str]) -> None:
    """Of all that is done to a scan allows these verbs; undo and redo follow the history."""
    labels = tuple(f"choose_label_{n}" for n in LABEL_NUMBERS)
    presets = tuple(f"preset_{n}" for n in range(1, PRESETS + 1))
    for verb in (*_NEED_SCAN, *_NEED_EDITING, *_NEED_MODEL, *_NEED_DRAFT, *labels, *presets):
        actions.allow(verb, verb in possible)


class ScanWiring(QObject):
    """Joined when the first folder is opened."""

    def __init__(self, parts: Parts, toolbox: Toolbox) -> None:
        super().__init__(parts.window)
        self._parts, self._toolbox = parts, toolbox
        self._window, self._session = parts.window, parts.session
        self._page, self._actions = parts.window.draw_page, parts.window.actions_by_verb
        self.crosshair = Crosshair(parts.session, self)
        self.main = PlaneWiring(parts, toolbox, self.crosshair, self._page.picture)
        self.three = ThreeViews(parts, toolbox, self.crosshair, self.main)
        self.proposals = ProposalWiring(parts)
        self._is_being_shown = False
        self._seen = QTimer(self, singleShot=True, interval=_SEEN_MS)
        self._seen.timeout.connect(self._tell_seen)
        self._counting = QTimer(self, singleShot=True, interval=0)
        self._counting.timeout.connect(self._show_histogram)
        self._connect_session()
        self._connect_panels()
        self._connect_picture()
        self._show_labels()
        for kind in toolbox.kinds.values():
            kind.undo_changed.connect(self._show_history)
        toolbox.choose("brush")
        parts.proposals.changed.connect(self.show_hints)

    def show_possible(self) -> None:
        """Allows what can be done now and says why Segment cannot."""
        if self._is_being_shown:
            return  # Once is enough: the session says everything of a scan that it opened, its draft last.
        self._page.segment.show_reason(self._parts.models.reason)
        allow_only(self._actions, self._possible())
        self.proposals.show_possible()
        self._show_history()

    def _possible(self) -> set[str]:
        session, draft = self._session, self._session.draft
        if session.scan is None or not self._page.is_drawing:
            may_look = session.scan is not None and self._actions["learn_page"].isChecked()
            return {"look_next"} if may_look and not self._parts.models.reason else set()
        possible = {verb for verb in _NEED_SCAN if verb != "three_views" or not self.three.reason}
        possible |= {*(f"preset_{n}" for n in range(1, len(presets_for(session.scan)) + 1))}
        possible |= {f"choose_label_{n}" for n in LABEL_NUMBERS if n <= len(session.labels)}
        if not self._parts.models.reason:
            possible |= set(_NEED_MODEL)
        if session.can_edit:
            possible |= set(_NEED_EDITING)
            possible |= {"accept_scan"} if draft is not None else set()
            seen = draft is not None and (draft.lesions or self._page.views.is_three)
            possible |= {"accept", "reject"} if seen else set()
        return possible if self._is_slice_on_screen else possible - {"check_slice"}

    @property
    def _is_slice_on_screen(self) -> bool:
        return self._page.picture in self._page.views.shown

    def show_models(self) -> None:
        """Shows the models there are, the one in use, and how many scans "all" means."""
        models, segment = self._parts.models, self._page.segment
        in_use = models.model_in_use
        segment.show_models(models.models, in_use.id if in_use else "", is_new=models.is_new)
        sound = sum(not item.error and not item.last for item in self._session.known_items.values())
        segment.show_scans(sound, is_volume=self._is_volume)
        self.show_possible()

    @property
    def _is_volume(self) -> bool:
        return self._session.scan is not None and self._session.scan.slices > 1

    def _connect_session(self) -> None:
        session = self._session
        session.scan_opened.connect(self._show_scan)
        session.scan_closed.connect(self._show_no_scan)
        session.slice_changed.connect(self._show_slice)
        session.window_changed.connect(self._show_window)
        session.region_changed.connect(self._show_region)
        session.labels_changed.connect(self._show_labels)
        session.history_changed.connect(self._history_changed)
        session.drafts_changed.connect(self._show_counts)
        session.settings_changed.connect(self._toolbox.refresh)
        session.settings_changed.connect(self.show_held_out)
        session.items_changed.connect(self.show_held_out)
        self._parts.models.models_changed.connect(self.show_models)

    def _connect_panels(self) -> None:
        page, marking = self._page, self._parts.marking
        page.display.window_wanted.connect(self._session.set_window)
        page.display.opacity_wanted.connect(self._keep_opacity)
        page.labels.label_wanted.connect(marking.choose_label)
        page.labels.rename_wanted.connect(lambda n, name: marking.change_label(n, name=name))
        page.labels.colour_wanted.connect(lambda n, colour: marking.change_label(n, colour=colour))
        page.labels.visible_wanted.connect(lambda n, on: marking.change_label(n, visible=on))
        page.labels.locked_wanted.connect(lambda n, on: marking.change_label(n, locked=on))
        page.labels.delete_wanted.connect(marking.delete_label)
        page.options_bar.diameter_wanted.connect(self._toolbox.set_diameter)

    def _connect_picture(self) -> None:
        for wiring in self.three.wirings:
            wiring.pointed.connect(self._show_point)
            wiring.view.held_changed.connect(self.show_hints)
        self.three.changed.connect(self._show_views)
        self._toolbox.chosen.connect(self.show_hints)
        self._page.slice_map.slice_wanted.connect(self._session.go_to_slice)

    # What the session says

    def _show_scan(self) -> None:
        self._is_being_shown = True
        self.main.show_in(self._parts.turning.plane)
        self._page.slice_map.set_scan(self._session.scan, self._session.mask)
        self.three.show_scan()
        self.show_held_out()
        self._page.worklist.show_current(self._session.current_id)
        self.show_models()

    def show_turned(self) -> None:
        """Shows the scan on screen once more, turned otherwise."""
        self.main.show_in(self._parts.turning.plane)
        self.three.show_again()
        self.show_held_out()

    def show_held_out(self) -> None:
        """Says on the picture and beside it which slices are held out."""
        here = self._session.current_id
        held_out = self._session.held_out(here) if here else frozenset()
        self._page.picture.set_held_out(held_out)
        self._page.slice_map.set_held_out(held_out)

    def _show_no_scan(self) -> None:
        self._is_being_shown = False
        self._toolbox.point = None
        self.main.show_nothing()
        self.three.forget_scan()
        self._toolbox.refresh()  # A tool holds on to the voxels it was made for.
        self._page.slice_map.set_scan(None, None)
        self._page.worklist.show_current("")
        self._page.segment.show_draft(None)
        self.show_possible()

    def _show_slice(self, k: int) -> None:
        self._page.slice_map.set_slice(k)
        self._actions["flag"].setChecked(self._session.is_flagged)
        self._show_status()
        self._seen.start()

    def _show_window(self, window: Window) -> None:
        presets = presets_for(self._session.scan) if self._session.scan is not None else ()
        chosen = next((n for n, one in enumerate(presets, 1) if one.key == self._session.preset), 0)
        self._page.display.show_presets([preset.name for preset in presets], chosen)
        self._page.display.show_window(window, presets[chosen - 1].name if chosen else _("Own"))

    def _show_region(self, box: Box) -> None:
        self._page.slice_map.refresh(box)

    def _show_labels(self) -> None:
        labels = self._session.labels
        self._page.slice_map.set_labels(labels)
        self._page.labels.show_labels(labels, self._session.label_in_use)
        self._toolbox.refresh()
        self.show_possible()

    def _history_changed(self) -> None:
        self._show_history()
        self._show_status()

    def _show_history(self) -> None:
        history = self._session.history if self._session.can_edit and self._page.is_drawing else None
        for verb, title in (
            ("undo", self._toolbox.kind.undo_title or history.undo_title if history else ""),
            ("redo", self._toolbox.kind.redo_title or history.redo_title if history else ""),
        ):
            self._actions.allow(verb, bool(title))
            words = self._actions.specs[verb].text
            self._actions.retitle(verb, f"{words} {title}" if title else words)

    def _show_status(self) -> None:
        mask = self._session.mask
        if mask is not None:
            status = mask.status(self._session.slice_number).name.lower()
            self._page.check.show_status(status, is_volume=self._is_volume)

    def _show_counts(self) -> None:
        self._is_being_shown = False
        self._page.segment.show_draft(self._session.draft)
        self._page.labels.show_amounts(self._parts.marking.areas())
        self._show_status()
        self.show_possible()
        self._counting.start()  # The picture comes first.

    def _show_histogram(self) -> None:
        if (scan := self._session.scan) is not None:
            counted = histogram(scan, self._session.slice_number)
            self._page.display.show_histogram(counted.counts, counted.low, counted.high, scan.unit)

    def _show_views(self) -> None:
        """There are other views now. A slice that is not on screen cannot be checked, and needs no map."""
        alone = self._page.views.shown == (self._page.picture,)
        self._page.slice_map.setVisible(self._is_volume and alone)
        why = "" if self._is_slice_on_screen else _("Only a slice on screen can be checked: show all views first.")
        self._actions.explain("check_slice", why)
        self.show_possible()
        self.show_hints()

    def _tell_seen(self) -> None:
        if self._is_slice_on_screen:
            self._parts.marking.saw(self._session.slice_number)

    # What the picture and the panels say

    def _show_point(self, point: Point | None) -> None:
        session = self._session
        self._toolbox.point = point
        if point is None or session.scan is None or session.mask is None:
            told = Readout()
        else:
            told = read_out(session.scan, session.mask, session.labels, *point)
        self._window.status_bar.show_cells(
            told.colour, voxel=told.voxel, position=told.position, value=told.value, label=told.label
        )

    def show_hints(self, held: str = "") -> None:
        """Says what mouse and keys do on the picture, now that this key is held; not on another page."""
        if not self._page.is_drawing:
            return
        now = {
            "erase": ((_("Drag"),), _("erases")),
            "straight": ((_("Drag"),), _("draws a straight line")),
            "pick": ((_("Click"),), _("picks the label")),
            "move": ((_("Drag"),), _("moves the picture")),
        }
        if held in now:
            self._window.status_bar.show_hints([now[held]])
            return
        scan = self._session.scan
        said = sentence_of(self._parts.proposals, scan.geometry) if scan is not None else ""
        if self._parts.proposals.stands and not self._parts.proposals.is_making:
            answers = [
                ((), said),
                (self._actions.caps("check_slice"), _("accepts the preview")),
                (self._actions.caps("reject_proposal"), _("drops it")),
            ]
            self._window.status_bar.show_hints(answers)
            return
        own = self._toolbox.kind.hints()
        if own and not self._page.views.is_three:
            hints = list(own)
        elif self._page.views.is_three:
            edge = _("on the edge: all views") if self._page.views.large else _("on an edge: one view large")
            crosshair = ((_("Shift"),), _("move: crosshair follows"))
            hints = [crosshair, ((_("Double click"),), edge), (("Alt",), _("erase"))]
        else:
            hints = [(("Alt",), _("erase")), ((_("Shift"),), _("straight")), (("Ctrl",), _("pick label"))]
        hints = hints if self._session.can_edit or self._page.views.is_three else []
        hints = [((), said)] if said else hints
        wheel = [((_("Wheel"),), _("slices"))] if self._is_volume else []
        self._window.status_bar.show_hints([*hints, *wheel])

    def _keep_opacity(self, opacity: float) -> None:
        self._session.apply_settings(replace(self._session.settings, mask_opacity=opacity))
