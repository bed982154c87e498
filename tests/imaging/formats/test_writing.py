"""Masks and pictures out and in again: no voxel and no millimetre is lost, in any kind of file that holds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel
import nrrd
import numpy as np
import pydicom
import pytest
import tifffile
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch, LesionStudioError, UnreadableFile
from lesionstudio.imaging.formats import Drawn, find_scan, find_scans, read_mask, read_scan, write_mask, writing_tiff
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from tests import phantoms
from tests.seg_reader import read_seg

NAMES, COLOURS = {1: "Lesion", 4: "Épanchement"}, {1: "#F5A539", 4: "#A082FB"}
VOLUME_ENDINGS = (".nii.gz", ".nrrd", ".seg.nrrd", ".tif")


def some_labels(shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Two labels that no turn of the grid brings onto themselves; both ends of every axis are marked."""
    labels = np.zeros(shape, np.uint8)
    slices, rows, columns = shape
    labels[0, : rows // 3 + 1, : columns // 2 + 1] = 1
    labels[slices // 2 :, rows // 2, columns // 4 :] = 4
    labels[-1, -1, -1] = 1
    return labels


def ct_series(folder: Path, plane: phantoms.Plane = "oblique", **more: Any) -> tuple[FoundScan, Scan]:
    found = find_scan(phantoms.write_dicom(folder, phantoms.orientation_phantom(plane), **more)[0])
    return found, read_scan(found.source)


def written(path: Path, labels: NDArray[np.uint8], geometry: Geometry, **more: Any) -> Path:
    (file,) = write_mask(path, labels, geometry, values="index", names=NAMES, colours=COLOURS, **more)
    return file


def assert_same_grid(one: Geometry, other: Geometry) -> None:
    """Affines within 1e-6 of the numbers in them; what has no place in the patient still has its spacing."""
    assert one.shape == other.shape and one.has_orientation == other.has_orientation
    if one.has_spacing or one.has_orientation:
        length = float(np.abs(other.affine).max())
        np.testing.assert_allclose(one.affine[:, :3], other.affine[:, :3], rtol=1e-6, atol=1e-6 * max(other.spacing_mm))
        np.testing.assert_allclose(one.affine[:, 3], other.affine[:, 3], atol=1e-6 * length)


@pytest.mark.parametrize("plane", phantoms.PLANES)
@pytest.mark.parametrize("ending", VOLUME_ENDINGS)
def test_labels_on_a_series_come_back_as_they_were(tmp_path: Path, plane: phantoms.Plane, ending: str) -> None:
    _found, scan = ct_series(tmp_path / "series", plane)
    labels = some_labels(scan.geometry.shape)
    path = written(tmp_path / f"out{ending}", labels, scan.geometry)
    np.testing.assert_array_equal(read_mask(path, scan.geometry), labels)


@pytest.mark.parametrize("plane", phantoms.PLANES)
def test_nrrd_says_every_digit_of_the_place_and_is_right_handed(tmp_path: Path, plane: phantoms.Plane) -> None:
    _found, scan = ct_series(tmp_path / "series", plane)
    labels = some_labels(scan.geometry.shape)
    voxels, header = nrrd.read(str(written(tmp_path / "out.nrrd", labels, scan.geometry)))
    assert header["space"] == "left-posterior-superior" and np.linalg.det(header["space directions"]) > 0
    for number in (1, 4):
        lps = np.argwhere(voxels == number) @ header["space directions"] + header["space origin"]
        ours = scan.geometry.to_mm(np.argwhere(labels == number))
        assert_same_places(lps * (-1, -1, 1), ours, 1e-9)


def assert_same_places(one: NDArray[np.float64], other: NDArray[np.float64], within_mm: float) -> None:
    """The same points whatever their order, each once."""
    assert one.shape == other.shape
    ordered = [points[np.lexsort(np.round(points, 3).T)] for points in (one, other)]
    np.testing.assert_allclose(ordered[0], ordered[1], atol=within_mm)


def test_a_segmentation_names_its_segments_as_slicer_does(tmp_path: Path) -> None:
    labels = some_labels((3, 5, 8))
    path = written(tmp_path / "out.seg.nrrd", labels, Geometry.pixels((3, 5, 8)))
    header = nrrd.read_header(str(path))
    assert (header["type"], header["kinds"]) == ("uint8", ["domain"] * 3)
    assert header["Segmentation_MasterRepresentation"] == "Binary labelmap"
    assert header["Segment0_Name"] == "Lesion" and "Segment1_Name:=Épanchement\n".encode() in path.read_bytes()
    assert [header[f"Segment{n}_LabelValue"] for n in (0, 1)] == ["1", "4"]
    assert [float(part) for part in header["Segment0_Color"].split()] == pytest.approx(
        [0xF5 / 255, 0xA5 / 255, 0.2235], abs=1e-4
    )
    assert header["Segment0_Extent"] == "0 7 0 4 0 2" and header["Segment1_Extent"] == "2 7 2 2 1 2"
    assert "52988006^Lesion" in header["Segment0_Tags"] and "Lesion" not in header["Segment1_Tags"]


def test_everything_marked_as_one_segment_keeps_the_name_of_the_only_label(tmp_path: Path) -> None:
    labels = some_labels((3, 5, 8))
    for names, name, number in (({3: "Scar"}, "Scar", 3), (NAMES, "Marked", 0)):
        path = tmp_path / f"{name}.seg.nrrd"
        marked = np.where(labels > 0, number, labels).astype(np.uint8) if number else labels
        write_mask(path, marked, Geometry.pixels((3, 5, 8)), values="binary", names=names, colours={3: "#010203"})
        voxels, header = nrrd.read(str(path))
        assert header["Segment0_Name"] == name and "Segment1_Name" not in header and voxels.max() == 1


def test_an_affine_of_a_nifti_file_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    affine = np.diag([0.1, 0.7, 3.3, 1.0])
    affine[:3, 3] = 0.1, -101.7, 33.33
    for name, codes in {"both": (1, 1), "sform": (0, 2), "quaternion": (1, 0)}.items():
        image = nibabel.Nifti1Image(np.zeros((5, 6, 7), np.int16), affine)
        image.set_qform(affine, codes[0])
        image.set_sform(affine if codes[1] else None, codes[1])
        image.to_filename(tmp_path / f"{name}.nii")
        scan = read_scan(tmp_path / f"{name}.nii")
        path = written(tmp_path / f"{name}_mask.nii.gz", some_labels(scan.geometry.shape), scan.geometry)
        np.testing.assert_array_equal(nibabel.load(path).affine, nibabel.load(tmp_path / f"{name}.nii").affine)


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_a_dicom_segmentation_lies_where_it_was_drawn(tmp_path: Path, order: phantoms.FileOrder) -> None:
    found, scan = ct_series(tmp_path / "series", order=order)
    labels = some_labels(scan.geometry.shape)
    path = written(tmp_path / "out.dcm", labels, scan.geometry, drawn=Drawn(found.source, "CT 001"))
    lesion, effusion = read_seg(path)
    assert [lesion.label, effusion.label] == ["Lesion", "Épanchement"]
    for segment, number in ((lesion, 1), (effusion, 4)):
        assert_same_places(segment.places_mm, scan.geometry.to_mm(np.argwhere(labels == number)), 1e-6)
        marked = [file for file, plane in zip(found.source.files, labels) if (plane == number).any()]
        assert set(segment.drawn_on) == {pydicom.dcmread(file).SOPInstanceUID for file in marked}


def test_a_dicom_segmentation_refers_to_its_series_and_says_nothing_else_of_the_patient(tmp_path: Path) -> None:
    def more_of_the_patient(dataset: pydicom.Dataset, _k: int) -> None:
        dataset.PatientBirthDate, dataset.PatientSex, dataset.PatientAge = "19500203", "F", "075Y"
        dataset.StudyDate, dataset.AccessionNumber = "20240102", "ACC77"
        dataset.ReferringPhysicianName, dataset.PatientComments = "House^G", "was here"
        dataset.StudyDescription, dataset.InstitutionName = "Doe staging", "General Hospital"

    found, scan = ct_series(tmp_path / "series", change=more_of_the_patient)
    labels = some_labels(scan.geometry.shape)
    path = written(tmp_path / "alias.dcm", labels, scan.geometry, drawn=Drawn(found.source, "CT 001"))
    mask, source = pydicom.dcmread(path), pydicom.dcmread(found.source.files[0])
    assert (mask.PatientName, mask.PatientID, mask.PatientIdentityRemoved) == ("CT 001", "CT 001", "YES")
    content = path.read_bytes()
    for told in (b"PHANTOM", b"1950", b"075Y", b"20240102", b"ACC77", b"House", b"was here", b"Doe", b"General"):
        assert told not in content, told
    assert not mask.PatientSex and mask.StudyInstanceUID == source.StudyInstanceUID
    assert mask.ReferencedSeriesSequence[0].SeriesInstanceUID == source.SeriesInstanceUID
    assert mask.FrameOfReferenceUID == source.FrameOfReferenceUID
    asked = written(tmp_path / "asked.dcm", labels, scan.geometry, drawn=Drawn(found.source, None))
    assert pydicom.dcmread(asked).PatientName == "PHANTOM^SPHERE"
    assert pydicom.dcmread(asked).get("PatientComments") is None


def test_who_made_the_marks_is_said_in_a_dicom_segmentation(tmp_path: Path) -> None:
    found, scan = ct_series(tmp_path / "series")
    ways = {"MANUAL": Drawn(found.source), "AUTOMATIC": Drawn(found.source, model="lung-1", by_itself=True)}
    ways["SEMIAUTOMATIC"] = Drawn(found.source, model="lung-1")
    for way, drawn in ways.items():
        path = written(tmp_path / f"{way}.dcm", some_labels(scan.geometry.shape), scan.geometry, drawn=drawn)
        assert {one.SegmentAlgorithmType for one in pydicom.dcmread(path).SegmentSequence} == {way}


def test_a_picture_cannot_have_a_dicom_segmentation(tmp_path: Path) -> None:
    path = phantoms.write_png(tmp_path / "a.png", phantoms.picture_phantom())
    with pytest.raises(LesionStudioError, match="refers to a DICOM series"):
        written(
            tmp_path / "out.dcm",
            some_labels((1, 96, 120)),
            read_scan(path).geometry,
            drawn=Drawn(find_scan(path).source),
        )
    found, _scan = ct_series(tmp_path / "series")
    with pytest.raises(GridMismatch, match="1 slices"):
        written(tmp_path / "out.dcm", some_labels((1, 40, 44)), Geometry.pixels((1, 40, 44)), drawn=Drawn(found.source))
    assert not list(tmp_path.glob("*out*"))


def test_a_radiograph_that_lies_nowhere_has_one_too(tmp_path: Path) -> None:
    def as_radiograph(dataset: pydicom.Dataset, _k: int) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.ComputedRadiographyImageStorage
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID"):
            delattr(dataset, keyword)

    phantom = phantoms.ct_phantom((1, 24, 32))
    file = phantoms.write_dicom(tmp_path / "cr", phantom, modality="CR", change=as_radiograph)[0]
    labels = some_labels((1, 24, 32))
    scan = read_scan(file)
    path = written(tmp_path / "out.dcm", labels, scan.geometry, drawn=Drawn(find_scan(file).source, "CR 001"))
    np.testing.assert_array_equal(read_mask(path, scan.geometry), np.where(labels == 4, 2, labels))


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
def test_a_stack_keeps_every_kind_of_value_and_its_spacing(tmp_path: Path, kind: str) -> None:
    values = np.random.default_rng(1).integers(0, 127, (3, 4, 5)).astype(kind)
    grid = Geometry((3, 4, 5), np.diag([3.3, 0.61, 0.703125, 1.0]))
    writing_tiff.write(tmp_path / "a.tif", iter(values), values.dtype, grid)
    scan = read_scan(tmp_path / "a.tif")
    assert scan.dtype == values.dtype and scan.geometry.spacing_mm == pytest.approx((3.3, 0.61, 0.703125), rel=1e-6)
    np.testing.assert_array_equal(scan.volume(), values)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages[0].compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert file.is_imagej == (kind in ("u1", "u2", "i2", "f4"))


def real_volumes(shared_data: Path) -> Iterator[tuple[str, FoundScan, Scan]]:
    """Every volume of the test data's formats that can be read."""
    for found in find_scans(shared_data / "formats"):
        if found.error or found.kind != "volume":
            continue
        try:
            yield found.id, found, read_scan(found.source)
        except UnreadableFile:
            continue


def check_round_trips(found: FoundScan, scan: Scan, folder: Path) -> None:
    """Labels are the same again from every kind of file; grids that a file can hold are the same to 1e-6."""
    labels, grid = some_labels(scan.geometry.shape), scan.geometry
    for ending in VOLUME_ENDINGS:
        path = written(folder / f"mask{ending}", labels, grid)
        np.testing.assert_array_equal(read_mask(path, grid), labels, err_msg=f"{found.id} {ending}")
        again = read_scan(path).geometry
        if ending == ".tif":
            assert again.has_spacing == grid.has_spacing
            np.testing.assert_allclose(again.spacing_mm, grid.spacing_mm if grid.has_spacing else 1.0, rtol=1e-6)
        elif grid.positions_mm is None and (grid.has_orientation or ending == ".nii.gz"):
            assert_same_volume(again, grid)
        path.unlink()


def assert_same_volume(one: Geometry, other: Geometry) -> None:
    """The same voxels in space, in whatever order they are shown: corners within 1e-6 of their distances."""
    assert sorted(one.shape) == sorted(other.shape) and one.has_orientation == other.has_orientation
    if not other.has_orientation:
        return
    ends = [np.array(np.meshgrid(*[(0, n - 1) for n in grid.shape])).reshape(3, -1).T for grid in (one, other)]
    corners = [grid.to_mm(corner) for grid, corner in zip((one, other), ends)]
    longest = float(np.abs(corners[1]).max()) + float(np.ptp(corners[1], axis=0).max())
    apart = np.linalg.norm(corners[0][:, None] - corners[1][None], axis=2).min(axis=1)
    assert apart.max() <= 1e-6 * longest


def check_dicom_seg(found: FoundScan, scan: Scan, folder: Path) -> bool:
    """Whether a DICOM-SEG could be made; then the second reader finds every voxel at its place, and ours the labels."""
    labels = some_labels(scan.geometry.shape)
    try:
        path = written(folder / "mask.dcm", labels, scan.geometry, drawn=Drawn(found.source))
    except LesionStudioError as problem:
        assert "lacks what a DICOM-SEG" in problem.message
        return False
    numbered = np.where(labels == 4, 2, labels)  # segments are numbered without gaps
    np.testing.assert_array_equal(read_mask(path, scan), numbered, err_msg=found.id)
    for segment, number in zip(read_seg(path), (1, 4)):
        ours = scan.geometry.to_mm(np.argwhere(labels == number))
        assert_same_places(
            segment.places_mm, ours, 1e-6 * float(np.abs(ours).max()) + 1e-3 * scan.geometry.spacing_mm[0]
        )
    path.unlink()
    return True


def test_real_volumes_keep_grid_and_labels(tmp_path: Path, shared_data: Path) -> None:
    """One of each kind: a head in another axis order, a series with a tilted gantry, an oblique one, a stack."""
    folder = shared_data / "formats"
    for source in (
        folder / "nifti/niivue_space/PSL.nii.gz",
        folder / "studies/head_ct_philips_dcm_qa_ct/S21610/S2010/I310",
        folder / "studies/mr_abdomen_coronal_haste_tcga",
        folder / "tiff/derived/isbi4_bigtiff_tiled_u16.tif",
    ):
        file = source if source.is_file() else next(path for path in sorted(source.rglob("*")) if path.is_file())
        found = find_scan(file)
        check_round_trips(found, read_scan(found.source), tmp_path)


def test_real_series_keep_place_and_labels_as_dicom_segmentations(tmp_path: Path, shared_data: Path) -> None:
    for folder in ("chest_ct/RICORD-1A-00101", "formats/studies/mr_abdomen_coronal_haste_tcga"):
        (found, *_more) = [one for one in find_scans(shared_data / folder) if one.kind == "volume" and not one.last]
        assert check_dicom_seg(found, read_scan(found.source), tmp_path)


@pytest.mark.slow
def test_every_real_volume_keeps_grid_and_labels(tmp_path: Path, shared_data: Path) -> None:
    count = 0
    for _name, found, scan in real_volumes(shared_data):
        check_round_trips(found, scan, tmp_path)
        count += 1
    assert count > 60


@pytest.mark.slow
def test_every_real_series_keeps_place_and_labels_as_a_dicom_segmentation(tmp_path: Path, shared_data: Path) -> None:
    made = {True: 0, False: 0}
    for root in ("chest_ct", "formats/studies", "formats/dicom", "formats/masks"):
        for found in find_scans(shared_data / root):
            if not found.error and not found.last and found.source.format == "dicom" and found.kind == "volume":
                try:
                    scan = read_scan(found.source)
                except UnreadableFile:
                    continue
                made[check_dicom_seg(found, scan, tmp_path)] += 1
    assert made[True] > 25 and made[False] < 15
