"""What stands on the picture whatever the tool: corner notes, the patient's sides, scale bar, a note at a lesion."""

from math import floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.geometry import LETTERS, Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import TIMES, _, number, size

CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
TEXT, FAINT, PLATE = QColor("#C9CFD8"), QColor("#A9B1BD"), QColor(8, 9, 11, 199)
NOTE_GROUND, NOTE_EDGE, NOTE_TEXT = QColor(33, 37, 43, 235), QColor("#353B45"), QColor("#DCE0E6")
_EDGE, _PAD, _LINE, _ROUND = 14, 6, 17, 6
_BAR_MOST, _BAR_HIGH = 120.0, 26


def name_lines(scan: Scan) -> list[str]:
    """What is shown: its name, its plane, and for a picture its size."""
    rows, columns = scan.geometry.shape[1:]
    planes = {"axial": _("axial"), "coronal": _("coronal"), "sagittal": _("sagittal"), "oblique": _("oblique")}
    facts = [part for part in (scan.modality, planes.get(scan.geometry.plane, "")) if part]
    return [line for line in (scan.name, ", ".join(facts) or size(columns, rows)) if line]


def slice_lines(geometry: Geometry, k: int) -> list[str]:
    """Which slice of how many, and where it lies in the patient."""
    if geometry.shape[0] == 1:
        return []
    lines = [_("Slice {k} of {n}").format(k=k + 1, n=geometry.shape[0])]
    if geometry.has_orientation and geometry.has_spacing:
        axis = max(range(3), key=lambda i: abs(float(geometry.normal[i])))
        mm = geometry.slice_position_mm(k)
        place = f"{LETTERS[axis][int(mm >= 0)]} {number(abs(mm), 1)} mm"
        lines.append(_("{place}, every {step} mm").format(place=place, step=number(geometry.spacing_mm[0], 1)))
    return lines


def view_lines(window: Window, window_name: str, zoom: float, value: str) -> list[str]:
    """Window, zoom, and the value under the pointer."""
    digits = 0 if window.width >= 20 else 2
    width, level = number(window.width, digits), number(window.level, digits)
    shown = _("W {width}  L {level}").format(width=width, level=level)
    zoomed = _("Zoom {zoom}").format(zoom=f"{number(zoom, 1 if zoom >= 0.95 else 2)}{TIMES}")
    return [f"{shown}  {window_name}" if window_name else shown, zoomed, value]


def value_text(scan: Scan, value: NDArray[np.generic]) -> str:
    """The value of a voxel with its unit; the channels of a colour picture."""
    digits = 0 if scan.dtype.kind in "iub" else 2
    channels = [number(float(one), digits) for one in np.atleast_1d(value)[:3]]
    return f"{channels[0]} {scan.unit}" if scan.unit else "  ".join(channels)


def scale_bar(view: ViewState, geometry: Geometry) -> tuple[float, str]:
    """Length of the scale bar in points, 1, 2 or 5 of some unit, and what it says; pixels where there is no spacing."""
    points = view.across / view.screen.dots_per_point / geometry.spacing_mm[2]
    step = 10.0 ** floor(log10(_BAR_MOST / points))
    length = next(n * step for n in (5.0, 2.0, 1.0) if n * step * points <= _BAR_MOST)
    if not geometry.has_spacing:
        length = max(length, 1.0)
        return length * points, _("{n} px").format(n=number(length))
    return length * points, _length_text(length)


def _length_text(mm: float) -> str:
    for unit, factor in (("cm", 0.1), ("mm", 1.0), ("\N{MICRO SIGN}m", 1e3)):
        if mm * factor >= 0.999:
            return f"{number(mm * factor)} {unit}"
    return f"{number(mm * 1e6)} nm"


