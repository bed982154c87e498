"""Label sets in the real window: chosen from the menu at the head of the labels, kept, shared, taken back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu

from lesionstudio.gui import label_sets_menu
from lesionstudio.gui.dialogs.name_sheet import NameSheet
from lesionstudio.gui.label_sets import LabelSets
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Notice
from lesionstudio.project.label_library import LabelLibrary
from tests.gui.seats import LEFT, Hands, hands_on

LOBES = [(1, "Frontal"), (2, "Parietal"), (3, "Temporal"), (4, "Occipital")]


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    with hands_on(look, study(tmp_path_factory.mktemp("first") / "s"), labels=1) as made:
        yield made


@pytest.fixture
def person(hands: Hands, tmp_path: Path) -> Hands:
    """The window on a study in which nothing was marked yet, and no sets of one's own."""
    hands.window.draw_page.banners.clear()
    sets_of(hands).library = LabelLibrary(tmp_path / "library")
    hands.open(study(tmp_path / "s"))
    return hands


def study(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("a.png", "b.png"):
        Image.new("L", (20, 20), 90).save(folder / name)
    return folder


def sets_of(hands: Hands) -> LabelSets:
    return hands.desk.wiring.verbs.label_sets


def choose(hands: Hands, words: str) -> None:
    """Presses the button and chooses an entry of the menu it opens; the platform of tests shows none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QMenu, "popup", lambda menu, _place: opened.append(menu))
        opened: list[QMenu] = []
        QTest.mouseClick(hands.button("label_sets_button"), LEFT)
    (menu,) = opened
    next(entry for entry in menu.actions() if entry.text() == words).trigger()
    menu.deleteLater()


def labels(hands: Hands) -> list[tuple[int, str]]:
    return [(label.number, label.name) for label in hands.session.labels]


def last_notice(hands: Hands) -> Notice:
    return hands.window.draw_page.banners.notices[-1]


def test_a_set_takes_the_place_of_unused_labels_and_one_undo_brings_them_back(person: Hands) -> None:
    choose(person, "Brain lobes")
    assert labels(person) == LOBES and person.session.label_in_use == 1
    assert sets_of(person).fits == "Brain lobes"
    person.do("undo")
    assert labels(person) == [(1, "Lesion")]
    person.do("redo")
    assert labels(person) == LOBES


def test_what_is_marked_keeps_its_label_and_its_colour_on_the_picture(person: Hands) -> None:
    person.paint(0, slice(2, 6), slice(2, 6))
    choose(person, "Brain lobes")
    assert (1, "Lesion") in labels(person)
    assert [name for _n, name in labels(person)][:4] == [name for _n, name in LOBES]
    assert "Marked already, so they stay: Lesion." in last_notice(person).text
    assert person.mask.counts() == {1: 16}
    person.do("undo")
    assert labels(person) == [(1, "Lesion")] and person.mask.counts() == {1: 16}


def test_choosing_between_two_sets_before_any_mark_never_leaves_gaps(person: Hands) -> None:
    choose(person, "Lung lesions")
    person.session.open_item("b.png")
    person.until(lambda: person.session.current_id == "b.png")
    choose(person, "Brain lobes")
    assert labels(person) == LOBES


def test_a_models_labels_are_asked_anew_when_their_numbers_mean_something_else(person: Hands) -> None:
    person.session.study_settings["label_tables"] = {"lung": {"1": 1}}
    choose(person, "Brain lobes")
    assert person.session.study_settings["label_tables"] == {}


def test_ones_own_labels_are_kept_under_a_name_and_chosen_elsewhere(person: Hands, tmp_path: Path) -> None:
    person.desk.parts.marking.add_label("Cyst")
    choose(person, "Save these labels as a set")
    sheet = next(one for one in person.window.findChildren(NameSheet) if one.isVisible())
    field, go = sheet.findChild(QLineEdit, "name_field"), sheet.findChild(QAbstractButton, "save_name_button")
    assert field is not None and go is not None
    field.clear()
    assert not go.isEnabled()
    QTest.keyClicks(field, "Liver")
    QTest.mouseClick(go, LEFT)
    assert last_notice(person).title == "Kept as Liver."
    person.open(study(tmp_path / "other"))
    choose(person, "Liver")
    assert labels(person) == [(1, "Lesion"), (2, "Cyst")]


def test_a_set_goes_to_a_file_and_comes_back_and_a_bad_file_is_one_sentence(
    person: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shared.labels.json"
    monkeypatch.setattr(label_sets_menu, "choose_new_file", lambda *_all: str(path))
    monkeypatch.setattr(label_sets_menu, "choose_file", lambda *_all: str(path))
    person.desk.parts.marking.add_label("Cyst")
    choose(person, "Write these labels to a file")
    saved = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**saved, "name": "Shared"}), encoding="utf-8")
    person.open(study(tmp_path / "other"))
    choose(person, "Import a set from a file")
    assert labels(person) == [(1, "Lesion"), (2, "Cyst")] and "Shared" in [
        one.name for one in sets_of(person).library.all()
    ]
    path.write_text("{", encoding="utf-8")
    before = labels(person)
    choose(person, "Import a set from a file")
    (refused,) = (one for one in person.window.draw_page.banners.notices if one.kind == "error")
    assert "shared.labels.json is not a label set." in refused.title and refused.text
    assert labels(person) == before
