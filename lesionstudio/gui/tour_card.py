"""A card of the tour, and the ring around what it speaks of."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _

_WIDTH, _TIP, _GAP, _EDGE, _RADIUS = 300, 9, 6, 8, 10


class TourCard(QWidget):
    """Words, how far the tour is, and two buttons; its tip points at what it stands beside."""

    next_wanted = Signal()
    left = Signal()

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self._tip_at, self._tip_is_left = 0, True
        self.setObjectName("tour_card")
        self.setFixedWidth(_WIDTH + 2 * _TIP)
        self._title, self._words = label(role="section", name="tour_title"), paragraph(role="", name="tour_words")
        self._count = label(role="hint", name="tour_count")
        self._skip = word_button(_("Skip"), "tour_skip_button", "quiet")
        self._next = word_button("", "tour_next_button", "primary")
        self._skip.clicked.connect(self.left)
        self._next.clicked.connect(self.next_wanted)
        self._lay_out()
        look.changed.connect(self.update)

    def show_step(self, title: str, words: str, n: int, of: int) -> None:
        """Shows step n, counted from 0."""
        self._title.setText(title)
        self._words.setText(words)
        self._count.setText(_("{n} of {all}").format(n=n + 1, all=of))
        is_last = n == of - 1
        self._next.setText(_("Done") if is_last else _("Next"))
        self._next.setAccessibleName(self._next.text())
        self._skip.setVisible(not is_last)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)

    def take_focus(self) -> None:
        """Gives the keys to the button that goes on."""
        self._next.setFocus()

    def press(self) -> None:
        """Presses the button that has the keys."""
        (self._skip if self._skip.hasFocus() else self._next).click()

    def stand_beside(self, box: QRect, room: QRect) -> None:
        """Stands at the side of `box` where the room is, its tip at the middle of it."""
        self._tip_is_left = box.center().x() < room.center().x()
        self.resize(self.width(), self.heightForWidth(self.width()))
        x = box.right() + _GAP if self._tip_is_left else box.left() - _GAP - self.width()
        y = min(max(box.center().y() - 36, room.top() + _EDGE), room.bottom() - _EDGE - self.height())
        self.move(min(max(x, room.left()), room.right() - self.width()), y)
        self._tip_at = min(max(box.center().y() - y, _RADIUS + _TIP), self.height() - _RADIUS - _TIP)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints ground, edge and tip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, edge = QColor(self._look.tokens.bg2), QPen(QColor(self._look.tokens.line_control), 1)
        body = QRectF(self.rect()).adjusted(_TIP + 0.5, 0.5, -_TIP - 0.5, -0.5)
        base = body.left() if self._tip_is_left else body.right()
        point = base - _TIP if self._tip_is_left else base + _TIP
        inside = base + 1 if self._tip_is_left else base - 1
        painter.setPen(edge)
        painter.setBrush(ground)
        painter.drawRoundedRect(body, _RADIUS, _RADIUS)
        top, tip, bottom = (
            QPointF(base, self._tip_at - _TIP),
            QPointF(point, self._tip_at),
            QPointF(base, self._tip_at + _TIP),
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([QPointF(inside, top.y()), top, tip, bottom, QPointF(inside, bottom.y())]))
        painter.setPen(edge)
        painter.drawPolyline(QPolygonF([top, tip, bottom]))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self._skip)
        foot.addWidget(self._next)
        column = QVBoxLayout(self)
        column.setContentsMargins(16 + _TIP, 12, 16 + _TIP, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._words)
        column.addLayout(foot)
        self.setTabOrder(self._next, self._skip)


class Ring(QWidget):
    """A ring around a part of the window; the mouse goes through it."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, box: QRect) -> None:
        """Goes around this part."""
        self.setGeometry(box.adjusted(-4, -4, 4, 4))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._look.tokens.focus), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)
