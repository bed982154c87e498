"""The scan list besides its rows: grey shapes while it loads, words when it is empty, totals at its foot."""

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Reading
from lesionstudio.gui.widgets.bars import ProgressLine, ShareBar
from lesionstudio.gui.widgets.buttons import action_button
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, ngettext, number


class Skeleton(QWidget):
    """Grey shapes in the places of the rows to come."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints four of them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._look.tokens.bg3))
        for n in range(4):
            top = 8 + 61 * n
            painter.drawRoundedRect(14, top, 44, 44, 4, 4)
            if self.width() > 60:
                painter.drawRoundedRect(68, top + 6, 110 - 14 * (n % 2), 9, 4, 4)
                painter.drawRoundedRect(68, top + 27, 76, 8, 4, 4)


class EmptyList(QWidget):
    """What stands there while the list is empty."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        sign = QLabel()
        look.icons.dress(sign, "folder-search", 32)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        self._actions, self._how = actions, paragraph()
        self._how.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        actions.keys_changed.connect(self._say_how)
        self._say_how()
        again = action_button(look, actions, "open_folder")
        again.setObjectName("open_other_folder_button")
        for part in (sign, label(_("No scans here yet"), "strong")):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._how)
        column.addWidget(again, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def _say_how(self) -> None:
        self._how.setText(_("Drop a folder, or press {keys}.").format(keys=self._actions.key("open_folder")))


class Foot(QFrame):
    """Totals, and while a folder is searched how far that is."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "foot")
        self._words, self._held_out = (
            ElidedLabel("second", "checked_total"),
            label(role="second", name="held_out_total"),
        )
        self._scale = QLabel()
        look.icons.dress(self._scale, "scale")
        self._shares = ShareBar(look)
        self._reading, self._progress = paragraph(name="reading_text"), ProgressLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 9)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addWidget(self._words, 1)
        row.addWidget(self._scale)
        row.addWidget(self._held_out)
        column.addLayout(row)
        column.addWidget(self._shares)
        column.addWidget(self._reading)
        column.addWidget(self._progress)

    def fold(self, folded: bool) -> None:
        """Leaves only nothing when folded: there is no room for words."""
        self.setVisible(not folded)

    def show_counts(self, statuses: Counter[str], held_out: int, reading: Reading | None) -> None:
        """Shows how many scans have which status, how many slices are held out and, while it goes on, the search."""
        scans, checked, drafts = statuses.total(), statuses["checked"], statuses["draft"]
        self._words.setText(_("{n} of {total} checked").format(n=number(checked), total=number(scans)) if scans else "")
        self._held_out.setText(_("{n} held out").format(n=number(held_out)))
        tip = _("Slices that measure the model. It never learns from them.")
        for part in (self._scale, self._held_out):
            part.setVisible(held_out > 0)
            part.setToolTip(tip)
        self._shares.show_shares(checked / max(scans, 1), drafts / max(scans, 1))
        for told in (self._reading, self._progress):
            told.setVisible(reading is not None)
        if reading is not None:
            self._reading.setText(_reading_words(reading, scans > 0))
            self._progress.show_progress(reading.read, reading.total)


def _reading_words(reading: Reading, can_start: bool) -> str:
    if not reading.total:
        return ngettext("{n} file read.", "{n} files read.", reading.read)
    words = _("{read} of {total} files read.").format(read=number(reading.read), total=number(reading.total))
    return f"{words} {_('You can start already.')}" if can_start else words
