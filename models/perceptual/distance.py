"""Perceptual distances: pictures compared by the features of a network.

`LPIPS` is the published one (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a
Perceptual Metric", 2018): VGG16's features and the published heads. `EmbeddedPerceptual`
(embedded.py) needs no download and is this project's own; its numbers are not LPIPS.

    distance = LPIPS(trunk_file)
    target = distance.features(photo)                       # once
    loss = distance.compare(distance.features(x), target)   # each step, [n]
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.errors import StudioError

LARGEST = 256  # px: the size at which the papers measure LPIPS
SMALLEST = 16  # px: four halvings must leave a pixel


class Perceptual(nn.Module):
    """A distance between pictures; subclasses say which maps it compares, and how it weighs them.

    Pictures are [n, 3, H, W] in [-1, 1] of any size. A longer side above 256 px is reduced to 256
    by area averaging, a shorter side below 16 is enlarged to 16; nothing else is resized. Numbers
    come out in float32 (float64 for a float64 network) also under autocast: the convolutions run in
    half precision there, the normalisation and the differences do not.
    """

    name: str

    def layers(self, x: Tensor) -> list[Tensor]:
        """The maps [n, C, h, w] that are compared, not yet normalised, of sizes 16 to 256 px."""
        raise NotImplementedError

    def channel_weights(self) -> list[Tensor]:
        """w of equation 1 squared, as LPIPS stores it: [C] >= 0 for each layer."""
        raise NotImplementedError

    def features(self, x: Tensor) -> list[Tensor]:
        """x [n, 3, H, W] in [-1, 1] -> one map [n, C, h, w] a layer, of unit length over channels.

        A place where every channel is silent has length 0, and a gradient of 0, never NaN.
        """
        return [unit(layer) for layer in self.layers(fit(x))]

    def pooled(self, x: Tensor) -> Tensor:
        """Every layer's features averaged over places: [n, 3, H, W] -> [n, d]."""
        return torch.cat([layer.mean((2, 3)) for layer in self.features(x)], 1)

    def compare(
        self, a: Sequence[Tensor], b: Sequence[Tensor], weight: Tensor | None = None
    ) -> Tensor:
        """The distance [n] between two results of `features`; either may be a batch of one.

        weight [n or 1, 1, H, W] >= 0 says where to look (pix2latent, appendix B, equation 1): it is
        resized bilinearly to each layer (with antialiasing, or a thin mask would fall between the
        samples) and divided by its sum. Its scale has no effect, a weight of ones is no weight, and
        one of zeros everywhere gives 0. A layer sees as far as its receptive field: changes outside
        the mask count up to that far from its edge.
        """
        distances = []
        for one, other, w in zip(a, b, self.channel_weights(), strict=True):
            with torch.autocast(one.device.type, enabled=False):
                squares = (one - other).square()
                if weight is None:
                    mean = squares.mean((2, 3))
                else:
                    m = F.interpolate(
                        weight.to(one.dtype), one.shape[2:], mode="bilinear", antialias=True
                    )
                    M = m.sum((2, 3)).clamp_min(torch.finfo(m.dtype).tiny)
                    mean = (m * squares).sum((2, 3)) / M
                distances.append(mean @ w.to(mean.dtype))
        return torch.stack(distances).sum(0)

    def forward(self, x: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
        """The distance [n] of x [n, 3, H, W] from y [n or 1, 3, H, W], as `compare` has it."""
        return self.compare(self.features(x), self.features(y), weight)


def fit(x: Tensor) -> Tensor:
    """x with its longer side at most 256 px (area) and its shorter side at least 16 (bilinear)."""
    height, width = x.shape[2:]
    if (longer := max(height, width)) > LARGEST:
        size = [max(1, round(side * LARGEST / longer)) for side in (height, width)]
        x = F.interpolate(x, size, mode="area")
    if min(x.shape[2:]) < SMALLEST:
        size = [max(side, SMALLEST) for side in x.shape[2:]]
        x = F.interpolate(x, size, mode="bilinear")
    return x


def unit(x: Tensor) -> Tensor:
    """x [n, C, h, w] divided by its length over the channels, in float32 or float64.

    The root is taken of a sum that is never 0; 1e-20 is lpips's own 1e-10 squared.
    """
    with torch.autocast(x.device.type, enabled=False):
        x = x if x.dtype == torch.float64 else x.float()
        return x * torch.rsqrt(x.square().sum(1, keepdim=True) + 1e-20)


class LPIPS(Perceptual):
    """LPIPS with VGG16, version 0.1: the `lpips` package's network and heads, our VGG16 weights.

    trunk: torchvision's VGG16 as a state dict, or a .safetensors file of it (timm/vgg16.tv_in1k has
    the same names). Its classifier is not used; any other surplus, gap or shape is a StudioError.
    """

    name = "LPIPS (VGG16)"

    def __init__(self, trunk: Mapping[str, Tensor] | Path) -> None:
        super().__init__()
        import lpips

        weights = _read(trunk) if isinstance(trunk, Path) else trunk
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            # lpips asks torchvision for random weights in a deprecated way
            warnings.simplefilter("ignore", UserWarning)
            published = lpips.LPIPS(net="vgg", version="0.1", pnet_rand=True, verbose=False)
        self.scaling = published.scaling_layer
        self.net, self.lins = published.net, published.lins
        self._fill(weights)
        self.requires_grad_(False).eval()

    def _fill(self, trunk: Mapping[str, Tensor]) -> None:
        classifier = ("classifier.", "pre_logits.", "head.")  # torchvision's, timm's, timm's
        given = {k: v for k, v in trunk.items() if not k.startswith(classifier)}
        # the package keeps torchvision's numbers inside its slices: slice3.12 is features.12
        wanted = {f"features.{k.split('.', 1)[1]}": v for k, v in self.net.state_dict().items()}
        advice = "Take model.safetensors of timm/vgg16.tv_in1k."
        if odd := sorted(given.keys() ^ wanted.keys()):
            what = "lacks" if odd[0] in wanted else "has the unexpected"
            raise StudioError(f"The VGG16 file {what} {odd[0]}. {advice}")
        for name, parameter in wanted.items():
            if given[name].shape != parameter.shape:
                raise StudioError(
                    f"{name} of the VGG16 file has the shape {list(given[name].shape)}"
                    f" instead of {list(parameter.shape)}. {advice}"
                )
            parameter.copy_(given[name])

    def layers(self, x: Tensor) -> list[Tensor]:
        return list(self.net(self.scaling(x)))

    def channel_weights(self) -> list[Tensor]:
        return [lin.model[-1].weight.flatten() for lin in self.lins]


def _read(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise StudioError(
            f"{path} is no readable .safetensors file ({error}). Download it again."
        ) from error
