"""Small series of one patient, and what is asked of the two pictures that show them side by side."""

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.viewer.slice_view import SliceView
from tests import phantoms


def write(
    folder: Path, name: str, shape: tuple[int, int, int], spacing: phantoms.Vector, *, frame: str,
    patient: str = "P1", plane: phantoms.Plane = "axial",
) -> None:  # fmt: skip
    def change(dataset: Any, _k: int) -> None:
        dataset.StudyInstanceUID = f"1.2.9.{frame[-1]}.{len(patient)}" if plane == "axial" else "1.2.8"
        dataset.SeriesDescription, dataset.FrameOfReferenceUID, dataset.PatientID = name, frame, patient
        dataset.PatientName = patient

    phantoms.write_dicom(folder, phantoms.ct_phantom(shape, spacing, plane=plane), modality="MR", change=change)


def wheel(view: SliceView, notches: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    middle = QPointF(view.width() / 2, view.height() / 2)
    turned = QPoint(0, 120 * notches)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(
        view, QWheelEvent(middle, view.mapToGlobal(middle), QPoint(), turned, none, held, phase, False)
    )


def mm_in_the_middle(view: SliceView) -> np.ndarray:
    assert view.scan is not None and view.view_state is not None
    place: np.ndarray = view.scan.geometry.to_mm((view.slice_number, *view.view_state.middle))
    return place


def mm_a_point(view: SliceView) -> float:
    assert view.scan is not None and view.view_state is not None
    return min(view.scan.geometry.spacing_mm[1:]) / view.view_state.zoom
