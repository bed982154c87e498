"""The scans of a study under headings, by patient and study."""

from collections.abc import Sequence

from lesionstudio.gui.views import ItemView
from lesionstudio.words import _


def with_headings(items: Sequence[ItemView]) -> list[ItemView | str]:
    """The items by patient and study in the order they came, a heading before each group where there are several; what
    is no scan to work on (localizers, reports) comes last."""
    order: dict[tuple[bool, str, str], list[ItemView]] = {}
    for item in items:
        order.setdefault((item.last, item.patient, item.study), []).append(item)
    patients = {
        patient: n for n, patient in enumerate(dict.fromkeys(item.patient for item in items if item.patient), 1)
    }
    several = len({(patient, study) for _last, patient, study in order}) > 1
    rows: list[ItemView | str] = []
    for (last, patient, study), members in sorted(order.items(), key=lambda entry: entry[0][0]):
        heading = _("Not for marking") if last else _heading(patients.get(patient, 0), study)
        if several and heading:
            rows.append(heading)
        rows += members
    return rows


def _heading(patient: int, study: str) -> str:
    who = _("Patient {n}").format(n=patient) if patient else ""
    return ", ".join(part for part in (who, study) if part)
