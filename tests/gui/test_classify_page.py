"""Classify in the real window, by clicks, keys and drops; behind it a stand-in that goes by how bright a picture is."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.errors import ModelProblem
from lesionstudio.gui import classify_saving, classify_wiring
from lesionstudio.gui.classifiers import Classifiers
from lesionstudio.gui.classify_page import ClassifyPage
from lesionstudio.gui.dialogs.classifier_sheet import ClassifierSheet
from lesionstudio.gui.kinds import NOT_ASKED, UNLIKE
from lesionstudio.gui.theme import Look
from tests import phantoms
from tests.gui import kind_teller
from tests.gui.seats import LEFT, NONE, Hands, hands_on
from tests.stand_in import StandIn, bright_is_lesion

VERBS = {**kind_teller.VERBS, "segment_scan": bright_is_lesion}
GREYS = {"dark": 40, "bright": 200, "middle": 130}


def draw(folder: Path, name: str, grey: int, *, even: bool = False) -> Path:
    pixels = np.full((40, 48), grey, np.uint8)
    if not even:
        pixels[10:20, 10:20] += 9
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder / f"{name}.png"


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    """A dark, a bright, a middle and an even picture, and one that is broken; nobody has asked yet."""
    folder = tmp_path_factory.mktemp("study") / "scans"
    for name, grey in GREYS.items():
        draw(folder, name, grey)
    draw(folder, "even", 60, even=True)
    (folder / "torn.png").write_bytes(b"no picture")
    with hands_on(look, folder, labels=1, compute=lambda listener: StandIn(listener, VERBS)) as made:
        yield made


@pytest.fixture(autouse=True)
def classifier(hands: Hands) -> Iterator[None]:
    """Each test finds a classifier on its shelf, and nothing asked."""
    kind_teller.put_on_shelf()
    classifying = hands.desk.parts.classifying
    classifying.classifiers._found, classifying.classifiers._chosen = None, "kind-teller"
    classifying.forget_dropped()
    classifying.ask_anew()
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    yield
    hands.window.draw_page.worklist.kind_filter.choose("")
    hands.window.draw_page.banners_on_screen.clear()
    hands.do("draw")


def shown(hands: Hands, item: str = "dark.png") -> ClassifyPage:
    """The page with this scan looked at."""
    if hands.session.current_id != item:
        hands.session.open_item(item)
        hands.until(lambda: hands.session.current_id == item)
    QTest.mouseClick(hands.button("classify_page_button"), LEFT)
    hands.until(lambda: hands.desk.parts.classifying.kind(item) is not None)
    made = hands.window.findChild(ClassifyPage)
    assert made is not None
    hands.until(lambda: made.view.heat is not None)
    return made


def words(hands: Hands, name: str) -> str:
    found = [one for one in hands.window.findChildren(QLabel, name) if one.isVisible()]
    return found[0].text() if found else ""


def drop(hands: Hands, *files: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(hands.window, QDragEnterEvent(QPoint(500, 400), copy, mime, LEFT, NONE))
    QApplication.sendEvent(hands.window, QDropEvent(QPointF(500, 400), copy, mime, LEFT, NONE))
    hands.until(lambda: hands.desk.parts.runner.is_idle)


def all_known(hands: Hands) -> None:
    classifying = hands.desk.parts.classifying
    hands.until(lambda: not classifying.running and all(classifying.kind(one.key) for one in classifying.pictures))
    counts = hands.window.draw_page.worklist.kind_filter
    hands.until(lambda: counts._counts["lung"] == 1 and words(hands, "class_count") == "4 of 5")


def test_the_scan_on_screen_is_looked_at_and_the_heat_of_its_class_lies_over_it(hands: Hands) -> None:
    page = shown(hands)
    assert (words(hands, "class_name"), words(hands, "class_share")) == ("Brain", "90\N{NO-BREAK SPACE}%")
    assert words(hands, "likeness") == "Looks like the training pictures"
    heat = page.view.heat
    assert heat is not None and heat[:, :4].all() and not heat[:, 4:].any()
    grabbed = page.view.grab().toImage()
    x, y = page.view.view_state.to_point(30, 6)  # type: ignore[union-attr]
    warm, cold = grabbed.pixelColor(round(x), round(y)), grabbed.pixelColor(round(x) + 400, round(y))
    assert warm.red() > warm.blue() > 60 and cold.red() == cold.blue()


def test_h_hides_the_heat_while_it_is_held(hands: Hands) -> None:
    page = shown(hands)
    page.view.setFocus()
    QTest.keyPress(page.view, Qt.Key.Key_H)
    assert not page.view.shows_heat
    QTest.keyRelease(page.view, Qt.Key.Key_H)
    assert page.view.shows_heat


def test_the_switch_and_the_slider_say_how_much_heat_is_seen(hands: Hands) -> None:
    page = shown(hands)
    QTest.qWait(600)
    assert words(hands, "heat_news") == "", "nothing is on its way any more"
    point = QPoint(200, 200)
    full = page.view.grab().toImage().pixelColor(point)
    page._opacity.setValue(20)
    faint = page.view.grab().toImage().pixelColor(point)
    QTest.mouseClick(hands.button("heat_map"), LEFT)
    none = page.view.grab().toImage().pixelColor(point)
    assert full.blue() < faint.blue() < none.blue() == none.red()
    QTest.mouseClick(hands.button("heat_map"), LEFT)
    page._opacity.setValue(65)


def test_another_class_can_be_explained(hands: Hands) -> None:
    page = shown(hands)
    pick = page.why.label
    assert [pick.itemText(n) for n in range(3)] == ["Explain: Brain", "Explain: Lung", "Explain: Other"]
    pick.setFocus()
    QTest.keyClick(pick, Qt.Key.Key_Down)
    pick.activated.emit(1)
    hands.until(lambda: page.view.heat is not None and bool(page.view.heat[:, 4:].all()))
    pick.activated.emit(2)
    hands.until(lambda: words(hands, "heat_news") == "Nothing here speaks for Other.")
    assert page.view.heat is None


def test_a_picture_unlike_all_that_was_learned_from_is_called_a_guess(hands: Hands) -> None:
    shown(hands, "even.png")
    assert "guess" in words(hands, "likeness")


def test_classify_all_fills_tiles_rows_and_the_table(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(hands)
    hands.until(lambda: hands.button("classify_all_button").text() == "Classify all 4")
    QTest.mouseClick(hands.button("classify_all_button"), LEFT)
    all_known(hands)
    assert words(hands, "class_count") == "4 of 5" and "1 picture is unlike" in words(hands, "unlike_total")
    assert words(hands, "broken_total") == "1 file cannot be read."
    rows = page.all.tiles.rows
    tips = [str(rows.data(rows.index(n), Qt.ItemDataRole.ToolTipRole)) for n in range(rows.rowCount())]
    assert any("bright\nLung 90" in tip for tip in tips) and any(tip.startswith("torn") and "\n" in tip for tip in tips)
    monkeypatch.setattr(classify_saving, "choose_new_file", lambda *_words: str(tmp_path / "said"))
    QTest.mouseClick(hands.button("save_classes_button"), LEFT)
    hands.until((tmp_path / "said.csv").is_file)
    table = {row["name"]: row for row in csv.DictReader((tmp_path / "said.csv").read_text("utf-8-sig").splitlines())}
    assert (table["bright"]["class"], table["bright"]["lung"]) == ("lung", "0.90000")
    assert table["even"]["unlike_training"] == "yes" and table["torn.png"]["error"]


def test_heat_maps_of_all_that_is_known_go_into_a_folder(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(hands)
    monkeypatch.setattr(classify_saving, "choose_folder", lambda *_words: str(tmp_path))
    hands.until(hands.button("save_heat_maps_button").isEnabled)
    QTest.mouseClick(hands.button("save_heat_maps_button"), LEFT)
    hands.until(lambda: any(one.title == "1 heat map is saved." for one in notices(hands)))
    assert [file.name for file in tmp_path.iterdir()] == ["dark.png"]


def notices(hands: Hands) -> list[object]:
    return list(hands.window.draw_page.banners_on_screen.notices)


def test_the_picture_on_screen_is_saved_under_its_heat(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(hands)
    monkeypatch.setattr(classify_saving, "choose_new_file", lambda *_words: str(tmp_path / "hot.png"))
    QTest.mouseClick(hands.button("save_heat_map_button"), LEFT)
    hands.until((tmp_path / "hot.png").is_file)
    pixels = np.asarray(Image.open(tmp_path / "hot.png"))
    assert pixels.shape == (40, 48, 3) and pixels[30, 2, 0] > pixels[30, 2, 2] and np.ptp(pixels[30, 45]) == 0


def test_dropped_files_are_looked_at_and_the_broken_one_says_why(hands: Hands, tmp_path: Path) -> None:
    page, folder = shown(hands), hands.session.folder
    (tmp_path / "bad.png").write_bytes(b"no picture")
    drop(hands, draw(tmp_path, "new", 210), tmp_path / "bad.png")
    hands.until(lambda: words(hands, "class_name") == "Lung" and page.view.heat is not None)
    assert hands.session.folder == folder and len(hands.session.known_items) == 5
    tiles = page.all.tiles
    broken = next(n for n in range(3) if "bad" in str(tiles.rows.data(tiles.rows.index(n))))
    QTest.mouseClick(tiles.viewport(), LEFT, pos=tiles.visualRect(tiles.rows.index(broken)).center())
    assert words(hands, "class_name") == "Cannot be read" and words(hands, "class_error")
    QTest.mouseClick(hands.button("clear_dropped_button"), LEFT)
    hands.until(lambda: words(hands, "class_name") == "Brain")


def test_files_can_be_chosen_too(hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown(hands)
    monkeypatch.setattr(classify_wiring, "choose_files", lambda *_words: [str(draw(tmp_path, "chosen", 220))])
    QTest.mouseClick(hands.button("choose_pictures_button"), LEFT)
    hands.until(lambda: words(hands, "class_name") == "Lung")


def test_a_click_in_the_scan_list_stays_on_the_page(hands: Hands) -> None:
    page, worklist = shown(hands), hands.window.draw_page.worklist
    place = worklist.list.visualRect(worklist._rows.index_of("bright.png")).center()
    QTest.mouseClick(worklist.list.viewport(), LEFT, pos=place)
    hands.until(lambda: words(hands, "class_name") == "Lung")
    assert hands.window.draw_page.beside is page and hands.session.current_id == "bright.png"


def test_the_wheel_goes_through_a_dropped_volume_and_each_slice_says_its_own(hands: Hands, tmp_path: Path) -> None:
    page = shown(hands)
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "chest.nii.gz", phantom.voxels, phantom.affine)
    drop(hands, tmp_path / "chest.nii.gz")
    hands.until(lambda: words(hands, "slice_says").startswith("This slice: Brain"))
    before = page.view.slice_number
    at = QPointF(page.view.rect().center())
    turn = QPoint(0, -120)
    QApplication.sendEvent(
        page.view,
        QWheelEvent(at, page.view.mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton, NONE,
                    Qt.ScrollPhase.NoScrollPhase, False),
    )  # fmt: skip
    assert page.view.slice_number == before + 1 and page.view.heat is None
    hands.until(lambda: page.view.heat is not None)
    QTest.mouseClick(hands.button("telling_slice_button"), LEFT)
    assert page.view.slice_number == before


def test_stop_ends_the_questions_and_keeps_what_is_known(hands: Hands, tmp_path: Path) -> None:
    shown(hands)
    hands.until(lambda: not hands.desk.parts.classifying.running)
    compute = hands.desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    compute.let_go.clear()
    files = [draw(tmp_path, f"n{n:02d}", 180 + n) for n in range(20)]
    drop(hands, *files)
    hands.until(lambda: hands.button("classify_all_button").text() == "Stop")
    assert hands.window.job_bar.isVisible() and words(hands, "job_title") == "Looking at pictures"
    QTest.mouseClick(hands.button("cancel_job_button"), LEFT)
    assert not hands.desk.parts.classifying.running and not hands.window.job_bar.isVisible()
    compute.let_go.set()
    asked = [one for one in compute.submitted if one[0] == "look_at_pictures"]
    assert asked[-1][2] and len(asked[-1][1]["sources"]) == 8


def test_the_list_says_what_scans_show_and_can_be_cut_down_to_a_kind(hands: Hands) -> None:
    shown(hands)
    hands.desk.parts.classifying.ask_all()
    all_known(hands)
    worklist = hands.window.draw_page.worklist
    rows = worklist._rows
    tip = str(rows.data(rows.index_of("bright.png"), Qt.ItemDataRole.ToolTipRole))
    assert "Lung 90" in tip
    worklist.kind_filter._fill()
    entries = {one.text(): one for one in worklist.kind_filter._menu.actions()}
    assert {"Brain   1", "Lung   1", "Other   1", "Unlike   1"} <= set(entries)
    entries["Lung   1"].trigger()
    assert [rows.data(rows.index(n)) for n in range(rows.rowCount())] == ["bright"]
    assert worklist.kind_filter.isChecked()
    worklist.kind_filter.choose(UNLIKE)
    assert [rows.data(rows.index(n)) for n in range(rows.rowCount())] == ["even"]
    worklist.kind_filter.choose(NOT_ASKED)
    assert rows.rowCount() == 0
    worklist.kind_filter.choose("")
    assert rows.rowCount() == 5


def test_what_is_known_is_not_asked_again(hands: Hands) -> None:
    shown(hands)
    hands.desk.parts.classifying.ask_all()
    all_known(hands)
    compute = hands.desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    before = len(compute.submitted)
    hands.desk.parts.classifying.ask_anew()
    hands.until(lambda: hands.desk.parts.classifying.kind("bright.png") is not None)
    assert not [one for one in compute.submitted[before:] if one[0] == "look_at_pictures"]


def test_the_card_of_the_classifier_is_one_click_away(hands: Hands) -> None:
    shown(hands)
    QTest.mouseClick(hands.button("classifier_button"), LEFT)
    sheet = next(one for one in hands.window.findChildren(ClassifierSheet) if one.isVisible())
    said = [one.text() for one in sheet.findChildren(QLabel) if one.objectName().startswith("card_line")]
    assert said[0] == "Brain, lung or other" and any("% of" in one for one in said)
    sheet.reject()


def test_a_classifier_that_cannot_be_used_is_told_once(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    shown(hands)

    def damaged(**_words: object) -> None:
        raise ModelProblem("The weights are damaged.", hint="Copy them again.")

    monkeypatch.setitem(VERBS, "look_at_pictures", damaged)
    compute = hands.desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    kind_teller.put_on_shelf(sha256="other weights")
    before = len(compute.submitted)
    hands.desk.parts.classifying.classifiers.look_again()
    hands.until(lambda: words(hands, "class_name") == "No answer")
    QTest.qWait(300)
    assert [one.title for one in hands.window.draw_page.banners_on_screen.notices] == ["The weights are damaged."]
    assert len([one for one in compute.submitted[before:] if one[0] == "look_at_pictures"]) == 1


def test_without_a_classifier_the_page_says_so_and_offers_to_choose_one(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(hands)
    monkeypatch.setattr(Classifiers, "all", property(lambda _self: []))
    hands.desk.parts.classifying.ask_anew()
    hands.until(lambda: words(hands, "class_name") == "No classifier")
    assert "train-classifier" in words(hands, "class_hint") and hands.button("add_classifier_button").isVisible()
    hands.until(lambda: not hands.window.draw_page.worklist.kind_filter.isVisible())
    monkeypatch.undo()


def test_without_a_folder_a_dropped_picture_is_looked_at_too(look: Look, tmp_path: Path) -> None:
    kind_teller.put_on_shelf()
    picture = draw(tmp_path / "elsewhere", "alone", 210)
    with hands_on(look, picture.parent, labels=1, compute=lambda listener: StandIn(listener, VERBS)) as hands:
        hands.do("close_folder")
        assert hands.window.is_on_start_page
        QTest.mouseClick(hands.button("start_classify_button"), LEFT)
        assert not hands.window.draw_page.worklist.isVisible() and not hands.button("draw_button").isEnabled()
        drop(hands, picture)
        hands.until(lambda: words(hands, "class_name") == "Lung")
        assert hands.session.folder is None
        hands.do("close_folder")
        assert hands.window.is_on_start_page
