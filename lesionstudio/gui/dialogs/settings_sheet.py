"""The settings sheet: what the person can choose for all studies. Each choice counts at once."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Choices, Toggle, word_button
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph, rule
from lesionstudio.settings import Settings
from lesionstudio.words import _, unit_name

_WIDTH, _FIRST_COLUMN = 620, 150
_UNDO_MEGABYTES = (50, 4000, 50)


class SettingsSheet(Sheet):
    """Says `settings_wanted(Settings)` with every change."""

    settings_wanted = Signal(object)

    def __init__(self, window: QWidget, look: Look, settings: Settings, device_text: str) -> None:
        super().__init__(window, look, _("Settings"), "settings_sheet", _WIDTH)
        self._settings = settings
        self._language = Choices("language", stretch=False)
        self._theme, self._device = Choices("theme", stretch=False), Choices("device", stretch=False)
        self._held_out = Toggle(look, _("Set slices aside to measure the model"), "hold_out_slices")
        self._undo = NumberField("undo_megabytes", _("Memory for undo"))
        self._fault = label(role="bad")
        self._show(settings)
        self._lay_out(device_text)
        self._connect()

    def _show(self, settings: Settings) -> None:
        languages = (("auto", _("As the system")), ("en", "English"), ("fr", "Français"))
        self._language.show_choices(languages, settings.language or "auto")
        themes = (("dark", _("Dark")), ("light", _("Light")), ("system", _("As the system")))
        self._theme.show_choices(themes, settings.theme)
        devices = (("auto", _("Best there is")), ("cpu", _("Processor")), ("cuda", _("Graphics card")))
        self._device.show_choices(devices, settings.device)
        self._held_out.setChecked(settings.hold_out_slices)
        low, high, step = _UNDO_MEGABYTES
        self._undo.show_range(low, high, step)
        self._undo.show_value(settings.undo_megabytes, unit_name("MB"))

    def _connect(self) -> None:
        self._language.chosen.connect(lambda language: self._want(language=language))
        self._theme.chosen.connect(lambda theme: self._want(theme=theme))
        self._device.chosen.connect(lambda device: self._want(device=device))
        self._held_out.toggled.connect(lambda on: self._want(hold_out_slices=on))
        self._undo.value_changed.connect(lambda megabytes: self._want(undo_megabytes=int(megabytes)))
        self._undo.fault.connect(self._show_fault)

    def _show_fault(self, words: str) -> None:
        self._fault.setText(words)
        self._fault.setVisible(bool(words))

    def _want(self, **changes: object) -> None:
        self._settings = replace(self._settings, **changes)  # type: ignore[arg-type]
        self.settings_wanted.emit(self._settings)

    def _lay_out(self, device_text: str) -> None:
        self._undo.setFixedWidth(90)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            (_("Language"), self._language, _("Counts from the next start.")),
            (_("Theme"), self._theme, ""),
            (_("Segment on"), self._device, device_text),
            (
                _("Held-out slices"),
                self._held_out,
                _("About one slice in five is set aside to measure models; it shows no draft before it is checked."),
            ),
            (_("Memory for undo"), self._undo, ""),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, _FIRST_COLUMN)
        grid.setColumnStretch(1, 1)
        for place, (words, part, hint) in enumerate(rows):
            grid.addWidget(label(words, "second"), 3 * place, 0)
            grid.addWidget(_left(part), 3 * place, 1)
            if hint:
                grid.addWidget(paragraph(hint, "hint"), 3 * place + 1, 1)
            grid.setRowMinimumHeight(3 * place + 2, 4)
        self.body.addLayout(grid)
        self._fault.hide()
        self.body.addWidget(self._fault)
        self.body.addWidget(rule())
        self.body.addWidget(paragraph(_("Your scans stay on this computer and are never changed."), "hint"))
        done = word_button(_("Done"), "settings_done_button", "primary")
        done.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(done)
        self.body.addLayout(foot)
        done.setFocus()


def _left(part: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(part)
    row.addStretch(1)
    return box
