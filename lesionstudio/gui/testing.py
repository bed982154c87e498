"""Testing: setting scans aside for testing, from the menu of their row; a patient's scans go together."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.worklist import Role
from lesionstudio.words import _, ngettext


class Testing(QObject):
    """Adds to the menu of a row whether its scan is set aside for testing."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._session, self._learner = parts.session, parts.learner

    def fill(self, menu: QMenu, item_id: str) -> None:
        """One entry more, where the scan can be read and the study be written."""
        project = self._session.project
        if project is None or project.read_only or project.items[item_id].error:
            return
        together = self.together(item_id)
        words = ngettext("Set aside for testing", "Set this patient's {n} scans aside for testing", len(together))
        entry = menu.addAction(words)
        entry.setCheckable(True)
        entry.setChecked(self.is_aside(item_id))
        entry.setToolTip(_("Never learned from; only judged by in Results, and each look is written down."))
        entry.triggered.connect(lambda on: self.set_aside(item_id, on))

    def is_aside(self, item_id: str) -> bool:
        """Whether the slices of a scan are set aside for testing."""
        return Role.TEST in self._session.record(item_id).roles

    def together(self, item_id: str) -> list[str]:
        """The scans that must go together: all of one patient, or this one."""
        items = self._session.known_items
        patient = items[item_id].patient
        return [one.id for one in items.values() if patient and one.patient == patient and not one.error] or [item_id]

    def set_aside(self, item_id: str, on: bool) -> None:
        """Sets them aside, or lets them be learned from again; says what versions may have learned before."""
        together = self.together(item_id)
        learned = on and self._may_have_learned(together)
        self._session.set_aside_for_testing(together, on)
        if learned:
            self._session.tell(
                Notice(
                    "warning",
                    _("Versions made so far may have learned from this scan."),
                    _("On its slices they look better than they are. Versions made from now on never see them."),
                )
            )

    def _may_have_learned(self, item_ids: list[str]) -> bool:
        if not any(version.slices for version in self._learner.versions):
            return False
        records = [self._session.record(item_id) for item_id in item_ids]
        return any(
            role == Role.LEARN and status == SliceStatus.CHECKED
            for record in records
            for role, status in zip(record.roles, record.statuses)
        )
