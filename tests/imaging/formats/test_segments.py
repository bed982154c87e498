"""Masks of named segments: DICOM-SEG, RTSTRUCT and .seg.nrrd of others come in with their labels and volumes."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from skimage.draw import polygon

from lesionstudio.errors import GridMismatch, LesionStudioError, UnreadableFile
from lesionstudio.imaging.formats import (
    facts_of_mask,
    find_masks,
    find_scans,
    read_mask,
    read_scan,
    read_segments,
    segments_in,
    series_of_mask,
    write_mask,
)
from lesionstudio.imaging.formats.laying import Laying, Plate
from lesionstudio.imaging.formats.rtstruct import inside
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import Segment, Segmentation, plain_name
from tests import phantoms

GANTRY = ((0, 0, -2), (0, -1, 0), (-1, 0, 0))


def found(path: Path, on: Scan | Geometry) -> Segmentation:
    segmentation = read_segments(path, on)
    assert segmentation is not None
    return segmentation


def counts(segmentation: Segmentation) -> dict[str, int]:
    return {one.name: int(segmentation.cover(one.number).sum()) for one in segmentation.segments}


@pytest.fixture
def masks(shared_data: Path) -> Path:
    return shared_data / "formats/masks"


@pytest.fixture
def dcmqi(shared_data: Path) -> Path:
    return shared_data / "formats/dicom/dcmqi_segmentations"


# DICOM-SEG


@pytest.mark.parametrize("size", ["23x38x3", "24x38x3"])
def test_a_dicom_segmentation_has_the_labels_its_manifest_gives(masks: Path, size: str) -> None:
    folder = masks / "dicom_seg_dcmqi" / size
    manifest = json.loads((masks / "manifest.json").read_text())
    name, voxels = manifest[f"dicom_seg_dcmqi/{size}/seg/label.seg"]["segments"]["1"]
    for scan in (read_scan(folder / "image"), read_scan(folder / "multiframe/mf.dcm")):
        segmentation = found(folder / "seg/label.seg", scan)
        assert counts(segmentation) == {name: voxels} and segmentation.notes == ()
        assert segmentation.segments == (Segment(1, "Liver", "#DD8265"),)
        reference = read_mask(folder / "nrrd/label.nrrd", scan)
        np.testing.assert_array_equal(segmentation.labels(), reference)


def test_frames_go_where_they_lie_whatever_their_order(dcmqi: Path) -> None:
    scan = read_scan(dcmqi / "ct-3slice")
    liver = found(dcmqi / "liver.dcm", scan)  # its frames run against the scan
    np.testing.assert_array_equal(liver.cover(1), read_mask(dcmqi / "liver_seg.nrrd", scan) > 0)


def test_shuffled_frames_give_the_same_mask(masks: Path, tmp_path: Path) -> None:
    folder = masks / "dicom_seg_dcmqi/23x38x3"
    dataset = pydicom.dcmread(folder / "seg/label.seg")
    frames = dataset.pixel_array
    order = [2, 0, 1]
    groups = dataset.PerFrameFunctionalGroupsSequence
    dataset.PerFrameFunctionalGroupsSequence = Items([groups[n] for n in order])
    dataset.PixelData = np.packbits(frames[order].ravel(), bitorder="little").tobytes() + b"\0"
    dataset.save_as(tmp_path / "shuffled.dcm")
    scan = read_scan(folder / "image")
    np.testing.assert_array_equal(
        found(tmp_path / "shuffled.dcm", scan).labels(), found(folder / "seg/label.seg", scan).labels()
    )


@pytest.mark.parametrize("name", ["noppv", "ppv5"])
def test_a_sparse_label_map_marks_its_own_slices_and_no_others(dcmqi: Path, name: str) -> None:
    scan = read_scan(dcmqi / "24x38x3/image")
    segmentation = found(dcmqi / f"sparse-labelmap-{name}.dcm", scan)
    marked = [bool(plane.any()) for plane in segmentation.cover(1)]
    assert [one.name for one in segmentation.segments] == ["Liver"] and sum(marked) == 2
    reference = read_mask(dcmqi / f"sparse_labelmap_{name}_seg.nrrd", scan)  # fills the gap with the padding value
    np.testing.assert_array_equal(segmentation.labels() == 1, reference == 1)


def test_segments_that_overlap_stay_whole_until_one_is_said_to_win(dcmqi: Path) -> None:
    scan = read_scan(dcmqi / "ct-3slice")
    segmentation = found(dcmqi / "partial_overlaps.dcm", scan)
    names = {one.number: one.name for one in segmentation.segments}
    assert list(names.values()) == ["GREEN", "ORANGE", "PURPLE", "LIGHT_BLUE", "DARK_BLUE"]
    assert segmentation.contested() == 3106 and len(segmentation.layers) > 1
    whole = {n: segmentation.cover(n) for n in names}
    first, last = segmentation.labels("first"), segmentation.labels("last")
    np.testing.assert_array_equal(first == 1, whole[1])
    np.testing.assert_array_equal(last == 5, whole[5])
    union = np.logical_or.reduce(list(whole.values()))
    for labels in (first, last, segmentation.labels("smaller")):
        np.testing.assert_array_equal(labels > 0, union)
    notes = list[str]()
    np.testing.assert_array_equal(read_mask(dcmqi / "partial_overlaps.dcm", scan, notes=notes, overlap="first"), first)
    assert notes == ["Segments overlap in 3106 voxels: the first segment of the file keeps them."]


def changed(source: Path, path: Path, **fields: Any) -> Path:
    dataset = pydicom.dcmread(source)
    for keyword, value in fields.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def test_shares_of_a_voxel_count_from_a_half_on_and_that_is_said(masks: Path, tmp_path: Path) -> None:
    folder = masks / "dicom_seg_dcmqi/23x38x3"
    shares = np.zeros((3, 38, 23), np.uint8)
    shares[0, 5, 3:7] = (10, 49, 50, 100)
    path = changed(
        folder / "seg/label.seg", tmp_path / "shares.dcm", SegmentationType="FRACTIONAL", BitsAllocated=8, BitsStored=8,
        HighBit=7, MaximumFractionalValue=100, PixelData=shares.tobytes(),
    )  # fmt: skip
    segmentation = found(path, read_scan(folder / "image"))
    assert counts(segmentation) == {"Liver": 2}
    assert segmentation.notes == ("The mask has shares of a voxel; from a half on they count as marked.",)


def test_a_segmentation_is_read_from_packed_frames_too(masks: Path, tmp_path: Path) -> None:
    from pydicom.uid import RLELossless

    source = masks / "dicom_seg_dcmqi/sparse-labelmap-noppv.dcm"
    dataset = pydicom.dcmread(source)
    dataset.compress(RLELossless, generate_instance_uid=False)
    dataset.save_as(tmp_path / "packed.dcm")
    scan = read_scan(masks / "dicom_seg_dcmqi/24x38x3/image")
    np.testing.assert_array_equal(found(tmp_path / "packed.dcm", scan).labels(), found(source, scan).labels())


def test_numbers_beyond_255_are_counted_anew(masks: Path, tmp_path: Path) -> None:
    folder = masks / "dicom_seg_dcmqi/23x38x3"
    dataset = pydicom.dcmread(folder / "seg/label.seg")
    dataset.SegmentSequence[0].SegmentNumber = 2035
    for group in (*dataset.PerFrameFunctionalGroupsSequence, *dataset.SharedFunctionalGroupsSequence):
        for item in group.get("SegmentIdentificationSequence", ()):
            item.ReferencedSegmentNumber = 2035
    dataset.save_as(tmp_path / "high.dcm")
    segmentation = found(tmp_path / "high.dcm", read_scan(folder / "image"))
    assert [one.number for one in segmentation.segments] == [1] and counts(segmentation) == {"Liver": 322}


def test_a_name_out_of_a_file_is_one_line_that_can_be_seen(masks: Path, tmp_path: Path) -> None:
    folder = masks / "dicom_seg_dcmqi/23x38x3"
    dataset = pydicom.dcmread(folder / "seg/label.seg")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SegmentSequence[0].SegmentLabel = "<b>Liver</b>\u0085 \u202e left"
    dataset.save_as(tmp_path / "named.dcm")
    (segment,) = segments_in(tmp_path / "named.dcm")
    assert segment.name == "<b>Liver</b> left"
    assert plain_name("x\n\x07y" + "z" * 300) == "x y" + "z" * 197


def test_a_segmentation_of_another_patient_is_refused(masks: Path, shared_data: Path) -> None:
    scan = read_scan(shared_data / "chest_ct/lambin_pat_2/dicom")
    with pytest.raises(GridMismatch):
        read_segments(masks / "dicom_seg_dcmqi/23x38x3/seg/label.seg", scan)


def test_a_picture_without_a_place_takes_no_segmentation_in_mm(masks: Path) -> None:
    with pytest.raises(GridMismatch, match="does not say where it lies"):
        read_segments(masks / "dicom_seg_dcmqi/23x38x3/seg/label.seg", Geometry.pixels((3, 38, 23)))


def test_frames_that_do_not_say_where_they_lie_get_a_sentence(masks: Path, tmp_path: Path) -> None:
    folder = masks / "dicom_seg_dcmqi/23x38x3"
    path = changed(folder / "seg/label.seg", tmp_path / "lost.dcm", SharedFunctionalGroupsSequence=Items([Dataset()]))
    with pytest.raises(UnreadableFile, match="does not say where its pictures lie"):
        read_segments(path, read_scan(folder / "image"))


# 3D Slicer


def test_a_segmentation_of_slicer_has_its_names_colours_and_voxels(masks: Path) -> None:
    folder = masks / "seg_nrrd_slicerio"
    manifest = json.loads((masks / "manifest.json").read_text())["seg_nrrd_slicerio/Segmentation.seg.nrrd"]
    segmentation = found(folder / "Segmentation.seg.nrrd", read_scan(folder / "CTChest4.nrrd"))
    wanted = {name: manifest["labels"][value] for name, value, _layer in manifest["segment_names"].values()}
    assert counts(segmentation) == wanted and segmentation.contested() == 0
    assert segmentation.segments[4] == Segment(5, "right lung", "#16C547")
    assert segments_in(folder / "Segmentation.seg.nrrd") == segmentation.segments


def test_two_layers_of_slicer_overlap_and_each_segment_keeps_a_number_of_its_own(masks: Path) -> None:
    folder = masks / "seg_nrrd_slicerio"
    manifest = json.loads((masks / "manifest.json").read_text())["seg_nrrd_slicerio/SegmentationOverlapping.seg.nrrd"]
    segmentation = found(folder / "SegmentationOverlapping.seg.nrrd", read_scan(folder / "CTChest4.nrrd"))
    found_here = counts(segmentation)
    assert [one.number for one in segmentation.segments] == list(range(1, 9))
    assert found_here["ribs"] + found_here["overlapping sphere"] == manifest["labels"]["1"]  # both are called 1 there
    assert segmentation.contested() > 0 and (6, 8) in segmentation.clashes()
    assert segmentation.contested({8: 1, 6: 1}) == 0  # of one label they do not contradict each other


def test_a_cropped_segmentation_is_laid_by_its_place(tmp_path: Path) -> None:
    whole = Geometry.from_axes((6, 10, 12), (5, 7, 40), *GANTRY)
    part = Geometry.from_axes((3, 4, 5), whole.to_mm((2, 3, 4)), *GANTRY)
    marks = np.ones((3, 4, 5), np.uint8)
    (path,) = write_mask(tmp_path / "a.seg.nrrd", marks, part, colours={1: "#102030"}, names={1: "Tumour"})
    segmentation = found(path, whole)
    assert segmentation.segments == (Segment(1, "Tumour", "#102030"),)
    assert segmentation.cover(1)[2:5, 3:7, 4:9].all() and int(segmentation.cover(1).sum()) == 60


# RTSTRUCT


@pytest.mark.parametrize("patient", ["LUNG1-002", "lambin_pat_2", "lambin_pat_3"])
def test_contours_have_the_volume_their_manifest_gives(shared_data: Path, patient: str) -> None:
    folder = shared_data / "chest_ct" / patient
    wanted = json.loads((shared_data / "chest_ct/manifest.json").read_text())[patient]["mask"]
    (path,) = (folder / "rtstruct").iterdir()
    scan = read_scan(folder / "dicom")
    segmentation = found(path, scan)
    volume = counts(segmentation)["GTV-1"] * scan.geometry.voxel_volume_mm3 / 1000
    assert volume == pytest.approx(wanted["volume_ml"], rel=0.02)
    np.testing.assert_array_equal(segmentation.cover(1), read_mask(folder / wanted["file"], scan) > 0)


def test_a_contour_in_another_is_a_hole(masks: Path) -> None:
    folder = masks / "rtstruct_phantom_rt-utils"
    scan = read_scan(folder / "ct_1.dcm")
    (segment,) = found(folder / "rt.dcm", scan).segments
    cover = found(folder / "rt.dcm", scan).cover(segment.number)
    row, column = (int(value) for value in np.round(scan.geometry.to_index((39, 39, 60)))[1:])
    k = int(np.flatnonzero(cover.any(axis=(1, 2)))[0])
    assert segment == Segment(1, "ROI-1", "#A2885F")
    assert not cover[k, row, column] and cover[k, row, :column].any() and cover[k, row, column:].any()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rt.dcm", "names another frame of reference"),
        ("invalid_reference_rt.dcm", "3 of the 5 pictures it names are not in this series"),
        ("non_existent_reference_rt.dcm", "does not name the pictures it was drawn on"),
    ],
)
def test_broken_references_get_a_sentence_and_contours_lie_by_their_millimetres(
    masks: Path, name: str, sentence: str
) -> None:
    folder = masks / "rtstruct_phantom_rt-utils"
    segmentation = found(folder / name, read_scan(folder / "ct_1.dcm"))
    assert any(sentence in note for note in segmentation.notes)
    assert all(counts(segmentation).values())


def test_contours_on_slices_that_are_not_there_are_counted(masks: Path) -> None:
    folder = masks / "rtstruct_phantom_rt-utils"
    segmentation = found(folder / "invalid_reference_rt.dcm", read_scan(folder / "ct_1.dcm"))
    assert "4 of 12 contours lie on no slice of this scan and are left out." in segmentation.notes


def structure_set(path: Path, contours: list[list[float]], kind: str = "CLOSED_PLANAR") -> Path:
    """A file with one structure, as little of it as its readers need."""
    dataset = Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    roi, drawn = Dataset(), Dataset()
    roi.ROINumber, roi.ROIName, drawn.ReferencedROINumber = 7, "Tumour", 7
    drawn.ContourSequence = Items([])
    for points in contours:
        item = Dataset()
        item.ContourGeometricType, item.NumberOfContourPoints = kind, len(points) // 3
        item.ContourData = points
        drawn.ContourSequence.append(item)
    dataset.StructureSetROISequence, dataset.ROIContourSequence = Items([roi]), Items([drawn])
    dataset.save_as(path, enforce_file_format=True)
    return path


def square(x: float, y: float, side: float, z: float) -> list[float]:
    """In DICOM's millimetres (to the left, to the back, up)."""
    return [x, y, z, x + side, y, z, x + side, y + side, z, x, y + side, z]


