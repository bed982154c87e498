"""All pictures: how many are known, each with what it shows, what is odd, and what can be done with all of them."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from lesionstudio.gui.kinds import Kind, Looked
from lesionstudio.gui.panels.classify_tiles import Tiles
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import GAP, sign, word_button
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, ngettext


class AllSection(QFrame):
    """It shows, and says what a person wants."""

    choose_wanted = Signal()
    clear_wanted = Signal()
    ask_wanted = Signal()
    stop_wanted = Signal()
    table_wanted = Signal()
    heat_maps_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._runs = look, False
        self._count = label("", "second", "class_count")
        self._plus = sign(look, "plus", _("Choose pictures; or drop them here"), "choose_pictures_button")
        self._clear = sign(look, "x", _("Take away what was dropped"), "clear_dropped_button")
        self.tiles = Tiles(look)
        self._odd, self._broken = paragraph("", "warn", "unlike_total"), ElidedLabel("bad", "broken_total")
        self.ask = word_button("", "classify_all_button", "primary")
        self._table = word_button(_("Table"), "save_classes_button")
        self._maps = word_button(_("Heat maps"), "save_heat_maps_button")
        look.icons.dress(self._table, "table", 16, "text", GAP)
        look.icons.dress(self._maps, "photo-down", 16, "text", GAP)
        self._table.setToolTip(_("Saves name, class and the share of each class, as CSV"))
        self._maps.setToolTip(_("Saves each picture's clearest slice under the heat of its class, as PNG"))
        self._connect()
        self._lay_out()

    def show_pictures(self, pictures: Sequence[Looked], kinds: dict[str, Kind | None], runs: bool) -> None:
        """Shows these with what is known of them; `runs`: a person's question is being answered."""
        self.tiles.show_pictures(pictures)
        self.tiles.show_kinds(kinds)
        known = [kind for kind in kinds.values() if kind is not None]
        answered = sum(not kind.error for kind in known)
        total = len(pictures)
        self._count.setText(_("{n} of {total}").format(n=answered, total=total) if total else "")
        self._clear.setVisible(any(one.is_dropped for one in pictures))
        self._say_odd(known, pictures, kinds)
        self._say_ask(total - sum(bool(kind.error) for kind in known), answered, runs)
        for part in (self._table, self._maps):
            part.setEnabled(answered > 0)

    def _say_odd(self, known: list[Kind], pictures: Sequence[Looked], kinds: dict[str, Kind | None]) -> None:
        unlike = sum(kind.unlike for kind in known)
        words = ngettext(
            "{n} picture is unlike the training pictures: its class is a guess.",
            "{n} pictures are unlike the training pictures: their class is a guess.",
            unlike,
        )
        self._odd.setText(words)
        self._odd.setVisible(unlike > 0)
        broken = [(one, kind) for one in pictures if (kind := kinds.get(one.key)) is not None and kind.error]
        self._broken.setVisible(bool(broken))
        if broken:
            count = ngettext("{n} file cannot be read.", "{n} files cannot be read.", len(broken))
            self._broken.setText(count)
            self._broken.say_more("\n".join(f"{one.name}: {kind.error}" for one, kind in broken[:12]))

    def _say_ask(self, sound: int, answered: int, runs: bool) -> None:
        self._runs = runs
        if runs:
            words, icon = _("Stop"), "x"
        elif answered >= sound > 0:
            words, icon = _("Classify again"), "category"
        else:
            words, icon = _("Classify all {n}").format(n=sound), "category"
        self.ask.setText(words)
        self.ask.setAccessibleName(words)
        self.ask.setEnabled(sound > 0)
        self._look.icons.dress(self.ask, icon, 16, "primary", GAP)

    def _connect(self) -> None:
        self._plus.clicked.connect(self.choose_wanted)
        self._clear.clicked.connect(self.clear_wanted)
        self.ask.clicked.connect(lambda: (self.stop_wanted if self._runs else self.ask_wanted).emit())
        self._table.clicked.connect(self.table_wanted)
        self._maps.clicked.connect(self.heat_maps_wanted)

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(4)
        head.setContentsMargins(4, 0, 4, 0)
        head.addWidget(label(_("All pictures"), "section"), 1)
        for part in (self._count, self._clear, self._plus):
            head.addWidget(part)
        foot.setSpacing(6)
        for button in (self._table, self._maps):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.tiles, 1)
        inset = QVBoxLayout()
        inset.setContentsMargins(4, 0, 4, 0)
        inset.setSpacing(6)
        for row in (self._odd, self._broken, self.ask):
            inset.addWidget(row)
        inset.addLayout(foot)
        column.addLayout(inset)

    def minimumSizeHint(self) -> QSize:
        """A row of pictures at least."""
        return QSize(200, 230)
