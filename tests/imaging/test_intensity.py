"""What a network sees: the same slice stored in three ways is one input."""

import numpy as np
import pytest

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.choices import with_channels
from lesionstudio.imaging.intensity import for_encoder, network_inputs, rule_named
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


def one_input(values: np.ndarray, rule: IntensityRule, value_range: tuple[float, float] | None = None) -> np.ndarray:
    """What a network sees of one plane by this rule."""
    return network_inputs(Scan.of_array(values[None], value_range=value_range), 0, (ModelInput(rule),))[0]


def test_the_unit_range_is_what_the_file_can_store_or_what_the_picture_has() -> None:
    rule = IntensityRule("unit", 0, 1)
    assert one_input(np.array([[0, 51], [102, 255]], np.uint8), rule, (0, 255)).tolist() == [
        [0, pytest.approx(0.2)],
        [pytest.approx(0.4), 1],
    ]
    assert one_input(np.array([[2.0, 4.0], [6.0, np.nan]], np.float32), rule).tolist() == [[0, 0.5], [1, 0]]


def test_zscores_have_mean_0_and_spread_1_and_end_where_the_rule_says() -> None:
    values = np.zeros((10, 10), np.float32)
    values[0, 0] = 100.0
    seen = one_input(values, IntensityRule("zscore", -3, 5, out_low=-3, out_high=5))
    assert seen[0, 0] == pytest.approx(5), "beyond five spreads"
    assert seen[5, 5] == pytest.approx(-1 / np.sqrt(99), abs=1e-4)


def test_an_encoder_gets_the_range_of_the_photographs_it_was_trained_on() -> None:
    rule = for_encoder(rule_named("encoder unit", Scan.of_array(np.zeros((1, 2, 2)))), 0)
    seen = one_input(np.array([[0, 255]], np.uint8), rule, (0, 255))
    assert seen[0].tolist() == [pytest.approx(-0.485 / 0.229), pytest.approx((1 - 0.485) / 0.229)]


def test_a_rule_has_a_name_or_is_a_window() -> None:
    ct = Scan.of_array(np.zeros((1, 2, 2), np.int16), unit="HU")
    assert rule_named("-1000:400", ct) == IntensityRule("window", -1000, 400, unit="HU")
    assert rule_named("auto", ct) == IntensityRule("window", -1000, 1000, unit="HU")
    assert rule_named("zscore", ct).kind == "zscore"
    with pytest.raises(ModelProblem, match="no rule for intensities called bright"):
        rule_named("bright", ct)


def test_neighbouring_slices_are_channels_and_the_ends_of_a_stack_stand_in() -> None:
    stack = Scan.of_array(np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((3, 2, 2), np.uint8) * 51)
    rule = IntensityRule("window", 0, 255)
    inputs = tuple(ModelInput(rule, offset=offset) for offset in (-1, 0, 1))
    assert [plane[0, 0] for plane in network_inputs(stack, 0, inputs)] == pytest.approx([0, 0, 0.2])
    assert [plane[0, 0] for plane in network_inputs(stack, 2, inputs)] == pytest.approx([0.2, 0.4, 0.4])
    asked = with_channels(inputs, "1")
    assert [(one.channel, one.offset) for one in asked] == [(1, -1), (1, 0), (1, 1)]


def test_a_box_on_ct_looks_like_a_piece_that_was_stretched_to_its_own_least_and_greatest_value() -> None:
    rng, box = np.random.default_rng(0), (slice(20, 84), slice(30, 94))
    units = rng.normal(-700, 150, (1, 128, 128)).clip(-1024, 400).astype(np.int16)
    units[0, 40:50, 50:60] = 30
    piece = units[0][box].astype(np.float32)
    stretched = np.round(255 * (piece - piece.min()) / (piece.max() - piece.min())).astype(np.uint8)
    inputs = (ModelInput(IntensityRule("percentiles", 1.0, 99.5, -1.0, 1.0)),)
    asked = network_inputs(Scan.of_array(units, unit="HU", modality="CT"), 0, inputs, box)
    learned = network_inputs(Scan.of_array(stretched[None], value_range=(0, 255)), 0, inputs)
    np.testing.assert_allclose(asked, learned, atol=0.02)
