"""The window: puts the panels in their places, folds them, takes what is dropped. It decides nothing about scans."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.job_bar import JobBar
from lesionstudio.gui.panels.status_bar import StatusBar
from lesionstudio.gui.panels.top_bar import TopBar
from lesionstudio.gui.start_page import StartPage
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Notice
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.draw_page import DrawPage

SMALLEST, WIDE = (1000, 640), 1600


class MainWindow(QMainWindow):
    """Top bar, a page (start or draw), job bar, status bar."""

    first_painted = Signal()
    dropped = Signal(list)
    banner_answered = Signal(object)
    may_close: Callable[[], bool]

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("LesionStudio")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST)
        self.resize(1280, 800)
        self.look = look
        self.may_close = lambda: True
        self.actions_by_verb = Actions(self, look)
        self.top_bar = TopBar(look, self.actions_by_verb)
        self.start_page = StartPage(look, self.actions_by_verb)
        self.start_page.banners.action_wanted.connect(self.banner_answered)
        self.pages = QStackedWidget()
        self._blank = QWidget()
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self._blank)
        self.job_bar, self.status_bar = JobBar(look, self.actions_by_verb), StatusBar(look)
        self._draw_page: DrawPage | None = None
        self._painted = False
        ScreenWatch(look, self)
        whole = QWidget()
        whole.setObjectName("window")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top_bar, self.pages, self.job_bar, self.status_bar):
            column.addWidget(part, 1 if part is self.pages else 0)
        self.setCentralWidget(whole)
        QApplication.instance().focusChanged.connect(self._keep_focus)  # type: ignore[union-attr]

    @property
    def draw_page(self) -> "DrawPage":
        """The page with the picture; built when it is first wanted."""
        if self._draw_page is None:
            from lesionstudio.gui.draw_page import DrawPage

            self._draw_page = DrawPage(self.look, self.actions_by_verb)
            self.pages.addWidget(self._draw_page)
            self._draw_page.banners.action_wanted.connect(self.banner_answered)
            self._draw_page.make_room(self.width() > WIDE, narrow=self.width() < 1280)
        return self._draw_page

    @property
    def is_on_start_page(self) -> bool:
        """Whether the start page is shown."""
        return self.pages.currentWidget() is self.start_page

    def show_opening(self, name: str) -> None:
        """Shows an empty page under the folder's name until it is open."""
        self.top_bar.show_folder(name)
        self.pages.setCurrentWidget(self._blank)

    def show_start(self) -> None:
        """Shows the start page."""
        self.top_bar.show_folder("")
        self.pages.setCurrentWidget(self.start_page)
        self.start_page.first_button.setFocus()

    def show_draw(self, folder_name: str) -> None:
        """Shows the page with the picture."""
        self.top_bar.show_folder(folder_name)
        self.pages.setCurrentWidget(self.draw_page)
        self.draw_page.views.take_keys()

    def show_alone(self, page: QWidget) -> None:
        """Shows a page that needs no folder, in place of the start page."""
        self.top_bar.show_folder(_("No folder"))
        self.pages.setCurrentWidget(self.draw_page)
        self.draw_page.show_beside(page, whole=True)  # type: ignore[arg-type]

    @property
    def page_beside(self) -> QWidget | None:
        """The page that stands in place of the picture, if that is on screen."""
        page = self._draw_page
        return page.beside if page is not None and self.pages.currentWidget() is page else None

    def show_notice(self, notice: Notice) -> None:
        """Tells something over the page that is shown."""
        on_draw = self._draw_page is not None and self.pages.currentWidget() is self._draw_page
        (self.draw_page.banners_on_screen if on_draw else self.start_page.banners).show_notice(notice)

    def use_menus(self, recent: QMenu) -> None:
        """Puts the whole menu under the mark; on macOS also into the system's bar."""
        menus = self.actions_by_verb.menus(self)
        first = next(iter(menus.values()))
        first.insertMenu(self.actions_by_verb["open_sample"], recent)
        whole = QMenu(self)
        for name, menu in menus.items():
            menu.setTitle(name)
            whole.addMenu(menu)
            if sys.platform == "darwin":
                self.menuBar().addMenu(menu)
        self.top_bar.show_menu(whole)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Says when the window is seen for the first time: what is not needed for that comes after."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the panels the width that fits the window's."""
        super().resizeEvent(event)
        if self._draw_page is not None:
            self._draw_page.make_room(self.width() > WIDE, narrow=self.width() < 1280)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc: the top banner goes, else the keys go back to the picture, else what lies beside or over it goes."""
        page = self._draw_page
        if event.key() == Qt.Key.Key_Escape and page is not None:
            is_on_picture = page.views.has_keys
            if not page.banners_on_screen.dismiss_top() and not (is_on_picture and page.escape()):
                page.views.take_keys()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes folders and files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.start_page.drop.light(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing was dropped."""
        self.start_page.drop.light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Forwards what was dropped."""
        self.start_page.drop.light(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closes unless that would lose something and the person says no."""
        event.setAccepted(self.may_close())

    def changeEvent(self, event: QEvent) -> None:
        """Comes back with the keys on the picture."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.focusWidget() is None:
            self._keep_focus(None, None)

    def _keep_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        on_picture = self._draw_page is not None and self._draw_page.views.isVisible()
        if new is None and on_picture and self._draw_page is not None and self.isActiveWindow():
            self._draw_page.views.take_keys()


class ScreenWatch(QWidget):
    """A point in the window that nobody sees. Qt tells it, and it tells the look, that the screen is another one."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self.setFixedSize(1, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def event(self, event: QEvent) -> bool:
        """Hears of a screen of another scale, or of another scale of this one."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._look.use_ratio(self.devicePixelRatioF())
        return super().event(event)
