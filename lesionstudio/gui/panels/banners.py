"""Banners over the picture: trouble and news as a sentence, a cause and one button. At most two, then "2 more"."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Notice
from lesionstudio.gui.widgets.buttons import sign, word_button
from lesionstudio.gui.widgets.text import paragraph
from lesionstudio.words import _, ngettext

MOST_SHOWN = 2
_MARGIN, _TOP = 12, 10
_LOOKS = {
    "error": ("banner-bad", "alert-circle", "bad"),
    "warning": ("banner-warn", "alert-triangle", "warn"),
    "good": ("banner-good", "circle-check", "good"),
    "info": ("banner-info", "info-circle", "accent"),
}


class Banners(QWidget):
    """Lies over the top of its host and moves nothing in it. The newest is on top and replaces one of its title.

    On a page without a picture it `makes_room`: what the page holds stands under it, so that every button can be had.
    """

    action_wanted = Signal(object)

    def __init__(self, look: Look, host: QWidget, *, makes_room: bool = False) -> None:
        super().__init__(host)
        self._look, self._host, self._makes_room = look, host, makes_room
        self._banners: list[Banner] = []
        self._kept_free, self._from = 0, _TOP
        self._more = word_button("", "more_banners_button")
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._show_all = False
        self._more.clicked.connect(self._toggle_all)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        host.installEventFilter(self)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Puts it on top."""
        for old in [one for one in self._banners if one.notice.title == notice.title]:
            self._remove(old)
        banner = Banner(self._look, notice)
        banner.dismissed.connect(lambda: self._remove(banner))
        banner.action_wanted.connect(lambda: self._act(banner, notice))
        banner.other_wanted.connect(lambda: self._act(banner, replace(notice, action=notice.other)))
        banner.resized.connect(self._settle)
        self._banners.insert(0, banner)
        self._column.insertWidget(0, banner)
        self._arrange()

    def dismiss_top(self) -> bool:
        """Takes the top one away; False when there is none."""
        if not self._banners:
            return False
        self._remove(self._banners[0])
        return True

    def dismiss(self, action: str) -> None:
        """Takes those away that offer this action: it was done in another way."""
        for banner in [one for one in self._banners if one.notice.action == action]:
            self._remove(banner)

    def pass_on(self) -> None:
        """Another slice is on screen: takes away what was said of the one before."""
        for banner in [one for one in self._banners if one.notice.passes]:
            self._remove(banner)

    def clear(self) -> None:
        """Takes all away."""
        while self.dismiss_top():
            pass

    def keep_free(self, at_right: int) -> None:
        """Leaves so much of its host's width, at the right, to something else."""
        self._kept_free = at_right
        self._settle()

    def begin_under(self, height: int) -> None:
        """Leaves so much of its host's height, at the top, to a bar."""
        self._from = height + _TOP
        self._settle()

    @property
    def notices(self) -> list[Notice]:
        """What is being told, newest first."""
        return [banner.notice for banner in self._banners]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows its host's size."""
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def _act(self, banner: "Banner", notice: Notice) -> None:
        self._remove(banner)
        self.action_wanted.emit(notice)

    def _remove(self, banner: "Banner") -> None:
        if banner in self._banners:
            self._banners.remove(banner)
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
            self._arrange()

    def _toggle_all(self) -> None:
        self._show_all = not self._show_all
        self._arrange()

    def _arrange(self) -> None:
        more = len(self._banners) - MOST_SHOWN
        self._show_all = self._show_all and more > 0
        for place, banner in enumerate(self._banners):
            banner.setVisible(place < MOST_SHOWN or self._show_all)
        self._more.setText(_("Show fewer") if self._show_all else ngettext("{n} more", "{n} more", more))
        self._more.setVisible(more > 0)
        self.setVisible(bool(self._banners))
        self._settle()

    def _settle(self) -> None:
        width = max(self._host.width() - 2 * _MARGIN - self._kept_free, 200)
        self._column.activate()
        height = self._column.heightForWidth(width) if self._column.hasHeightForWidth() else self.sizeHint().height()
        self.setGeometry(_MARGIN, self._from, width, height)
        self.raise_()
        page = self._host.layout()
        if self._makes_room and page is not None:
            margins = page.contentsMargins()
            margins.setTop(self._from + height if self._banners else 0)
            page.setContentsMargins(margins)


class Banner(QFrame):
    """One notice."""

    dismissed = Signal()
    action_wanted = Signal()
    other_wanted = Signal()
    resized = Signal()

    def __init__(self, look: Look, notice: Notice) -> None:
        super().__init__()
        self.notice = notice
        kind, icon, role = _LOOKS[notice.kind]
        self.setProperty("kind", kind)
        self.setObjectName("banner")
        self.setAccessibleName(notice.title)
        self.setAccessibleDescription(notice.text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        mark = QLabel()
        look.icons.dress(mark, icon, 20, role)
        row = QHBoxLayout()
        row.setContentsMargins(12, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop if notice.text else Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(_sentences(notice), 1)
        for button in self._buttons(look):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._details = _details(notice.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._details)

    def _buttons(self, look: Look) -> list[QWidget]:
        buttons: list[QWidget] = []
        if self.notice.action:
            act = word_button(self.notice.action_text, f"banner_{self.notice.action}_button")
            act.clicked.connect(self.action_wanted)
            buttons.append(act)
        if self.notice.other:
            other = word_button(self.notice.other_text, f"banner_{self.notice.other}_button", "quiet")
            other.clicked.connect(self.other_wanted)
            buttons.append(other)
        if self.notice.details:
            more: QPushButton = word_button(_("Details"), "banner_details_button", "quiet")
            more.clicked.connect(self._toggle_details)
            buttons.append(more)
        close = sign(look, "x", _("Dismiss  Esc"), "dismiss_banner_button", px=16)
        close.clicked.connect(self.dismissed)
        for button in (*buttons, close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return [*buttons, close]

    def _toggle_details(self) -> None:
        self._details.setVisible(self._details.isHidden())
        self.resized.emit()


def _sentences(notice: Notice) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(1)
    title = paragraph(notice.title, "strong")
    column.addWidget(title)
    if notice.text:
        column.addWidget(paragraph(notice.text, "body"))
    return column


def _details(words: str) -> QPlainTextEdit:
    box = QPlainTextEdit(words)
    box.setReadOnly(True)
    box.setFixedHeight(110)
    box.setAccessibleName(_("Details"))
    box.hide()
    return box
