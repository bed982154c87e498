"""Importing masks in the real window: the sheet with its mouse and keys, and what the study then holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget

from lesionstudio.errors import ProjectProblem
from lesionstudio.gui.dialogs.import_masks import ImportSheet
from lesionstudio.gui.dialogs.import_table import CONTENT, MASK, SCAN
from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.theme import Look
from lesionstudio.imaging.formats import Drawn, find_scan, read_scan, write_mask
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.project import Project
from lesionstudio.workflows.import_masks import TakenIn
from tests import phantoms
from tests.gui.seats import LEFT, Hands, hands_on

ROWS, COLUMNS = 24, 30
Part = TypeVar("Part", bound=QWidget)


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    with hands_on(look, pictures(tmp_path_factory.mktemp("first") / "scans", 1), labels=1) as made:
        yield made


def pictures(folder: Path, n: int = 3) -> Path:
    """Scans p0.png, p1.png, ... that differ."""
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(n):
        grey = np.full((ROWS, COLUMNS), 40 * k + 20, np.uint8)
        Image.fromarray(grey).save(folder / f"p{k}.png")
    return folder


def corner(value: int = 255, rows: int = 5, columns: int = 9) -> NDArray[np.uint8]:
    """Marks in the upper left corner."""
    marks = np.zeros((ROWS, COLUMNS), np.uint8)
    marks[:rows, :columns] = value
    return marks


def save(path: Path, marks: NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(marks).save(path)
    return path


class Importer:
    """A person before the import sheet."""

    def __init__(self, hands: Hands, scans: Path) -> None:
        self.hands = hands
        hands.window.draw_page.banners.clear()
        hands.open(scans)

    def show(self, masks: Path) -> ImportSheet:
        """Opens the sheet and this folder in it, and waits until all is looked at."""
        self.hands.do("import_masks")
        self.wiring.find([masks])
        self.hands.until(lambda: bool(self.plan.masks) and not self.plan.unlooked)
        self.hands.until(lambda: self.wiring._finding is None or self.wiring._finding.is_over)
        self.hands.until(lambda: not self.wiring._soon.isActive())
        return self.sheet

    @property
    def wiring(self):  # type: ignore[no-untyped-def]
        return self.hands.desk.wiring.verbs.imports

    @property
    def plan(self) -> ImportPlan:
        return self.wiring.plan  # type: ignore[no-any-return]

    @property
    def sheet(self) -> ImportSheet:
        assert self.wiring.sheet is not None
        return self.wiring.sheet  # type: ignore[no-any-return]

    def part(self, kind: type[Part], name: str) -> Part:
        found = self.sheet.findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        button = self.part(QAbstractButton, name)
        assert button.isEnabled() and button.isVisible(), name
        QTest.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))

    def reason(self) -> str:
        self.hands.until(lambda: not self.wiring._soon.isActive())
        return self.part(QLabel, "import_reason").text()

    def cell(self, row: int, column: int) -> str:
        return self.sheet.table.item(row, column).text()

    def go(self) -> None:
        """Presses Import and waits until the masks are in."""
        importing, steps = self.hands.desk.parts.importing, self.hands.desk.parts.study_steps._steps
        before = len(steps)
        self.hands.until(self.part(QAbstractButton, "import_files_button").isEnabled)
        self.click("import_files_button")
        self.hands.until(lambda: not importing.is_running and len(steps) > before)

    def leave(self) -> None:
        self.sheet.reject()

    def labels(self, item_id: str) -> NDArray[np.uint8]:
        """The marks of a picture as they are kept."""
        self.hands.session.autosave.flush()
        self.hands.until(lambda: self.hands.session.autosave.is_settled and self.hands.desk.parts.runner.is_idle)
        project = self.project
        scan = project.read_scan(project.items[item_id])
        if item_id == self.hands.session.current_id:
            return self.hands.mask.labels(0).copy()
        return project.load_mask(item_id, scan.geometry, scan.slice_ids).labels(0).copy()

    @property
    def project(self) -> Project:
        assert self.hands.session.project is not None
        return self.hands.session.project

    def statuses(self) -> list[str]:
        return [item.status for item in self.hands.session.items]


def test_masks_of_another_folder_come_in_as_imported_and_go_again_in_one_step(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans"))
    for name in ("p0_mask", "p2", "other"):
        save(tmp_path / "masks" / f"{name}.png", corner())
    person.show(tmp_path / "masks")
    shown = {person.cell(row, MASK): person.cell(row, SCAN) for row in range(4)}
    assert shown == {"other.png": "no scan", "p0_mask.png": "p0", "p2.png": "p2", "no mask": "p1"}
    assert person.part(QLabel, "import_totals").text() == "1 mask without a scan, 1 scan without a mask"
    person.go()
    assert person.statuses() == ["imported", "new", "imported"]
    assert (person.labels("p2.png") == corner(1)).all()
    hands.do("undo")
    hands.until(lambda: person.statuses() == ["new", "new", "new"])
    assert not person.labels("p2.png").any()


def test_what_cannot_be_read_or_does_not_fit_is_a_row_with_its_reason_and_the_rest_goes_on(
    hands: Hands, tmp_path: Path
) -> None:
    person = Importer(hands, pictures(tmp_path / "scans"))
    save(tmp_path / "masks" / "p0.png", corner())
    save(tmp_path / "masks" / "p1.png", corner()[:-2])
    (tmp_path / "masks" / "p2.png").write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    person.show(tmp_path / "masks")
    assert person.cell(1, CONTENT) == "It has 30 × 22, the scan 30 × 24."
    assert "p2.png is damaged" in person.cell(2, CONTENT)
    assert person.part(QAbstractButton, "import_files_button").text() == "Import 1 mask"
    person.go()
    assert person.statuses() == ["imported", "new", "new"]


def test_masks_that_are_mostly_white_ask_and_black_marks_turn_them_round(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    for n in range(2):
        save(tmp_path / "masks" / f"p{n}.png", 255 - corner())
    person.show(tmp_path / "masks")
    assert person.reason() == "Say first what the values mean."
    assert "On average 94 % of a mask is not 0" in person.part(QLabel, "mask_values_doubt").text()
    assert not person.part(QAbstractButton, "import_files_button").isEnabled()
    person.click("mask_values_black_button")
    person.go()
    assert (person.labels("p1.png") == corner(1)).all()
    person.show(tmp_path / "masks")  # what was said of this folder is not asked again
    assert person.plan.kind == "black" and person.part(QAbstractButton, "mask_values_black_button").isChecked()
    person.leave()


def test_greys_are_counted_and_cut_at_the_value_that_is_typed(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    soft = corner()
    soft[0, :20] = np.arange(60, 160, 5)
    save(tmp_path / "masks" / "p0.png", soft)
    save(tmp_path / "masks" / "p1.png", corner())
    person.show(tmp_path / "masks")
    assert "Not binary: 1 of 2 masks." in person.part(QLabel, "mask_values_doubt").text()
    field = person.sheet.values._threshold
    field.setFocus()
    QTest.keyClicks(field, "100")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    person.go()
    assert person.labels("p0.png")[0].tolist() == [0] * 8 + [1] * 12 + [0] * 10
    assert (person.labels("p1.png") == corner(1)).all()


def test_a_mask_that_lies_on_its_side_is_laid_right_and_mirrored_where_it_is_seen_to_be_wrong(
    hands: Hands, tmp_path: Path
) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    for n in range(2):
        save(tmp_path / "masks" / f"p{n}.png", np.ascontiguousarray(corner()[::-1].T))
    person.show(tmp_path / "masks")
    hands.until(lambda: person.sheet.preview.picture.image is not None)
    person.click("upside_down_mask_button")
    person.go()
    assert (person.labels("p0.png") == corner(1)).all() and (person.labels("p1.png") == corner(1)).all()


def test_only_one_mask_is_mirrored_when_that_is_wanted(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    for n in range(2):
        save(tmp_path / "masks" / f"p{n}.png", corner()[:, :: 1 if n else -1].copy())
    person.show(tmp_path / "masks")
    hands.until(lambda: person.sheet.preview.picture.image is not None)
    person.click("turn_all_masks")
    person.click("mirror_mask_button")
    person.go()
    assert (person.labels("p0.png") == corner(1)).all() and (person.labels("p1.png") == corner(1)).all()


def test_a_mask_dragged_onto_another_row_or_chosen_in_its_row_changes_its_scan(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QComboBox, "showPopup", lambda _choice: None)  # the platform of tests has no popups
    person = Importer(hands, pictures(tmp_path / "scans"))
    save(tmp_path / "masks" / "p0.png", corner())
    save(tmp_path / "masks" / "zebra.png", corner(255, 2))
    sheet = person.show(tmp_path / "masks")
    table = sheet.table
    table.setCurrentCell(1, MASK)
    row = next(row for row in range(table.rowCount()) if person.cell(row, SCAN) == "p2")
    drop(table, row)
    assert person.cell(1, SCAN) == "p2" and table.rowCount() == 3
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualItemRect(table.item(0, SCAN)).center())
    choice = table.findChild(QComboBox, "scan_of_mask")
    assert choice is not None and [choice.itemText(n) for n in range(3)] == ["no scan", "p1", "p0"]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert person.cell(0, SCAN) == "p1"
    hands.until(lambda: not person.plan.unlooked and person.reason() == "")
    person.go()
    assert person.statuses() == ["new", "imported", "imported"]
    assert (person.labels("p2.png") == corner(1, 2)).all()


def drop(table: QWidget, row: int) -> None:
    """A drop on the middle of a row."""
    place = QPointF(table.visualItemRect(table.item(row, MASK)).center())  # type: ignore[attr-defined]
    held, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    table.dropEvent(QDropEvent(place, Qt.DropAction.MoveAction, QMimeData(), held, keys))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("answer", "left"), [("mine", 0), ("theirs", 45), ("both", 41)])
def test_work_by_hand_is_never_replaced_without_asking_once_for_all(
    hands: Hands, tmp_path: Path, answer: str, left: int
) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    hands.desk.parts.marking.add_label()
    hands.paint(0, slice(0, 2), slice(0, 2), 2)
    for n in range(2):
        save(tmp_path / "masks" / f"p{n}.png", corner())
    person.show(tmp_path / "masks")
    assert person.reason() == "Say first what becomes of the work by hand."
    assert person.part(QLabel, "keep_words").text().startswith("1 of these scans has work by hand")
    choose(person, "label_of_value_1", 1)
    person.click(f"keep_marks_{answer}_button")
    person.go()
    counts = np.bincount(person.labels("p0.png").ravel(), minlength=3)
    assert counts[1] == left and counts[2] == (0 if answer == "theirs" else 4)
    assert (person.labels("p1.png") == corner(1)).all()


def choose(person: Importer, name: str, number: int) -> None:
    """Chooses a label for a value."""
    choice = person.part(QComboBox, name)
    choice.setCurrentIndex(choice.findData(number))
    choice.activated.emit(choice.currentIndex())


def test_trusted_masks_are_checked_and_that_is_written_down_until_it_is_taken_back(
    hands: Hands, tmp_path: Path
) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    for n in range(2):
        save(tmp_path / "masks" / f"p{n}.png", corner())
    person.show(tmp_path / "masks")
    person.click("trust_masks")
    person.go()
    assert person.statuses() == ["checked", "checked"]
    (entry,) = person.project.settings["trusted"]
    assert (entry["masks"], entry["slices"], entry["from"], entry["taken_back"]) == (2, 2, "masks", False)
    assert entry["who"] and entry["when"].endswith("+00:00")
    hands.do("undo")
    hands.until(lambda: person.statuses() == ["new", "new"])
    assert person.project.settings["trusted"][0]["taken_back"]


def test_what_came_in_is_not_judged_before_a_person_checks_it(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 1))
    save(tmp_path / "masks" / "p0.png", corner())
    person.show(tmp_path / "masks")
    person.go()
    assert hands.mask.status(0) == SliceStatus.IMPORTED and not np.isin(hands.mask.origin(0), (1, 2, 3)).any()
    hands.do("check_slice")
    assert hands.mask.status(0) == SliceStatus.CHECKED


def test_four_labels_of_a_volume_keep_their_numbers_once_their_set_is_chosen(hands: Hands, tmp_path: Path) -> None:
    phantom = phantoms.ct_phantom(shape=(8, 20, 24))
    phantoms.write_nifti(tmp_path / "scans" / "head_t1.nii.gz", phantom.voxels, phantom.affine)
    lobes = np.zeros(phantom.voxels.shape, np.uint8)
    for number in (1, 2, 3, 4):
        lobes[number : number + 3, 4:8, 5 * number - 4 : 5 * number] = number
    phantoms.write_nifti(tmp_path / "masks" / "head_lobes.nii.gz", lobes, phantom.affine)
    person = Importer(hands, tmp_path / "scans")
    sets = hands.desk.wiring.verbs.label_sets
    sets.choose(next(one for one in sets.library.all() if one.name == "Brain lobes"))
    person.show(tmp_path / "masks")
    assert person.plan.kind == "numbers" and person.cell(0, CONTENT) == "0, 1, 2, 3, 4"
    assert person.part(QComboBox, "label_of_value_4").currentText() == "Occipital"
    person.go()
    assert (hands.mask.volume("labels") == lobes).all()
    assert [label.name for label in hands.session.labels] == ["Frontal", "Parietal", "Temporal", "Occipital"]


def test_a_number_without_a_label_gets_one_of_that_number_which_goes_with_the_import(
    hands: Hands, tmp_path: Path
) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 1))
    marks = corner(7) + np.roll(corner(3), 10, axis=0)
    save(tmp_path / "masks" / "p0.png", marks)
    person.show(tmp_path / "masks")
    choose(person, "label_of_value_3", 0)
    person.go()
    assert [label.number for label in hands.session.labels] == [1, 7]
    assert (hands.mask.labels(0) == corner(7)).all()
    hands.do("undo")
    assert [label.number for label in hands.session.labels] == [1]


def test_a_cancelled_sheet_changes_nothing_and_a_folder_without_masks_says_so(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 1))
    (tmp_path / "empty").mkdir()
    hands.do("import_masks")
    person.wiring.find([tmp_path / "empty"])
    hands.until(lambda: person.wiring._finding.is_over)
    shown = [words.text() for words in person.sheet.findChildren(QLabel) if words.isVisible()]
    assert any("no mask found" in words for words in shown)
    QTest.keyClick(person.sheet, Qt.Key.Key_Escape)
    assert person.wiring.sheet is None and person.statuses() == ["new"]


def test_an_import_that_is_cancelled_keeps_what_came_in_as_one_step(hands: Hands, tmp_path: Path) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 6))
    for n in range(6):
        save(tmp_path / "masks" / f"p{n}.png", corner())
    person.show(tmp_path / "masks")
    importing, taken = hands.desk.parts.importing, []
    take_in = importing._take_in

    def first_only(one: TakenIn) -> None:
        take_in(one)
        taken.append(one.item.id)
        importing.cancel()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "_take_in", first_only)
        person.go()
    assert person.statuses() == ["imported" if f"p{n}.png" in taken else "new" for n in range(6)]
    assert 1 <= len(taken) < 6
    hands.do("undo")
    hands.until(lambda: person.statuses() == ["new"] * 6)


def full_disk(*_all: object) -> None:
    """What a mask that cannot be written says."""
    raise ProjectProblem("The disk is full.")


def test_masks_that_came_in_are_there_after_a_crash_although_no_mask_could_be_written(
    hands: Hands, tmp_path: Path
) -> None:
    person = Importer(hands, pictures(tmp_path / "scans", 3))
    for n in range(3):
        save(tmp_path / "masks" / f"p{n}.png", corner())
    person.show(tmp_path / "masks")
    session = hands.session
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Project, "save_mask", full_disk)
        person.go()
        hands.until(lambda: session.autosave.journal.is_settled)
        session.close_folder()
        hands.until(lambda: hands.desk.parts.runner.is_idle)
    hands.open(tmp_path / "scans")
    for n in range(3):
        session.open_item(f"p{n}.png")
        hands.until(lambda: session.current_id == f"p{n}.png")  # noqa: B023 - asked at once
        assert (hands.mask.labels(0) == corner(1)).all() and hands.mask.status(0) == SliceStatus.IMPORTED


def test_masks_beside_the_scans_are_shown_until_they_are_in(hands: Hands, tmp_path: Path) -> None:
    save(tmp_path / "scans" / "masks" / "p1.png", corner())
    person = Importer(hands, pictures(tmp_path / "scans", 2))
    hands.until(lambda: bool(hands.desk.parts.importing.found))
    hands.do("import_masks")
    hands.until(lambda: bool(person.plan.masks) and not person.plan.unlooked and person.reason() == "")
    assert person.cell(0, SCAN) == "p1"
    person.go()
    assert person.statuses() == ["new", "imported"]
    hands.do("import_masks")
    assert person.plan.masks == () and not person.sheet.table.isVisible()
    person.leave()


def test_two_segmentations_of_one_series_come_in_together_and_ask_which_wins(hands: Hands, tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "study" / "ct", phantoms.ct_phantom(shape=(3, 24, 30)))
    series = find_scan(next((tmp_path / "study" / "ct").iterdir())).source
    geometry = read_scan(series).geometry
    for who, columns in (("ann", slice(5, 15)), ("bob", slice(10, 14))):
        marks = np.zeros(geometry.shape, np.uint8)
        marks[1, 4:8, columns] = 1
        write_mask(tmp_path / "study" / f"{who}.dcm", marks, geometry, names={1: "Lesion"}, drawn=Drawn(series))
    person = Importer(hands, tmp_path / "study")
    hands.until(lambda: bool(hands.desk.parts.importing.found))
    hands.do("import_masks")
    hands.until(lambda: len(person.plan.masks) == 1 and len(person.plan.masks[0].parts) == 2)
    hands.until(lambda: not person.plan.unlooked)
    assert person.plan.masks[0].name == "ann.dcm, bob.dcm"
    assert person.plan.shown_values == ["Lesion (1)", "Lesion (2)"]
    assert person.reason() == "Say first which segment wins." and person.plan.overlapping == 1
    person.click("overlap_wins_last_button")
    person.go()
    item_id = hands.session.items[0].id
    scan = person.project.read_scan(person.project.items[item_id])
    hands.until(lambda: hands.session.autosave.is_settled and hands.desk.parts.runner.is_idle)
    is_shown = item_id == hands.session.current_id
    mask = hands.mask if is_shown else person.project.load_mask(item_id, scan.geometry, scan.slice_ids)
    named = {label.name: label.number for label in hands.session.labels}
    ann, bob = (int((mask.labels(1) == named[f"Lesion ({n})"]).sum()) for n in (1, 2))
    assert (ann, bob) == (24, 16)
