"""Joining numbered pictures into a volume in the real window, painting on it, and taking it apart again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu

from lesionstudio.gui.dialogs.stack_sheet import StackSheet
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.project import Project
from tests.gui.desk import put_model_on_shelf
from tests.gui.seats import LEFT, Hands, hands_on

SLICES, SIDE = 9, 40


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    put_model_on_shelf()
    with hands_on(look, sections(tmp_path_factory.mktemp("first") / "s", 2), labels=1) as made:
        yield made


def sections(folder: Path, n: int = SLICES) -> Path:
    """Pictures s1.png, s2.png, ... of one size and growing grey."""
    folder.mkdir(parents=True)
    for k in range(1, n + 1):
        Image.fromarray(np.full((SIDE, SIDE), 20 * k, np.uint8)).save(folder / f"s{k}.png")
    return folder


def project_of(hands: Hands) -> Project:
    assert hands.session.project is not None
    return hands.session.project


def row_menu(hands: Hands, item_id: str) -> list[str]:
    """What the menu of a row says about stacks."""
    menu = QMenu()
    hands.window.draw_page.worklist.row_menu_opens.emit(menu, item_id)
    return [entry.text() for entry in menu.actions()]


def answer(hands: Hands, **typed: str) -> None:
    """Types sizes into the sheet that is open, and presses Join."""
    sheet = next(one for one in hands.window.findChildren(StackSheet) if one.isVisible())
    hands.until(sheet.isActiveWindow)
    if typed:
        known = sheet.findChild(QAbstractButton, "stack_sizes_known")
        assert known is not None
        QTest.mouseClick(known, LEFT, pos=QPoint(8, known.height() // 2))
    for name, words in typed.items():
        field = sheet.findChild(QLineEdit, f"stack_{name}")
        assert field is not None
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, words)
        QTest.keyClick(field, Qt.Key.Key_Tab)
    go = sheet.findChild(QAbstractButton, "join_stack_button")
    assert go is not None
    QTest.mouseClick(go, LEFT)


def join(hands: Hands, folder: Path, **typed: str) -> str:
    """Opens the folder, takes the offer, and gives the volume's id."""
    hands.window.draw_page.banners.clear()
    hands.open(folder)
    hands.until(lambda: any(one.action == "join_stack" for one in hands.window.draw_page.banners.notices))
    QTest.mouseClick(hands.button("banner_join_stack_button"), LEFT)
    answer(hands, **typed)
    hands.until(lambda: hands.session.current_id.endswith(".stack"))
    return hands.session.current_id


def settled(hands: Hands) -> None:
    hands.session.autosave.flush()
    hands.until(lambda: hands.session.autosave.is_settled and hands.desk.parts.runner.is_idle)


def test_pictures_are_offered_once_joined_and_shown_as_one_scan_with_the_sizes_typed(
    hands: Hands, tmp_path: Path
) -> None:
    folder = sections(tmp_path / "s")
    join(hands, folder, slice="2.5", pixel="0.5")
    assert hands.session.scan is not None and hands.session.scan.geometry.spacing_mm == (2.5, 0.5, 0.5)
    assert [item.slices for item in hands.session.items] == [SLICES]
    notices = hands.window.draw_page.banners.notices
    assert [one.title for one in notices] == ["9 pictures are one volume now."]
    assert "Take the volume apart" in row_menu(hands, hands.session.current_id)
    hands.do("next_slice")
    assert hands.session.slice_number == 1


def test_sizes_of_an_electron_microscope_are_typed_in_nanometres(hands: Hands, tmp_path: Path) -> None:
    hands.window.draw_page.banners.clear()
    hands.open(sections(tmp_path / "s"))
    hands.desk.wiring.verbs.stacks_menu.ask("s1.png")
    sheet = next(one for one in hands.window.findChildren(StackSheet) if one.isVisible())
    nm = sheet.findChild(QAbstractButton, "stack_unit_nm_button")
    assert nm is not None and not nm.isEnabled()
    sheet._known.setChecked(True)
    QTest.mouseClick(nm, LEFT)
    with_sizes = []
    sheet.answered.connect(with_sizes.append)
    sheet._known.setChecked(False)
    answer(hands, slice="50", pixel="4")
    assert with_sizes == [pytest.approx((50e-6, 4e-6, 4e-6))]
    hands.until(lambda: hands.session.current_id.endswith(".stack"))
    assert hands.desk.wiring.toolbox.unit == "px"  # a brush of 8 mm would be two million pixels wide
    hands.drag((10, 10), (20, 20))
    assert 50 < int(hands.mask.labels(0).sum()) < SIDE * SIDE


