"""The export sheet: which scans, which format, which pixel values, where to. It says how many files that makes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from lesionstudio.gui.dialogs.export_parts import FormatCards, Radios, Row, drafts_warning, form
from lesionstudio.gui.messages import choose_folder
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import ExportChoice, ExportOffer, ExportPart
from lesionstudio.gui.widgets.buttons import GAP, Choices, word_button
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import ElidedLabel, label, rule
from lesionstudio.imaging.formats.mask_kinds import ENDINGS
from lesionstudio.words import _, ngettext

_WIDTH = 700


class ExportSheet(Sheet):
    """Says `export_wanted(ExportChoice)` once and closes."""

    export_wanted = Signal(object)

    def __init__(self, window: QWidget, look: Look, offer: ExportOffer) -> None:
        super().__init__(window, look, _("Export masks"), "export_sheet", _WIDTH)
        self._offer, self._look = offer, look
        self._which = Choices("export_which", stretch=False)
        self._formats = FormatCards(offer.has_dicom)
        self._values = Radios(
            "export_values",
            (("auto", ""), ("binary", _("Grey: 0 outside, 255 inside")), ("per-label", _("One file a label"))),
        )
        self._values_hint = label(role="second", name="export_values_hint")
        self._images = QCheckBox(_("The pictures too, as PNG"))
        self._burned_in = QCheckBox(_("Pictures with text burned in as well"))
        self._lesions = QCheckBox(_("A table of the lesions"))
        self._folder = Field("export_folder", _("Folder"))
        self._choose = word_button(_("Choose"), "choose_export_folder_button")
        self._names = ElidedLabel("second", "export_names")
        self._called = Radios("export_called", _ways_to_call(offer))
        self._exists = Radios("export_exists", (("keep", _("keep")), ("replace", _("replace"))))
        self._total = label(role="second", name="export_total")
        self._cancel = word_button(_("Cancel"), "cancel_export_button")
        self._go = word_button("", "export_files_button", "primary")
        self._dress(look)
        self._lay_out(look)
        self._connect()
        self._refresh()
        self._go.setFocus()

    @property
    def choice(self) -> ExportChoice:
        """What is chosen now."""
        kind = self._formats.current
        values = self._values.current if kind == "png" else "index"
        if values == "auto" and self._offer.labels > 1:
            values = "index"
        return ExportChoice(
            out=Path(self._folder.text().strip()),
            format=kind,  # type: ignore[arg-type]
            values=values,  # type: ignore[arg-type]
            which=self._part.key,
            images=self._images.isChecked(),
            overwrite=self._exists.current == "replace",
            names=self._called.current,  # type: ignore[arg-type]
            lesions=self._lesions.isChecked(),
            burned_in=self._images.isChecked() and self._burned_in.isChecked(),
        )

    @property
    def files(self) -> int:
        """How many masks and pictures the choice makes."""
        choice, part = self.choice, self._part
        if choice.format != "png":
            masks = part.scans
        else:
            masks = part.slices * (self._offer.labels if choice.values == "per-label" else 1)
        extras = (part.slices if choice.images else 0) + (1 if choice.lesions and masks else 0)
        return masks + extras

    @property
    def _part(self) -> ExportPart:
        return next((part for part in self._offer.parts if part.key == self._which.current), self._offer.parts[0])

    def _refresh(self) -> None:
        png, part, files = self._formats.current == "png", self._part, self.files
        self._values_row.setVisible(png)
        self._values_title.setVisible(png)
        self._values_hint.setVisible(png and self._offer.labels > 1)
        self._values_hint.setText(self._hint())
        self._burned_in.setVisible(self._images.isChecked() and self._offer.has_dicom)
        self._names.setText(self._names_text(part))
        scans = ngettext("{n} scan", "{n} scans", part.scans)
        total = f"{scans}, {ngettext('{n} file', '{n} files', files)}."
        self._total.setText(f"{total} {_('Originals are never touched.')}")
        self._go.setText(ngettext("Export {n} file", "Export {n} files", files))
        self._go.setEnabled(files > 0 and bool(self._folder.text().strip()))
        if files == 0:
            self._total.setText(_("Nothing is marked there yet: check a slice first."))
        self.adjustSize()

    def _hint(self) -> str:
        labels, values = self._offer.labels, self._values.current
        if values == "per-label":
            return _("Each label becomes its own picture: 0 outside, 255 inside.")
        if values == "binary":
            return (
                _("Everything marked is 255.") if labels < 2 else _("The labels are merged: everything marked is 255.")
            )
        if labels > 1:
            return _("{n} labels are used, so each pixel holds its label's number.").format(n=labels)
        return _("One label is used: 0 outside, 255 inside.")

    def _names_text(self, part: ExportPart) -> str:
        ending, way = ENDINGS[self.choice.format], self._called.current
        if way == "original":
            return _("Files say whose they are: the patient's number, then the series.")
        name = {"alias": part.alias, "hash": part.hashed}.get(way, part.first)
        if not name:
            return ""
        if self._formats.current != "png" or part.first_slices == 1:
            return f"{name}{ending}"
        return f"{name}_0001{ending} … {name}_{part.first_slices:04d}{ending}"

    def _dress(self, look: Look) -> None:
        parts = [(part.key, part.title) for part in self._offer.parts]
        first = next((part.key for part in self._offer.parts if part.slices), parts[0][0])
        self._which.show_choices(parts, first)
        first_words = _("Label number (0, 1, 2, …)") if self._offer.labels > 1 else _("Grey: 0 outside, 255 inside")
        self._values.show_words("auto", first_words)
        self._values.show_choice("binary", self._offer.labels > 1)
        self._values.show_choice("per-label", self._offer.labels > 1)
        self._folder.setText(str(self._offer.folder))
        for box, name in ((self._images, "images"), (self._burned_in, "burned_in"), (self._lesions, "lesions")):
            box.setObjectName(f"export_{name}")
        self._burned_in.setToolTip(_("The text may name the patient. Without this such pictures stay here."))
        look.icons.dress(self._choose, "folder", 16, "text", GAP)
        look.icons.dress(self._go, "download", 16, "primary", GAP)
        self._go.setDefault(True)

    def _connect(self) -> None:
        for part in (self._which, self._formats, self._values, self._exists, self._called):
            part.chosen.connect(self._refresh)
        for box in (self._images, self._burned_in, self._lesions):
            box.toggled.connect(self._refresh)
        self._folder.textChanged.connect(self._refresh)
        self._choose.clicked.connect(self._choose_folder)
        self._cancel.clicked.connect(self.reject)
        self._go.clicked.connect(self._export)

    def _export(self) -> None:
        choice = self.choice
        self.accept()
        self.export_wanted.emit(choice)

    def _choose_folder(self) -> None:
        chosen = choose_folder(self, _("Where the masks go"), self._folder.text())
        if chosen:
            self._folder.setText(chosen)

    def _lay_out(self, look: Look) -> None:
        self._values_title = label(_("Pixel values"), "second")
        self._values_row = self._values
        folder = QHBoxLayout()
        folder.setSpacing(8)
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._choose)
        extras = QHBoxLayout()
        extras.setSpacing(20)
        for box in (self._lesions, self._images):
            extras.addWidget(box)
        extras.addStretch(1)
        rows: tuple[Row, ...] = (
            (label(_("Which scans"), "second"), self._which),
            (None, self._formats),
            (self._values_title, self._values_row),
            (None, self._values_hint),
            (label(_("Extras"), "second"), extras),
            (None, self._burned_in),
            (label(_("Folder"), "second"), folder),
            (label(_("File names"), "second"), self._called),
            (None, self._names),
            (label(_("If it exists"), "second"), self._exists),
        )
        self.body.addLayout(form(rows, self._formats))
        if self._offer.drafts:
            self.body.addWidget(drafts_warning(look, self._offer.drafts))
        self.body.addWidget(rule())
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._total, 1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._go)
        self.body.addLayout(foot)


def _ways_to_call(offer: ExportOffer) -> tuple[tuple[str, str], ...]:
    """How files can be called; only DICOM has a patient's number to call them by."""
    hashed = ("hash", _("By a hash"))
    if offer.has_dicom:
        return ("auto", _("DICOM by an alias")), hashed, ("original", _("By the patient"))
    return ("auto", _("By their own names")), ("alias", _("By an alias")), hashed
