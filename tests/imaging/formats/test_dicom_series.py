"""Which files make one scan: what takes them apart, what they are called, and volumes within one file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from lesionstudio.imaging.formats import find_scans, read_scan
from tests.phantoms import orientation_phantom, write_dicom

SLICES = 14


def write_twice(folder: Path, tell: Callable[[Any, int, int], None]) -> None:
    """The same slices twice in one series, each time as `tell(dataset, slice, time)` says."""
    phantom = orientation_phantom()
    for time in (0, 1):
        made = write_dicom(folder / "s", phantom, change=lambda dataset, k: tell(dataset, k, time))  # noqa: B023
        for path in made:
            dataset = pydicom.dcmread(path)
            dataset.SOPInstanceUID = dataset.SOPInstanceUID[:-1] + str(time)
            dataset.InstanceNumber += time * SLICES
            dataset.save_as(folder / f"{time}_{path.name}", enforce_file_format=True)
            path.unlink()


def say_acquisition(dataset: Any, k: int, time: int) -> None:
    dataset.AcquisitionNumber = 3 + time


def say_trigger(dataset: Any, k: int, time: int) -> None:
    dataset.TriggerTime = f"{40 * time}"


def say_trigger_of_each_slice(dataset: Any, k: int, time: int) -> None:
    dataset.TriggerTime = f"{40 * time + k}"


def say_time(dataset: Any, k: int, time: int) -> None:
    dataset.TemporalPositionIdentifier = time + 1


def say_echo(dataset: Any, k: int, time: int) -> None:
    dataset.EchoTime = ("4.2", "9.1")[time]


@pytest.mark.parametrize(
    ("tell", "names"),
    [
        (say_acquisition, ["acquisition 3", "acquisition 4"]),
        (say_trigger, ["time 0", "time 40"]),
        (say_time, ["time 1", "time 2"]),
        (say_echo, ["TE 4.2", "TE 9.1"]),
    ],
)
def test_what_the_files_say_takes_images_at_one_place_apart(
    tmp_path: Path, tell: Callable[[Any, int, int], None], names: list[str]
) -> None:
    write_twice(tmp_path, tell)
    found = list(find_scans(tmp_path))
    assert [one.name for one in found] == [f"Series 2, {name}" for name in names]
    assert [one.shape[0] for one in found] == [SLICES, SLICES]
    np.testing.assert_array_equal(read_scan(found[1].source).volume(), orientation_phantom().voxels)


def test_a_time_of_its_own_for_each_slice_takes_nothing_apart(tmp_path: Path) -> None:
    write_twice(tmp_path, say_trigger_of_each_slice)
    (found,) = find_scans(tmp_path)
    assert found.shape[0] == 2 * SLICES and "nothing but their number" in read_scan(found.source).notes[0]


def test_ids_are_the_same_in_every_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_twice(tmp_path, say_acquisition)
    english = [one.id for one in find_scans(tmp_path)]
    monkeypatch.setattr("lesionstudio.imaging.formats.dicom_series._", lambda words: f"«{words}»")
    french = list(find_scans(tmp_path))
    assert "«" in french[0].name and [one.id for one in french] == english


def test_a_single_image_across_a_series_is_a_localizer(tmp_path: Path) -> None:
    write_dicom(tmp_path / "s", orientation_phantom())
    (one, *rest) = write_dicom(tmp_path / "other", orientation_phantom("coronal"))
    dataset = pydicom.dcmread(one)
    uid = pydicom.dcmread(next((tmp_path / "s").iterdir())).SeriesInstanceUID
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID = (
        uid,
        pydicom.dcmread(next((tmp_path / "s").iterdir())).StudyInstanceUID,
    )
    dataset.save_as(tmp_path / "s" / "across.dcm")
    for path in (one, *rest):
        path.unlink()
    assert {scan.shape[0]: scan.last for scan in find_scans(tmp_path)} == {SLICES: False, 1: True}


def write_frames(path: Path, times: int) -> None:
    """One enhanced file of so many volumes, its frames against the order of place and time by time."""
    phantom = orientation_phantom()
    files = write_dicom(path.parent / "files", phantom)
    datasets = [pydicom.dcmread(file) for file in files]
    pixels, whole = [dataset.pixel_array for dataset in datasets], datasets[0]
    frames = [(time, k) for time in reversed(range(times)) for k in reversed(range(SLICES))]
    whole.PerFrameFunctionalGroupsSequence = Sequence([_frame(datasets[k], time) for time, k in frames])
    whole.SharedFunctionalGroupsSequence = Sequence([_shared(whole)])
    whole.NumberOfFrames = len(frames)
    whole.PixelData = b"".join((pixels[k] + time).astype("<u2").tobytes() for time, k in frames)
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        delattr(whole, keyword)
    whole.save_as(path, enforce_file_format=True)
    for file in files:
        file.unlink()


def _frame(dataset: Any, time: int) -> Dataset:
    frame, position, content = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = dataset.ImagePositionPatient
    content.TemporalPositionIndex = time + 1
    frame.PlanePositionSequence, frame.FrameContentSequence = Sequence([position]), Sequence([content])
    return frame


def _shared(dataset: Any) -> Dataset:
    shared, orientation, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = dataset.ImageOrientationPatient
    measures.PixelSpacing, measures.SliceThickness = dataset.PixelSpacing, dataset.SliceThickness
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = Sequence([orientation]), Sequence([measures])
    return shared


def test_each_volume_of_a_file_of_frames_is_a_scan_of_its_own(tmp_path: Path) -> None:
    phantom = orientation_phantom()
    write_frames(tmp_path / "enhanced.dcm", times=3)
    found = list(find_scans(tmp_path))
    assert [one.name for one in found] == ["Series 2, time 1", "Series 2, time 2", "Series 2, time 3"]
    for time, one in enumerate(found):
        scan = read_scan(one.source)
        assert one.shape == scan.geometry.shape == (SLICES, 40, 44)
        np.testing.assert_array_equal(scan.volume(), phantom.voxels + time)
        np.testing.assert_allclose(scan.geometry.affine, phantom.affine, atol=1e-6)


def test_one_volume_in_a_file_of_frames_is_one_scan(tmp_path: Path) -> None:
    write_frames(tmp_path / "enhanced.dcm", times=1)
    (found,) = find_scans(tmp_path)
    np.testing.assert_array_equal(read_scan(found.source).volume(), orientation_phantom().voxels)


def test_the_frames_of_a_dose_lie_as_far_apart_as_it_says(shared_data: Path) -> None:
    scan = read_scan(shared_data / "formats/dicom/pydicom_test_files/rtdose_expb.dcm")
    assert scan.geometry.shape == (15, 10, 10) and scan.geometry.spacing_mm == (5.0, 10.0, 10.0)
    assert not [note for note in scan.notes if "place" in note]


def test_a_film_has_no_places(shared_data: Path) -> None:
    scan = read_scan(shared_data / "formats/dicom/pydicom_test_files/examples_ybr_color.dcm")
    assert scan.geometry.shape == (30, 240, 320) and not scan.geometry.has_orientation
