"""Eight bits: a converted network computed in int8, about twice as quick as bf16 and four times as fp32.

Weights get a scale for each output channel. What reaches a convolution gets the range it had on training pictures,
measured once and kept on the card. The first convolution and the last, which see the picture and make the answer, stay
as they are: they alone cause most of the error.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.learning.conversion import core

_CONVOLUTIONS = {"Convolution": 0, "ConvolutionBackpropData": 1}
"""The operations computed in int8, and the axis of their weights that is the output channel."""

_LEVELS, _WEIGHT_LEVELS = 256, 255
_SMALLEST = 1e-6

Ranges = Mapping[str, Sequence[float]]
"""Convolution -> lowest and highest value that reaches it."""

_Floats = NDArray[np.float32]


def in_eight_bits(network: Any, ranges: Ranges) -> Any:
    """The converted network, changed in place: what is to be computed in int8 is marked as OpenVINO wants it.

    Raises KeyError where the ranges are another network's.
    """
    rounded: dict[str, Any] = {}
    for convolution in _inner_convolutions(network):
        low, high = _with_zero(*ranges[convolution.get_friendly_name()])
        place = _place(convolution)
        if place not in rounded:
            rounded[place] = _rounded(convolution.input(0).get_source_output(), low, high, _LEVELS)
        convolution.input(0).replace_source_output(rounded[place])
        weights = convolution.input(1).get_source_output()
        largest = _largest(weights, _CONVOLUTIONS[convolution.get_type_name()])
        convolution.input(1).replace_source_output(_rounded(weights, -largest, largest, _WEIGHT_LEVELS))
    return network


def ranges_over(network: Any, pictures: Iterable[_Floats]) -> dict[str, list[float]]:
    """What reaches each inner convolution of a converted network over pictures (batch, channel, row, column)."""
    watched = network.clone()
    convolutions, answers = _inner_convolutions(watched), len(watched.outputs)
    places = list(dict.fromkeys(_place(convolution) for convolution in convolutions))
    sources = {_place(convolution): convolution.input(0).get_source_output() for convolution in convolutions}
    watched.add_outputs([sources[place] for place in places])
    request = core().compile_model(watched, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    seen = {place: [np.inf, -np.inf] for place in places}
    for picture in pictures:
        request.infer([picture])
        for n, place in enumerate(places):
            values = request.get_output_tensor(answers + n).data
            seen[place] = [min(seen[place][0], float(values.min())), max(seen[place][1], float(values.max()))]
    return {one.get_friendly_name(): [round(end, 5) for end in seen[_place(one)]] for one in convolutions}


def _inner_convolutions(network: Any) -> list[Any]:
    """All convolutions but the first and the last, in the order they are computed."""
    return [node for node in network.get_ordered_ops() if node.get_type_name() in _CONVOLUTIONS][1:-1]


def _place(convolution: Any) -> str:
    """Names what a convolution is fed with; several may be fed with the same."""
    source = convolution.input(0).get_source_output()
    return f"{source.get_node().get_friendly_name()} {source.get_index()}"


def _with_zero(low: float, high: float) -> tuple[_Floats, _Floats]:
    """The range widened so that 0 is one of its levels: what is padded must stay nothing."""
    low, high = min(low, 0.0), max(high, _SMALLEST)
    step = (high - low) / (_LEVELS - 1)
    low = round(low / step) * step
    return np.array(low, np.float32), np.array(low + step * (_LEVELS - 1), np.float32)


def _largest(weights: Any, axis: int) -> _Floats:
    """The largest weight of each output channel, in a shape that goes with the weights."""
    values = np.asarray(weights.get_node().data)
    others = tuple(n for n in range(values.ndim) if n != axis)
    return np.asarray(np.maximum(np.abs(values).max(axis=others, keepdims=True), _SMALLEST), np.float32)


def _rounded(values: Any, low: _Floats, high: _Floats, levels: int) -> Any:
    operations = importlib.import_module("openvino.opset13")
    ends = [operations.constant(end) for end in (low, high, low, high)]
    return operations.fake_quantize(values, *ends, levels).output(0)
