"""OnScreen: the scan on screen with its mask and history, the slice and window shown, the label in use.

It stands on the study (study.py: folder, list, settings); which scan is opened, and when, is the session's to say.
"""

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.drafts import draft_view
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.study import Study
from lesionstudio.gui.views import DraftView
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, first_preset, preset_window
from lesionstudio.settings import Settings

LATER_MS = 150


class OnScreen(Study):
    """What is shown of the scan that is open, and the verbs that change that."""

    slice_changed = Signal(int)
    window_changed = Signal(object)
    region_changed = Signal(object)
    history_changed = Signal()
    drafts_changed = Signal()

    def __init__(self, settings: Settings, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(settings, runner, parent)
        self.open: OpenScan | None = None
        self.window = Window(255, 127.5)
        self.preset = ""
        self.label_in_use = 1
        self.settings_changed.connect(self._bound_history)
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self.drafts_changed)

    # What is open, for whoever shows it

    @property
    def current_id(self) -> str:
        """The item on screen; "" for none."""
        return self.open.item.id if self.open else ""

    @property
    def scan(self) -> Scan | None:
        """The scan on screen."""
        return self.open.scan if self.open else None

    @property
    def mask(self) -> Mask | None:
        """The mask of the scan on screen."""
        return self.open.mask if self.open else None

    @property
    def history(self) -> EditHistory | None:
        """The only writer of the mask on screen."""
        return self.open.history if self.open else None

    @property
    def slice_number(self) -> int:
        """The slice on screen, from 0."""
        return self.open.k if self.open else 0

    @property
    def draft(self) -> DraftView | None:
        """The open draft of the scan on screen."""
        return draft_view(self.open.mask, self.open.scan.geometry, self.open.k) if self.open else None

    @property
    def can_edit(self) -> bool:
        """Whether the mask on screen may be written."""
        return self.open is not None and not self._project().read_only

    # Slices and windows

    def go_to_slice(self, k: int) -> None:
        """Shows slice k, or the nearest there is."""
        if self.open is None:
            return
        k = max(0, min(k, self.open.scan.slices - 1))
        if k != self.open.k:
            self.open.k = k
            self.slice_changed.emit(k)
            self._later.start()

    def step_slice(self, n: int) -> None:
        """Goes n slices on; back when negative."""
        self.go_to_slice(self.slice_number + n)

    def set_window(self, window: Window, preset: str = "") -> None:
        """Shows these values from black to white; kept from scan to scan of the same kind."""
        self.window, self.preset = window, preset
        if self.open is not None:
            kept = self._project().settings.setdefault("windows", {})
            kept[self.open.scan.unit or self.open.scan.modality or "picture"] = [window.width, window.level, preset]
        self.window_changed.emit(window)

    def choose_preset(self, key: str) -> None:
        """Shows the window of this name: "lung", "auto", ..."""
        if self.open is not None:
            self.set_window(preset_window(self.open.scan, key, self.open.k), key)

    def _window_for(self, scan: Scan) -> None:
        kept = self._project().settings.get("windows", {}).get(scan.unit or scan.modality or "picture")
        preset = str(kept[2]) if kept else first_preset(scan)
        if preset:
            # The middle says more of a volume than its first slice, on which there may be next to nothing.
            self.set_window(preset_window(scan, preset, scan.slices // 2), preset)
        elif kept:
            self.set_window(Window(float(kept[0]), float(kept[1])))

    def set_labels(self, labels: LabelSet) -> None:
        """These are the study's labels from now on."""
        project = self._project()
        project.labels = labels
        if labels.by_number(self.label_in_use) is None:
            self.label_in_use = next((label.number for label in labels), 1)
        if self.open is not None:
            self.open.history.locked = labels.locked
        self.save_project()
        self.labels_changed.emit()

    # What is written down of it

    def flag(self, on: bool, note: str = "") -> None:
        """Marks the slice on screen for discussion, or no longer."""
        if self.open is None or self._project().read_only:
            return
        others = {k: text for k, text in self.record(self.current_id).flags.items() if k != self.open.k}
        flags = {**others, self.open.k: note} if on else others
        self._keep_in_record(self.current_id, flags=flags)
        self.item_changed.emit(self.current_id)

    @property
    def is_flagged(self) -> bool:
        """Whether the slice on screen is marked for discussion."""
        return self.open is not None and self.open.k in self.record(self.current_id).flags

    def _keep_place(self) -> None:
        if self.open is None or self.project is None or self.project.read_only:
            return
        self._keep_in_record(self.current_id, last_slice=self.open.k)

    def _bound_history(self) -> None:
        if self.open is not None:
            self.open.history.steps.limit_bytes = self.settings.undo_megabytes << 20

    # What changed

    def mask_changed(self, box: Box) -> None:
        """Says that voxels of the mask on screen changed: while painting, and after each step."""
        if not box.is_empty:
            self.region_changed.emit(box)

    def edited(self, box: Box) -> None:
        """Says that a step of the history was made, undone or done again."""
        self.mask_changed(box)
        self._keep_statuses()
        self.autosave.touch()
        self.history_changed.emit()
        self._later.start()

    def _keep_statuses(self) -> None:
        if self.open is not None:
            self.note_statuses(self.current_id, self.open.mask)

    def _announce_all(self) -> None:
        self.slice_changed.emit(self.slice_number)
        self.labels_changed.emit()
        self.history_changed.emit()
        self.drafts_changed.emit()
        self.item_changed.emit(self.current_id)