UPRIGHT = Geometry.from_axes((4, 20, 20), (0, 0, 0), (0, 0, -3), (0, -1, 0), (-1, 0, 0))


def test_a_contour_that_comes_twice_is_no_hole_and_points_enclose_nothing(tmp_path: Path) -> None:
    twice = structure_set(tmp_path / "a.dcm", [square(2.5, 3.5, 4, -3), square(2.5, 3.5, 4, -3)])
    segmentation = found(twice, UPRIGHT)
    assert segmentation.cover(1)[1, 4:8, 3:7].all() and int(segmentation.cover(1).sum()) == 16
    point = found(structure_set(tmp_path / "b.dcm", [[2, 2, 0]], "POINT"), UPRIGHT)
    assert point.notes == ("1 point or open line encloses nothing.",) and not point.labels().any()


def test_contours_between_the_slices_are_drawn_on_none(tmp_path: Path) -> None:
    with pytest.raises(GridMismatch, match="elsewhere"):
        read_segments(structure_set(tmp_path / "a.dcm", [square(2, 2, 5, -1.5)]), UPRIGHT)


@given(st.lists(st.tuples(st.floats(-5, 25), st.floats(-5, 25)), min_size=3, max_size=12))
@settings(max_examples=60)
def test_contours_cover_the_pixels_that_scikit_image_says(corners: list[tuple[float, float]]) -> None:
    aside = np.array([0.00317, 0.00071])  # no edge goes through a pixel's centre, where either answer is right
    points = np.round(np.array(corners), 2) + aside
    wanted = np.zeros((20, 22), bool)
    wanted[polygon(points[:, 0], points[:, 1], wanted.shape)] = True
    np.testing.assert_array_equal(inside(points, (20, 22)), wanted)


