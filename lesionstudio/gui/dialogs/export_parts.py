"""Parts of the export sheet: cards for the formats, radio rows, the warning about open drafts."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _

_CARDS_A_ROW, _FIRST_COLUMN = 3, 98


Row = tuple[QLabel | None, QWidget | QHBoxLayout]
"""What a row of a form is called, None for nothing, and what stands in it."""


def form(rows: Sequence[Row], across: QWidget | None = None) -> QGridLayout:
    """Rows of what can be chosen, their names in a column of their own; `across` is as wide as both columns."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(0)
    grid.setVerticalSpacing(12)
    grid.setColumnMinimumWidth(0, _FIRST_COLUMN)
    grid.setColumnStretch(1, 1)
    for place, (title, part) in enumerate(rows):
        first = 0 if part is across else 1
        if title is not None:
            grid.addWidget(title, place, 0)
        if isinstance(part, QWidget):
            grid.addWidget(part, place, first, 1, 2 - first)
        else:
            grid.addLayout(part, place, first)
    return grid


class FormatCards(QWidget):
    """One card a format; one is chosen."""

    chosen = Signal(str)

    def __init__(self, has_dicom: bool) -> None:
        super().__init__()
        self.current = "png"
        self._cards: dict[str, _Card] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        to_series = _("refers to its DICOM series") if has_dicom else _("no DICOM is marked here")
        cards = (
            ("png", "PNG", _("one picture a slice")),
            ("nifti", "NIfTI", _("one file a scan")),
            ("tiff", "TIFF", _("one stack a scan")),
            ("nrrd", "NRRD", _("one file a scan")),
            ("seg-nrrd", "3D Slicer", _("labels with name and colour")),
            ("dicom-seg", "DICOM-SEG", to_series),
        )
        for place, (key, name, what) in enumerate(cards):
            self._cards[key] = card = _Card(key, name, what)
            card.clicked.connect(lambda _on=False, key=key: self.choose(key))
            grid.addWidget(card, place // _CARDS_A_ROW, place % _CARDS_A_ROW)
        self._cards["dicom-seg"].setEnabled(has_dicom)
        self.choose("png")

    def choose(self, key: str) -> None:
        """Chooses a format."""
        self.current = key
        for one, card in self._cards.items():
            card.setChecked(one == key)
        self.chosen.emit(key)


class _Card(QPushButton):
    """A choice with two lines."""

    def __init__(self, key: str, name: str, what: str) -> None:
        super().__init__()
        self.setProperty("kind", "choice")
        self.setObjectName(f"export_format_{key}_button")
        self.setAccessibleName(name)
        self.setAccessibleDescription(what)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFixedHeight(56)
        column = self._lines = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(2)
        for words in (label(name, "section"), label(what, "second")):
            words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(words)

    def sizeHint(self) -> QSize:
        """Wide enough for both lines."""
        return QSize(self._lines.sizeHint().width() + 4, 56)


class Radios(QWidget):
    """A row of radio buttons, the first chosen."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._buttons: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        for key, words in choices:
            self._buttons[key] = button = QRadioButton(words)
            button.setObjectName(f"{name}_{key}")
            button.setAccessibleName(words)
            button.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        next(iter(self._buttons.values())).setChecked(True)

    @property
    def current(self) -> str:
        """The key chosen."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def show_words(self, key: str, words: str) -> None:
        """Changes what one of them says."""
        self._buttons[key].setText(words)
        self._buttons[key].setAccessibleName(words)

    def show_choice(self, key: str, offered: bool) -> None:
        """Offers one of them, or not."""
        self._buttons[key].setVisible(offered)


def drafts_warning(look: Look, names: tuple[str, ...]) -> QFrame:
    """Says which scans hold drafts nobody has accepted."""
    listed = names[0] if len(names) == 1 else _("{first} and {n} more").format(first=names[0], n=len(names) - 1)
    if len(names) == 2:
        listed = _("{one} and {other}").format(one=names[0], other=names[1])
    sentence = (
        _("{names} holds drafts nobody has accepted.")
        if len(names) == 1
        else _("{names} hold drafts nobody has accepted.")
    )
    frame, sign = QFrame(), QLabel()
    frame.setProperty("kind", "banner-warn")
    look.icons.dress(sign, "alert-triangle", 18, "warn")
    row = QHBoxLayout(frame)
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(10)
    row.addWidget(sign)
    row.addWidget(paragraph(f"{sentence.format(names=listed)} {_('Drafts are not exported.')}", "body"), 1)
    return frame
