"""The convert sheet: which files, into what, in which window, where to. What is lost is said before it is done."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from lesionstudio.gui.dialogs.drop_area import DropArea
from lesionstudio.gui.dialogs.export_parts import Radios, Row, form
from lesionstudio.gui.messages import choose_folder
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import ConvertChoice
from lesionstudio.gui.widgets.buttons import GAP, Choices, word_button
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph, rule
from lesionstudio.words import _

_WIDTH = 640


class ConvertSheet(Sheet):
    """Says `convert_wanted(ConvertChoice)` once and closes."""

    convert_wanted = Signal(object)

    def __init__(self, window: QWidget, look: Look, start: str) -> None:
        super().__init__(window, look, _("Convert"), "convert_sheet", _WIDTH)
        self.area = DropArea(look, start)
        self._to, self._window_of = Choices("convert_to", stretch=False), Choices("convert_window", stretch=False)
        self._to.show_choices([("png", _("PNG slices")), ("tiff", _("TIFF stack")), ("nifti", "NIfTI")], "png")
        windows = ("", _("All values")), ("auto", _("Auto")), ("lung", _("Lung")), ("mediastinum", _("Mediast."))
        self._window_of.show_choices([*windows, ("bone", _("Bone"))], "")
        self._hint = paragraph("", "second", "convert_hint")
        self._folder = Field("convert_folder", _("Folder"))
        self._folder_is_ours = True
        self._burned_in = QCheckBox(_("Pictures with text burned in as well"))
        self._burned_in.setObjectName("convert_burned_in")
        self._exists = Radios("convert_exists", (("keep", _("keep")), ("replace", _("replace"))))
        self._why = label(role="second", name="convert_why")
        self._go = word_button(_("Convert"), "convert_files_button", "primary")
        self._lay_out(look)
        self._connect()
        self._refresh()
        self.area.files.setFocus()

    @property
    def choice(self) -> ConvertChoice:
        """What is chosen now."""
        return ConvertChoice(
            paths=self.area.paths,
            out=Path(self._folder.text().strip()),
            to=self._to.current,  # type: ignore[arg-type]
            window=self._window_of.current,
            overwrite=self._exists.current == "replace",
            burned_in=self._burned_in.isChecked(),
        )

    def _refresh(self) -> None:
        self._hint.setText(self._hint_text())
        ready = bool(self.area.paths) and bool(self._folder.text().strip())
        self._go.setEnabled(ready)
        why = _("Drop or choose files first.") if not self.area.paths else _("Say where the files go.")
        self._why.setText(_("Originals are never touched.") if ready else why)
        self.settle()

    def _hint_text(self) -> str:
        if self._window_of.current:
            return _("8 bits in this window; what lies outside is cut off.")
        if self._to.current == "png":
            return _("8 and 16 bits stay as they are; wider values are fitted into 16 bits.")
        if self._to.current == "tiff":
            return _("Values stay as they are. Numbered pictures of one size become one stack.")
        return _("Values and place in the patient stay as they are. Numbered pictures become one volume.")

    def _taken(self) -> None:
        first = self.area.paths[0]
        if self._folder_is_ours:
            home = first if first.is_dir() else first.parent  # beside it: inside, they would be scans of that folder
            self._folder.setText(str(home.parent / _("{name} converted").format(name=home.name).strip()))
        self._refresh()
        self._go.setFocus()

    def _connect(self) -> None:
        self.area.chosen.connect(lambda _paths: self._taken())
        for part in (self._to, self._window_of, self._exists):
            part.chosen.connect(lambda _key: self._refresh())
        self._folder.textEdited.connect(lambda _text: self._typed())
        self._go.clicked.connect(self._convert)

    def _typed(self) -> None:
        self._folder_is_ours = False
        self._refresh()

    def _convert(self) -> None:
        choice = self.choice
        self.accept()
        self.convert_wanted.emit(choice)

    def _choose_folder(self) -> None:
        chosen = choose_folder(self, _("Where the files go"), self._folder.text())
        if chosen:
            self._folder.setText(chosen)
            self._typed()

    def _lay_out(self, look: Look) -> None:
        choose = word_button(_("Choose"), "choose_convert_out_button")
        look.icons.dress(choose, "folder", 16, "text", GAP)
        choose.clicked.connect(self._choose_folder)
        folder = QHBoxLayout()
        folder.setSpacing(8)
        folder.addWidget(self._folder, 1)
        folder.addWidget(choose)
        rows: tuple[Row, ...] = (
            (label(_("Into"), "second"), self._to),
            (label(_("Values"), "second"), self._window_of),
            (None, self._hint),
            (label(_("Screens"), "second"), self._burned_in),
            (label(_("Folder"), "second"), folder),
            (label(_("If it exists"), "second"), self._exists),
        )
        self.body.addWidget(self.area)
        self.body.addLayout(form(rows))
        self.body.addWidget(rule())
        look.icons.dress(self._go, "download", 16, "primary", GAP)
        self._go.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        cancel = word_button(_("Cancel"), "cancel_convert_button")
        cancel.clicked.connect(self.reject)
        foot.addWidget(self._why, 1)
        foot.addWidget(cancel)
        foot.addWidget(self._go)
        self.body.addLayout(foot)
