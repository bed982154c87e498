"""The page for results: how good a model is on slices it never learned from. It shows and forwards."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lesionstudio.gui import results_figures as figures
from lesionstudio.gui.case_pictures import CasePicture
from lesionstudio.gui.judged import Found
from lesionstudio.gui.panels.banners import Banners
from lesionstudio.gui.panels.result_cases import Cases
from lesionstudio.gui.panels.result_head import EmptyResults, ResultHead
from lesionstudio.gui.panels.result_picture import CaseCard
from lesionstudio.gui.panels.result_tiles import Tiles
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.plot import Drawing, Line, Plot
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _, number

_CASES_WIDE, _PLOTS_WIDE = 440, 300


class ResultsPage(QFrame):
    """Head, tiles, the cases with the picture of one, plots."""

    case_wanted = Signal(int)
    open_wanted = Signal(int)
    figure_saved = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("results_page")
        self.head, self.empty = ResultHead(look), EmptyResults(look)
        self.tiles, self.cases, self.picture = Tiles(look), Cases(look), CaseCard(look)
        self.curve = Plot(look, _("Precision and recall"), "precision_recall", self._saved)
        self.volume = Plot(look, _("Volume: model against you"), "volume", self._saved)
        self._remarks = ElidedLabel("second", "result_remarks")
        self._found: Found | None = None
        self._shown: tuple[object, ...] = ()
        self._lay_out()
        self.banners = Banners(look, self, makes_room=True)
        self.cases.chosen.connect(self._choose)
        self.cases.open_wanted.connect(self._open)
        self.cases.hides.connect(self.picture.view.hide_marks_while)
        self.picture.open_wanted.connect(lambda: self._open(self.cases.current))

    def show_found(self, found: Found, other: Found | None, names: tuple[str, str]) -> bool:
        """Shows what came of judging a model, and of the one it is compared with; `names` of both.

        Gives whether the page was empty before.
        """
        was_empty = self._found is None
        self._pages.setCurrentWidget(self._body)
        if self._shown == (found, other, names):
            return was_empty
        self._found, self._shown = found, (found, other, names)
        scores, theirs = found.scores, other.scores if other is not None else None
        self.tiles.show_tiles(figures.tiles(scores, theirs))
        self._show_plots(found, other, names)
        said = [figures.difference_words(scores, theirs, names[1])] if theirs is not None else []
        said += figures.remarks(scores)
        self._remarks.setText("  ·  ".join(said))
        self._remarks.setVisible(bool(said))
        self.cases.show_rows(figures.rows(scores, theirs))
        return was_empty

    def show_empty(self) -> None:
        """Shows the sentence and the button instead."""
        self._pages.setCurrentWidget(self._around)
        self.picture.view.show_case(None)
        self._found, self._shown = None, ()

    def show_case(self, case: CasePicture | None) -> None:
        """Shows the picture of the case that is lit."""
        self.picture.view.show_case(case)

    def show_stamp(self, place: int, stamp: QImage) -> None:
        """Shows the stamp of a case."""
        self.cases.show_stamp(place, stamp)

    def take_focus(self) -> None:
        """Gives the keys to the cases, or to the button there is."""
        if self._found is not None:
            self.cases.view.setFocus()
        elif self.empty.button.isVisible():
            self.empty.button.setFocus()
        else:
            self.head.subject.setFocus()

    def _choose(self, place: int) -> None:
        if self._found is not None:
            case = self._found.scores["cases"][place]
            self.picture.show_name(case["name"], opens="item" in case)
            self.case_wanted.emit(place)

    def _open(self, place: int) -> None:
        if self._found is not None and place >= 0 and "item" in self._found.scores["cases"][place]:
            self.open_wanted.emit(place)

    def _saved(self, path: Path) -> None:
        self.figure_saved.emit(path)

    def _show_plots(self, found: Found, other: Found | None, names: tuple[str, str]) -> None:
        points, area = figures.precision_recall(found.scores)
        here = figures.at_threshold(points, float(found.scores["threshold"]))
        lines = [Line(tuple((recall, precision) for recall, precision, _t in points), name=names[0])]
        if other is not None:
            theirs, _area = figures.precision_recall(other.scores)
            lines.append(Line(tuple((r, p) for r, p, _t in theirs), "text2", names[1], is_dashed=True))
        words = _("in use: {threshold}").format(threshold=number(found.scores["threshold"], 2))
        drawing = Drawing(tuple(lines), _("recall"), _("precision"), (0, 1), (0, 1), here, words)
        note = _("area {area}").format(area=number(area, 2)) if area is not None else ""
        if len(found.scores["curves"]) > 1:
            note = f"{next(iter(found.scores['curves']))}, {note}"  # of several labels the curve is the first one's
        self.curve.show_drawing(drawing if points else None, note)
        self._show_volumes(found)

    def _show_volumes(self, found: Found) -> None:
        known = figures.volumes(found.scores)
        most = max([1e-6, *(max(point) for point in known.points)])
        same = Line(((0.0, 0.0), (most, most)), "text2", is_dashed=True)
        is_yours = all("item" in case for case in found.scores["cases"])
        self.volume.show_title(_("Volume: model against you") if is_yours else _("Volume: model against truth"))
        wanted = _("yours") if is_yours else _("truth")
        drawing = Drawing((same, Line(known.points, dots=True)), wanted, _("model"), (0, most), (0, most))
        self.volume.show_drawing(drawing, known.unit)

    def _lay_out(self) -> None:
        self._pages, self._body = QStackedWidget(), QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(12, 10, 12, 12)
        body.setSpacing(8)
        body.addWidget(self.tiles)
        body.addWidget(self._remarks)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._cases_card())
        row.addWidget(self.picture, 1)
        plots = QWidget()
        plots.setFixedWidth(_PLOTS_WIDE)
        column = QVBoxLayout(plots)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for plot in (self.curve, self.volume):
            column.addWidget(plot, 1)
        row.addWidget(plots)
        body.addLayout(row, 1)
        around = QWidget()
        inset = QVBoxLayout(around)
        inset.setContentsMargins(12, 12, 12, 12)
        inset.addWidget(self.empty)
        self._around = around
        for page in (self._body, around):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.head)
        whole.addWidget(self._pages, 1)

    def _cases_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(_CASES_WIDE)
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 6, 0)
        head.addWidget(label(_("Worst first"), "section"))
        head.addStretch(1)
        head.addWidget(label(_("sorted by Dice"), "second"))
        column = QVBoxLayout(card)
        column.setContentsMargins(6, 8, 4, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.cases, 1)
        return card
