"""The model sheet: the models there are, by what they are for, and all that a card says of one."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.model_view import model_view, picture_of
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.reliability import Reliability
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _
from lesionstudio.workflows.card_words import card_lines

_WIDTH, _HEIGHT, _LIST, _NAMES, _THUMBNAIL, _PICTURE = 860, 540, 268, 112, 44, 420

Shelf = Sequence[tuple[ModelCard, Path]]


class ModelSheet(Sheet):
    """`chosen`: the id of the model to use from now on; `add_wanted`: one shall be taken in from a folder."""

    chosen = Signal(str)
    add_wanted = Signal()

    def __init__(self, window: QWidget, look: Look, shelf: Shelf, in_use: str) -> None:
        super().__init__(window, look, _("Models"), "model_sheet", _WIDTH)
        self._look = look
        self._shelf = {card.id: (card, folder) for card, folder in shelf}
        self._list, self._card = self._make_list(shelf), QScrollArea()
        self._card.setObjectName("model_card")
        self._card.setWidgetResizable(True)
        self._card.setFrameShape(QFrame.Shape.NoFrame)
        self._card.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._card.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._list)
        row.addWidget(self._card, 1)
        self.body.addLayout(row)
        for part in (self._list, self._card):
            part.setFixedHeight(min(_HEIGHT, max(window.height() - 220, 240)))
        add = word_button(_("Choose a model folder"), "add_other_model_button")
        self._use = word_button(_("Use this one"), "use_model_button", "primary")
        self.add_answers(add, self._use)
        add.clicked.connect(self.add_wanted)
        self._use.clicked.connect(self._choose)
        self._list.currentItemChanged.connect(lambda *_items: self._show())
        place = list(self._shelf).index(in_use) if in_use in self._shelf else 0
        self._list.setCurrentRow(place)
        self._list.setFocus()

    def _make_list(self, shelf: Shelf) -> QListWidget:
        made = QListWidget()
        made.setObjectName("models")
        made.setAccessibleName(_("Models"))
        made.setFixedWidth(_LIST)
        made.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for card, folder in shelf:
            view = model_view(card, folder)
            entry = QListWidgetItem(f"{view.title}\n{view.line}", made)
            entry.setData(Qt.ItemDataRole.UserRole, card.id)
            entry.setSizeHint(QSize(_LIST - 20, 60))
            if view.picture is not None:
                entry.setIcon(_icon(_square(view.picture, _THUMBNAIL * 2)))
        made.itemActivated.connect(lambda _item: self._choose())
        return made

    def _current(self) -> str:
        entry = self._list.currentItem()
        return str(entry.data(Qt.ItemDataRole.UserRole)) if entry is not None else ""

    def _choose(self) -> None:
        self.chosen.emit(self._current())
        self.accept()

    def _show(self) -> None:
        card, folder = self._shelf[self._current()]
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 10, 0)
        column.setSpacing(10)
        column.addWidget(label(_(card.title), "section"))
        column.addLayout(_lines(card))
        curves = _curves(card)
        if curves:
            column.addWidget(Reliability(self._look, curves))
        for words, picture in _pictures(card, folder):
            column.addWidget(_shown(picture))
            column.addWidget(paragraph(words, "hint"))
        column.addStretch(1)
        self._card.setWidget(inner)
        inner.setAutoFillBackground(False)
        self._card.viewport().setAutoFillBackground(False)


def _lines(card: ModelCard) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, _NAMES)
    grid.setColumnStretch(1, 1)
    for row, (name, words) in enumerate(card_lines(card)):
        grid.addWidget(label(name, "second"), row, 0, Qt.AlignmentFlag.AlignTop)
        said = paragraph(words, "body", f"card_line_{row}")
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(said, row, 1)
    return grid


def _curves(card: ModelCard) -> dict[str, list[list[float]]]:
    """The reliability curve of each label, where it was measured."""
    known = card.scores.get("calibration") if isinstance(card.scores, dict) else None
    curves = {name: one.get("reliability") or [] for name, one in known.items()} if isinstance(known, dict) else {}
    return {name: points for name, points in curves.items() if points}


def _pictures(card: ModelCard, folder: Path) -> list[tuple[str, Path]]:
    """The pictures of known failures that lie beside the weights, each with its words."""
    named = [(one.text, one.picture) for one in card.failures]
    first = picture_of(card, folder)
    known = [(words, folder / name) for words, name in named if name in card.pictures and (folder / name).is_file()]
    return [*([(_(card.made_for), first)] if first is not None else []), *known]


def _shown(path: Path) -> QLabel:
    made = QLabel()
    made.setObjectName("model_picture")
    picture = QPixmap(str(path))
    if picture.width() > _PICTURE:
        picture = picture.scaledToWidth(_PICTURE, Qt.TransformationMode.SmoothTransformation)
    made.setPixmap(picture)
    return made


def _icon(picture: QPixmap) -> QIcon:
    """The same picture whether its row is chosen or not: Qt would tint it."""
    made = QIcon(picture)
    made.addPixmap(picture, QIcon.Mode.Selected)
    return made


def _square(path: Path, side: int) -> QPixmap:
    """The middle of a picture, square."""
    picture = QPixmap(str(path)).scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    return picture.copy((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)
