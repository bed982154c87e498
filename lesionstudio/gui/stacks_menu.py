"""StacksMenu: what a row of the scan list offers about stacks, and the sheet that asks for the sizes."""

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.stacks import Stacks
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.words import _, ngettext


class StacksMenu(QObject):
    """Adds to the menu of a row what can be joined or taken apart there."""

    def __init__(self, window: MainWindow, stacks: Stacks) -> None:
        super().__init__(window)
        self._window, self._stacks = window, stacks

    def fill(self, menu: QMenu, item_id: str) -> None:
        """One entry more, where this row is a volume made of pictures, or a picture that could be part of one."""
        group = self._stacks.group_of(item_id)
        if self._stacks.is_stack(item_id):
            menu.addAction(_("Take the volume apart"), partial(self._stacks.take_apart, item_id))
        elif group:
            words = ngettext("Join {n} picture into a volume", "Join {n} pictures into a volume", len(group))
            menu.addAction(words, partial(self.ask, item_id))

    def ask(self, item_id: str) -> None:
        """Asks for the sizes, and joins the pictures of this one's row."""
        from lesionstudio.gui.dialogs.stack_sheet import StackSheet

        group = self._stacks.group_of(item_id)
        if group:
            names = tuple(self._stacks.shown_name(one) for one in group)
            sheet = StackSheet(self._window, self._window.look, names, self._stacks.spacing)
            sheet.answered.connect(lambda _spacing: self._window.draw_page.banners.dismiss("join_stack"))
            sheet.answered.connect(partial(self._stacks.join, group))
            present(sheet)