def test_undo_makes_single_pictures_again_and_marks_go_both_ways(hands: Hands, tmp_path: Path) -> None:
    hands.window.draw_page.banners.clear()
    hands.open(sections(tmp_path / "s"))
    hands.paint(0, slice(2, 6), slice(3, 9))
    QTest.mouseClick(hands.button("banner_join_stack_button"), LEFT)
    answer(hands)
    hands.until(lambda: hands.session.current_id.endswith(".stack"))
    assert int(hands.mask.labels(0).sum()) == 24 and hands.mask.status(0) == SliceStatus.CORRECTED
    hands.session.go_to_slice(4)
    hands.drag((10, 10), (20, 20))
    painted = int(hands.mask.labels(4).sum())
    hands.do("check_slice")
    QTest.mouseClick(hands.button("banner_take_apart_button"), LEFT)
    hands.until(lambda: len(hands.session.items) == SLICES and hands.session.current_id == "s1.png")
    assert int(hands.mask.labels(0).sum()) == 24
    settled(hands)
    hands.session.open_item("s5.png")
    hands.until(lambda: hands.session.current_id == "s5.png")
    assert painted > 0 and int(hands.mask.labels(0).sum()) == painted
    assert hands.mask.status(0) == SliceStatus.CHECKED
    assert "Join 9 pictures into a volume" in row_menu(hands, "s5.png")


def test_a_joined_volume_is_there_again_and_is_not_offered_anew(hands: Hands, tmp_path: Path) -> None:
    folder = sections(tmp_path / "s")
    item_id = join(hands, folder)
    hands.paint(7, slice(0, 2), slice(0, 2))
    hands.window.draw_page.banners.clear()
    hands.session.close_folder()
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    hands.open(folder)
    assert hands.session.current_id == item_id and int(hands.mask.labels(7).sum()) == 4
    assert hands.session.scan is not None and not hands.session.scan.geometry.has_spacing
    assert not any(one.action == "join_stack" for one in hands.window.draw_page.banners.notices)
    assert list(project_of(hands).items) == [item_id]


@pytest.mark.parametrize("place", ["m", "s"])
def test_masks_named_like_the_pictures_come_in_as_slices_of_the_volume(
    hands: Hands, tmp_path: Path, place: str
) -> None:
    folder = sections(tmp_path / "s")
    (tmp_path / "m").mkdir()
    for k in (2, 9):
        marks = np.zeros((SIDE, SIDE), np.uint8)
        marks[: 2 * k] = 255
        Image.fromarray(marks).save(tmp_path / place / f"s{k}_mask.png")
    join(hands, folder)
    hands.do("import_masks")
    imports = hands.desk.wiring.verbs.imports
    assert imports is not None
    if place == "m":  # those beside the pictures are there by themselves
        imports.find([tmp_path / "m"])
    hands.until(lambda: bool(imports.plan.masks) and not imports.plan.unlooked and imports.plan.reason == "")
    assert [len(mask.parts) for mask in imports.plan.masks] == [2]
    assert imports.sheet is not None
    go = imports.sheet.findChild(QAbstractButton, "import_files_button")
    hands.until(lambda: go is not None and go.isEnabled())
    QTest.mouseClick(go, LEFT)
    hands.until(lambda: hands.mask.status(8) == SliceStatus.IMPORTED)
    assert {k: int(hands.mask.labels(k).sum()) for k in (0, 1, 8)} == {0: 0, 1: 4 * SIDE, 8: 18 * SIDE}
    assert hands.mask.status(0) == SliceStatus.NEW


def test_a_volume_made_of_pictures_is_segmented_slice_by_slice(hands: Hands, tmp_path: Path) -> None:
    folder = sections(tmp_path / "s")
    for k in range(1, SLICES + 1):
        grey = np.full((SIDE, SIDE), 20, np.uint8)
        grey[:k, :k] = 220
        Image.fromarray(grey).save(folder / f"s{k}.png")
    join(hands, folder)
    hands.do("segment_scan")
    hands.until(lambda: len(hands.mask.draft_slices()) == SLICES and not hands.desk.parts.models.is_busy)
    assert [int((hands.mask.draft(k) > 0).sum()) for k in (0, 4, 8)] == [1, 25, 81]
