"""The layer table adds up to what the network really holds."""

from pathlib import Path

from lesionstudio.learning.layers import layer_table
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import build_network
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput


def test_the_table_counts_every_number_once_and_names_shapes(tmp_path: Path) -> None:
    card = ModelCard(
        "m", "M", ("Lesion",), (ModelInput(IntensityRule("window", 0, 1)),), encoder="resnet18", architecture="unet"
    )
    network = build_network(card)
    SegmentationModel(network, card).save(tmp_path)
    table = layer_table(tmp_path)
    floats = [value.numel() for value in network.state_dict().values() if value.is_floating_point()]
    assert table["total"] == sum(floats) == table["trainable"] + table["running_statistics"]
    assert sum(row["parameters"] for row in table["layers"]) == table["trainable"]
    first, last = table["layers"][0], table["layers"][-1]
    # 7x7 convolution of one channel into 64, at half the side of 256; the head keeps the picture's size.
    assert (first["name"], first["type"], first["output_shape"], first["parameters"]) == (
        "encoder.conv1", "Conv2d", [1, 64, 128, 128], 7 * 7 * 64,
    )  # fmt: skip
    assert last["output_shape"] == [1, 1, 256, 256]
