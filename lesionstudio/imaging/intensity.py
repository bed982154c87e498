"""Applies a card's IntensityRule: voxels -> what a network sees. Preview, training and use go through here alike."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import IntensityRule, ModelInput
from lesionstudio.words import _

LUMINANCE = -1
_REC_601 = np.array([0.299, 0.587, 0.114], np.float32)


def network_inputs(scan: Scan, k: int, inputs: tuple[ModelInput, ...]) -> NDArray[np.float32]:
    """What a network with these inputs sees of slice k: (channel, row, column), at the picture's own size.

    Raises ModelProblem when the picture lacks a channel that is asked for.
    """
    pixels = scan.slice(k)
    planes = [apply_rule(take_channel(pixels, one.channel), one.rule, _range_for(scan, one.rule)) for one in inputs]
    return np.ascontiguousarray(np.stack(planes), np.float32)


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
    if rule.kind == "window":
        return value_range if value_range is not None else (rule.low, rule.high)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(finite, (rule.low, rule.high))
    return float(low), float(high)


def _lacks(channel: int, has: int) -> ModelProblem:
    return ModelProblem(
        _("The model needs channel {channel} (counted from 0); the picture has {has}.").format(
            channel=channel, has=has
        ),
        hint=_("Choose a model made for such pictures, or name the channels."),
    )
