"""The shipped model on real slices: a healthy chest gives almost none, and the same slice in any file the same mask."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.imaging.formats import read_scan
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.scan import Scan
from lesionstudio.learning.inference import Predictor
from lesionstudio.metrics.agreement import Agreement
from lesionstudio.progress import silent
from lesionstudio.resources import resource
from lesionstudio.workflows.segment import Choices, Segmenting


@pytest.mark.slow
def test_a_slice_as_dicom_and_as_8_or_16_bit_png_gives_the_same_mask(shared_data: Path, tmp_path: Path) -> None:
    predictor = Predictor.open(resource("models", "lung-lesions"), exact=True)
    series = read_scan(shared_data / "chest_ct" / "RICORD-1A-00101" / "dicom")
    for k in (6, 13):
        seen = network_inputs(series, k, predictor.card.inputs)[0]
        Image.fromarray(np.round(seen * 255).astype(np.uint8)).save(tmp_path / "8.png")
        Image.fromarray(np.round(seen * 65535).astype(np.uint16)).save(tmp_path / "16.png")
        wanted = _mask(predictor, series, k)
        assert wanted.sum() > 500
        for name in ("8.png", "16.png"):
            again = _mask(predictor, read_scan(tmp_path / name), 0)
            assert Agreement.of(again, wanted).dice > 0.995, name


def _segmenting(folder: Path) -> Segmenting:
    return Segmenting(read_scan(folder), Choices(resource("models", "lung-lesions"), device="cpu"))


def _marks(run: Segmenting, slices: range) -> NDArray[np.bool_]:
    marks = np.zeros((len(slices), *run.scan.geometry.shape[1:]), bool)
    for piece in run.pieces(slices, silent):
        marks[[slices.index(k) for k in piece.slices]] = piece.labels > 0
    return marks


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ACRIN-FLT-Breast_013", "C3L-00189"])
def test_a_chest_without_a_lung_lesion_gives_almost_no_marks(shared_data: Path, name: str) -> None:
    run = _segmenting(shared_data / "chest_ct" / name / "dicom")
    marks = _marks(run, range(run.scan.slices))
    assert marks.sum() * run.scan.geometry.voxel_volume_mm3 / 1000 < 5


@pytest.mark.slow
def test_consolidations_stay_marked_on_both_sides_of_a_chest_with_them(shared_data: Path) -> None:
    run = _segmenting(shared_data / "chest_ct" / "RICORD-1A-00101" / "dicom")
    marks = _marks(run, range(run.scan.slices))
    assert 25 < marks.sum() * run.scan.geometry.voxel_volume_mm3 / 1000 < 80
    for side in (marks[:, :, :256], marks[:, :, 256:]):
        assert side[4:16].any(axis=(1, 2)).mean() > 0.9


@pytest.mark.slow
def test_a_slice_segmented_alone_gives_what_the_whole_scan_gives_there(shared_data: Path) -> None:
    run = _segmenting(shared_data / "chest_ct" / "C3L-00189" / "dicom")
    whole = _marks(run, range(run.scan.slices))
    for k in (1, 6, 12):
        alone = _marks(_segmenting(shared_data / "chest_ct" / "C3L-00189" / "dicom"), range(k, k + 1))
        np.testing.assert_array_equal(alone[0], whole[k])


def _mask(predictor: Predictor, scan: Scan, k: int) -> NDArray[np.bool_]:
    inputs = network_inputs(scan, k, predictor.card.inputs)[None]
    marked: NDArray[np.bool_] = predictor.predict(inputs)[0, 0] >= predictor.card.threshold
    return marked