class Notes:
    """Notes in the four corners, letters at the four edges, the scale bar. Setters return what has to be repainted."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {corner: [] for corner in CORNERS}
        self._letters = ("", "", "", "")
        self._bar = (0.0, "")
        self._width, self._height = 1, 1
        self._font, self._strong = note_font(), note_font(QFont.Weight.DemiBold)
        self._measure = QFontMetricsF(self._font)

    def fit_to(self, width: int, height: int) -> None:
        """The picture is this large now."""
        self._width, self._height = width, height

    def say(self, corner: str, lines: list[str]) -> QRect:
        """Puts lines of text into a corner."""
        if lines == self._lines[corner]:
            return QRect()
        before = self._plate(corner)
        self._lines[corner] = lines
        return before.united(self._plate(corner)).toAlignedRect().adjusted(-1, -1, 1, 1)

    def show_letters(self, letters: tuple[str, str, str, str]) -> None:
        """The patient's sides at the top, right, bottom and left edge."""
        self._letters = letters

    def show_bar(self, points: float, text: str) -> QRect:
        """A scale bar of this length, saying this; no text: no bar."""
        if (points, text) == self._bar:
            return QRect()
        before, self._bar = self._bar_rect(), (points, text)
        return before.united(self._bar_rect()).toAlignedRect().adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paints what touches the region."""
        painter.setFont(self._font)
        for corner in CORNERS:
            if self._lines[corner] and self._plate(corner).intersects(QRectF(region)):
                self._paint_corner(painter, corner)
        for letter, centre in zip(self._letters, self._letter_places()):
            spot = QRectF(centre.x() - 10, centre.y() - 9, 20, 18)
            if letter and spot.intersects(QRectF(region)):
                paint_plate(painter, spot)
                painter.setFont(self._strong)
                painter.setPen(FAINT)
                painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, letter)
                painter.setFont(self._font)
        if self._bar[1] and self._bar_rect().intersects(QRectF(region)):
            self._paint_bar(painter)

    def _plate(self, corner: str) -> QRectF:
        lines = [line for line in self._lines[corner] if line]
        if not lines:
            return QRectF()
        width = max(self._measure.horizontalAdvance(line) for line in lines) + 2 * _PAD
        height = _LINE * len(self._lines[corner]) + _PAD
        left = _EDGE - _PAD if corner.endswith("left") else self._width - _EDGE + _PAD - width
        top = _EDGE - _PAD if corner.startswith("top") else self._height - _EDGE + _PAD - height
        return QRectF(left, top, width, height)

    def _paint_corner(self, painter: QPainter, corner: str) -> None:
        plate, lines = self._plate(corner), self._lines[corner]
        paint_plate(painter, plate)
        painter.setPen(TEXT)
        for i, line in enumerate(lines):
            base = plate.top() + _PAD / 2 + _LINE * i + (_LINE + self._measure.capHeight()) / 2
            left = plate.left() + _PAD
            if corner.endswith("right"):
                left = plate.right() - _PAD - self._measure.horizontalAdvance(line)
            painter.drawText(QPointF(left, base), line)

    def _letter_places(self) -> tuple[QPointF, QPointF, QPointF, QPointF]:
        width, height, edge = self._width, self._height, 16
        return (
            QPointF(width / 2, edge), QPointF(width - edge, height / 2),
            QPointF(width / 2, height - edge), QPointF(edge, height / 2),
        )  # fmt: skip

    def _bar_rect(self) -> QRectF:
        points, text = self._bar
        if not text:
            return QRectF()
        width = max(points, self._measure.horizontalAdvance(text)) + 2 * _PAD
        right, bottom = self._width - _EDGE + _PAD, self._height - _EDGE + _PAD
        return QRectF(right - width, bottom - _BAR_HIGH - _PAD, width, _BAR_HIGH + _PAD)

    def _paint_bar(self, painter: QPainter) -> None:
        points, text = self._bar
        rect = self._bar_rect()
        paint_plate(painter, rect)
        right, bottom = rect.right() - _PAD, rect.bottom() - _PAD
        painter.setPen(TEXT)
        left = right - points / 2 - self._measure.horizontalAdvance(text) / 2
        left = max(min(left, right - self._measure.horizontalAdvance(text)), rect.left() + _PAD)
        painter.drawText(QPointF(left, bottom - 10), text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(TEXT, 1))
        ends = (right, right - points / 2, right - points)
        painter.drawLine(QPointF(ends[0], bottom), QPointF(ends[2], bottom))
        for x, high in zip(ends, (5, 3, 5)):
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom - high))


def paint_lesion_note(painter: QPainter, rect: QRectF, lines: list[str]) -> None:
    """A note of a bold line and fainter ones, in a rectangle that lesion_note_rect gave."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(NOTE_EDGE, 1))
    painter.setBrush(NOTE_GROUND)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
    for i, line in enumerate(lines):
        painter.setFont(note_font(QFont.Weight.DemiBold if i == 0 else QFont.Weight.Normal))
        painter.setPen(NOTE_TEXT if i == 0 else FAINT)
        box = QRectF(rect.left() + 10, rect.top() + 5 + _LINE * i, rect.width() - 20, _LINE)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, line)


def lesion_note_rect(lines: list[str], beside: QRectF, width: int, height: int) -> QRectF:
    """Where a note fits beside a rectangle: at its left, else at its right, inside a picture of this size."""
    measure = QFontMetricsF(note_font(QFont.Weight.DemiBold))
    wide = max(measure.horizontalAdvance(line) for line in lines) + 20
    high = _LINE * len(lines) + 10
    left = beside.left() - wide - 10
    if left < 8:
        left = min(beside.right() + 10, width - wide - 8)
    top = min(max(beside.top(), 8.0), height - high - 8.0)
    return QRectF(left, top, wide, high)


def note_font(weight: QFont.Weight = QFont.Weight.Medium) -> QFont:
    """The font of everything written on the picture."""
    font = QFont(QApplication.font())
    font.setPixelSize(12)
    font.setWeight(weight)
    return font


def paint_plate(painter: QPainter, rect: QRectF) -> None:
    """The dark, half transparent ground that keeps text readable over any tissue."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(rect, _ROUND, _ROUND)
    painter.setBrush(Qt.BrushStyle.NoBrush)
