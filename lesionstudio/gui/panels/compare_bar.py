"""The bar under the picture while two masks are compared: with what, which label, figures, and the way on."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.comparing import Figures, Offer
from lesionstudio.gui.drafts import amount_text
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.error_layer import COLOURS
from lesionstudio.gui.widgets.buttons import action_sign, sign
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.comparison import AGREED, FALSE, MISSED, Difference, Found
from lesionstudio.words import _, ngettext, number

_SIDE, _LONGEST = 12, 34


class CompareBar(QFrame):
    """Two rows of 36: choices and the way from difference to difference, then figures under their names."""

    file_wanted = Signal()
    label_wanted = Signal(int)
    closed = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("compare_bar")
        self.setProperty("kind", "bar")
        self._offered: tuple[str, list[str]] | None = None
        self._labelled: tuple[list[tuple[int, str]], int] | None = None
        self._with, self._label = _chooser("reference_button"), _chooser("compared_label_button")
        self._with.setAccessibleName(_("Compare with"))
        self._label.setAccessibleName(_("Label"))
        self._way = ElidedLabel("second", "difference")
        self._way.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._steps = [action_sign(look, actions, verb) for verb in ("previous_difference", "next_difference")]
        self._close = sign(look, "x", _("Close the comparison"), "close_compare_button")
        self._close.clicked.connect(self.closed)
        self._figures = {name: (ElidedLabel("second"), ElidedLabel("strong", f"{name}_figure")) for name in _FIGURES}
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 8)
        column.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column.addLayout(self._choices())
        self._pages = QStackedWidget()
        self._pages.addWidget(paragraph(_("Choose a mask file, an earlier saved state or the open draft.")))
        self._pages.addWidget(self._make_figures())
        column.addWidget(self._pages)

    def show_choices(self, chosen: str, offers: Sequence[Offer]) -> None:
        """Says with what is compared ("" nothing yet), and offers what there is."""
        if self._offered == (chosen, [offer.words for offer in offers]):
            return
        self._offered = (chosen, [offer.words for offer in offers])
        menu = QMenu(self)
        for offer in offers:
            menu.addAction(offer.words, offer.choose)
        menu.addSeparator()
        menu.addAction(_("A mask file"), self.file_wanted.emit)
        self._replace(self._with, menu, chosen or _("Choose a reference"))

    def show_labels(self, labels: Sequence[tuple[int, str]], chosen: int) -> None:
        """Offers these labels; nothing to choose where there is only one way."""
        if self._labelled == (list(labels), chosen):
            return
        self._labelled = (list(labels), chosen)
        menu = QMenu(self)
        for n, name in labels:
            entry = menu.addAction(name, partial(self.label_wanted.emit, n))
            entry.setCheckable(True)
            entry.setChecked(n == chosen)
        self._replace(self._label, menu, dict(labels).get(chosen, ""))
        self._label.setVisible(len(labels) > 1)

    def show_figures(self, figures: Figures | None, geometry: Geometry | None, place: int) -> None:
        """Shows what was counted; `place` is the difference that was gone to, from 0, -1 for none."""
        self._pages.setCurrentIndex(0 if figures is None else 1)
        found = figures.found if figures is not None else None
        self._way.setText(_way_words(found, geometry, place) if geometry is not None and figures is not None else "")
        if figures is None or geometry is None:
            return
        texts = _figure_texts(figures, geometry)
        for name, (_caption, figure) in self._figures.items():
            figure.setText(texts[name])

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label(_("Compare with"), "second"))
        row.addWidget(self._with)
        row.addWidget(self._label)
        row.addWidget(self._way, 1)
        for part in (*self._steps, self._close):
            row.addWidget(part)
        return row

    def _make_figures(self) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        captions = {
            "dice": _("Overlap (Dice)"),
            "volume": _("Marked, reference"),
            "missed": _("Missed"),
            "false": _("False mark"),
            "agreed": _("Agreed"),
        }
        for column, (name, (caption, figure)) in enumerate(self._figures.items()):
            caption.setText(captions[name])
            grid.addLayout(_under_sign(caption, _KINDS.get(name)), 0, column)
            grid.addWidget(figure, 1, column)
        return table

    def _replace(self, button: QPushButton, menu: QMenu, words: str) -> None:
        before = button.menu()
        button.setMenu(menu)
        if before is not None:
            before.deleteLater()
        shown = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
        button.setText(shown)
        button.setToolTip(words)


class ErrorSign(QWidget):
    """A small square that looks as this kind of mark does on the picture."""

    def __init__(self, kind: int) -> None:
        super().__init__()
        self._kind = kind
        self.setFixedSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Filled, hatched, or filled pale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, fill = QColor(COLOURS[self._kind]), QColor(COLOURS[self._kind])
        fill.setAlphaF({MISSED: 0.8, AGREED: 0.3, FALSE: 0.0}[self._kind])
        painter.setPen(QPen(line, 1.4))
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(0.7, 0.7, _SIDE - 1.4, _SIDE - 1.4), 3, 3)
        if self._kind == FALSE:
            for start in (4.5, 8.5):
                painter.drawLine(QRectF(1, 1, start, start).bottomLeft(), QRectF(1, 1, start, start).topRight())
            painter.drawLine(QRectF(4, 4, 7, 7).bottomLeft(), QRectF(4, 4, 7, 7).topRight())


_FIGURES = ("dice", "volume", "missed", "false", "agreed")
_KINDS = {"missed": MISSED, "false": FALSE, "agreed": AGREED}


def _chooser(name: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _under_sign(caption: QWidget, kind: int | None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    if kind is not None:
        row.addWidget(ErrorSign(kind))
    row.addWidget(caption, 1)
    return row


def _figure_texts(figures: Figures, geometry: Geometry) -> dict[str, str]:
    here, whole, found = figures.here, figures.whole, figures.found
    missed, false = (amount_text(n, geometry) for n in (whole.false_negatives, whole.false_positives))
    if found is not None:
        missed += ", " + _("lesions {n} of {all}").format(n=number(found.missed), all=number(found.wanted))
        false += ", " + _("lesions {n} of {all}").format(n=number(found.false), all=number(found.marked))
    return {
        "dice": _dice_text(here, whole, is_volume=geometry.shape[0] > 1),
        "volume": f"{amount_text(whole.predicted, geometry)}, {amount_text(whole.wanted, geometry)}",
        "missed": missed,
        "false": false,
        "agreed": amount_text(whole.true_positives, geometry),
    }


def _dice_text(here: Agreement, whole: Agreement, *, is_volume: bool) -> str:
    if not is_volume:
        return _dice(whole)
    return _("{dice} slice, {all} scan").format(dice=_dice(here), all=_dice(whole))


def _dice(counts: Agreement) -> str:
    return "\N{EN DASH}" if counts.both_empty else number(counts.dice, 2)


def _way_words(found: Found | None, geometry: Geometry, place: int) -> str:
    if found is None:
        return _("Looking for differences")
    if not found.differences:
        return _("No difference")
    n = len(found.differences)
    if place < 0:
        return ngettext("{n} difference", "{n} differences", n)
    what = _what(found.differences[place], geometry)
    return _("{k} of {n}: {what}").format(k=number(place + 1), n=number(n), what=what)


def _what(one: Difference, geometry: Geometry) -> str:
    kind = _("missed") if one.kind == MISSED else _("false mark")
    return f"{kind}, {amount_text(one.voxels, geometry)}"
