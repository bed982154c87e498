"""The import sheet: masks of any folder, which scan each belongs to, what their values mean, and how they lie."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.dialogs.import_preview import PreviewPane
from lesionstudio.gui.dialogs.import_table import PairsTable
from lesionstudio.gui.dialogs.import_values import KeepPart, OverlapPart, ValuesPart
from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import GAP, Choices, word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import ElidedLabel, Reason, label, paragraph, rule
from lesionstudio.words import _, ngettext

_WIDTH, _TABLE_HEIGHT = 1120, 286


class ImportSheet(Sheet):
    """Shows a plan and says what is wanted of it; the plan is changed elsewhere, then `show_plan` shows it."""

    folder_wanted = Signal()
    files_wanted = Signal()
    by_wanted = Signal(str)
    trust_wanted = Signal(bool)
    import_wanted = Signal()

    def __init__(self, window: QWidget, look: Look, plan: ImportPlan) -> None:
        super().__init__(window, look, _("Import masks"), "import_sheet", _WIDTH)
        self._plan = plan
        self._from = ElidedLabel("second", "masks_folder")
        self._folder = word_button(_("Choose a folder"), "choose_mask_folder_button")
        self._files = word_button(_("Choose files"), "choose_mask_files_button")
        self._by = Choices("pair_by", stretch=False)
        self._by.show_choices((("name", _("Pair by name")), ("number", _("Pair by number"))), "name")
        self.table, self.preview = PairsTable(look, plan), PreviewPane(look)
        self.values, self.keep = ValuesPart(look, plan), KeepPart(look, plan)
        self.overlap, self._notes = OverlapPart(plan), Reason(look, "mask_notes")
        self._empty = _Empty(look)
        self._trust = QCheckBox(_("Trust these masks"))
        self._trust.setObjectName("trust_masks")
        self._totals, self._reason = (
            label(role="second", name="import_totals"),
            label(role="second", name="import_reason"),
        )
        self._cancel = word_button(_("Cancel"), "cancel_import_button")
        self._go = word_button("", "import_files_button", "primary")
        look.icons.dress(self._folder, "folder", 16, "text", GAP)
        look.icons.dress(self._go, "folder-plus", 16, "primary", GAP)
        self._lay_out()
        self._connect()
        self.show_plan()
        self._go.setDefault(True)

    def show_from(self, words: str) -> None:
        """Where the masks come from."""
        self._from.setText(words)
        self._empty.show_words(words)

    def show_plan(self) -> None:
        """Shows all of it anew."""
        for part in self._work:
            part.setVisible(bool(self._plan.masks))
        self._empty.setVisible(not self._plan.masks)
        (self.table if self._plan.masks else self._empty.go).setFocus()
        self.table.show_plan()
        if self.table.currentRow() < 0 and self._plan.masks:
            self.table.selectRow(next((n for n, scan in enumerate(self._plan.scan_of) if scan), 0))
        self.show_answers()

    def show_answers(self) -> None:
        """Shows what was said and guessed, and whether it is enough."""
        plan = self._plan
        self.values.show_plan()
        self.keep.show_plan()
        self.overlap.show_plan()
        self._totals.setText(plan.totals)
        self._reason.setText(plan.reason)
        self._go.setText(ngettext("Import {n} mask", "Import {n} masks", len(plan.chosen)))
        self._go.setEnabled(not plan.reason)
        self._go.setVisible(bool(plan.masks))
        self.settle()

    def show_notes(self, notes: Sequence[str]) -> None:
        """What has to be said of the mask that is shown."""
        self._notes.show_words(" ".join(notes))
        self.settle()

    def _connect(self) -> None:
        self._folder.clicked.connect(self.folder_wanted)
        self._empty.go.clicked.connect(self.folder_wanted)
        self._empty.files.clicked.connect(self.files_wanted)
        self._files.clicked.connect(self.files_wanted)
        self._by.chosen.connect(self.by_wanted)
        self._trust.toggled.connect(self.trust_wanted)
        self._cancel.clicked.connect(self.reject)
        self._go.clicked.connect(self._import)

    def _import(self) -> None:
        if not self._plan.reason:
            self.accept()
            self.import_wanted.emit()

    def _lay_out(self) -> None:
        head, middle = QWidget(), QWidget()
        self._work = (head, middle)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._folder)
        row.addWidget(self._files)
        row.addWidget(self._from, 1)
        row.addWidget(self._by)
        columns = QHBoxLayout(middle)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(16)
        columns.addLayout(self._left(), 1)
        columns.addLayout(self._right())
        for part in (head, middle, self._empty, rule()):
            self.body.addWidget(part)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._totals)
        foot.addStretch(1)
        foot.addWidget(self._reason)
        foot.addWidget(self._cancel)
        foot.addWidget(self._go)
        self.body.addLayout(foot)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        self.table.setFixedHeight(_TABLE_HEIGHT)
        column.addWidget(self.table)
        column.addWidget(self._notes)
        column.addWidget(self.values)
        column.addWidget(self.overlap)
        column.addStretch(1)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(self.preview)
        column.addWidget(self.keep)
        column.addWidget(self._trust)
        words = _("They count as checked and are learned from; who said so, and when, is written down in the study.")
        column.addWidget(paragraph(words))
        column.addStretch(1)
        return column


class _Empty(QWidget):
    """No masks yet: one sentence, and where to get them from."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._words = paragraph(role="body")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.go = word_button(_("Choose a folder"), "first_mask_folder_button", "primary")
        self.files = word_button(_("Choose files"), "first_mask_files_button")
        look.icons.dress(self.go, "folder", 16, "primary", GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 40, 0, 40)
        column.setSpacing(16)
        column.addWidget(self._words)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.files)
        row.addWidget(self.go)
        row.addStretch(1)
        column.addLayout(row)
        self.show_words("")

    def show_words(self, words: str) -> None:
        """What was found where, if nothing was."""
        self._words.setText(words or _("You see each mask on its scan, and what its values mean, before it comes in."))