def test_frames_without_a_place_or_a_segment_are_said(dcmqi: Path, tmp_path: Path) -> None:
    scan, source = read_scan(dcmqi / "23x38x3/image"), dcmqi / "23x38x3/seg/label.seg"
    whole, dataset = found(source, scan), pydicom.dcmread(source)
    assert not whole.notes
    del dataset.PerFrameFunctionalGroupsSequence[-1]
    dataset.save_as(tmp_path / "a.dcm")
    assert found(tmp_path / "a.dcm", scan).notes[-1].startswith("1 frame does not say where it lies")
    dataset = pydicom.dcmread(source)
    dataset.SegmentSequence[0].SegmentNumber = 9
    dataset.save_as(tmp_path / "b.dcm")
    lost = found(tmp_path / "b.dcm", scan)
    assert not lost.labels().any() and "left out" in lost.notes[-1]


# Which scan they belong to


def test_what_names_a_series_is_found_beside_it(masks: Path) -> None:
    scans = list(find_scans(masks))
    beside = {scan.name: path.name for scan in scans if (path := find_masks(masks, scans).get(scan.id)) is not None}
    assert beside["Image 23x38x3"] == "label.seg" and beside["Image 24x38x3"].startswith("sparse-labelmap")
    assert beside["Series 3"] == "invalid_reference_rt.dcm"
    assert not any("seg" in scan.source.files[0].suffixes for scan in scans)


