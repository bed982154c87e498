"""Applies a card's IntensityRule: voxels -> what a network sees. Preview, training and use go through here alike."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import IntensityRule, ModelInput
from lesionstudio.words import _

LUMINANCE = -1
_NAMED = {
    "unit": IntensityRule("unit", 0.0, 1.0),
    "zscore": IntensityRule("zscore", -3.0, 5.0, out_low=-3.0, out_high=5.0),
    "percentiles": IntensityRule("percentiles", 1.0, 99.0),
}
_PHOTOGRAPHS = ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))
_REC_601 = np.array([0.299, 0.587, 0.114], np.float32)


def network_inputs(
    scan: Scan, k: int, inputs: tuple[ModelInput, ...], within: tuple[slice, slice] | None = None
) -> NDArray[np.float32]:
    """What a network with these inputs sees of slice k: (channel, row, column), at the picture's own size.

    `within` (rows, columns) cuts a piece out first: then that is the whole picture. Raises ModelProblem when the
    picture lacks a channel that is asked for.
    """
    places = [min(max(k + one.offset, 0), scan.slices - 1) for one in inputs]
    cut = within or (slice(None), slice(None))
    pixels = {place: scan.slice(place)[cut] for place in set(places)}
    planes = [
        apply_rule(take_channel(pixels[place], one.channel), one.rule, _range_for(scan, one.rule))
        for one, place in zip(inputs, places)
    ]
    return np.ascontiguousarray(np.stack(planes), np.float32)


def rule_named(name: str, scan: Scan) -> IntensityRule:
    """The rule that a person names for scans like this one: auto, unit, zscore, percentiles, LOW:HIGH.

    "auto" is -1000 to 1000 HU for CT, the range that a picture's file can store, the 1st to 99th percentile for others.
    "encoder" at the front ("encoder", "encoder zscore") is for encoders that were trained on photographs: their own
    mean and spread, see `for_encoder`. Raises ModelProblem for any other name.
    """
    word = name.strip() or "auto"
    if word.startswith("encoder"):
        return rule_named(word.removeprefix("encoder"), scan)
    if word == "auto":
        return _usual_rule(scan)
    if word in _NAMED:
        return _NAMED[word]
    try:
        low, high = (float(end) for end in word.split(":"))
    except ValueError as problem:
        raise ModelProblem(
            _("There is no rule for intensities called {name}.").format(name=name),
            hint=_("Known are: {names}, and a window such as {window}.").format(
                names=", ".join(("auto", *_NAMED, "encoder")), window="-1000:400"
            ),
        ) from problem
    return IntensityRule("window", low, high, unit=scan.unit)


def for_encoder(rule: IntensityRule, channel: int) -> IntensityRule:
    """The rule for an encoder trained on photographs (ImageNet): its range less their mean, over their spread."""
    mean, spread = _PHOTOGRAPHS[channel if channel in (0, 1, 2) else 1]
    how = "0 to 1, less the mean and over the spread of the pictures that the encoder was first trained on"
    return replace(rule, out_low=-mean / spread, out_high=(1 - mean) / spread, how=how)


def _usual_rule(scan: Scan) -> IntensityRule:
    if scan.unit == "HU":
        return IntensityRule("window", -1000.0, 1000.0, unit="HU")
    if scan.value_range is not None:
        return IntensityRule("window", *scan.value_range)
    return _NAMED["percentiles"]


def take_channel(pixels: NDArray[np.generic], channel: int) -> NDArray[np.generic]:
    """One plane (row, column) of a slice: a channel by number, or -1 for its luminance (ITU-R BT.601)."""
    if pixels.ndim == 2:
        if channel > 0:
            raise _lacks(channel, 1)
        return pixels
    if channel == LUMINANCE:
        if pixels.shape[2] < 3:
            return pixels[..., 0]
        grey: NDArray[np.float32] = pixels[..., :3].astype(np.float32) @ _REC_601
        return grey
    if channel >= pixels.shape[2]:
        raise _lacks(channel, pixels.shape[2])
    return pixels[..., channel]


def apply_rule(
    plane: NDArray[np.generic], rule: IntensityRule, value_range: tuple[float, float] | None
) -> NDArray[np.float32]:
    """A plane (row, column) on the rule's output range; what is no number becomes its lower end.

    A picture that is not in the rule's unit (value_range given: integers from a PNG, JPEG, TIFF) is taken to be stored
    through the rule's window: this range stands for low..high.
    """
    values = plane.astype(np.float32)
    low, high = _ends(values, rule, value_range)
    share = np.clip((values - low) / max(high - low, 1e-6), 0.0, 1.0)
    share = np.nan_to_num(share, nan=0.0)
    out: NDArray[np.float32] = (rule.out_low + share * (rule.out_high - rule.out_low)).astype(np.float32)
    return out


def _range_for(scan: Scan, rule: IntensityRule) -> tuple[float, float] | None:
    """The stored values that stand for the ends of the rule's window: all, unless the picture says its own window."""
    if scan.value_range is None or scan.value_window is None or rule.kind != "window" or rule.unit != "HU":
        return scan.value_range
    (least, most), window = scan.value_range, scan.value_window
    a_unit = (most - least) / window.width
    return least + (rule.low - window.low) * a_unit, least + (rule.high - window.low) * a_unit


def _ends(
    values: NDArray[np.float32], rule: IntensityRule, value_range: tuple[float, float] | None
) -> tuple[float, float]:
    if rule.kind in ("window", "unit") and value_range is not None:
        return value_range
    if rule.kind == "window":
        return rule.low, rule.high
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    if rule.kind == "unit":
        return float(finite.min()), float(finite.max())
    if rule.kind == "zscore":
        mean, spread = float(finite.mean(dtype=np.float64)), float(finite.std(dtype=np.float64))
        return mean + rule.low * spread, mean + rule.high * spread
    low, high = np.percentile(finite, (rule.low, rule.high))
    return float(low), float(high)


def _lacks(channel: int, has: int) -> ModelProblem:
    return ModelProblem(
        _("The model needs channel {channel} (counted from 0); the picture has {has}.").format(
            channel=channel, has=has
        ),
        hint=_("Choose a model made for such pictures, or name the channels."),
    )
