"""All pictures with what they show: a picture of each and a word, the open one lit. A click opens one."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lesionstudio.gui.kinds import Kind, Looked, kind_words
from lesionstudio.gui.panels.listed_rows import Index, ListedRows
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.widgets.own_keys import OwnKeys
from lesionstudio.gui.widgets.text import plain_tip
from lesionstudio.words import _

TILE = Qt.ItemDataRole.UserRole
_ACROSS, _CAPTION, _GAP = 3, 22, 8


class Tiles(OwnKeys, QListView):
    """Three in a row. `wanted`: the key of the picture that was clicked, or on which Enter was pressed."""

    wanted = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("class_tiles")
        self.setAccessibleName(_("All pictures"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows, self._painter = TileRows(self), TilePainter(look, self)
        self.setModel(self.rows)
        self.setItemDelegate(self._painter)
        self.clicked.connect(self._open)
        look.changed.connect(self.viewport().update)

    def show_pictures(self, pictures: Sequence[Looked]) -> None:
        """Shows these, in this order."""
        self.rows.show_pictures(pictures)

    def show_kinds(self, kinds: dict[str, Kind | None]) -> None:
        """Says what these show."""
        self.rows.kinds = kinds
        self.viewport().update()

    def show_picture(self, key: str, picture: QImage) -> None:
        """Shows the thumbnail of one from now on."""
        self._painter.pictures[key] = picture
        self.viewport().update()

    def show_stamps(self, pictures: dict[str, QImage | None]) -> None:
        """Shows these thumbnails, as far as they are there."""
        self._painter.pictures |= {key: picture for key, picture in pictures.items() if picture is not None}

    def show_current(self, key: str) -> None:
        """Lights the one on screen and, where it is another, brings it into view."""
        if key == self._painter.current and self.currentIndex().isValid():
            return
        self._painter.current = key
        place = self.rows.index_of(key)
        if place.isValid():
            self.setCurrentIndex(place)
            self.scrollTo(place)
        self.viewport().update()

    @property
    def cell(self) -> int:
        """How wide a tile is."""
        return max((self.viewport().width() - 1) // _ACROSS, 40)

    def enter_row(self, index: QModelIndex) -> None:
        """Enter opens the one that is lit."""
        self._open(index)

    def _open(self, index: QModelIndex) -> None:
        tile = index.data(TILE)
        if isinstance(tile, Looked):
            self.wanted.emit(tile.key)


class TileRows(ListedRows):
    """The pictures and what they show."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Looked] = []
        self._given: Sequence[Looked] = ()
        self.kinds: dict[str, Kind | None] = {}

    def show_pictures(self, pictures: Sequence[Looked]) -> None:
        """Takes these; nothing is laid out again where they are the same."""
        if pictures is self._given or list(pictures) == self._rows:
            return
        self.beginResetModel()
        self._given, self._rows = pictures, list(pictures)
        self.places = {one.key: n for n, one in enumerate(self._rows)}
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The picture, its name, and what is said of it."""
        picture = self._rows[index.row()]
        if role == TILE:
            return picture
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return picture.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return plain_tip("\n".join(part for part in (picture.name, *self._said(picture)) if part))
        return None

    def _said(self, picture: Looked) -> tuple[str, ...]:
        kind = self.kinds.get(picture.key)
        if kind is None:
            return (_("Not asked yet"),)
        if kind.error:
            return (kind.error, kind.hint)
        unlike = (_("Unlike anything it was trained on: the class is a guess."),) if kind.unlike else ()
        return (kind_words(kind), *unlike)


class TilePainter(QStyledItemDelegate):
    """Paints a tile: the picture as a square, under it what it shows."""

    def __init__(self, look: Look, view: Tiles) -> None:
        super().__init__(view)
        self._look, self._tiles = look, view
        self.current = ""
        self.pictures: dict[str, QImage] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A third of the width, and room for a line of words."""
        wide = self._tiles.cell
        return QSize(wide, wide - _GAP + _CAPTION)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints one."""
        picture = index.data(TILE)
        if not isinstance(picture, Looked):
            return
        area = QRect(option.rect)
        side = area.width() - _GAP
        square = QRect(area.left() + _GAP // 2, area.top() + 2, side, side)
        kind = self._tiles.rows.kinds.get(picture.key)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_square(painter, square, picture.key, kind)
        self._paint_edge(painter, square, picture.key, option.state)
        self._write(painter, QRect(square.left(), square.bottom() + 2, side, _CAPTION - 4), kind)
        painter.restore()

    def _paint_square(self, painter: QPainter, square: QRect, key: str, kind: Kind | None) -> None:
        tokens, edge = self._look.tokens, QPainterPath()
        edge.addRoundedRect(QRectF(square), 5, 5)
        image = self.pictures.get(key)
        if kind is not None and kind.error:
            painter.fillPath(edge, QColor(tokens.bg2))
            drawn = self._look.icons.pixmap("file-alert", tokens.bad, 24, painter.device().devicePixelRatio())
            painter.drawPixmap(square.center() - QPoint(12, 12), drawn)
        elif image is None or image.isNull():
            painter.fillPath(edge, QColor(tokens.bg3))
        else:
            painter.save()
            painter.setClipPath(edge)
            painter.fillRect(square, QColor(tokens.canvas))
            painter.drawImage(square, image)
            painter.restore()

    def _paint_edge(self, painter: QPainter, square: QRect, key: str, state: QStyle.StateFlag) -> None:
        tokens, colour = self._look.tokens, ""
        if key == self.current:
            colour = tokens.accent
        elif state & QStyle.StateFlag.State_MouseOver:
            colour = tokens.line_control
        if state & QStyle.StateFlag.State_HasFocus and self._tiles.hasFocus():
            colour = tokens.focus
        if colour:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawRoundedRect(QRectF(square).adjusted(-1, -1, 1, 1), 6, 6)

    def _write(self, painter: QPainter, room: QRect, kind: Kind | None) -> None:
        tokens = self._look.tokens
        words, colour = ("", tokens.text3) if kind is None else (kind_words(kind), tokens.text1)
        if kind is not None and kind.error:
            words, colour = _("Unreadable"), tokens.bad
        elif kind is not None and kind.unlike:
            colour = tokens.warn
        if kind is not None and kind.unlike:
            drawn = self._look.icons.pixmap("alert-triangle", tokens.warn, 13, painter.device().devicePixelRatio())
            painter.drawPixmap(QPoint(room.right() - 13, room.top() + 3), drawn)
            room = room.adjusted(0, 0, -16, 0)
        painter.setFont(font(12, 400 if kind is None else 500))
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
