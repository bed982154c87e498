"""LesionWiring: the lesions of the scan on screen, measured in the background and shown in every table that is seen."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.lesion_rows import lesions_shown
from lesionstudio.gui.messages import choose_new_file
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.geometry import Geometry, Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.panels.lesion_popup import LesionPopup
    from lesionstudio.gui.panels.lesion_table import LesionTable
    from lesionstudio.metrics.lesions import Lesion

_SETTLED_MS = 200


class LesionWiring(QObject):
    """Nothing is measured while no table is seen; what is measured last counts."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session = parts, parts.session
        self._action = parts.window.actions_by_verb["lesions"]
        self.tables: list[LesionTable] = []
        self.popup: LesionPopup | None = None
        self.go_to: Callable[[Index], None] = self._show_place
        self._found: list[Lesion] | None = None
        self._job: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._soon.timeout.connect(self.measure)
        parts.window.actions_by_verb.on("lesions", self._toggle)
        self._session.history_changed.connect(self._soon.start)
        self._session.labels_changed.connect(self._show)
        self._session.scan_opened.connect(self._other_scan)
        self._session.scan_closed.connect(self._other_scan)

    def add(self, table: "LesionTable") -> None:
        """Keeps this table up to date while it is seen, and does what it asks for."""
        self.tables.append(table)
        table.place_wanted.connect(lambda place: self.go_to(place))
        table.csv_wanted.connect(self.save_csv)
        table.shown.connect(lambda: self._table_shown(table))

    def measure(self) -> None:
        """Measures the mask as it is now, if anybody looks."""
        scan, mask = self._session.scan, self._session.mask
        self._drop_job()
        if scan is None or mask is None or not any(table.isVisible() for table in self.tables):
            self._found = None
            return
        job = self._parts.runner.run(
            "files", _("Measuring"), _measured, Marked.now(mask), scan.geometry, values_of(scan)
        )
        self._job = job
        job.succeeded.connect(lambda found: self._measured(job, found))
        job.failed.connect(lambda problem: self._failed(job, problem))

    def save_csv(self) -> None:
        """Asks for a file and writes the table into it."""
        scan, found = self._session.scan, self._found
        if scan is None or found is None:
            return
        start = str(
            Path.home() / _("Lesions {name}.csv").format(name=_file_name(scan.name or self._session.current_id))
        )
        path = choose_new_file(self._parts.window, _("Save as CSV"), start, "CSV (*.csv)")
        if path:
            names = {label.number: label.name for label in self._session.labels}
            job = self._parts.runner.run("files", _("Saving"), _write, Path(path), found, scan.geometry, names)
            job.succeeded.connect(lambda _none: self._session.tell(Notice("good", _("The table is saved."), path)))
            job.failed.connect(self._session.tell_problem)

    def _measured(self, job: Job, found: "list[Lesion]") -> None:
        if job is self._job:
            self._job, self._found = None, found
            self._show()

    def _failed(self, job: Job, problem: BaseException) -> None:
        if job is self._job:
            self._job = None
            self._session.tell_problem(problem)

    def _show(self) -> None:
        scan = self._session.scan
        if scan is None or self._found is None:
            return
        shown = lesions_shown(self._found, scan.geometry, scan.unit, self._session.labels)
        for table in self.tables:
            table.show_lesions(shown)
        if self.popup is not None:
            self.popup.settle()

    def _other_scan(self) -> None:
        self._drop_job()
        self._found = None
        for table in self.tables:
            table.show_sentence(_("Measuring") if self._session.scan is not None else "")
        self._soon.start()

    def _table_shown(self, table: "LesionTable") -> None:
        if self.popup is not None and self.popup.isVisible() and not self._is_popup(table):
            self.popup.close_popup()  # One table is enough.
        if self._found is None:
            self.measure()

    def _drop_job(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _show_place(self, place: Index) -> None:
        scan = self._session.scan
        if scan is not None:
            self._session.go_to_slice(place[0])
            _n, row, column = self._parts.turning.plane.from_voxel(place, scan.geometry.shape)
            self._parts.window.draw_page.picture.bring_into_view(row, column)

    # The table over the picture

    def _toggle(self) -> None:
        elsewhere = next((table for table in self.tables if table.isVisible() and not self._is_popup(table)), None)
        if elsewhere is not None:
            self._action.setChecked(False)  # It is lit while the table lies over the picture.
            elsewhere.view.setFocus()
        elif self.popup is not None and self.popup.isVisible():
            self.popup.close_popup()
        else:
            self._action.setChecked(True)
            self._the_popup().open()

    def _is_popup(self, table: "LesionTable") -> bool:
        return self.popup is not None and table is self.popup.table

    def _the_popup(self) -> "LesionPopup":
        if self.popup is None:
            from lesionstudio.gui.panels.lesion_popup import LesionPopup

            self.popup = LesionPopup(self._parts.window.look, self._parts.window.draw_page.views)
            self.popup.closed.connect(self._closed)
            self.add(self.popup.table)
        return self.popup

    def _closed(self) -> None:
        self._action.setChecked(False)
        self._parts.window.draw_page.views.take_keys()


def _measured(marked: Marked, geometry: Geometry, values: Any, report: Any) -> "list[Lesion]":
    from lesionstudio.metrics.lesions import measured

    return measured(marked, geometry, values, report=report)


def _write(path: Path, found: "list[Lesion]", geometry: Geometry, names: dict[int, str]) -> None:
    from lesionstudio.workflows.measure import row, write_csv

    write_csv(path, [row(lesion, geometry, names) for lesion in found if lesion.label in names])


def _file_name(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in " -_." else "_" for sign in name)
