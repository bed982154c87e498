"""The signs of the window: Tabler outlines, tinted for a theme and drawn after the first paint."""

import weakref
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLabel
from shiboken6 import isValid

from lesionstudio.resources import resource

if TYPE_CHECKING:
    from lesionstudio.gui.theme import Tokens

Wearer = QAbstractButton | QAction | QLabel


@dataclass(frozen=True, slots=True)
class _Dress:
    name: str
    px: int
    role: str
    gap: int


class Icons:
    """Signs by name. What is dressed before `load` gets its sign then: QtSvg is not paid for by the first paint.

    Roles: "plain" (second text, accent when chosen), "text", "primary" (on a filled button), "accent", "good", "warn",
    "bad". A disabled button's sign is pale in every role.
    """

    def __init__(self, tokens: "Tokens", ratio: float) -> None:
        self._tokens, self._ratio = tokens, ratio
        self._dressed: weakref.WeakKeyDictionary[Wearer, _Dress] = weakref.WeakKeyDictionary()
        self._drawn: dict[tuple[str, str, int, float], QPixmap] = {}
        self._loaded = False

    def dress(self, wearer: Wearer, name: str, px: int = 16, role: str = "plain", gap: int = 0) -> None:
        """Gives the button, entry or label this sign, now or as soon as signs are loaded; "" takes it away.

        `gap`: so much room between the sign and the word after it.
        """
        self._dressed[wearer] = _Dress(name, px, role, gap)
        if isinstance(wearer, QAbstractButton):
            wearer.setIconSize(QSize(px + gap, px))
        if self._loaded:
            self._put(wearer)

    def load(self) -> None:
        """Draws the signs of everything dressed so far."""
        self._loaded = True
        for wearer in list(self._dressed):
            self._put(wearer)

    def tint(self, tokens: "Tokens") -> None:
        """Draws everything again in the colours of another theme."""
        self._tokens = tokens
        self._drawn.clear()
        if self._loaded:
            self.load()

    def use_ratio(self, ratio: float) -> None:
        """Draws everything again for a screen with so many of its points a point of the window."""
        self._ratio = ratio
        if self._loaded:
            self.load()

    def pixmap(self, name: str, colour: str, px: int, ratio: float = 1.0) -> QPixmap:
        """The sign in one colour, px wide on the screen. Raises FileNotFoundError for a name that is not shipped."""
        key = (name, colour, px, ratio)
        if key not in self._drawn:
            self._drawn[key] = _draw(name, colour, px, ratio)
        return self._drawn[key]

    def icon(self, name: str, px: int, role: str = "plain", gap: int = 0) -> QIcon:
        """The sign for a button: off, on and disabled."""
        icon = QIcon()
        tokens = self._tokens
        off = self._colour(role)
        on = tokens.accent if role == "plain" else off
        for ratio in sorted({1.0, self._ratio}):
            for colour, mode, state in (
                (off, QIcon.Mode.Normal, QIcon.State.Off),
                (on, QIcon.Mode.Normal, QIcon.State.On),
                (tokens.text_off, QIcon.Mode.Disabled, QIcon.State.Off),
                (tokens.text_off, QIcon.Mode.Disabled, QIcon.State.On),
            ):
                icon.addPixmap(_with_gap(self.pixmap(name, colour, px, ratio), gap), mode, state)
        return icon

    def _colour(self, role: str) -> str:
        tokens = self._tokens
        by_role = {"plain": tokens.text2, "text": tokens.text1, "primary": tokens.on_accent, "accent": tokens.accent}
        return by_role.get(role) or {"good": tokens.good, "warn": tokens.warn, "bad": tokens.bad}[role]

    def _put(self, wearer: Wearer) -> None:
        dress = self._dressed[wearer]
        if not isValid(wearer):
            return
        if isinstance(wearer, QLabel):
            drawn = (
                self.pixmap(dress.name, self._colour(dress.role), dress.px, self._ratio) if dress.name else QPixmap()
            )
            wearer.setPixmap(drawn)
        else:
            wearer.setIcon(self.icon(dress.name, dress.px, dress.role, dress.gap) if dress.name else QIcon())


def read_outlines() -> None:
    """Reads every sign from the disk, on whichever thread, so that no sign is waited for while something is painted."""
    for file in resource("icons").glob("*.svg"):
        _outline(file.stem)


@cache
def _outline(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


def _with_gap(drawn: QPixmap, gap: int) -> QPixmap:
    if gap == 0:
        return drawn
    ratio = drawn.devicePixelRatio()
    wider = QPixmap(drawn.width() + round(gap * ratio), drawn.height())
    wider.setDevicePixelRatio(ratio)
    wider.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wider)
    painter.drawPixmap(0, 0, drawn)
    painter.end()
    return wider


def _draw(name: str, colour: str, px: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    outline = _outline(name).replace("currentColor", colour)
    side = round(px * ratio)
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(outline.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn
