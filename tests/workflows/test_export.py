"""Masks out: what is written, under which name, with which values; what is never written, and never overwritten."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import read_scan
from lesionstudio.progress import Cancelled, Progress
from lesionstudio.project.project import Project
from lesionstudio.workflows.export import ExportOrder, export_masks
from tests.workflows.conftest import COLUMNS, ROWS, SLICES, open_mask, paint


@pytest.fixture
def order(study: Path, tmp_path: Path) -> ExportOrder:
    return ExportOrder(study, tmp_path / "out")


def names(done: dict[str, Any], order: ExportOrder) -> list[str]:
    return sorted(Path(path).relative_to(order.out).as_posix() for path in done["files"])


def pixels(order: ExportOrder, name: str) -> np.ndarray:
    with Image.open(order.out / name) as picture:
        return np.asarray(picture)


def index(order: ExportOrder) -> dict[str, dict[str, str]]:
    with (order.out / "index.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def add_label(study: Path) -> None:
    """A second label, painted on the checked slice of the volume."""
    project = Project.open(study)
    project.labels = project.labels.add("Effusion/left")
    mask = open_mask(project, "ct.nii.gz")
    paint(mask, 1, label=2, row=10)
    EditHistory(mask).check([1], "Check")
    project.save_mask("ct.nii.gz", mask.snapshot())
    project.close()


def test_checked_and_corrected_slices_are_written_drafts_and_new_ones_are_not(order: ExportOrder) -> None:
    done = export_masks(order)
    assert names(done, order) == ["ct_0002.png", "ct_0004.png", "sub/b.png"]
    assert names(export_masks(replace(order, overwrite=True, only_checked=True)), order) == ["ct_0002.png", "sub/b.png"]


def test_one_label_is_grey_0_and_255_of_the_sources_size(order: ExportOrder) -> None:
    export_masks(order)
    mask = pixels(order, "ct_0002.png")
    assert mask.shape == (ROWS, COLUMNS)
    expected = np.zeros((ROWS, COLUMNS), np.uint8)
    expected[3:8, 4:10] = 255
    assert np.array_equal(mask, expected)


def test_a_checked_slice_without_a_mark_is_black(order: ExportOrder) -> None:
    export_masks(order)
    assert not pixels(order, "sub/b.png").any()


def test_several_labels_are_palette_indices(order: ExportOrder, study: Path) -> None:
    add_label(study)
    export_masks(order)
    with Image.open(order.out / "ct_0002.png") as picture:
        assert picture.mode == "P"
        assert sorted(np.unique(np.asarray(picture))) == [0, 1, 2]
        assert picture.getpalette()[3:6] == [0xF5, 0xA5, 0x39]  # type: ignore[index]


def test_binary_marks_every_label_255(order: ExportOrder, study: Path) -> None:
    add_label(study)
    export_masks(replace(order, values="binary"))
    mask = pixels(order, "ct_0002.png")
    assert sorted(np.unique(mask)) == [0, 255]
    assert np.count_nonzero(mask) == 60


def test_per_label_writes_a_file_each_and_no_name_becomes_a_folder(order: ExportOrder, study: Path) -> None:
    add_label(study)
    done = export_masks(replace(order, values="per-label", only_checked=True, items=("ct.nii.gz",)))
    assert names(done, order) == ["ct_0002_Effusion_left.png", "ct_0002_Lesion.png"]
    assert np.count_nonzero(pixels(order, "ct_0002_Lesion.png")) == 30


def test_a_deleted_label_is_not_exported(order: ExportOrder, study: Path) -> None:
    add_label(study)
    project = Project.open(study)
    project.labels = project.labels.changed(2, deleted=True)
    project.close()
    export_masks(order)
    assert np.count_nonzero(pixels(order, "ct_0002.png")) == 30


def test_unchecked_slices_are_black_when_asked_for(order: ExportOrder) -> None:
    done = export_masks(replace(order, unchecked_black=True))
    assert len(done["files"]) == SLICES + 2
    assert not pixels(order, "ct_0005.png").any()
    assert pixels(order, "ct_0004.png").any()


def test_a_nifti_lies_on_the_scan_as_other_programs_see_it(order: ExportOrder, study: Path) -> None:
    export_masks(replace(order, format="nifti", items=("ct.nii.gz",)))
    scan, mask = nibabel.load(study / "ct.nii.gz"), nibabel.load(order.out / "ct.nii.gz")
    assert np.allclose(scan.affine, mask.affine)
    values, marked = np.asarray(scan.dataobj), np.asarray(mask.dataobj)
    assert values.shape == marked.shape
    assert sorted(np.unique(values[marked > 0])) == [-900, -700]


def test_a_tiff_holds_one_page_a_slice(order: ExportOrder) -> None:
    import tifffile

    export_masks(replace(order, format="tiff", items=("ct.nii.gz",)))
    pages = tifffile.imread(order.out / "ct.tif")
    assert pages.shape == (SLICES, ROWS, COLUMNS)
    assert [bool(page.any()) for page in pages] == [False, True, False, True, False, False]


def test_the_index_says_what_each_file_is(order: ExportOrder, study: Path) -> None:
    project = Project.open(study)
    mask = open_mask(project, "ct.nii.gz")
    EditHistory(mask).accept("Accept")
    project.save_mask("ct.nii.gz", mask.snapshot())
    project.close()
    export_masks(order)
    rows = index(order)
    assert list(rows["ct_0005.png"].values()) == [
        "ct_0005.png", "ct.nii.gz", "5", "5.000", "5 0.7 0.7", "corrected", "draft accepted", "lung-v1", "Lesion",
            "2025-01-01T00:00:00+00:00", "",
    ]  # fmt: skip
    assert rows["ct_0002.png"]["origin"] == "hand"
    assert rows["ct_0002.png"]["model"] == ""
    assert rows["ct_0002.png"]["status"] == "checked"
    assert rows["sub/b.png"]["source"] == "sub/b.png"
    assert rows["sub/b.png"]["position_mm"] == rows["sub/b.png"]["spacing_mm"] == ""


def test_pictures_come_along_in_the_window_shown(order: ExportOrder, study: Path) -> None:
    project = Project.open(study)
    kind = "HU" if "HU" in project.items["ct.nii.gz"].facts else "picture"
    project.settings["windows"] = {key: [400.0, -800.0, ""] for key in (kind, "CT", "HU", "picture")}
    project.close()
    done = export_masks(replace(order, images=True, items=("ct.nii.gz",)))
    assert names(done, order) == ["masks/ct_0002.png", "masks/ct_0004.png"]
    assert [Path(path).name for path in done["images"]] == ["ct_0002.png", "ct_0004.png"]
    # Slice 2 holds -900 HU, slice 4 -700; the window goes from -1000 to -600.
    assert np.unique(pixels(order, "images/ct_0002.png")) == [64]
    assert np.unique(pixels(order, "images/ct_0004.png")) == [191]
    assert read_scan(order.out / "images" / "ct_0002.png").geometry.spacing_mm == pytest.approx((5.0, 0.7, 0.7))


def test_a_colour_picture_stays_in_colour(tmp_path: Path, order: ExportOrder, study: Path) -> None:
    colours = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    colours[:, :10, 0] = 200
    colours[:, 10:, 2] = 90
    Image.fromarray(colours).save(study / "a.png")
    project = Project.open(study)
    mask = open_mask(project, "a.png")
    EditHistory(mask).check([0], "Check")
    project.save_mask("a.png", mask.snapshot())
    project.close()
    export_masks(replace(order, images=True, items=("a.png",)))
    assert np.array_equal(pixels(order, "images/a.png"), colours)


def test_what_is_there_stays_unless_told_otherwise(order: ExportOrder) -> None:
    order.out.mkdir()
    (order.out / "ct_0002.png").write_bytes(b"mine")
    done = export_masks(order)
    assert done["kept"] == [str(order.out / "ct_0002.png")]
    assert (order.out / "ct_0002.png").read_bytes() == b"mine"
    assert "ct_0002.png" not in index(order)
    assert export_masks(replace(order, overwrite=True))["kept"] == []
    assert (order.out / "ct_0002.png").read_bytes() != b"mine"


def test_a_second_export_adds_to_the_index(order: ExportOrder) -> None:
    export_masks(replace(order, items=("ct.nii.gz",)))
    export_masks(replace(order, items=("sub/b.png",)))
    assert sorted(index(order)) == ["ct_0002.png", "ct_0004.png", "sub/b.png"]


@pytest.mark.parametrize("inside", [".", "lesionstudio", "lesionstudio/masks"])
def test_the_scans_and_their_study_are_no_place_for_an_export(order: ExportOrder, study: Path, inside: str) -> None:
    with pytest.raises(ProjectProblem, match="cannot be exported"):
        export_masks(replace(order, out=study / inside, overwrite=True))


def test_an_original_is_never_overwritten(order: ExportOrder, study: Path) -> None:
    before = (study / "sub" / "b.png").read_bytes()
    link = order.out
    link.mkdir()
    (link / "sub").symlink_to(study / "sub")
    with pytest.raises(ProjectProblem, match="never overwritten"):
        export_masks(replace(order, overwrite=True))
    assert (study / "sub" / "b.png").read_bytes() == before


def test_every_original_is_as_it_was(order: ExportOrder, study: Path) -> None:
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    export_masks(replace(order, images=True))
    assert {path: path.read_bytes() for path in study.rglob("*") if path.is_file()} == before


def test_names_can_hide_where_masks_come_from(order: ExportOrder) -> None:
    alias = export_masks(replace(order, names="alias", out=order.out / "alias"))
    hashed = export_masks(replace(order, names="hash", out=order.out / "hash"))
    for done, folder in ((alias, "alias"), (hashed, "hash")):
        assert len(done["files"]) == 3
        stems = {Path(path).stem.partition("_0")[0] for path in done["files"]}
        assert not stems & {"a", "b", "ct"}
        rows = (order.out / folder / "index.csv").read_text(encoding="utf-8")
        assert "sub/b" not in rows and "ct.nii" not in rows


def test_what_is_exported_into_the_folder_of_scans_is_no_new_scan(order: ExportOrder, study: Path) -> None:
    from lesionstudio.imaging.formats import find_scans

    before = [found.id for found in find_scans(study)]
    export_masks(replace(order, out=study / "export", images=True))
    assert [found.id for found in find_scans(study)] == before
    assert [found.id for found in find_scans(study / "export" / "images")], "on its own it is a folder like any other"


def test_two_scans_that_differ_only_in_ending_get_two_files(order: ExportOrder, study: Path) -> None:
    Image.open(study / "a.png").save(study / "sub" / "b.bmp")
    project = Project.open(study)
    from lesionstudio.imaging.formats import find_scans

    for found in find_scans(study):
        project.add(found)
    mask = open_mask(project, "sub/b.bmp")
    paint(mask, 0)
    project.save_mask("sub/b.bmp", mask.snapshot())
    project.close()
    done = export_masks(order)
    assert {"sub/b.png", "sub/b_2.png"} <= set(names(done, order))


def test_a_scan_that_is_gone_is_named_and_the_rest_goes_on(order: ExportOrder, study: Path) -> None:
    (study / "ct.nii.gz").unlink()
    done = export_masks(order)
    assert [entry["id"] for entry in done["failed"]] == ["ct.nii.gz"]
    assert names(done, order) == ["sub/b.png"]


def test_a_folder_without_a_study_is_said(order: ExportOrder, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ProjectProblem, match="There is no study"):
        export_masks(replace(order, project=empty))


def test_a_cancelled_export_leaves_whole_files_and_an_index_of_them(order: ExportOrder) -> None:
    said: list[Progress] = []

    def stop_after_two(progress: Progress) -> None:
        said.append(progress)
        if len(said) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_masks(order, stop_after_two)
    written = {path.relative_to(order.out).as_posix() for path in order.out.rglob("*.png")}
    assert set(index(order)) == written
    assert len(written) == 2


def test_a_study_that_is_open_in_the_window_can_be_exported(order: ExportOrder, study: Path) -> None:
    window = Project.open(study)
    assert len(export_masks(order)["files"]) == 3
    window.close()
