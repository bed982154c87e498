"""The look of the window: colours, typeface and style sheet of a theme, and Look, which hands them to the widgets."""

import json
import re
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from lesionstudio.gui.icons import Icons
from lesionstudio.resources import resource

THEMES = ("dark", "dim", "light", "system")
BODY_PX = 13
_WEIGHTS = ("Regular", "Medium", "SemiBold")
_DIM_TEXT = "#C4CAD2"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, each as "#RRGGBB" (LOOK section 3)."""

    canvas: str
    field: str
    bg0: str
    bg1: str
    bg2: str
    bg3: str
    bg4: str
    line: str
    line_control: str
    text1: str
    text2: str
    text3: str
    text_off: str
    accent: str
    accent_fill: str
    accent_fill_hover: str
    accent_fill_press: str
    on_accent: str
    accent_soft: str
    focus: str
    focus_on_fill: str
    accent_fill_focus: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    bad_fill: str
    scrim: str

    @classmethod
    def of(cls, theme: str) -> "Tokens":
        """The tokens of "dark", "dim" (dark with dimmer text, for a dark room) or "light"."""
        themes = json.loads(resource("theme", "tokens.json").read_text(encoding="utf-8"))["colour"]
        colours = themes["light" if theme == "light" else "dark"] | ({"text1": _DIM_TEXT} if theme == "dim" else {})
        return cls(**{re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in colours.items()})


class Look(QObject):
    """What every widget is given: the colours in use and the signs tinted with them; says when they change."""

    changed = Signal()

    def __init__(self, app: QApplication, theme: str = "dark") -> None:
        super().__init__()
        self._app = app
        self.theme = theme
        self.tokens = Tokens.of(_resolve(app, theme))
        self._ratio = app.devicePixelRatio()
        self.icons = Icons(self.tokens, self._ratio)
        self._wear()
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def use(self, theme: str) -> None:
        """Changes the theme of every window at once; nothing happens when it is the one in use."""
        if theme != self.theme:
            self.theme = theme
            self._change()

    def use_ratio(self, ratio: float) -> None:
        """Draws signs and lines as sharp as the screen is that the window is on now: so many points a point of it."""
        if ratio != self._ratio:
            self._ratio = ratio
            self.icons.use_ratio(ratio)
            self.changed.emit()

    @property
    def system_says(self) -> bool:
        """Whether the system tells programs if it is dark or light."""
        return self._app.styleHints().colorScheme() != Qt.ColorScheme.Unknown

    def _follow(self) -> None:
        if self.theme == "system":
            self._change()

    def _change(self) -> None:
        self.tokens = Tokens.of(_resolve(self._app, self.theme))
        self._wear()
        self.icons.tint(self.tokens)
        self.changed.emit()

    def _wear(self) -> None:
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(style_sheet(_resolve(self._app, self.theme)))


def style_sheet(theme: str) -> str:
    """The sheet of "dark", "dim" or "light" with the paths of its pictures made absolute."""
    tokens, name = Tokens.of(theme), "theme-light.qss" if theme == "light" else "theme.qss"
    text = resource("theme", name).read_text(encoding="utf-8")
    if theme == "dim":
        text = text.replace(Tokens.of("dark").text1, tokens.text1)
    for extra in ("extra.qss", *(("extra-light.qss",) if theme == "light" else ())):
        text += _with_tokens(resource("theme", extra).read_text(encoding="utf-8"), tokens)
    assets = resource("icons", "qss-assets").as_posix().replace('"', r"\"")
    return re.sub(r"url\(qss-assets/([^)]+)\)", lambda name: f'url("{assets}/{name[1]}")', text)


def use_typeface(app: QApplication) -> None:
    """Makes Inter with figures of equal width the application's font; call it before the first widget."""
    for weight in _WEIGHTS:
        QFontDatabase.addApplicationFont(str(resource("fonts", f"Inter-{weight}.ttf")))
    font = QFont(["Inter", "Segoe UI", "SF Pro Text", "Noto Sans"])
    font.setPixelSize(BODY_PX)
    font.setFeature(QFont.Tag("tnum"), 1)
    app.setFont(font)


def font(px: int, weight: int = QFont.Weight.Normal) -> QFont:
    """The application's font in this size and weight, for what is painted by hand."""
    made = QFont(QApplication.font())
    made.setPixelSize(px)
    made.setWeight(QFont.Weight(weight))
    return made


def restyle(widget: QWidget, **properties: str) -> None:
    """Sets properties the style sheet listens to and has it read them again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _with_tokens(text: str, tokens: Tokens) -> str:
    return re.sub("@([a-z_0-9]+)", lambda name: str(getattr(tokens, name[1])), text)


def _resolve(app: QApplication, theme: str) -> str:
    if theme == "system":
        return "light" if app.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
    return theme if theme in THEMES else "dark"


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, tokens.bg0),
        (role.Base, tokens.field),
        (role.Button, tokens.bg3),
        (role.WindowText, tokens.text1),
        (role.Text, tokens.text1),
        (role.ButtonText, tokens.text1),
        (role.PlaceholderText, tokens.text3),
        (role.Highlight, tokens.accent_fill),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent),
        (role.ToolTipBase, tokens.bg4),
        (role.ToolTipText, tokens.text1),
    ):
        palette.setColor(which, QColor(colour))
    return palette
