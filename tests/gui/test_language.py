"""The window in French: nothing is cut off at 1280x800, numbers have their comma, Qt's own texts follow."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lesionstudio.gui.app import Desk
from lesionstudio.gui.dialogs.channels import ChannelsSheet
from lesionstudio.gui.dialogs.export_sheet import ExportSheet
from lesionstudio.gui.dialogs.import_masks import ImportSheet
from lesionstudio.gui.dialogs.settings_sheet import Places, SettingsSheet
from lesionstudio.gui.dialogs.shortcuts import ShortcutsSheet
from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.language import qt_translator, speak
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.scan_facts import ScanFacts
from lesionstudio.gui.theme import Look, use_typeface
from lesionstudio.gui.views import ExportOffer, ExportPart
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import ElidedLabel
from lesionstudio.imaging.found_masks import FoundMask, Matched
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask_values import Census
from lesionstudio.project.worklist import Role
from lesionstudio.settings import Settings
from lesionstudio.words import language
from tests import phantoms
from tests.gui.desk import put_model_on_shelf
from tests.stand_in import StandIn

WAIT_MS = 10_000
PARTS = (
    ExportPart("checked", "12 vérifiés", 12, 564, "CT_031", 47),
    ExportPart("marked", "20 avec marques", 20, 700, "CT_031", 47),
    ExportPart("this", "Seulement CT 031", 1, 47, "CT_031", 47),
)


@pytest.fixture
def french(qapp: QApplication) -> Iterator[None]:
    """The program in French and in its own typeface, by which widths are measured."""
    locale, font = QLocale(), qapp.font()
    speak("fr")
    use_typeface(qapp)
    yield
    speak("en")
    qapp.setFont(font)
    QLocale.setDefault(locale)


@pytest.fixture
def desk(french: None, qtbot: QtBot, look: Look) -> Iterator[Desk]:
    put_model_on_shelf()
    window = MainWindow(look)
    window.resize(1280, 800)
    made = Desk(window, Settings(language="fr"), StandIn)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    for sheet in window.findChildren(Sheet):
        sheet.close()
    made.session.close_folder()
    qtbot.waitUntil(lambda: made.parts.runner.is_idle, timeout=WAIT_MS)
    made.close()
    window.close()
    window.deleteLater()


def window_of(desk: Desk) -> MainWindow:
    return desk.parts.window


def visible_buttons(shown: QWidget) -> list[str]:
    return [button.objectName() for button in shown.findChildren(QAbstractButton) if button.isVisible()]


def cut_off(shown: QWidget) -> list[str]:
    """The texts of labels, buttons and fields that do not fit where they stand."""
    for _turn in range(5):
        QApplication.processEvents()
    found = []
    for widget in (*shown.findChildren(QLabel), *shown.findChildren(QAbstractButton), *shown.findChildren(QLineEdit)):
        words = widget.placeholderText() if isinstance(widget, QLineEdit) else widget.text()
        if words and widget.isVisible() and not isinstance(widget, ElidedLabel) and not _fits(widget, words):
            found.append(f"{widget.objectName() or type(widget).__name__}: {words!r}, {widget.size().toTuple()}")
    return found


def _fits(widget: QWidget, words: str) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) <= widget.height()
    if not isinstance(widget, QLineEdit) and widget.height() < widget.minimumSizeHint().height():
        return False
    lines = [line.replace("&&", "&") for line in words.split("\n")]
    wide = max(QFontMetrics(widget.font()).horizontalAdvance(line) for line in lines)
    return wide <= _room(widget) and widget.visibleRegion().boundingRect().width() >= min(wide, widget.width())


def _room(widget: QWidget) -> int:
    if isinstance(widget, QPushButton):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        inner = widget.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, widget)
        return inner.width() - (0 if widget.icon().isNull() else widget.iconSize().width() + 4)
    if isinstance(widget, QAbstractButton):
        return widget.width() - (widget.sizeHint().width() - widget.fontMetrics().horizontalAdvance(widget.text()))
    return widget.contentsRect().width()


def open_study(desk: Desk, qtbot: QtBot, folder: Path) -> None:
    desk.session.open_folder(folder)
    qtbot.waitUntil(lambda: desk.session.open is not None and desk.session.reading() is None, timeout=WAIT_MS)
    qtbot.waitUntil(window_of(desk).draw_page.picture.hasFocus, timeout=WAIT_MS)


def test_the_start_page_fits_in_french(desk: Desk) -> None:
    assert cut_off(window_of(desk)) == []


def test_the_draw_page_fits_in_french(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "Thorax 2026", phantoms.ct_phantom())
    open_study(desk, qtbot, tmp_path / "Thorax 2026")
    assert cut_off(window_of(desk)) == []


def test_an_empty_folder_fits_in_french(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Rien").mkdir()
    desk.session.open_folder(tmp_path / "Rien")
    qtbot.waitUntil(lambda: "open_other_folder_button" in visible_buttons(window_of(desk)), timeout=WAIT_MS)
    assert cut_off(window_of(desk)) == []


def test_a_running_job_and_its_drafts_fit_in_french(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "Thorax 2026", phantoms.ct_phantom())
    open_study(desk, qtbot, tmp_path / "Thorax 2026")
    compute = desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    compute.let_go.clear()
    desk.parts.models.segment_scan()
    qtbot.waitUntil(window_of(desk).job_bar.isVisible, timeout=WAIT_MS)
    assert cut_off(window_of(desk)) == []
    compute.let_go.set()
    title = window_of(desk).findChild(ElidedLabel, "draft_text")
    qtbot.waitUntil(lambda: "Brouillon" in title.text() and window_of(desk).job_bar.isHidden(), timeout=WAIT_MS)
    assert cut_off(window_of(desk)) == []


def test_the_learn_page_fits_in_french(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "Thorax 2026", phantoms.ct_phantom((24, 64, 64), (5.0, 2.0, 2.0)))
    open_study(desk, qtbot, tmp_path / "Thorax 2026")
    window, learn = window_of(desk), desk.wiring.learn
    learn.show_learn()
    assert "to_draw_button" in visible_buttons(window) and cut_off(window) == []
    check_some(desk)
    assert "first_learn_button" in visible_buttons(window) and cut_off(window) == []
    compute = desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    compute.go_on_learning.clear()
    desk.parts.learner.learn()
    qtbot.waitUntil(lambda: "cancel_learning_button" in visible_buttons(window), timeout=WAIT_MS)
    assert cut_off(window) == []
    compute.go_on_learning.set()
    qtbot.waitUntil(lambda: "use_version_button" in visible_buttons(window), timeout=WAIT_MS)
    assert cut_off(window) == []
    learn.show_draw()
    assert cut_off(window) == []


def check_some(desk: Desk) -> None:
    """Marks and checks two slices to learn from and three that are held out."""
    roles = desk.session.record(desk.session.current_id).roles
    learn, held_out = ([k for k, one in enumerate(roles) if one == role] for role in (Role.LEARN, Role.HELD_OUT))
    for k in (*learn[:2], *held_out[:3]):
        desk.session.go_to_slice(k)
        assert desk.session.history is not None
        stroke = desk.session.history.stroke("Pinceau")
        box = stroke.paint(k, 20, 20, np.ones((8, 8), bool), 1)
        stroke.commit()
        desk.session.edited(box)
        desk.parts.marking.check_slice()


def test_the_channels_sheet_fits_in_french(desk: Desk) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    sheet = ChannelsSheet(window_of(desk), window_of(desk).look, pixels)
    sheet.open()
    assert cut_off(sheet) == []


def test_the_export_sheet_fits_in_french(desk: Desk, tmp_path: Path) -> None:
    offer = ExportOffer(PARTS, tmp_path / "export", ("CT 020", "CT 025"), 3)
    sheet = ExportSheet(window_of(desk), window_of(desk).look, offer)
    sheet.open()
    assert cut_off(sheet) == []


def test_the_shortcuts_sheet_fits_in_french(desk: Desk) -> None:
    sheet = ShortcutsSheet(window_of(desk), window_of(desk).look)
    scroll = sheet.findChild(QScrollArea)
    assert scroll is not None
    scroll.setMinimumHeight(scroll.widget().sizeHint().height() + 4)  # what is scrolled away is not cut off
    sheet.open()
    assert cut_off(sheet) == []


@pytest.mark.parametrize("off", [False, True])
def test_the_settings_sheet_fits_in_french(desk: Desk, off: bool) -> None:
    window = window_of(desk)
    places = Places(Path("/a/rather/long/way/to/the/study/of/2026/lesionstudio"), Path("/data"), Path("/cache"))
    sheet = SettingsSheet(window, window.look, Settings(language="fr", hold_out_slices=not off), places)
    sheet.open()
    sheet.show_devices(("cpu",), "Processeur, 2\u00a0cœurs. Le PyTorch installé ne voit aucune carte graphique.")
    sheet.show_kept(1214, 37_000_000)
    assert cut_off(sheet) == []
    assert sheet.height() <= 760


def test_the_tour_fits_in_french(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "Thorax 2026", phantoms.ct_phantom())
    open_study(desk, qtbot, tmp_path / "Thorax 2026")
    tour = desk.wiring.verbs.tour
    tour.start()
    while tour.card is not None:
        assert cut_off(tour.card) == []
        tour.card.press()


def test_the_import_sheet_fits_in_french(desk: Desk, tmp_path: Path) -> None:
    scans = [ScanFacts(f"ct{n}", f"CT {n:03}", (1, 4, 4), by_hand=True) for n in range(18)]
    plan = ImportPlan(scans, LabelSet.first())
    masks = tuple(FoundMask.of(tmp_path / f"CT_{n:03}_mask.nii.gz") for n in range(18))
    plan.take(Matched(masks, tuple(scan.id for scan in scans)))
    for n in range(18):
        plan.heard(n, Census((1, 4, 4), tuple(range(0, 252, 7)), 0.2))
    sheet = ImportSheet(window_of(desk), window_of(desk).look, plan)
    sheet.open()
    assert cut_off(sheet) == [] and sheet.height() <= 760


def test_the_decimal_sign_is_typed_and_shown_as_a_comma(french: None, qtbot: QtBot) -> None:
    field = NumberField("width", "Largeur", 1)
    qtbot.addWidget(field)
    field.show_value(8.5, "mm")
    assert field.text() == "8,5 mm"
    with qtbot.waitSignal(field.value_changed) as said:
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, "12,25")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said.args == [12.25]


def test_qt_speaks_french_too(french: None, qapp: QApplication) -> None:
    translator = qt_translator(qapp)
    assert translator is not None
    try:
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Annuler"
        assert QLocale().language() == QLocale.Language.French
        assert "Cop&ier\tCtrl+C" in _line_menu()
        assert QKeySequence("Ctrl+Shift+PgDown").toString(QKeySequence.SequenceFormat.NativeText).startswith("Ctrl+Maj")
        assert _english_left(_folder_dialog()) == []
        assert QCoreApplication.translate("QFileDialog", "What nobody translated") == "What nobody translated"
        assert QCoreApplication.translate("Elsewhere", "&Look in:") == "&Look in:"
    finally:
        qapp.removeTranslator(translator)


def _line_menu() -> list[str]:
    line = QLineEdit("words")
    return [entry.text() for entry in line.createStandardContextMenu().actions()]


def _folder_dialog() -> QFileDialog:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    return dialog


def _english_left(dialog: QFileDialog) -> list[str]:
    """The texts of Qt's own folder dialog that say the same as in English."""
    said = [dialog.labelText(part) for part in QFileDialog.DialogLabel]
    said += [button.toolTip() for button in dialog.findChildren(QAbstractButton)]
    english = {"&Look in:", "Directory:", "Files of &type:", "&Choose", "Cancel", "Back", "Forward", "Parent Directory"}
    return [words for words in said if words in english]


def test_the_language_is_chosen_in_the_settings(french: None, qtbot: QtBot, desk: Desk) -> None:
    window = window_of(desk)
    sheet = SettingsSheet(window, window.look, Settings(), Places(None, Path("/data"), Path("/cache")))
    sheet.open()
    assert sheet.findChild(QPushButton, "language_auto_button").isChecked()
    with qtbot.waitSignal(sheet.choice_made) as said:
        sheet.findChild(QPushButton, "language_en_button").click()
    assert said.args == ["language", "en"]


@pytest.mark.parametrize(("chosen", "spoken"), [("fr", "fr"), ("en", "en"), ("auto", "en"), ("", "en")])
def test_what_is_chosen_goes_before_the_system(french: None, chosen: str, spoken: str) -> None:
    speak(chosen)
    assert language() == spoken
