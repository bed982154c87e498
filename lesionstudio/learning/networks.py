"""Networks by name, from segmentation_models_pytorch and our own, and the weights their encoders start from."""

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.torchvision_guard import segmentation_models
from lesionstudio.learning.unet_baseline import UNetBaseline
from lesionstudio.model_card import WEIGHTS_NAME, ModelCard
from lesionstudio.words import _

BASELINE = "unet-baseline"
ARCHITECTURES = (
    "unet",
    "unetplusplus",
    "manet",
    "linknet",
    "fpn",
    "pspnet",
    "deeplabv3",
    "deeplabv3plus",
    "pan",
    "segformer",
    "upernet",
    "dpt",
    BASELINE,
)
SIZE_STEP = 32
_RARELY = -3.0
_LONGEST_REASON = 200


def build_network(card: ModelCard) -> nn.Module:
    """The card's network, weights random: (batch, channels, rows, columns) -> logits (batch, labels, rows, columns).

    One output plane a label (background has none). Rows and columns must be multiples of SIZE_STEP.
    Raises ModelProblem for an architecture or encoder nobody knows.
    """
    if card.architecture not in ARCHITECTURES:
        raise ModelProblem(
            _("There is no network called {name}.").format(name=card.architecture),
            hint=_("Known are: {names}.").format(names=", ".join(ARCHITECTURES)),
        )
    make = _baseline if card.architecture == BASELINE else _from_library
    try:
        return make(card)
    except (KeyError, ValueError, TypeError, RuntimeError, AssertionError) as problem:
        if card.architecture == BASELINE:
            name = card.architecture
        else:
            name = _("{network} with the encoder {encoder}").format(network=card.architecture, encoder=card.encoder)
        raise ModelProblem(
            _("The network {name} cannot be built.").format(name=name),
            hint=_("{reason}").format(reason=_short(problem)),
        ) from problem


def _baseline(card: ModelCard) -> nn.Module:
    return UNetBaseline(card.channels, len(card.labels), **card.network)


def _from_library(card: ModelCard) -> nn.Module:
    options: dict[str, Any] = {
        "encoder_weights": None,
        "in_channels": card.channels,
        "classes": len(card.labels),
        **card.network,
    }
    if card.architecture == "dpt":
        options.setdefault("dynamic_img_size", True)
    with warnings.catch_warnings():  # smp 0.6 would rather have other names; the bound in pyproject.toml keeps these
        warnings.filterwarnings("ignore", "`timm-` encoders are deprecated", DeprecationWarning)
        network = segmentation_models().create_model(card.architecture, encoder_name=card.encoder, **options)
    assert isinstance(network, nn.Module)
    return network


def _short(problem: Exception) -> str:
    """What a library says, without its list of everything it knows."""
    text = str(problem.args[0]) if problem.args else str(problem)
    return text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON].rstrip() + " ..."


def start_encoder(network: nn.Module, card: ModelCard, weights: str) -> None:
    """Fills the network's encoder: "none" keeps the random weights, "imagenet" downloads (cached), else a file.

    A file (or a model's folder) is safetensors, an encoder's own or a whole network's.
    Raises ModelProblem when the download or the file cannot be had or does not fit.
    """
    if weights in ("", "none"):
        return
    tensors = _downloaded(card, weights) if weights == "imagenet" else read_tensors(_weights_file(Path(weights)))
    prefix = "encoder."
    if any(name.startswith(prefix) for name in tensors):
        tensors = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
    encoder = network.get_submodule("encoder")
    wanted = encoder.state_dict()
    tensors = {name: for_channels(value, wanted[name]) for name, value in tensors.items() if name in wanted}
    missing = [name for name in wanted if name not in tensors and not name.endswith("num_batches_tracked")]
    unfit = [name for name, value in tensors.items() if value.shape != wanted[name].shape]
    if missing or unfit:
        named = card.architecture if card.architecture == BASELINE else card.encoder
        raise ModelProblem(
            _("The weights {weights} do not fit the encoder {encoder}.").format(weights=weights, encoder=named),
            hint=_("The first that does not fit is {name}.").format(name=(missing + unfit)[0]),
        )
    encoder.load_state_dict(tensors, strict=False)


def begin_from(network: nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Fills the network with another's weights as far as they fit.

    The output layer takes over the labels that both have, in order, and begins others with next to nothing marked; the
    first layer is fitted to another number of channels; what fits nowhere stays random.
    """
    wanted = network.state_dict()
    fitted = {
        name: _grown(for_channels(value, wanted[name]), wanted[name])
        for name, value in tensors.items()
        if name in wanted
    }
    kept = {name: value for name, value in fitted.items() if value.shape == wanted[name].shape}
    network.load_state_dict(kept, strict=False)


def forget_labels(network: nn.Module) -> None:
    """Makes the output layer begin anew: next to nothing is marked."""
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if name.startswith("segmentation_head"):
                value.copy_(_begun(value))


def _grown(value: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """An output layer's weights with rows for more labels; anything else as it is."""
    more = len(wanted) - len(value) if value.ndim and wanted.ndim == value.ndim else 0
    if more <= 0 or value.shape[1:] != wanted.shape[1:]:
        return value
    return torch.cat([value, _begun(wanted[len(value) :])])


def _begun(rows: torch.Tensor) -> torch.Tensor:
    """Weights of output rows that mark next to nothing yet: small ones, and for a bias the logit of 1 in 20."""
    return torch.full_like(rows, _RARELY) if rows.ndim == 1 else 0.1 * rows


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file by name, as float32. Raises ModelProblem; nothing is ever unpickled."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise ModelProblem(
            _("The weights {path} cannot be read.").format(path=path),
            hint=_("Weights are read from safetensors files only; convert others where you trust them."),
        ) from problem
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def _weights_file(place: Path) -> Path:
    return place / WEIGHTS_NAME if place.is_dir() else place


def _downloaded(card: ModelCard, weights: str) -> dict[str, torch.Tensor]:
    """The encoder's weights by smp's own download, kept in its cache."""
    if card.architecture == BASELINE:
        raise ModelProblem(
            _("There are no {weights} weights of {encoder}.").format(weights=weights, encoder=BASELINE),
            hint=_("Name a model here that was made with it, or choose none."),
        )
    try:
        encoder = segmentation_models().encoders.get_encoder(card.encoder, in_channels=3, weights=weights)
    except KeyError as problem:
        raise ModelProblem(
            _("There are no {weights} weights of {encoder}.").format(weights=weights, encoder=card.encoder),
            hint=_("{reason}").format(reason=_short(problem)),
        ) from problem
    except (OSError, RuntimeError, ValueError) as problem:
        raise ModelProblem(
            _("The {weights} weights of {encoder} cannot be downloaded.").format(weights=weights, encoder=card.encoder),
            hint=_("Check the connection, name a local safetensors file, or choose none."),
        ) from problem
    tensors: dict[str, torch.Tensor] = encoder.state_dict()
    return tensors


def for_channels(value: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """A first layer's weights summed over one or three channels, where the network takes another number."""
    if value.ndim != 4 or value.shape[1] == wanted.shape[1] or value.shape[1] not in (1, 3):
        return value
    planes = wanted.shape[1]
    return value.mean(1, keepdim=True).repeat(1, planes, 1, 1) * (value.shape[1] / planes)
