"""LabelSetsMenu: the label sets to choose from, and what can be done with one's own."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QAbstractButton, QMenu

from lesionstudio.gui.label_sets import LabelSets
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.messages import choose_file, choose_new_file
from lesionstudio.gui.session import Session
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.gui.widgets.text import plain_tip
from lesionstudio.imaging.label_sets import ENDING
from lesionstudio.words import _


class LabelSetsMenu(QObject):
    """Opened from the head of the Labels panel, and from the Labels menu."""

    def __init__(self, window: MainWindow, session: Session, label_sets: LabelSets) -> None:
        super().__init__(window)
        self._window, self._session, self._sets = window, session, label_sets
        window.actions_by_verb.on("label_sets", self.show)

    def show(self) -> None:
        """Opens the menu under its button, or in the middle of the window where that is folded away."""
        button = self._window.findChild(QAbstractButton, "label_sets_button")
        if button is not None and button.isVisible():
            place = button.mapToGlobal(QPoint(0, button.height()))
        else:
            place = self._window.mapToGlobal(self._window.rect().center())
        self.menu().popup(place)

    def menu(self) -> QMenu:
        """The sets, the one in use ticked, and what else can be done."""
        menu = QMenu(self._window)
        menu.setObjectName("label_sets_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        lists, fits = self._sets.library.all(), self._sets.fits
        group = QActionGroup(menu)
        for one in lists:
            entry = menu.addAction(one.name, partial(self._sets.choose, one))
            entry.setCheckable(True)
            entry.setChecked(one.name == fits)
            entry.setToolTip(plain_tip(", ".join(label.name for label in one.labels)))
            group.addAction(entry)
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addAction(_("Save these labels as a set"), self._ask_name)
        menu.addAction(_("Import a set from a file"), self._take_in)
        menu.addAction(_("Write these labels to a file"), self._share)
        own = [one.name for one in lists if one.own]
        if own:
            forget = menu.addMenu(_("Delete a set"))
            for name in own:
                forget.addAction(name, partial(self._sets.delete, name))
        return menu

    def _ask_name(self) -> None:
        from lesionstudio.gui.dialogs.name_sheet import NameSheet

        words = _("Names, colours and numbers of these labels, to be chosen for other folders too.")
        folder = self._session.folder
        name = self._sets.fits or (folder.name if folder is not None else "")
        sheet = NameSheet(self._window, self._window.look, _("Save labels as a set"), words, name, self._warn)
        sheet.named.connect(self._sets.keep)
        present(sheet)

    def _warn(self, name: str) -> str:
        return _("There is a set of this name; it is replaced.") if self._sets.library.has(name) else ""

    def _take_in(self) -> None:
        kinds = _("Label sets") + f" (*{ENDING} *.json)"
        chosen = choose_file(self._window, _("Import a label set"), self._start, kinds)
        if chosen:
            self._sets.take_in(Path(chosen))

    def _share(self) -> None:
        suggested = str(Path(self._start) / f"{self._sets.fits or _('Labels')}{ENDING}")
        chosen = choose_new_file(self._window, _("Write labels to a file"), suggested, f"JSON (*{ENDING} *.json)")
        if chosen:
            self._sets.share(Path(chosen))

    @property
    def _start(self) -> str:
        return str(Path.home())
