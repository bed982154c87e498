"""Networks that say what a picture shows: the tutorials' sequential CNN, and backbones of timm with a head of ours."""

from typing import Any

import torch
from torch import Tensor, nn

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.networks import for_channels
from lesionstudio.learning.torchvision_guard import import_torchvision
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _

SEQUENTIAL = "sequential-cnn"
# Kept at a sixteenth of the side, so that a heat map of a small picture still has places.
_FINE: dict[str, Any] = {"output_stride": 16}
BACKBONES: dict[str, tuple[str, dict[str, Any]]] = {
    "mobilenetv2": ("mobilenetv2_100", _FINE),
    "efficientnet-b0": ("efficientnet_b0", _FINE),
    "efficientnet-lite0": ("tf_efficientnet_lite0", _FINE),
    "resnet10-half": ("resnet10t", {**_FINE, "channels": (32, 64, 128, 256), "stem_width": 16}),
    "resnet18": ("resnet18", {}),
    "resnet50": ("resnet50", _FINE),
}
CLASSIFIERS = (SEQUENTIAL, *BACKBONES)
_WIDTHS, _DENSE = (128, 64, 32, 16), 64
LENGTH = 10.0
"""The length of the features that a backbone's last layer decides by."""


class ClassifierNetwork(nn.Module):
    """(batch, channels, side, side) -> logits (batch, classes) beside features (batch, n), in one array.

    `maps` passes on the last maps (batch, n, rows, columns): the place where Grad-CAM hangs its hooks.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.maps = nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits, then features: (batch, classes + n)."""
        features = self.features(self.maps(self.last_maps(pictures)))
        return torch.cat([self.head(features), features], dim=1)

    def last_maps(self, pictures: Tensor) -> Tensor:
        """What the last convolution gives."""
        raise NotImplementedError

    def last_layer(self) -> nn.Module:
        """The layer that gives the logits; all others are the body."""
        raise NotImplementedError

    def learn(self, *, body: bool = True) -> None:
        """Makes ready for training: the whole network, or its last layer over a body that stays as it is."""
        self.train(body)
        self.requires_grad_(body)
        self.last_layer().train().requires_grad_()

    def features(self, maps: Tensor) -> Tensor:
        """What the head decides by: (batch, n)."""
        raise NotImplementedError

    def head(self, features: Tensor) -> Tensor:
        """The logits of features."""
        raise NotImplementedError


class SequentialCNN(ClassifierNetwork):
    """Four 4 x 4 convolutions of 128, 64, 32 and 16 maps, each with ReLU and max pooling; dense 64; the classes.

    It takes pictures of one side only, which its card tells.
    """

    def __init__(self, channels: int, classes: int, side: int, dropout: float) -> None:
        super().__init__(classes)
        layers: list[nn.Module] = []
        for width in _WIDTHS:
            # "Same" padding of a 4 x 4 kernel: one pixel before, two behind.
            layers += [nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(channels, width, 4), nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        self.convolutions = nn.Sequential(*layers)
        left = side // 2 ** len(_WIDTHS)
        self.dense = nn.Sequential(nn.Flatten(), nn.Linear(_WIDTHS[-1] * left * left, _DENSE), nn.ReLU())
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(_DENSE, classes))

    def last_maps(self, pictures: Tensor) -> Tensor:
        """16 maps of a sixteenth of the side."""
        maps: Tensor = self.convolutions(pictures)
        return maps

    def last_layer(self) -> nn.Module:
        """Dropout and three logits, or as many as there are classes."""
        return self.out

    def features(self, maps: Tensor) -> Tensor:
        """The 64 of the dense layer."""
        features: Tensor = self.dense(maps)
        return features

    def head(self, features: Tensor) -> Tensor:
        """One logit a class."""
        logits: Tensor = self.out(features)
        return logits


