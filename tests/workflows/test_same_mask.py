"""The same slice gives the same mask, whatever file it lies in: real CT of the chest under the starter model."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.model_card import read_card
from lesionstudio.progress import silent
from lesionstudio.project.project import Project
from lesionstudio.resources import resource
from lesionstudio.workflows.convert import ConvertOrder, convert_files
from lesionstudio.workflows.segment import Choices, Segmenting, segment_scan

STARTER = resource("models", "lung-lesions")
LEAST_DICE, LEAST_PIXELS = 0.95, 400
# No slice whose marks the next slices show to be the top of an organ: a file alone has no next slice.
SERIES = {"RICORD-1A-00101": (2, 9, 16), "LUNG1-002": (5, 19), "RIDER-0109": (3, 10)}

Marks = NDArray[np.bool_]
Hu = NDArray[np.int16]


def marks(path: Path, hu_offset: float | None = None, k: int = 0) -> Marks:
    """What the starter model marks on slice k of a file or folder."""
    run = Segmenting(read_scan(path), Choices(STARTER, device="cpu", hu_offset=hu_offset))
    (piece,) = run.pieces([k], silent)
    return piece.labels[0] > 0


def dice(one: Marks, other: Marks) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def raised_png(path: Path, hu: Hu, offset: int) -> Path:
    """HU + offset in 16 bits; what does not fit is cut off, as other programs do."""
    Image.fromarray(np.clip(hu.astype(int) + offset, 0, 65535).astype(np.uint16)).save(path)
    return path


def wrapped_png(path: Path, hu: Hu, offset: int) -> Path:
    """HU + offset in 16 bits without a look at what fits."""
    Image.fromarray((hu.astype(int) + offset).astype(np.uint16)).save(path)
    return path


def grey_of(hu: Hu) -> NDArray[np.uint8]:
    """8 bits in the window of the starter model's card."""
    rule = read_card(STARTER).inputs[0].rule
    return np.rint(np.clip((hu - rule.low) / (rule.high - rule.low), 0, 1) * 255).astype(np.uint8)


def saved(path: Path, grey: NDArray[np.uint8], **more: int) -> Path:
    Image.fromarray(grey).save(path, **more)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(("series", "k"), [(name, k) for name, slices in SERIES.items() for k in slices])
def test_a_ct_slice_in_eight_kinds_of_file_gives_one_mask(
    shared_data: Path, tmp_path: Path, series: str, k: int
) -> None:
    (source,) = [one.source for one in find_scans(shared_data / "chest_ct" / series) if one.source.format == "dicom"]
    hu = np.asarray(read_scan(source).slice(k))
    (converted,) = convert_files(ConvertOrder([source.files[0]], tmp_path / "16"))
    (windowed,) = convert_files(ConvertOrder([source.files[0]], tmp_path / "8", window="-1350:250"))
    in_hu = marks(source.files[0], k=k)
    exact = {
        "PNG of convert": marks(Path(converted["files"][k])),
        "HU + 32768": marks(raised_png(tmp_path / "b.png", hu, 32768), 32768),
        "HU + 1024, padding wrapped round": marks(wrapped_png(tmp_path / "c.png", hu, 1024), 1024),
    }
    close = {
        "HU + 1024": marks(raised_png(tmp_path / "a.png", hu, 1024), 1024),
        "8-bit PNG": marks(saved(tmp_path / "8.png", grey_of(hu))),
        "JPEG": marks(saved(tmp_path / "8.jpg", grey_of(hu), quality=95)),
        "8-bit PNG of convert in another window": marks(Path(windowed["files"][k])),
    }
    for name, mask in exact.items():
        np.testing.assert_array_equal(mask, in_hu, err_msg=name)
    everything = {"DICOM": in_hu, **exact, **close}
    if in_hu.sum() < LEAST_PIXELS and series != "RICORD-1A-00101":
        assert max(mask.sum() for mask in everything.values()) < 2 * LEAST_PIXELS
        return
    assert in_hu.sum() >= LEAST_PIXELS
    for one, other in combinations(everything, 2):
        assert dice(everything[one], everything[other]) >= LEAST_DICE, (one, other)


