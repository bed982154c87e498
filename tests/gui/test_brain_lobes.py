"""Label maps of whole heads: imported in the window, corrected, exported each way, and in another study unchanged."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import ExportChoice
from lesionstudio.imaging.formats import read_mask, read_scan
from tests import phantoms
from tests.gui.seats import LEFT, Hands, hands_on

LOBES = ("Frontal", "Parietal", "Temporal", "Occipital")


@pytest.fixture
def hands(look: Look, tmp_path: Path) -> Iterator[Hands]:
    phantoms.write_png(tmp_path / "first" / "p.png", phantoms.picture_phantom())
    with hands_on(look, tmp_path / "first", labels=1) as made:
        yield made


def study(hands: Hands, scans: Path) -> None:
    """Opens a folder of heads and chooses the labels for it."""
    hands.window.draw_page.banners.clear()
    hands.open(scans)
    sets = hands.desk.wiring.verbs.label_sets
    sets.choose(next(one for one in sets.library.all() if [label.name for label in one.labels] == list(LOBES)))


def take_in(hands: Hands, masks: Path, heads: int) -> None:
    """Imports a folder of masks with the sheet, trusted."""
    hands.do("import_masks")
    imports, importing = hands.desk.wiring.verbs.imports, hands.desk.parts.importing
    assert imports is not None
    imports.find([masks])
    wait(hands, lambda: len(imports.plan.chosen) == heads and imports.plan.reason == "")
    assert imports.sheet is not None and all(imports.plan.label_of(n) == n for n in imports.plan.shown_values)
    for name in ("trust_masks", "import_files_button"):
        button = imports.sheet.findChild(QAbstractButton, name)
        hands.until(lambda: button is not None and button.isEnabled())  # noqa: B023 - asked at once
        assert button is not None
        QTest.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))
    wait(hands, lambda: not importing.is_running and all(item.status == "checked" for item in hands.session.items))
    settle(hands)


def wait(hands: Hands, true: Callable[[], bool]) -> None:
    """Waits for what takes minutes with real heads on a slow disk."""
    for _try in range(30):
        try:
            hands.until(true)
            return
        except AssertionError:
            continue
    raise AssertionError("waited too long")


def settle(hands: Hands) -> None:
    hands.session.autosave.flush()
    wait(hands, lambda: hands.session.autosave.is_settled and hands.desk.parts.runner.is_idle)


def marks(hands: Hands, item_id: str) -> NDArray[np.uint8]:
    """The labels of a head as the study keeps them."""
    project = hands.session.project
    assert project is not None
    settle(hands)
    scan = project.read_scan(project.items[item_id])
    return project.load_mask(item_id, scan.geometry, scan.slice_ids).volume("labels")


def export(hands: Hands, out: Path, **how: str) -> None:
    exporting = hands.desk.parts.exporting
    exporting.export(ExportChoice(out, which="marked", **how))  # type: ignore[arg-type]
    wait(hands, lambda: exporting._job is None and hands.desk.parts.runner.is_idle)


def truth(scan: Path, lobes: Path) -> NDArray[np.uint8]:
    """The label map as it was, on the head's grid."""
    return read_mask(lobes, read_scan(scan).geometry, exact=True)


def round_trip(hands: Hands, tmp_path: Path, heads: Sequence[tuple[Path, Path]]) -> None:
    """Each head with its label map, there and back."""
    scans, masks = tmp_path / "scans", tmp_path / "lobes"
    for folder in (scans, masks):
        folder.mkdir()
    for scan, lobes in heads:
        shutil.copyfile(scan, scans / scan.name)
        shutil.copyfile(lobes, masks / lobes.name)
    study(hands, scans)
    take_in(hands, masks, len(heads))
    expected = {scan.name: truth(scan, lobes) for scan, lobes in heads}
    for name, wanted in expected.items():
        assert set(np.unique(wanted)) == {0, 1, 2, 3, 4} and (marks(hands, name) == wanted).all()

    first, k = hands.session.current_id, hands.mask.shape[0] // 2
    hands.session.go_to_slice(k)
    hands.paint(k, slice(3, 6), slice(4, 9), label=4)
    expected[first][k, 3:6, 4:9] = 4
    ways = {"index": {"values": "index"}, "binary": {"values": "per-label"}, "nifti": {"format": "nifti"}}
    settle(hands)
    for way, how in ways.items():
        export(hands, tmp_path / way, **how)
    slices = sum(wanted.shape[0] for wanted in expected.values())
    counts = {way: len(list((tmp_path / way).rglob("*.*"))) - 1 for way in ways}
    assert counts == {"index": slices, "binary": 4 * slices, "nifti": len(heads)}
    for way in ways:
        again = tmp_path / f"{way} again"
        shutil.copytree(scans, again, ignore=shutil.ignore_patterns("lesionstudio"))
        study(hands, again)
        take_in(hands, tmp_path / way, len(heads))
        for name, wanted in expected.items():
            assert (marks(hands, name) == wanted).all(), (way, name)


def test_four_labels_of_small_heads_come_back_unchanged_each_way(hands: Hands, tmp_path: Path) -> None:
    heads = []
    for n in range(2):
        phantom = phantoms.ct_phantom(shape=(4, 20, 24))
        lobes = np.zeros(phantom.voxels.shape, np.uint8)
        for number in (1, 2, 3, 4):
            lobes[n : n + 3, 4 + n : 8 + n, 5 * number - 4 : 5 * number] = number
        phantoms.write_nifti(tmp_path / "from" / f"head{n}_t1.nii.gz", phantom.voxels, phantom.affine)
        phantoms.write_nifti(tmp_path / "from" / f"head{n}_lobes.nii.gz", lobes, phantom.affine)
        heads.append((tmp_path / "from" / f"head{n}_t1.nii.gz", tmp_path / "from" / f"head{n}_lobes.nii.gz"))
    round_trip(hands, tmp_path, heads)


@pytest.mark.slow
def test_all_four_lobes_of_real_heads_come_back_unchanged_each_way(
    hands: Hands, tmp_path: Path, shared_data: Path
) -> None:
    volumes = shared_data / "brain_lobes" / "volumes"
    scans = sorted(volumes.glob("*_t1.nii.gz"))
    assert len(scans) == 3
    round_trip(hands, tmp_path, [(scan, volumes / scan.name.replace("_t1", "_lobes")) for scan in scans])
