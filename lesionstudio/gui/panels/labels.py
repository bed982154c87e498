"""The Labels section: one row a label with number, colour, name, how much is marked, shown or not, locked or not."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.label_row import ROW, LabelRow
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import action_sign
from lesionstudio.gui.widgets.text import label
from lesionstudio.imaging.labels import LABEL_COLOURS, Label, LabelSet
from lesionstudio.words import _

_FEWEST_ROWS = 2


class LabelsPanel(QFrame):
    """Shows the study's labels and asks for changes. Rows scroll where there are more than fit."""

    label_wanted = Signal(int)
    rename_wanted = Signal(int, str)
    colour_wanted = Signal(int, str)
    visible_wanted = Signal(int, bool)
    locked_wanted = Signal(int, bool)
    delete_wanted = Signal(int)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "section")
        self._look, self._actions = look, actions
        self._rows: dict[int, LabelRow] = {}
        self._amounts: Mapping[int, str] = {}
        self._box = QWidget()
        self._column = QVBoxLayout(self._box)
        self._column.setContentsMargins(8, 0, 8, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll = _RowsArea(self._box)
        self._lay_out()

    def show_labels(self, labels: LabelSet, in_use: int) -> None:
        """Shows these labels; the one in use is lit."""
        shown = labels.shown()
        if [one.number for one in shown] != list(self._rows):
            self._rebuild(shown)
        for one in shown:
            self._rows[one.number].show_label(one, in_use=one.number == in_use, can_delete=len(shown) > 1)
            self._rows[one.number].show_amount(self._amounts.get(one.number, ""))
        self._scroll.make_room(len(shown))

    def show_amounts(self, amounts: Mapping[int, str]) -> None:
        """Shows how much is marked, by label number: "41 ml", "312 px"."""
        self._amounts = amounts
        for number, row in self._rows.items():
            row.show_amount(amounts.get(number, ""))

    def rename(self, number: int) -> None:
        """Lets the name of one label be typed."""
        if number in self._rows:
            self._scroll.ensureWidgetVisible(self._rows[number])
            self._rows[number].start_renaming()

    def _rebuild(self, labels: tuple[Label, ...]) -> None:
        for old in self._rows.values():
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = {one.number: self._make_row(one.number) for one in labels}
        for place, row in enumerate(self._rows.values()):
            self._column.insertWidget(place, row)
        self._box.adjustSize()

    def _make_row(self, number: int) -> LabelRow:
        row = LabelRow(self._look, number)
        row.chosen.connect(lambda: self.label_wanted.emit(number))
        row.renamed.connect(lambda name: self.rename_wanted.emit(number, name))
        row.shown.connect(lambda on: self.visible_wanted.emit(number, on))
        row.locked.connect(lambda on: self.locked_wanted.emit(number, on))
        row.deleted.connect(lambda: self.delete_wanted.emit(number))
        row.colours_wanted.connect(lambda place: self._show_colours(number, place))
        return row

    def _show_colours(self, number: int, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, colour in zip(_colour_names(), LABEL_COLOURS):
            entry = menu.addAction(QIcon(_swatch(colour)), name)
            entry.triggered.connect(lambda _on=False, colour=colour: self.colour_wanted.emit(number, colour))
        menu.popup(place)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 8, 0)
        head.addWidget(label(_("Labels"), "section"), 1)
        head.addWidget(action_sign(self._look, self._actions, "label_sets"))
        head.addWidget(action_sign(self._look, self._actions, "add_label"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._scroll)


class _RowsArea(QScrollArea):
    """As high as its rows, and down to two of them where room is short."""

    def __init__(self, rows: QWidget) -> None:
        super().__init__()
        self._height = ROW
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(rows)

    def make_room(self, rows: int) -> None:
        """Wants room for so many rows."""
        self._height = ROW * max(rows, 1)
        self.setMinimumHeight(min(self._height, ROW * _FEWEST_ROWS))
        self.setMaximumHeight(self._height)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(240, self._height)


def _colour_names() -> tuple[str, ...]:
    return _("Amber"), _("Violet"), _("Deep teal"), _("Plum"), _("Jade"), _("Red"), _("Lilac"), _("Mint")


def _swatch(colour: str) -> QPixmap:
    drawn = QPixmap(14, 14)
    drawn.fill(QColor(colour))
    return drawn
