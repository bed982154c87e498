"""The settings sheet: what the person can choose for all studies, and where their work is kept. Each choice counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from lesionstudio.gui.language import meant_by
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Choices, Toggle, word_button
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.places import PlaceLine
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph, rule
from lesionstudio.settings import Settings
from lesionstudio.words import _, language, ngettext, number, unit_name

_WIDTH, _FIRST_COLUMN, _ROW_GAP = 760, 150, 6
_UNDO_MEGABYTES = (50, 4000, 50)
_LARGEST_GIGABYTES = (0.5, 64.0, 0.5)


@dataclass(frozen=True, slots=True)
class Places:
    """The folders a person's work lies in; no study while none is open."""

    study: Path | None
    data: Path
    cache: Path


class SettingsSheet(Sheet):
    """Says `choice_made(name, value)`, a field of Settings and what it is to be, with every change."""

    choice_made = Signal(str, object)
    place_wanted = Signal(object)
    clear_wanted = Signal()
    restart_wanted = Signal()

    def __init__(self, window: QWidget, look: Look, settings: Settings, places: Places) -> None:
        super().__init__(window, look, _("Settings"), "settings_sheet", _WIDTH)
        self._look = look
        self._language = Choices("language", stretch=False)
        self._restart = word_button(_("Start again now"), "restart_button")
        self._theme, self._device = Choices("theme", stretch=False), Choices("device", stretch=False)
        self._sides = Choices("sides", stretch=False)
        self._held_out = Toggle(look, _("Set slices aside to measure the model"), "hold_out_slices")
        self._hide_names = Toggle(look, _("Hide names on the screen"), "hide_names")
        self._undo = NumberField("undo_megabytes", _("Memory for undo"))
        self._fault = label(role="bad", name="undo_fault")
        self._largest = NumberField("largest_picture_gigabytes", _("Largest slice"), 1)
        self._largest_fault = label(role="bad", name="largest_fault")
        self._theme_hint, self._device_hint = _hint("theme_hint"), _hint("device_hint")
        self._held_out_hint = _hint("hold_out_hint")
        self._kept = label(role="hint", name="kept_pictures")
        self._clear = word_button(_("Clear"), "clear_thumbnails_button")
        self._show(settings)
        self._lay_out(places)
        self._connect()

    def show_devices(self, usable: Sequence[str], why: str) -> None:
        """Offers the devices that there are, and says which one is used and why."""
        self._offer_devices(self._device.current, next((one for one in usable if one != "cpu"), ""))
        self._device_hint.setText(why)

    def show_kept(self, pictures: int, size: int) -> None:
        """Says how many small pictures are kept, and offers to clear them."""
        megabytes = f"{number(max(size / 1e6, 0.1), 1)} {unit_name('MB')}"
        some = ngettext("{n} small picture of scans", "{n} small pictures of scans", pictures)
        self._kept.setText(f"{some}, {megabytes}" if pictures else _("No small pictures of scans are kept."))
        if not pictures and self._clear.hasFocus():
            self._done.setFocus()
        self._clear.setEnabled(bool(pictures))

    def _show(self, settings: Settings) -> None:
        system = _("As the system")
        languages = (("auto", system), ("en", "English"), ("fr", "Français"))
        self._language.show_choices(languages, settings.language or "auto")
        self._offer_restart(settings.language)
        themes = (("dark", _("Dark")), ("dim", _("Dimmer")), ("light", _("Light")), ("system", system))
        self._theme.show_choices(themes, settings.theme)
        self._say_theme(settings.theme)
        sides = (("radiological", _("Radiological")), ("neurological", _("Neurological")))
        self._sides.show_choices(sides, "neurological" if settings.neurological else "radiological")
        self._offer_devices(settings.device, "")
        self._device_hint.setText(_("Looking at this computer"))
        self._held_out.setChecked(settings.hold_out_slices)
        self._say_held_out(settings.hold_out_slices)
        self._hide_names.setChecked(settings.hide_names)
        self._undo.show_range(*_UNDO_MEGABYTES)
        self._undo.show_value(settings.undo_megabytes, unit_name("MB"))
        self._largest.show_range(*_LARGEST_GIGABYTES)
        self._largest.show_value(settings.largest_picture_gigabytes, unit_name("GB"))
        self._clear.setEnabled(False)

    def _offer_devices(self, current: str, graphics: str) -> None:
        choices = (("auto", _("Best there is")), ("cpu", _("Processor")), (graphics or "cuda", _("Graphics card")))
        self._device.show_choices(choices, current)
        self._device.allow(graphics or "cuda", bool(graphics))

    def _connect(self) -> None:
        for name, choices in (("language", self._language), ("theme", self._theme), ("device", self._device)):
            choices.chosen.connect(lambda key, name=name: self.choice_made.emit(name, key))
        self._language.chosen.connect(self._offer_restart)
        self._restart.clicked.connect(self.restart_wanted)
        self._theme.chosen.connect(self._say_theme)
        self._sides.chosen.connect(lambda key: self.choice_made.emit("neurological", key == "neurological"))
        self._held_out.toggled.connect(lambda on: self.choice_made.emit("hold_out_slices", on))
        self._held_out.toggled.connect(self._say_held_out)
        self._hide_names.toggled.connect(lambda on: self.choice_made.emit("hide_names", on))
        self._undo.value_changed.connect(lambda value: self.choice_made.emit("undo_megabytes", int(value)))
        self._undo.fault.connect(self._fault.setText)
        self._largest.value_changed.connect(lambda value: self.choice_made.emit("largest_picture_gigabytes", value))
        self._largest.fault.connect(self._largest_fault.setText)
        self._clear.clicked.connect(self.clear_wanted)

    def _offer_restart(self, chosen: str) -> None:
        """Offers to start again where the window speaks another language than the one chosen."""
        self._restart.setVisible(meant_by(chosen) != language())

    def _say_theme(self, theme: str) -> None:
        follows = _("It changes when the system does.")
        silent = _("This system does not say whether it is dark or light: the dark theme is used.")
        hints = {
            "dim": _("Dark, with dimmer words, for a dark room."),
            "system": follows if self._look.system_says else silent,
        }
        self._theme_hint.setText(hints.get(theme, _("The ground behind the picture is always dark.")))

    def _say_held_out(self, on: bool) -> None:
        about = _(
            "About one slice in five is never learned from, and shows no draft before it is checked:"
            " it tells whether a new version is better."
        )
        off = _(
            "No more slices are set aside. Those that are stay out of learning, but get drafts like any other,"
            " so what is measured on them is too kind."
        )
        self._held_out_hint.setText(about if on else off)

    def _finish(self) -> None:
        """Leaves, unless a number was typed that is not allowed."""
        if self._fault.text() or self._largest_fault.text():
            (self._undo if self._fault.text() else self._largest).setFocus()
        else:
            self.accept()

    # Where things stand

    def _lay_out(self, places: Places) -> None:
        grid = _Grid()
        grid.add(
            _("Language"), _side_by_side(self._language, self._restart), _hint(words=_("Counts from the next start."))
        )
        grid.add(_("Theme"), self._theme, self._theme_hint)
        about = _("Radiological: the patient's right at the left of the picture. Letters say which side it is.")
        grid.add(_("Left and right"), self._sides, _hint(words=about))
        grid.add(_("Device"), self._device, self._device_hint)
        grid.add(_("Held-out slices"), self._held_out, self._held_out_hint)
        self._undo.setFixedWidth(90)
        low, high = number(_UNDO_MEGABYTES[0]), number(_UNDO_MEGABYTES[1])
        allowed = _("{low} to {high} MB; when it is full, the oldest steps are forgotten.").format(low=low, high=high)
        grid.add(_("Memory for undo"), _side_by_side(self._undo, self._fault), _hint(words=allowed))
        self._largest.setFixedWidth(90)
        claims = label(_("What claims to be larger is not opened: it may be damaged."), "hint")
        self._largest.fault.connect(lambda words: claims.setVisible(not words))
        grid.add(_("Largest slice"), _side_by_side(self._largest, self._largest_fault, claims))
        self.body.addLayout(grid)
        self.body.addWidget(rule())
        self._lay_out_privacy(places)
        self._done = word_button(_("Done"), "settings_done_button", "primary")
        self._done.clicked.connect(self._finish)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._done)
        self.body.addLayout(foot)
        self._done.setFocus()

    def _lay_out_privacy(self, places: Places) -> None:
        grid = _Grid()
        names = _("Patients' names in DICOM files are neither shown nor written down. Names of files are shown.")
        stay = label(_("Your scans stay on this computer and are never changed."), "strong", "privacy")
        grid.add(_("Privacy"), stay, _hint(words=names))
        hiding = _("Scans are called CT 001, studies and folders by number; where files are chosen, names are shown.")
        grid.add(_("Hide names"), self._hide_names, _hint(words=hiding))
        if places.study is not None:
            grid.add(_("This study"), self._place(places.study, "study"))
        grid.add(_("Models and sample"), self._place(places.data, "data"))
        grid.add(_("Cache"), self._place(places.cache, "cache"))
        grid.add("", _side_by_side(self._clear, self._kept))
        self.body.addLayout(grid)

    def _place(self, place: Path, name: str) -> QWidget:
        line = PlaceLine(self._look, place, name)
        line.wanted.connect(self.place_wanted)
        return line


class _Grid(QGridLayout):
    """Rows of a name, what is chosen, and a hint under it."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(12)
        self.setVerticalSpacing(2)
        self.setColumnMinimumWidth(0, _FIRST_COLUMN)
        self.setColumnStretch(1, 1)

    def add(self, words: str, part: QWidget, hint: QLabel | None = None) -> None:
        """One row more."""
        row = self.rowCount()
        if words:
            self.addWidget(label(words, "second"), row, 0)
            for one in (part, *part.findChildren(Choices)):
                one.setAccessibleName(one.accessibleName() or words)
        self.addWidget(part, row, 1, Qt.AlignmentFlag.AlignLeft if isinstance(part, Toggle) else Qt.AlignmentFlag(0))
        if hint is not None:
            self.addWidget(hint, row + 1, 1)
            self.setRowMinimumHeight(row + 2, _ROW_GAP)


def _hint(name: str = "", words: str = "") -> QLabel:
    return paragraph(words, "hint", name)


def _side_by_side(*parts: QWidget, stretch: bool = True) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for part in parts:
        row.addWidget(part)
    if stretch:
        row.addStretch(1)
    return box
