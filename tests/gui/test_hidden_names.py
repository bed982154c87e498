"""The switch that hides names: what stands on the screen then, and that it is all there again afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QTableWidget, QWidget

from lesionstudio.gui.hidden_names import hidden_recent
from lesionstudio.gui.offers import export_offer
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.notes import name_lines
from lesionstudio.gui.views import RecentView
from tests.gui.seats import Hands, hands_on
from tests.phantoms import orientation_phantom, picture_phantom, write_dicom, write_png

ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole)
SECRETS = ("Miller", "Mrs", "Thorax of", "2020")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that a patient's name is in, as are the names of two studies and of two pictures."""

    def describe(dataset: object, k: int) -> None:
        dataset.SeriesDescription, dataset.StudyDate = "Thorax of Mrs M", "20200203"  # type: ignore[attr-defined]

    place = tmp_path / "Miller Anna"
    write_dicom(place / "s", orientation_phantom(), change=describe)
    write_png(place / "Miller_left.png", picture_phantom(16, 16, 3))
    (place / "Miller_broken.png").write_bytes(b"\x89PNG\r\n\x1a\nMiller")
    return place


def words_on(window: QWidget) -> str:
    """Everything that can be read in the window: labels, rows with their tooltips, title."""
    said = [window.windowTitle()]
    for part in window.findChildren(QWidget):
        said += [str(part.property("text") or ""), part.toolTip(), part.accessibleName()]
        if isinstance(part, QLabel):
            said.append(part.text())
        if isinstance(part, QAbstractItemView) and part.model() is not None:
            columns = range(part.columnCount() if isinstance(part, QTableWidget) else 1)
            rows = [part.model().index(n, column) for n in range(part.model().rowCount()) for column in columns]
            roles = (
                Qt.ItemDataRole.DisplayRole,
                Qt.ItemDataRole.ToolTipRole,
                Qt.ItemDataRole.AccessibleDescriptionRole,
            )
            said += [str(index.data(role)) for index in rows for role in roles]
    return "\n".join(said)


@pytest.fixture
def hands(look: Look, folder: Path) -> Iterator[Hands]:
    """A person before a window that has the folder open."""
    with hands_on(look, folder) as made:
        yield made


def test_names_go_from_the_screen_and_come_back(hands: Hands) -> None:
    session = hands.session
    assert all(word in words_on(hands.window) for word in ("Miller", "Thorax of", "2020"))
    session.apply_settings(replace(session.settings, hide_names=True))
    hands.until(lambda: not hands.desk.wiring._lots.isActive())
    QApplication.processEvents()
    shown = words_on(hands.window)
    assert not [word for word in SECRETS if word in shown] and "Name hidden" in shown
    assert sorted(view.name for view in session.items) == ["CT 001", "Scan 001", "Scan 002"]
    assert session.scan is not None and not any(word in str(name_lines(session.scan)) for word in SECRETS)
    session.apply_settings(replace(session.settings, hide_names=False))
    hands.until(lambda: not hands.desk.wiring._lots.isActive())
    assert "Miller" in words_on(hands.window) and session.scan.name in {
        item.name for item in session.known_items.values()
    }


def test_a_folder_opened_with_names_hidden_and_what_is_said_of_a_file_name_nothing(hands: Hands, folder: Path) -> None:
    hands.session.apply_settings(replace(hands.session.settings, hide_names=True))
    hands.open(folder)
    hands.until(lambda: not hands.desk.wiring._lots.isActive())
    assert "Miller" not in words_on(hands.window)
    said: list[str] = []
    hands.session.notice.connect(lambda notice: said.append(notice.title + notice.text))
    broken = next(view for view in hands.session.items if view.error)
    hands.session.open_item(broken.id)
    assert said and "Miller" not in said[0] and broken.name in said[0] and "Miller" not in broken.error


def test_folders_worked_in_before_are_called_by_number() -> None:
    (hidden,) = hidden_recent([RecentView(Path("/data/Miller"), "Miller", "3 scans")])
    assert (hidden.name, hidden.is_hidden, hidden.facts) == ("Folder 1", True, "3 scans")


def test_the_sheets_name_neither_scans_nor_files_of_masks(hands: Hands, folder: Path) -> None:
    hands.session.apply_settings(replace(hands.session.settings, hide_names=True))
    hands.until(lambda: not hands.desk.wiring._lots.isActive())
    (folder / "masks").mkdir()
    (folder / "masks" / "Miller_left.png").write_bytes((folder / "Miller_left.png").read_bytes())
    (folder / "masks" / "Miller_other.png").write_bytes(b"\x89PNG\r\n\x1a\nMiller")
    hands.do("import_masks")
    imports = hands.desk.wiring.verbs.imports
    imports.find([folder / "masks"])
    hands.until(lambda: bool(imports.plan.masks) and not imports.plan.unlooked)
    imports.plan.pair(1, imports.plan.without_mask[0].id)
    imports._look()
    hands.until(lambda: not imports.plan.unlooked)
    QApplication.processEvents()
    assert "Mask 1" in words_on(imports.sheet) and "Miller" not in words_on(imports.sheet)
    imports.sheet.reject()
    offer = export_offer(hands.session.project, hands.session.current_id, hands.session.shown)
    assert not any("Miller" in f"{part.title} {part.first}" for part in offer.parts)
