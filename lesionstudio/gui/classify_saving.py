"""ClassifySaving: what was found out goes into files: a table, each picture under its heat, or the one on screen."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from lesionstudio.gui.classify_scan import ClassifyScan
from lesionstudio.gui.messages import choose_folder, choose_new_file
from lesionstudio.gui.one_job import OneJob
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import _, ngettext


class ClassifySaving(OneJob):
    """One lot of heat maps at a time; `job_changed` says how far it is."""

    def __init__(self, parts: Parts, scan: ClassifyScan, parent: QObject) -> None:
        super().__init__(parts.session, "heat_maps", _("Writing heat maps"), parent)
        self._parts, self._window = parts, parts.window
        self._classifying, self._scan = parts.classifying, scan

    def save_table(self) -> None:
        """Asks where, and writes what is known as CSV."""
        known = [(one.name, self._classifying.kind(one.key)) for one in self._classifying.pictures]
        rows = [(name, kind.to_answer()) for name, kind in known if kind is not None]
        classifier = self._classifying.classifier
        if not rows or classifier is None:
            return
        chosen = choose_new_file(self._window, _("Save table"), "classes.csv", "CSV (*.csv)")
        if not chosen:
            return
        from lesionstudio.workflows.kinds import write_table

        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.csv")
        job = self._parts.runner.run("files", _("Saving"), write_table, path, classifier.labels, rows)
        job.succeeded.connect(lambda _path: self._tell(_("The table is saved."), path))
        job.failed.connect(self._session.tell_problem)

    def save_picture(self, heat: NDArray[np.uint8] | None, opacity: float) -> None:
        """Asks where, and writes the slice on screen, under its heat where that is shown, as PNG."""
        scan, picture = self._scan.scan, self._classifying.picture(self._scan.key)
        if scan is None or picture is None:
            return
        number = f"_{self._scan.k + 1}" if scan.slices > 1 else ""
        name = f"{Path(picture.name).stem}{number}.png"
        chosen = choose_new_file(self._window, _("Save picture"), name, "PNG (*.png)")
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.png")
        shown = (scan, self._scan.k, self._scan.window[0], heat, opacity)
        job = self._parts.runner.run("files", _("Saving"), _write_picture, path, *shown)
        job.succeeded.connect(lambda _nothing: self._tell(_("The picture is saved."), path))
        job.failed.connect(self._session.tell_problem)

    def save_heat_maps(self) -> None:
        """Asks where, and writes the clearest slice of every picture that is known under the heat of its class."""
        classifier = self._classifying.classifier
        known = [(one, self._classifying.kind(one.key)) for one in self._classifying.pictures]
        sound = [one for one, kind in known if kind is not None and not kind.error]
        if classifier is None or not sound or self._job is not None:
            return
        chosen = choose_folder(self._window, _("Choose a folder for the heat maps"))
        if not chosen:
            return
        project = self._session.project
        arguments = {
            "pictures": [{"name": Path(one.name).stem, "source": one.source.to_json(None)} for one in sound],
            "model": str(classifier.folder),
            "out": chosen,
            "hu_offset": project.hu_offset if project is not None else None,
        }
        job = self._parts.lane.submit("write_heat_maps", arguments, self._title)
        self._follow(job, lambda result: self._written(Path(chosen), result))

    def _written(self, folder: Path, result: dict[str, Any]) -> None:
        for failed in result["failed"][:1]:
            self._session.tell(Notice("error", failed["error"], failed["hint"]))
        count = len(result["files"])
        if count:
            title = ngettext("{n} heat map is saved.", "{n} heat maps are saved.", count)
            self._session.tell(Notice("good", title, str(folder), _("Open folder"), "show_in_folder", payload=folder))

    def _tell(self, title: str, path: Path) -> None:
        self._session.tell(Notice("good", title, str(path), _("Open folder"), "show_in_folder", payload=path.parent))


def _write_picture(
    path: Path, scan: Scan, k: int, window: Window, heat: NDArray[np.uint8] | None, opacity: float
) -> None:
    """Slice k as it is shown, at its own size. Raises ProjectProblem, UnreadableFile."""
    from lesionstudio.imaging.formats.png import write_picture
    from lesionstudio.imaging.heat import with_heat
    from lesionstudio.imaging.windowing import to_grey
    from lesionstudio.project.storage import telling_what_fails

    pixels = np.asarray(scan.slice(k))
    if not (scan.colour and pixels.dtype == np.uint8):
        pixels = to_grey(pixels[..., 0] if pixels.ndim == 3 else pixels, window)
    shown = pixels[..., :3] if pixels.ndim == 3 else pixels
    if heat is not None:
        shown = with_heat(shown, _stretched(heat, shown.shape[:2]), opacity)
    with telling_what_fails(path):
        write_picture(path, shown, {})


def _stretched(heat: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    import cv2

    rows, columns = shape
    warm = cv2.resize(heat.astype(np.float32) / 255, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(warm, np.float32)