def test_a_segmentation_is_never_a_scan_and_belongs_to_the_one_series_beside_it(tmp_path: Path) -> None:
    phantom = phantoms.ct_phantom(shape=(4, 20, 24))
    phantoms.write_dicom(tmp_path / "case" / "ct", phantom)
    geometry = read_scan(tmp_path / "case" / "ct").geometry
    for place in (tmp_path / "case" / "drawn.seg.nrrd", tmp_path / "case" / "others" / "more.seg.nrrd"):
        place.parent.mkdir(exist_ok=True)
        write_mask(place, np.ones(geometry.shape, np.uint8), geometry)
    (scan,) = find_scans(tmp_path)
    assert find_masks(tmp_path, [scan]) == {scan.id: tmp_path / "case" / "drawn.seg.nrrd"}


def test_the_series_a_mask_names_is_read_without_its_pixels(masks: Path) -> None:
    image = pydicom.dcmread(masks / "dicom_seg_dcmqi/23x38x3/image/IMG0001.dcm", stop_before_pixels=True)
    named = series_of_mask(masks / "dicom_seg_dcmqi/23x38x3/seg/label.seg")
    assert named is not None
    assert named.series == {image.SeriesInstanceUID} and named.frames == {image.FrameOfReferenceUID}
    assert series_of_mask(masks / "dicom_seg_dcmqi/23x38x3/image/IMG0001.dcm") is None
    assert facts_of_mask(masks / "rtstruct_phantom_rt-utils/rt.dcm").shape == ()  # type: ignore[union-attr]


