"""Themes: what is read can be read, and one changed to looks as one begun with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lesionstudio.gui.dialogs.settings_sheet import Places, SettingsSheet
from lesionstudio.gui.draw_page import DrawPage
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look, Tokens, style_sheet
from lesionstudio.gui.views import DraftView, ItemView, ModelView, Notice
from lesionstudio.settings import Settings

READ = (
    ("text1", "bg1", 4.5), ("text1", "bg4", 4.5), ("text1", "accent_soft", 4.5), ("text2", "bg1", 4.5),
    ("text2", "bg2", 4.5), ("text2", "accent_soft", 4.5), ("text3", "bg1", 4.5), ("text3", "bg2", 4.5),
    ("accent", "bg1", 4.5), ("accent", "accent_soft", 4.5), ("on_accent", "accent_fill", 4.5),
    ("on_accent", "accent_fill_hover", 4.5), ("good", "bg1", 4.5), ("warn", "bg1", 4.5), ("bad", "bg1", 4.5),
    ("text1", "good_soft", 4.5), ("text1", "warn_soft", 4.5), ("text1", "bad_soft", 4.5),
    ("line_control", "bg1", 3), ("line_control", "field", 3), ("focus", "bg1", 3), ("focus", "accent_soft", 3),
    ("focus_on_fill", "accent_fill_focus", 3),
)  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of "#RRGGBB" (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["dark", "dim", "light"])
@pytest.mark.parametrize(("front", "ground", "least"), READ)
def test_words_and_edges_stand_out_from_their_ground(theme: str, front: str, ground: str, least: float) -> None:
    tokens = Tokens.of(theme)
    assert contrast(getattr(tokens, front), getattr(tokens, ground)) >= least


@pytest.mark.parametrize("theme", ["dark", "dim", "light"])
def test_no_pure_white_or_black_is_in_the_sheet_and_no_token_is_left_unfilled(theme: str) -> None:
    sheet = style_sheet(theme).lower()
    assert "#ffffff" not in sheet and "#000000" not in sheet and "@" not in sheet


def test_the_dim_sheet_holds_none_of_the_brighter_words() -> None:
    assert Tokens.of("dark").text1 not in style_sheet("dim")


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    """A look of its own: the one that the other tests share stays dark."""
    made = Look(qapp, "dark")
    made.icons.load()
    yield made
    made.use("dark")


def picture(widget: QWidget) -> QImage:
    """What it looks like once its layout has come to rest."""
    size = widget.size()
    for more in (40, 0, 0):
        widget.resize(size.width() + more, size.height() + more)
        for _turn in range(3):
            QApplication.processEvents()
    return widget.grab().toImage()


def draw_page(look: Look, window: MainWindow) -> DrawPage:
    """The page with something in every panel."""
    page = DrawPage(look, Actions(window, look))
    statuses = ("new", "draft", "imported", "corrected", "checked", "unreadable")
    page.worklist.show_items([ItemView(f"{n}", f"CT {n:03}", "47 slices", one) for n, one in enumerate(statuses)])
    page.worklist.show_current("1")
    page.segment.show_models([ModelView("m", Path(), "Lung v3", "Dice 0.71 held out", "Research use only.", 0.5)], "m")
    page.segment.show_draft(DraftView(5, "12.6 ml", 3))
    page.segment.show_reason("Open a scan first.")
    for kind in ("error", "warning"):
        page.banners.show_notice(Notice(kind, f"This is a {kind}.", "Nothing was changed."))
    return page


@pytest.mark.parametrize("theme", ["light", "dim"])
def test_a_theme_changed_to_while_working_looks_as_one_begun_with(qtbot: QtBot, look: Look, theme: str) -> None:
    def grabbed(first: str, then: str) -> list[QImage]:
        look.use(first)
        window = MainWindow(look)
        page = draw_page(look, window)
        window.pages.addWidget(page)
        window.pages.setCurrentWidget(page)
        sheet = SettingsSheet(window, look, Settings(), Places(None, Path("/data"), Path("/cache")))
        for part in (window, sheet):
            qtbot.addWidget(part)
            part.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.show()
        QApplication.processEvents()
        look.use(then)
        return [picture(window), picture(sheet)]

    assert grabbed("dark", theme) == grabbed(theme, theme)


def test_following_the_system_wears_what_it_says(look: Look, qapp: QApplication) -> None:
    look.use("system")
    says = qapp.styleHints().colorScheme()
    assert look.system_says == (says != Qt.ColorScheme.Unknown)
    assert look.tokens == Tokens.of("light" if says == Qt.ColorScheme.Light else "dark")
    look.use("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert look.tokens == Tokens.of("light")
    look.use("system")
    worn: list[bool] = []
    look.changed.connect(lambda: worn.append(True))
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert worn == [True]
