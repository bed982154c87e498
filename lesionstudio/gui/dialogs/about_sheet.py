"""The About sheet: which version this is, under which terms, where things of this person lie, and a report to copy."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.places import PlaceLine
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph, rule
from lesionstudio.resources import resource
from lesionstudio.words import _

_WIDTH, _FIRST_COLUMN, _LIST_HEIGHT, _MARK = 640, 150, 132, 48


class AboutSheet(Sheet):
    """Says `place_wanted` for a folder or a text to be shown, and `report_wanted` when it is to be copied."""

    place_wanted = Signal(object)
    report_wanted = Signal()

    def __init__(self, window: QWidget, look: Look, version: str, folders: Mapping[str, Path]) -> None:
        super().__init__(window, look, _("About LesionStudio"), "about_sheet", _WIDTH)
        self._look = look
        self.body.addLayout(self._head(version))
        self.body.addWidget(rule())
        self.body.addLayout(self._places(folders))
        self.body.addWidget(rule())
        self._lay_out_terms()
        self._lay_out_foot()

    def show_terms(self, own: Path | None, others: Sequence[str], texts: Path | None = None) -> None:
        """Shows whose work is in it, a line each; offers the program's own licence, and the folder of the others'."""
        self._others.setPlainText("\n".join(others))
        self._offer(self._own, own)
        self._offer(self._texts, texts)
        self.settle()

    def _offer(self, button: QPushButton, place: Path | None) -> None:
        button.setVisible(place is not None)
        if place is not None:
            button.clicked.connect(lambda: self.place_wanted.emit(place))

    def say_copied(self) -> None:
        """The report is on the clipboard."""
        self._copied.setText(_("Copied. Paste it into your message."))

    def _head(self, version: str) -> QHBoxLayout:
        mark = QLabel()
        mark.setPixmap(_mark(self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.setSpacing(2)
        number = label(version, "strong", "about_version")
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(number)
        words.addWidget(paragraph(_("Mark lesions. The model learns with you.")))
        words.addWidget(paragraph(_("Research use only. Not a medical device."), "hint"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _places(self, folders: Mapping[str, Path]) -> QGridLayout:
        words = {
            "settings": _("Settings"),
            "data": _("Models and sample"),
            "cache": _("Cache"),
            "log": _("Log"),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, _FIRST_COLUMN)
        grid.setColumnStretch(1, 1)
        for row, (name, place) in enumerate(folders.items()):
            line = PlaceLine(self._look, place, f"about_{name}")
            line.wanted.connect(self.place_wanted)
            grid.addWidget(label(words[name], "second"), row, 0)
            grid.addWidget(line, row, 1)
        beside = _("Studies lie beside their scans, in a folder called lesionstudio. Nothing is sent anywhere.")
        grid.addWidget(paragraph(beside, "hint"), len(folders), 1)
        return grid

    def _lay_out_terms(self) -> None:
        words = _("LesionStudio is under the Apache License 2.0; models have terms of their own, on their cards.")
        self._own = word_button(_("Read the licence"), "own_licence_button")
        self._own.hide()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(paragraph(words), 1)
        row.addWidget(self._own, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self._texts = word_button(_("Read their licences"), "others_texts_button")
        self._texts.hide()
        heading = QHBoxLayout()
        heading.addWidget(label(_("Made with the work of others"), "section"))
        heading.addStretch(1)
        heading.addWidget(self._texts)
        self.body.addLayout(heading)
        self._others = QPlainTextEdit(_("Reading"))
        self._others.setObjectName("others_licences")
        self._others.setAccessibleName(_("Made with the work of others"))
        self._others.setReadOnly(True)
        self._others.setTabChangesFocus(True)
        self._others.setFixedHeight(_LIST_HEIGHT)
        self.body.addWidget(self._others)

    def _lay_out_foot(self) -> None:
        copy = word_button(_("Copy for a report"), "copy_report_button")
        copy.clicked.connect(self.report_wanted)
        hint = _("Version, computer, folders and log: no scan, no name.")
        self._copied = label(hint, "hint", "report_hint")
        done = word_button(_("Done"), "about_done_button", "primary")
        done.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(copy)
        row.addWidget(self._copied)
        row.addStretch(1)
        row.addWidget(done)
        self.body.addLayout(row)
        done.setFocus()


def _mark(ratio: float) -> QPixmap:
    """The program's sign, as sharp as the screen is."""
    whole = QPixmap(str(resource("icons", "app", "lesionstudio-256.png")))
    side = round(_MARK * ratio)
    aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    made = whole.scaled(side, side, aspect, smooth)
    made.setDevicePixelRatio(ratio)
    return made