# Grids that differ


def grid(shape: tuple[int, int, int], first: int = 0, *, upside_down: bool = False) -> Geometry:
    """A stack that starts at slice `first` of the one at 0; upside down: from the feet."""
    step = 3 if upside_down else -3
    start = 3 * -(first + shape[0] - 1) if upside_down else -3 * first
    return Geometry.from_axes(shape, (0, 0, start), (0, 0, step), (0, -1, 0), (-1, 0, 0))


def test_a_mask_with_missing_slices_is_matched_by_position_whichever_way_it_runs(tmp_path: Path) -> None:
    scan = grid((8, 5, 6))
    marks: NDArray[np.uint8] = np.zeros((3, 5, 6), np.uint8)
    marks[0, 1, 2], marks[2, 3, 4] = 1, 2
    (down,) = write_mask(tmp_path / "down.nii.gz", marks, grid((3, 5, 6), 4))
    (up,) = write_mask(tmp_path / "up.nii.gz", marks[::-1].copy(), grid((3, 5, 6), 4, upside_down=True))
    for path in (down, up):
        labels = read_mask(path, scan)
        assert labels[4, 1, 2] == 1 and labels[6, 3, 4] == 2 and int((labels > 0).sum()) == 2


def test_marks_on_slices_that_the_scan_lacks_are_said(tmp_path: Path) -> None:
    (path,) = write_mask(tmp_path / "a.nii.gz", np.ones((8, 5, 6), np.uint8), grid((8, 5, 6)))
    notes = list[str]()
    assert read_mask(path, grid((6, 5, 6), 1), notes=notes).all()
    assert notes == ["25.0 % of the marks have no voxel in this scan and are left out."]