class BackboneNetwork(ClassifierNetwork):
    """A backbone of timm, its maps averaged, and one linear layer; takes pictures of any side from 32 on."""

    def __init__(self, name: str, channels: int, classes: int, dropout: float) -> None:
        super().__init__(classes)
        import_torchvision()
        import timm

        known, options = BACKBONES[name]
        self.backbone: Any = timm.create_model(
            known, pretrained=False, in_chans=channels, num_classes=classes, drop_rate=dropout, **options
        )
        # timm begins some of them with logits of ten and more, which takes the first hundred steps to unlearn.
        nn.init.normal_(torch.as_tensor(self.last_layer().weight), std=0.01)
        # Greys are brought to where the colours lay that the backbone's published weights were trained on.
        usual = self.backbone.pretrained_cfg
        self.mean, self.spread = (sum(usual[name]) / len(usual[name]) for name in ("mean", "std"))

    def last_maps(self, pictures: Tensor) -> Tensor:
        """The backbone's last maps."""
        maps: Tensor = self.backbone.forward_features((pictures - self.mean) / self.spread)
        return maps

    def last_layer(self) -> nn.Module:
        """timm's own classifier."""
        layer: nn.Module = self.backbone.get_classifier()
        return layer

    def features(self, maps: Tensor) -> Tensor:
        """Their means."""
        features: Tensor = self.backbone.forward_head(maps, pre_logits=True)
        return features

    def head(self, features: Tensor) -> Tensor:
        """One logit a class, from the features' direction: how bright a picture is, is none of its kind."""
        logits: Tensor = self.last_layer()(LENGTH * nn.functional.normalize(features))
        return logits


def build_classifier(card: ModelCard) -> ClassifierNetwork:
    """The card's network, weights random. Raises ModelProblem for an architecture nobody knows."""
    side, dropout = int(card.network.get("side", 96)), float(card.network.get("dropout", 0.0))
    if card.architecture == SEQUENTIAL:
        return SequentialCNN(card.channels, len(card.labels), side, dropout)
    if card.architecture in BACKBONES:
        return BackboneNetwork(card.architecture, card.channels, len(card.labels), dropout)
    raise ModelProblem(
        _("There is no network called {name}.").format(name=card.architecture),
        hint=_("Known are: {names}.").format(names=", ".join(CLASSIFIERS)),
    )


def published_weights(name: str) -> dict[str, Tensor]:
    """The weights of a backbone as its makers trained it on ImageNet, by timm's own download, kept in its cache.

    Raises ModelProblem where there are none or they cannot be had.
    """
    if name not in BACKBONES:
        raise _no_published(name, _("Name a local safetensors file, or leave --weights out."))
    import_torchvision()
    import timm

    try:
        tensors: dict[str, Tensor] = timm.create_model(BACKBONES[name][0], pretrained=True).state_dict()
    except (OSError, RuntimeError, ValueError) as problem:
        hint = _("Check the connection, name a local safetensors file, or leave --weights out.")
        raise _no_published(name, hint) from problem
    return tensors


def _no_published(name: str, hint: str) -> ModelProblem:
    return ModelProblem(_("There are no published weights of {name} to be had.").format(name=name), hint=hint)


def start_backbone(network: ClassifierNetwork, tensors: dict[str, Tensor]) -> int:
    """Fills what fits of the given tensors, by name and shape, and gives how many did.

    They may be a classifier's of ours, timm's own, or those of a segmentation model whose encoder is the same backbone.
    A first layer made for three colours is fitted to greys. Raises ModelProblem where nothing fits.
    """
    wanted = network.state_dict()
    fitting: dict[str, Tensor] = {}
    for name, value in tensors.items():
        bare = name.removeprefix("encoder.").removeprefix("model.")
        for here in (bare, f"backbone.{bare}"):
            if here in wanted and (fitted := for_channels(value, wanted[here])).shape == wanted[here].shape:
                fitting[here] = fitted
    if not any(value.ndim == 4 for value in fitting.values()):
        raise ModelProblem(
            _("These weights fit no layer of the network."),
            hint=_("Name weights that were made with the same backbone."),
        )
    network.load_state_dict(fitting, strict=False)
    return len(fitting)
