"""The import sheet: masks found beside the scans, which scan each belongs to, and which to take in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import GAP, word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _, ngettext

_WIDTH, _ROWS_HEIGHT = 640, 240


@dataclass(frozen=True, slots=True)
class MaskPair:
    """A mask and the scan of the list it belongs to."""

    item_id: str
    scan_name: str
    path: Path


class ImportSheet(Sheet):
    """Says `import_wanted({item id: file})`."""

    import_wanted = Signal(object)

    def __init__(self, window: QWidget, look: Look, pairs: Sequence[MaskPair]) -> None:
        super().__init__(window, look, _("Import masks"), "import_sheet", _WIDTH)
        self._pairs = tuple(pairs)
        words = _("They become this study's marks, as imported. Scans you have marked already keep their own.")
        self.body.addWidget(paragraph(words))
        self._rows = QListWidget()
        self._rows.setObjectName("mask_pairs")
        self._rows.setAccessibleName(_("Masks"))
        self._rows.setFixedHeight(_ROWS_HEIGHT)
        self._rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for pair in self._pairs:
            self._rows.addItem(_row(pair))
        self._total, self._go = label(role="second"), word_button("", "import_files_button", "primary")
        cancel = word_button(_("Cancel"), "cancel_import_button")
        look.icons.dress(self._go, "folder-plus", 16, "primary", GAP)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._total, 1)
        foot.addWidget(cancel)
        foot.addWidget(self._go)
        self.body.addWidget(self._rows)
        self.body.addLayout(foot)
        self._rows.itemChanged.connect(self._refresh)
        cancel.clicked.connect(self.reject)
        self._go.clicked.connect(self._import)
        self._refresh()
        self._go.setDefault(True)
        self._go.setFocus()

    @property
    def chosen(self) -> tuple[MaskPair, ...]:
        """The pairs that are ticked."""
        checked = Qt.CheckState.Checked
        return tuple(pair for n, pair in enumerate(self._pairs) if self._rows.item(n).checkState() == checked)

    def _refresh(self) -> None:
        self._go.setText(ngettext("Import {n} mask", "Import {n} masks", len(self.chosen)))
        self._go.setEnabled(bool(self.chosen))
        self._total.setText(ngettext("{n} mask found.", "{n} masks found.", len(self._pairs)))

    def _import(self) -> None:
        chosen = {pair.item_id: pair.path for pair in self.chosen}
        self.accept()
        self.import_wanted.emit(chosen)


def _row(pair: MaskPair) -> QListWidgetItem:
    row = QListWidgetItem(f"{pair.scan_name}   ←   {pair.path.name}")
    row.setToolTip(str(pair.path))
    row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
    row.setCheckState(Qt.CheckState.Checked)
    return row