def test_without_a_word_about_the_offset_the_guess_is_said_and_nothing_is_made_of_it(
    shared_data: Path, tmp_path: Path
) -> None:
    hu = np.asarray(read_scan(shared_data / "chest_ct" / "RICORD-1A-00101" / "dicom").slice(9))
    raised = raised_png(tmp_path / "a.png", hu, 1024)
    run = Segmenting(read_scan(raised), Choices(STARTER, device="cpu"))
    assert run.warnings([0])[0] == "These pictures look like CT with 1024 added to the values."
    assert run.hu_offset_guess == 1024 and run.scan.unit == ""
    said = Segmenting(read_scan(raised), Choices(STARTER, device="cpu", hu_offset=1024))
    assert said.warnings([0]) == [] and said.hu_offset_guess is None


@pytest.mark.parametrize("offset", [1024, 32768])
def test_a_study_whose_offset_was_confirmed_gives_the_mask_of_the_hu(
    shared_data: Path, tmp_path: Path, offset: int
) -> None:
    series = shared_data / "chest_ct" / "RICORD-1A-00101" / "dicom"
    hu = np.asarray(read_scan(series).slice(9))
    (tmp_path / "study").mkdir()
    raised_png(tmp_path / "study" / "a.png", hu, offset)
    project = Project.open(tmp_path / "study")
    (item,) = [project.add(found) for found in find_scans(tmp_path / "study")]
    assert project.read_scan(item).unit == "" and project.hu_offset is None
    project.settings["hu_offset"] = offset
    project.close()
    again = Project.open(tmp_path / "study", write=False)
    scan = again.read_scan(again.items["a.png"])
    np.testing.assert_array_equal(scan.slice(0), np.maximum(hu, -offset))
    assert scan.unit == "HU"
    (tmp_path / "run").mkdir()
    done = segment_scan(
        item.source.to_json(), str(STARTER), None, None, None, "cpu", str(tmp_path / "run"), silent, again.hu_offset
    )
    mask = np.load(done["labels"])[0] > 0
    assert dice(mask, marks(series, k=9)) >= LEAST_DICE and done["warnings"] == []
    unsaid = segment_scan(item.source.to_json(), str(STARTER), None, None, None, "cpu", str(tmp_path / "run"), silent)
    assert unsaid["hu_offset_guess"] == offset and done["hu_offset_guess"] is None


Writer = Callable[[Path, Hu], Path]


def signed_tiff(path: Path, hu: Hu) -> Path:
    import tifffile

    tifffile.imwrite(path / "signed.tif", hu)
    return path / "signed.tif"


def nifti(path: Path, hu: Hu) -> Path:
    from tests.phantoms import grid, write_nifti

    return write_nifti(path / "volume.nii.gz", hu[None], grid("axial", (1, *hu.shape), (5.0, 0.7, 0.7)))


def converted_tiff(path: Path, hu: Hu) -> Path:
    (entry,) = convert_files(ConvertOrder([signed_tiff(path, hu)], path / "out"))
    return Path(entry["files"][0])


def other_intercept(path: Path, hu: Hu) -> Path:
    """Stored from 0 on, slope 1, intercept -3024: another way a scanner writes the same HU."""
    import pydicom

    from tests import phantoms

    affine = phantoms.grid("axial", (1, *hu.shape), (5.0, 0.7, 0.7))
    lesion = np.zeros((1, *hu.shape), np.uint8)
    (file, *_rest) = phantoms.write_dicom(path / "s", phantoms.Phantom(hu[None], lesion, affine, 0.0, (0.0, 0.0, 0.0)))
    dataset = pydicom.dcmread(file)
    dataset.PixelData = (hu.astype(int) + 3024).astype("<u2").tobytes()
    dataset.PixelRepresentation, dataset.RescaleSlope, dataset.RescaleIntercept = 0, 1, -3024
    dataset.save_as(file)
    return file


@pytest.mark.parametrize("write", [signed_tiff, nifti, converted_tiff, other_intercept])
def test_other_ways_to_write_hu_give_the_very_same_mask(shared_data: Path, tmp_path: Path, write: Writer) -> None:
    series = shared_data / "chest_ct" / "RICORD-1A-00101" / "dicom"
    hu = np.asarray(read_scan(series).slice(9))
    np.testing.assert_array_equal(marks(write(tmp_path, hu)), marks(series, k=9))
