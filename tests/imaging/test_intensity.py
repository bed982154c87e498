"""What a network sees: the same slice stored in three ways is one input."""

import numpy as np
import pytest

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, auto_window, presets_for, to_grey
from lesionstudio.model_card import IntensityRule, ModelInput

LUNG = (ModelInput(IntensityRule("window", -1350, 150, unit="HU")),)


def test_hu_and_the_pictures_made_of_it_give_one_input() -> None:
    hu = np.random.default_rng(1).integers(-1500, 400, (1, 20, 30)).astype(np.int16)
    share = np.clip((hu + 1350) / 1500, 0, 1)
    as_hu = network_inputs(Scan.of_array(hu, unit="HU"), 0, LUNG)
    as_8_bit = network_inputs(Scan.of_array((share * 255).round().astype(np.uint8), value_range=(0, 255)), 0, LUNG)
    as_16_bit = network_inputs(
        Scan.of_array((share * 65535).round().astype(np.uint16), value_range=(0, 65535)), 0, LUNG
    )
    assert as_hu.shape == (1, 20, 30) and as_hu.min() == 0 and as_hu.max() == 1
    assert np.abs(as_hu - as_8_bit).max() < 1 / 255 and np.abs(as_hu - as_16_bit).max() < 1e-4


def test_a_colour_picture_gives_its_luminance_or_the_channels_asked_for() -> None:
    rgb = np.zeros((1, 2, 2, 3), np.uint8)
    rgb[..., 1] = 255
    scan = Scan.of_array(rgb, value_range=(0, 255))
    assert network_inputs(scan, 0, LUNG)[0, 0, 0] == pytest.approx(0.587)
    green = (ModelInput(LUNG[0].rule, channel=1),)
    assert network_inputs(scan, 0, green).min() == 1
    with pytest.raises(ModelProblem, match="channel 3"):
        network_inputs(scan, 0, (ModelInput(LUNG[0].rule, channel=3),))


def test_percentiles_are_of_the_picture_and_survive_values_that_are_no_numbers() -> None:
    values = np.full((1, 10, 10), np.nan, np.float32)
    values[0, :5] = np.linspace(0, 50, 50).reshape(5, 10)
    seen = network_inputs(Scan.of_array(values), 0, (ModelInput(IntensityRule("percentiles", 0, 100)),))
    assert seen[0, 0, 0] == 0 and seen[0, 4, 9] == pytest.approx(1) and (seen[0, 5:] == 0).all()


def test_ct_has_six_windows_and_a_picture_two() -> None:
    ct = presets_for(Scan.of_array(np.zeros((1, 2, 2), np.int16), unit="HU"))
    assert [(preset.key, preset.window) for preset in ct[:2]] == [
        ("lung", Window(1500, -600)),
        ("mediastinum", Window(400, 40)),
    ]
    assert len(ct) == 6 and len(presets_for(Scan.of_array(np.zeros((1, 2, 2), np.uint8)))) == 2


def test_the_window_turns_values_to_grey() -> None:
    grey = to_grey(np.array([[-2000, -1350, -600, 150, 900]]), Window(1500, -600))
    assert grey.tolist() == [[0, 0, 128, 255, 255]]


def test_a_flat_picture_has_an_auto_window_all_the_same() -> None:
    assert auto_window(Scan.of_array(np.full((1, 4, 4), 7, np.uint8)), 0).width > 0
