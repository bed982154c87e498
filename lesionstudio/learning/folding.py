"""The same function with less work: BatchNorm folded into convolutions, upsampling folded into the one that follows.

Both are exact up to rounding, and both are for running a network only: what comes out is not trained further.
"""

import copy
import itertools

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_WORSE_THAN_ROUNDING = 1e-3


def folded(network: nn.Module, channels: int) -> nn.Module:
    """The network in eval mode as a float32 copy that computes the same with fewer steps, where any fit."""
    plain = copy.deepcopy(network).float().cpu().eval()
    fast = copy.deepcopy(plain)
    _fold_norms(fast)
    _fold_upsampling(fast)
    return fast if _agree(plain, fast, channels) else plain


def _fold_norms(module: nn.Module) -> None:
    """Folds each BatchNorm that follows a convolution; `_agree` finds out where neighbours are no such pair."""
    children = list(module.named_children())
    for (first, one), (second, two) in itertools.pairwise(children):
        if type(one) is nn.Conv2d and type(two) is nn.BatchNorm2d and one.out_channels == two.num_features:
            setattr(module, first, fuse_conv_bn_eval(one, two))
            setattr(module, second, nn.Identity())
    for _, child in children:
        _fold_norms(child)


def _fold_upsampling(network: nn.Module) -> None:
    """Replaces the blocks of a U-Net decoder of segmentation_models_pytorch that upsample by plain repetition."""
    blocks = getattr(getattr(network, "decoder", None), "blocks", None)
    if not isinstance(blocks, nn.ModuleList):
        return
    wide = getattr(getattr(network, "encoder", None), "out_channels", (0,))[-1]
    for place, block in enumerate(blocks):
        narrow = _out_channels(block)
        if _is_foldable(block, wide):
            blocks[place] = UpsamplingBlock(block, wide)
        wide = narrow


def _out_channels(block: nn.Module) -> int:
    convolutions = [module for module in block.modules() if isinstance(module, nn.Conv2d)]
    return convolutions[-1].out_channels if convolutions else 0


def _is_foldable(block: nn.Module, channels: int) -> bool:
    conv = getattr(block, "conv1", [None])[0]
    attentions = [getattr(getattr(block, name, None), "attention", None) for name in ("attention1", "attention2")]
    return (
        getattr(block, "interpolation_mode", "") == "nearest"
        and type(conv) is nn.Conv2d
        and conv.kernel_size == (3, 3)
        and conv.bias is not None
        and conv.in_channels >= channels
        and all(isinstance(attention, nn.Identity) for attention in attentions)
    )


class UpsamplingBlock(nn.Module):
    """A decoder block whose doubling and 3 x 3 convolution are one transposed convolution with 4 x 4 weights.

    Each of the four pixels that a pixel is doubled to sees only 2 x 2 different pixels under its 3 x 3 window, so
    9 products a pixel become 4; the skip connection has a convolution of its own, and nothing is concatenated.
    """

    def __init__(self, block: nn.Module, channels: int) -> None:
        super().__init__()
        conv, *rest = block.get_submodule("conv1").children()
        assert isinstance(conv, nn.Conv2d) and conv.bias is not None
        self.grow = nn.ConvTranspose2d(channels, conv.out_channels, 4, 2, 1)
        self.grow.weight.data = _doubling_weights(conv.weight.data[:, :channels])
        self.grow.bias.data = conv.bias.data.clone()  # type: ignore[union-attr]
        skipped = conv.in_channels - channels
        self.skip = nn.Conv2d(skipped, conv.out_channels, 3, padding=1, bias=False) if skipped else None
        if self.skip is not None:
            self.skip.weight.data = conv.weight.data[:, channels:].clone()
        self.rest = nn.Sequential(*rest, block.get_submodule("conv2"))

    def forward(self, feature_map: Tensor, _rows: int, _columns: int, skip_connection: Tensor | None = None) -> Tensor:
        """The block's features, (batch, channels, 2 rows, 2 columns)."""
        grown = self.grow(feature_map)
        if self.skip is not None:
            grown = grown + self.skip(skip_connection)
        features: Tensor = self.rest(grown)
        return features


def _doubling_weights(weights: Tensor) -> Tensor:
    """The 4 x 4 transposed weights (in, out, 4, 4) of "double each pixel, then convolve with (out, in, 3, 3)"."""
    wide = weights.new_zeros(*weights.shape[:2], 4, 4)
    for down in (0, 1):
        for right in (0, 1):
            wide[:, :, down : down + 3, right : right + 3] += weights
    return wide.flip(2, 3).transpose(0, 1).contiguous()


@torch.inference_mode()
def _agree(plain: nn.Module, fast: nn.Module, channels: int) -> bool:
    """Whether both give the same for a random picture, as far as float32 rounding lets them."""
    weights = next(plain.parameters())
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand((1, channels, 64, 96), generator=generator).to(weights)
    try:
        one, two = plain(picture), fast(picture)
    except (RuntimeError, TypeError):
        return False
    apart = float((one - two).abs().max())
    return apart <= _WORSE_THAN_ROUNDING * max(1.0, float(one.abs().max()))
