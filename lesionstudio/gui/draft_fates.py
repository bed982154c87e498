"""DraftFates: writes down, when a slice is checked, how its draft fared: overlap, volume, strokes and seconds."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.look_next import LookNext
from lesionstudio.gui.marking import Marking
from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.session import Session
from lesionstudio.gui.time_spent import TimeSpent
from lesionstudio.gui.what_next import Place
from lesionstudio.imaging.drafted import as_drafted
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.fates import Fate


class DraftFates(QObject):
    """`changed`: one more slice with a draft was checked, or another study is open."""

    changed = Signal()

    def __init__(
        self, session: Session, marking: Marking, look_next: LookNext, time_spent: TimeSpent, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._look_next, self._time_spent = session, look_next, time_spent
        marking.checked.connect(self._note)
        session.folder_opened.connect(self.changed)

    def all(self) -> list[tuple[Place, Fate]]:
        """Slices that are checked still and had a draft, in the order in which they were checked."""
        project = self._session.project
        found: list[tuple[Place, Fate]] = []
        for item_id in project.items if project is not None else ():
            record = self._session.record(item_id)
            checked = (k for k in record.fates if record.statuses[k] == SliceStatus.CHECKED)
            found += [(Place(item_id, k), record.fates[k]) for k in checked]
        return sorted(found, key=lambda one: one[1].checked)

    def _note(self, slices: tuple[int, ...]) -> None:
        opened = self._session.open
        if opened is None:
            return
        self._time_spent.note()
        fates = {k: self._fate(opened, k) for k in slices if k in opened.mask.makers}
        if fates:
            self._session.keep_fates(opened.item.id, fates)
            self.changed.emit()

    def _fate(self, opened: OpenScan, k: int) -> Fate:
        drafted = as_drafted(opened.history, k)
        dice, before, after = drafted.against(opened.mask.labels(k))
        size, unit = unit_of(opened.scan.geometry)
        return Fate(
            model=opened.mask.makers[k].model,
            checked=datetime.now(UTC).isoformat(timespec="milliseconds"),
            dice=round(dice, 4),
            drafted=round(before * size, 4),
            final=round(after * size, 4),
            unit=unit,
            strokes=drafted.strokes,
            seconds=round(self._time_spent.on_slice(opened.item.id, k), 1),
            come_by=self._look_next.come_upon(Place(opened.item.id, k)),
        )


def unit_of(geometry: Geometry) -> tuple[float, str]:
    """How much a voxel is, and in which unit: ml of a volume, mm2 of a picture with a spacing, else px."""
    if not geometry.has_spacing:
        return 1.0, "px"
    if geometry.shape[0] > 1:
        return geometry.voxel_volume_mm3 / 1000, "ml"
    return geometry.spacing_mm[1] * geometry.spacing_mm[2], "mm2"
