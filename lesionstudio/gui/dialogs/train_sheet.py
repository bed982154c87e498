"""The sheet to train from a folder: the data, what they hold, the choices that matter, what the network would see."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from lesionstudio.gui.dialogs.train_parts import DataPane, SeenPane, Shown, scrolling
from lesionstudio.gui.messages import choose_file, choose_folder
from lesionstudio.gui.theme import Look
from lesionstudio.gui.training_order import ENCODERS, RULES, TrainingOrder, encoder_words, rule_words
from lesionstudio.gui.views import ModelView
from lesionstudio.gui.widgets.buttons import Choices, word_button
from lesionstudio.gui.widgets.fields import Field, NumberField
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import Reason, label, paragraph, rule
from lesionstudio.words import _
from lesionstudio.workflows.data_page import DataPage

_WIDTH, _LEFT_WIDE, _RIGHT_HIGH = 1000, 400, 560
_LONGEST_MINUTES = 2880.0


class TrainSheet(Sheet):
    """`data_wanted` and `seen_wanted` carry the order as it stands; `train_wanted` too, when Train is pressed."""

    data_wanted = Signal(object)
    seen_wanted = Signal(object)
    train_wanted = Signal(object)

    def __init__(self, window: QWidget, look: Look, models: Sequence[ModelView], why_not: str) -> None:
        super().__init__(window, look, _("Train from a folder"), "train_sheet", _WIDTH)
        self._why_not, self._models = why_not, list(models)
        self._asked: TrainingOrder | None = None
        self._page: DataPage | None = None
        self._make_fields(look)
        self._train = word_button(_("Train"), "train_button", "primary")
        self._cancel = word_button(_("Cancel"), "cancel_train_button")
        self._reason = Reason(look, "train_reason")
        self.data, self.seen = DataPane(look), SeenPane(look)
        self._which = Choices("train_which", stretch=False)
        self._which.show_choices([("data", _("The data")), ("seen", _("What the network sees"))], "data")
        self._state = paragraph(_("Choose the data first."), name="train_state")
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def order(self) -> TrainingOrder:
        """What is asked for now."""
        is_one = self._layout.current == "one"
        start, model = self._start_of(self._start.currentIndex())
        return TrainingOrder(
            data=self._paths["data"].text().strip() if is_one else "",
            images="" if is_one else self._paths["images"].text().strip(),
            masks="" if is_one else self._paths["masks"].text().strip(),
            split="" if is_one else self._paths["split"].text().strip(),
            start=start,
            model=model,
            encoder=ENCODERS[self._encoder.currentIndex()],
            minutes=self._minutes.value,
            goal=self._goal.current,
            intensity=RULES[self._rule.currentIndex()],
            long_side=int(self._side.value),
        )

    def show_state(self, words: str) -> None:
        """Says what is being looked at, or what is wrong."""
        self._state.setText(words)
        self._pages.setCurrentIndex(0)

    def show_data(self, page: DataPage) -> None:
        """Shows the data page."""
        self._page = page
        self.data.show_page(page)
        self._show_pane()
        self._refresh()

    def show_seen(self, shown: Sequence[Shown]) -> None:
        """Shows what the network would see."""
        self.seen.show_seen(shown)
        self._pages.setCurrentIndex(2)

    # Within

    def _data_changed(self) -> None:
        """Other data: they are looked at as soon as it is known where they are."""
        order = self._of_data(self.order)
        if order == self._asked:
            return
        self._asked, self._page = order, None
        if order.has_data:
            self.show_state(_("Looking at the data"))
            self._which.show_choices([("data", _("The data")), ("seen", _("What the network sees"))], "data")
            self.data_wanted.emit(self.order)
        else:
            self.show_state(_("Choose the data first."))
        self._refresh()

    def _of_data(self, order: TrainingOrder) -> TrainingOrder:
        return TrainingOrder(data=order.data, images=order.images, masks=order.masks, split=order.split)

    def _show_pane(self) -> None:
        if self._page is None:
            return
        if self._which.current == "data":
            self._pages.setCurrentIndex(1)
        else:
            self.show_state(_("Looking at some pictures"))
            self.seen_wanted.emit(self.order)

    def _choice_changed(self) -> None:
        """Another network or other input: what it sees is asked for again where that is looked at."""
        self._refresh()
        if self._which.current == "seen":
            self._show_pane()

    def _refresh(self) -> None:
        is_one = self._layout.current == "one"
        for name, row in self._rows.items():
            for part in row:
                part.setVisible((name == "data") == is_one)
        is_new, goes_on = self.order.start == "new", self.order.start == "from"
        self._encoder.setEnabled(is_new)
        self._rule.setEnabled(not goes_on)
        self._side.setEnabled(not goes_on)
        self._hint.setText(self._start_hint())
        reason = self._why_not or ("" if self._page is not None else _("The data have not been looked at yet."))
        if self._page is not None and not self._page.facts["labels"]:
            reason = _("No mask has a mark: there is nothing to learn.")
        self._reason.show_words(reason if self.order.has_data or self._why_not else "")
        self._train.setEnabled(not reason)
        self.settle()

    def _start_hint(self) -> str:
        hints = {
            "new": _("Begins with random weights: it takes longest."),
            "encoder": _("Begins with what that model sees in pictures; what it marks is learned anew."),
            "from": _("Goes on with that model; it sees pictures as that one did."),
        }
        return hints[self.order.start]

    def _start_of(self, n: int) -> tuple[str, str]:
        if n <= 0:
            return "new", ""
        model = self._models[(n - 1) // 2]
        return ("encoder" if n % 2 else "from"), str(model.folder)

    def _make_fields(self, look: Look) -> None:
        words = {"data": _("Data folder"), "images": _("Pictures"), "masks": _("Masks"), "split": _("Split (CSV)")}
        self._layout = Choices("train_layout", stretch=False)
        self._layout.show_choices([("one", _("One folder")), ("two", _("Two folders"))], "one")
        self._paths = {name: Field(f"train_{name}", title) for name, title in words.items()}
        self._paths["split"].setPlaceholderText(_("none"))
        self._choosers = {name: word_button(_("Choose"), f"choose_train_{name}_button") for name in words}
        self._titles: dict[str, QLabel] = {name: label(title, "second") for name, title in words.items()}
        self._rows = {name: (self._titles[name], self._paths[name], self._choosers[name]) for name in words}
        self._start = Pick("train_start", _("What it begins with"), 290)
        starts: list[tuple[object, str]] = [("new", _("A new network"))]
        for model in self._models:
            starts.append((f"encoder {model.id}", _("Encoder of {name}").format(name=model.title)))
            starts.append((f"from {model.id}", _("{name}, goes on").format(name=model.title)))
        self._start.show_choices(starts, "new")
        self._hint = paragraph(name="start_hint")
        self._encoder = Pick("train_encoder", _("Network"), 290)
        self._encoder.show_choices([(one, encoder_words(one)) for one in ENCODERS], "resnet34")
        self._minutes = NumberField("train_minutes", _("Minutes"))
        self._minutes.show_range(1, _LONGEST_MINUTES)
        self._minutes.show_value(TrainingOrder().minutes, "min")
        self._goal = Choices("train_goal", stretch=False)
        goals = [("balanced", _("Balanced")), ("miss-less", _("Miss less")), ("invent-less", _("Invent less"))]
        self._goal.show_choices(goals, "balanced")
        self._rule = Pick("train_rule", _("Values"), 290)
        self._rule.show_choices([(one, rule_words(one)) for one in RULES], "auto")
        self._side = NumberField("train_side", _("Long side"))
        self._side.show_range(0, 2048, 32)
        self._side.show_value(0, "px")
        for field in (self._minutes, self._side):
            field.setFixedWidth(96)
        self._fault = label("", "bad", "train_fault")

    def _connect(self) -> None:
        self._layout.chosen.connect(self._data_changed)
        for name, field in self._paths.items():
            field.editingFinished.connect(self._data_changed)
            self._choosers[name].clicked.connect(lambda _on=False, name=name: self._choose(name))
        self._which.chosen.connect(self._show_pane)
        for pick in (self._start, self._encoder, self._rule):
            pick.picked.connect(self._choice_changed)
        self._goal.chosen.connect(self._refresh)
        self._side.value_changed.connect(self._choice_changed)
        for field in (self._minutes, self._side):
            field.fault.connect(self._fault.setText)
        self._cancel.clicked.connect(self.reject)
        self._train.clicked.connect(self._go)

    def _choose(self, name: str) -> None:
        field = self._paths[name]
        if name == "split":
            chosen = choose_file(self, self._titles[name].text(), field.text(), "CSV (*.csv)")
        else:
            chosen = choose_folder(self, self._titles[name].text(), field.text())
        if chosen:
            field.setText(chosen)
            self._data_changed()

    def _go(self) -> None:
        for field in (self._minutes, self._side):
            field.clearFocus()
        if not self._fault.text():
            order = replace(self.order)
            self.accept()
            self.train_wanted.emit(order)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(20)
        left = QWidget()
        left.setFixedWidth(_LEFT_WIDE)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._data_grid())
        column.addWidget(rule())
        column.addLayout(self._choice_grid())
        column.addStretch(1)
        row.addWidget(left)
        row.addWidget(rule(vertical=True))
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._which)
        self._pages = QStackedWidget()
        self._pages.setFixedHeight(_RIGHT_HIGH)
        for pane in (self._state, scrolling(self.data), self.seen):
            self._pages.addWidget(pane)
        right.addWidget(self._pages, 1)
        row.addLayout(right, 1)
        self.body.addLayout(row)
        self.body.addWidget(rule())
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._reason, 100)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._train)
        self.body.addLayout(foot)

    def _data_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._layout, 0, 0, 1, 3)
        for place, parts in enumerate(self._rows.values(), 1):
            for n, part in enumerate(parts):
                grid.addWidget(part, place, n)
        return grid

    def _choice_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        size = QHBoxLayout()
        size.setSpacing(8)
        size.addWidget(self._side)
        size.addWidget(label(_("0: as they are"), "hint"), 1)
        lines: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            (_("Begins with"), self._start),
            ("", self._hint),
            (_("Network"), self._encoder),
            (_("Time"), self._minutes),
            (_("Goal"), self._goal),
            (_("Values"), self._rule),
            (_("Long side"), size),
            ("", self._fault),
        )
        for place, (title, part) in enumerate(lines):
            grid.addWidget(label(title, "second"), place, 0)
            if isinstance(part, QWidget):
                grid.addWidget(part, place, 1)
            else:
                grid.addLayout(part, place, 1)
        return grid
