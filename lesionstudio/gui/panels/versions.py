"""The Versions card: all versions of the study's model, newest first; one click uses another one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from lesionstudio.gui.panels.new_version import volume_words
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import VersionView
from lesionstudio.gui.widgets.buttons import Toggle, sign, word_button
from lesionstudio.gui.widgets.curve import Sparkline
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, number

_DASH = "\N{EN DASH}"


class VersionsCard(QFrame):
    """One row a version. Nothing is ever taken away or overwritten."""

    use_wanted = Signal(str)
    better_wanted = Signal(bool)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName("versions_card")
        words = _("Use a better version by itself")
        self._better = Toggle(look, words, "use_if_better")
        self._better.setToolTip(_("Only one that gains on held-out slices, and loses on none corrected earlier."))
        self._better.clicked.connect(self.better_wanted)
        self._look = look
        self._versions: tuple[VersionView, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._none = paragraph(_("A new model begins here, from your marks."), name="no_versions")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 10, 6, 10)
        column.setSpacing(6)
        self._none.setContentsMargins(10, 0, 10, 0)
        self._more = sign(look, "dots", _("More"), "learn_menu_button")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(QMenu(self))
        self._more.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 4, 0)
        head.addWidget(label(_("Versions"), "section"), 1)
        head.addWidget(self._more)
        column.addLayout(head)
        column.addWidget(self._none)
        column.addLayout(self._rows)
        switch = QHBoxLayout()
        switch.setContentsMargins(8, 0, 8, 0)
        switch.addWidget(self._better)
        switch.addWidget(label(words, "body"), 1)
        column.addLayout(switch)

    def show_better(self, on: bool) -> None:
        """Whether better versions are used by themselves."""
        self._better.setChecked(on)

    def offer(self, action: QAction) -> None:
        """Puts an entry into the card's menu."""
        self._more.menu().addAction(action)

    def show_versions(self, versions: Sequence[VersionView]) -> None:
        """Shows these; keeps the rows where nothing changed."""
        self._none.setVisible(not versions)
        if tuple(versions) == self._versions:
            return
        self._versions = tuple(versions)
        while (item := self._rows.takeAt(0)) is not None:
            old = item.widget()
            if isinstance(old, QWidget):
                old.hide()
                old.deleteLater()
        for version in versions:
            row = VersionRow(self._look, version)
            row.use_wanted.connect(self.use_wanted)
            self._rows.addWidget(row)


class VersionRow(QFrame):
    """Title, when and from how many slices, its curve, its Dice, and Use, "in use" or Go back."""

    use_wanted = Signal(str)

    def __init__(self, look: Look, version: VersionView) -> None:
        super().__init__()
        self.setProperty("kind", "row")
        self.setProperty("current", "true" if version.state == "in use" else "false")
        self.setObjectName(f"version_{version.id}")
        facts = ElidedLabel("second", "version_facts")
        facts.setText(version.facts)
        facts.say_more(version.facts)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(self._head(version))
        words.addWidget(facts)
        run = Sparkline(look)
        run.show_values([point.dice for point in version.curve if point.dice is not None])
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 6, 4)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(run)
        row.addWidget(self._dice(version))
        row.addWidget(self._button(version))

    def _head(self, version: VersionView) -> QHBoxLayout:
        """The title, and beside it what it came from."""
        head = QHBoxLayout()
        head.setSpacing(6)
        if version.begun:
            head.addWidget(label(version.title, "strong", "version_name"))
        last, words = ("second", version.begun) if version.begun else ("strong", version.title)
        rest = ElidedLabel(last, "version_parent" if version.begun else "version_name")
        rest.setText(words)
        head.addWidget(rest, 1)
        return head

    def _dice(self, version: VersionView) -> QWidget:
        dice = label(_DASH if version.dice is None else number(version.dice, 2), "strong", "version_dice")
        dice.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        dice.setFixedWidth(30)
        slices = version.measured.slices if version.measured else 0
        tip = _("Mean Dice on {n} held-out slices").format(n=slices) if slices else _("Mean Dice on held-out slices")
        more = volume_words(version.measured) if version.measured else ""
        dice.setToolTip("\n".join(filter(None, (tip, more))) if version.dice is not None else _("not measured yet"))
        return dice

    def _button(self, version: VersionView) -> QWidget:
        if version.state == "in use":
            here = label(_("in use"), "accent", "version_in_use")
            here.setAlignment(Qt.AlignmentFlag.AlignCenter)
            here.setMinimumWidth(76)
            return here
        words = _("Use") if version.state == "newer" else _("Go back")
        button = word_button(words, f"use_{version.id}_button")
        button.setAccessibleName(f"{words}: {version.title}")
        button.setMinimumWidth(76)
        button.clicked.connect(lambda: self.use_wanted.emit(version.id))
        return button