def test_a_frame_of_a_tilted_gantry_goes_to_its_slice() -> None:
    lean = np.tan(np.radians(25)) * 2.5
    scan = Geometry.from_axes((5, 30, 40), (10, 20, 30), (0, lean, -2.5), (0, -0.5, 0), (-0.5, 0, 0))
    laying = Laying(scan)
    marked = np.zeros((30, 40), bool)
    marked[3:9, 4:20] = True
    laying.lay(marked, 1, Plate(scan.to_mm((3, 0, 0)), scan.affine[:3, 1], scan.affine[:3, 2]))
    labels = laying.finished((Segment(1),)).labels()
    np.testing.assert_array_equal(labels[3], marked)
    assert int(labels.sum()) == 96


# Which wins


def test_the_smaller_segment_wins_unless_another_way_is_said() -> None:
    organ, lesion = np.ones((1, 4, 4), np.uint8), np.zeros((1, 4, 4), np.uint8)
    lesion[0, 1:3, 1:3] = 2
    both = Segmentation((lesion, organ), (Segment(2, "Lesion"), Segment(1, "Organ")))
    assert both.contested() == 4 and both.clashes() == {(1, 2)}
    np.testing.assert_array_equal(both.labels(), np.where(lesion == 2, 2, 1))
    np.testing.assert_array_equal(both.labels("first"), np.where(lesion == 2, 2, 1))
    assert (both.labels("last") == 1).all()
    np.testing.assert_array_equal(both.labels(table={2: 0, 1: 9}), organ * 9)  # what is left out wins nowhere


# What is hostile


def test_mutated_files_give_a_sentence_or_a_mask(masks: Path, tmp_path: Path) -> None:
    folder = masks / "dicom_seg_dcmqi"
    sources = [
        (folder / "23x38x3/seg/label.seg", read_scan(folder / "23x38x3/image")),
        (folder / "sparse-labelmap-ppv5.dcm", read_scan(folder / "24x38x3/image")),
        (masks / "rtstruct_phantom_rt-utils/rt.dcm", read_scan(masks / "rtstruct_phantom_rt-utils/ct_1.dcm")),
        (masks / "seg_nrrd_slicerio/Segmentation.seg.nrrd", read_scan(masks / "seg_nrrd_slicerio/CTChest4.nrrd")),
    ]
    rng = random.Random(7)
    for n in range(40):
        source, scan = sources[n % len(sources)]
        content = bytearray(source.read_bytes())
        for _change in range(rng.choice((1, 8, 40))):
            content[rng.randrange(min(len(content), 4000))] = rng.randrange(256)
        path = tmp_path / source.name
        path.write_bytes(content[: rng.randrange(1, len(content))] if n % 5 == 0 else content)
        try:
            read_segments(path, scan)
        except LesionStudioError as problem:
            assert problem.message.endswith(".") and problem.hint
