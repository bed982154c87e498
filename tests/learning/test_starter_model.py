"""The shipped model on real slices: the same slice in any file gives the same mask."""

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
from lesionstudio.resources import resource


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


def _mask(predictor: Predictor, scan: Scan, k: int) -> NDArray[np.bool_]:
    inputs = network_inputs(scan, k, predictor.card.inputs)[None]
    marked: NDArray[np.bool_] = predictor.predict(inputs)[0, 0] >= predictor.card.threshold
    return marked
