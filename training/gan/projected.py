"""A discriminator on frozen pretrained features (Projected GAN: Sauer et al. 2021).

SqueezeNet 1.1's maps of four strides are mixed by fixed random convolutions, across channels
(section 3.2) and from the deep maps down to the shallow ones (section 3.3), and one small trained
network a stride judges them, by the hinge loss. There is no gradient penalty. Departures: maps are
scaled to unit mean square on real pictures; heads keep 4 x 4 logits where the paper's end in one.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from training.gan.augmentation import Augmentation
from training.gan.losses import feature_distance
from training.perceptual.teacher import MEAN_BGR, squeezenet

TAPS = (1, 4, 7, 12)
"""After these modules of SqueezeNet's: strides 1, 2, 4 and 8 of the pictures'."""
TAP_WIDTHS = (64, 128, 256, 512)
WIDTHS = (32, 64, 128, 128)  # of the mixed maps
HEADS = ((32, 64, 128), (64, 128), (128,), (128,))


class Trunk(nn.Module):
    """x [n, 3, r, r] in [-1, 1] -> maps of r, r/2, r/4 and r/8 pixels, frozen."""

    mean: Tensor
    scale: Tensor

    def __init__(self, path: Path) -> None:
        """Raises StudioError if the file is not SqueezeNet 1.1 under torchvision's names."""
        super().__init__()
        self.stack = squeezenet(path, "--projected")
        first = self.stack[0]
        assert isinstance(first, nn.Conv2d)
        first.padding = (1, 1)  # so that strides divide the side
        self.register_buffer("mean", torch.tensor(MEAN_BGR)[:, None, None])
        self.register_buffer("scale", torch.ones(len(TAPS)))
        self.requires_grad_(False).eval()

    def forward(self, x: Tensor) -> list[Tensor]:
        x = (x.flip(1) + 1) * 127.5 - self.mean
        x = x.contiguous(memory_format=torch.channels_last)
        x = F.interpolate(x, scale_factor=2, mode="bilinear")
        maps: list[Tensor] = []
        for index, module in enumerate(self.stack):
            x = module(x)
            if index in TAPS:
                maps.append(x * self.scale[len(maps)])
        return maps

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Scale the maps so that their mean square is 1 on x."""
        self.scale.fill_(1)
        self.scale.copy_(torch.stack([m.square().mean().rsqrt() for m in self(x)]))


class Mixing(nn.Module):
    """The trunk's maps -> as many maps of the widths WIDTHS, by fixed random convolutions."""

    def __init__(self) -> None:
        super().__init__()
        pairs = zip(TAP_WIDTHS, WIDTHS, strict=True)
        self.across = nn.ModuleList(nn.Conv2d(i, o, 1) for i, o in pairs)
        below = zip(WIDTHS[1:], WIDTHS[:-1], strict=True)
        self.down = nn.ModuleList(nn.Conv2d(i, o, 1) for i, o in below)
        for layer in [*self.across, *self.down]:
            assert isinstance(layer, nn.Conv2d) and layer.bias is not None
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
            nn.init.zeros_(layer.bias)
        self.requires_grad_(False)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        mixed = [layer(m) for layer, m in zip(self.across, maps, strict=True)]
        for k in reversed(range(len(self.down))):
            size = mixed[k].shape[2:]
            deep = F.interpolate(self.down[k](mixed[k + 1]), size=size, mode="bilinear")
            mixed[k] = (mixed[k] + deep) * 0.5**0.5
        return mixed


def head(width: int, widths: Sequence[int], down: bool) -> nn.Sequential:
    """Mixed maps [n, width, h, w] -> logits [n, 1, ., .], halving the size a layer if down."""
    layers: list[nn.Module] = []
    for w in widths:
        conv = nn.Conv2d(width, w, 4, 2, 1) if down else nn.Conv2d(width, w, 3, 1, 1)
        layers += [spectral_norm(conv), nn.BatchNorm2d(w), nn.LeakyReLU(0.2, inplace=True)]
        width = w
    return nn.Sequential(*layers, spectral_norm(nn.Conv2d(width, 1, 4)))


class Projected(nn.Module):
    """Pictures [n, 3, r, r], r from 32 on -> logits [n, m]; only its heads are trained.

    `smaller`, if any, judges the same pictures at half their side, where its convolutions see more
    of a face at once; it is a player of its own, and `forward` does not ask it.
    """

    def __init__(self, trunk: Trunk, smaller: "Projected | None" = None) -> None:
        super().__init__()
        self.precision: torch.dtype | None = None  # float32, whatever a training sets
        self.trunk, self.mixing, self.smaller = trunk, Mixing(), smaller
        last = len(WIDTHS) - 1
        shapes = enumerate(zip(WIDTHS, HEADS, strict=True))
        self.heads = nn.ModuleList(head(w, widths, k < last) for k, (w, widths) in shapes)
        for p in self.parameters():
            if p.ndim == 4:
                p.data = p.data.contiguous(memory_format=torch.channels_last)

    def calibrate(self, x: Tensor) -> None:
        """Scale the trunk's maps, at both sizes, to mean square 1 on x."""
        self.trunk.calibrate(x)
        if self.smaller is not None:
            self.smaller.calibrate(F.avg_pool2d(x, 2))

    def judge(self, mixed: Sequence[Tensor]) -> Tensor:
        """Logits [n, m] from mixed maps."""
        judged = [h(m).flatten(1) for h, m in zip(self.heads, mixed, strict=True)]
        return torch.cat(judged, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.judge(self.mixing(self.trunk(x)))


def play(
    d: Projected,
    real: Tensor,
    fake: Tensor,
    rng: torch.Generator,
    descend: Callable[[Tensor], object],
    paired: int,
) -> dict[str, Tensor]:
    """One round of the game on real and drawn pictures [n, 3, r, r], the first `paired` of which
    belong together: teaches the heads through `descend`, then returns the terms of the log, among
    them "generator", the generator's loss, and "matching", the pairs' distance in the trunk, both
    summed over the sizes that are judged."""
    terms = _round(d, real, fake, rng, descend, paired)
    if d.smaller is not None:
        real, fake = F.avg_pool2d(real, 2), F.avg_pool2d(fake, 2)
        halved = play(d.smaller, real, fake, rng, descend, paired)
        for name in terms.keys() & {"generator", "matching"}:
            terms[name] = terms[name] + halved[name]
    return terms


def _round(
    d: Projected,
    real: Tensor,
    fake: Tensor,
    rng: torch.Generator,
    descend: Callable[[Tensor], object],
    paired: int,
) -> dict[str, Tensor]:
    """The game at one size."""
    augment = Augmentation.draw(len(real), real.shape[-1], rng)
    with torch.no_grad():
        real_maps = d.trunk(augment(real))
        real_mixed = d.mixing(real_maps)
    fake_maps = d.trunk(augment(fake))
    fake_mixed = d.mixing(fake_maps)
    d.heads.requires_grad_(True)
    real_logits, fake_logits = d.judge(real_mixed), d.judge([m.detach() for m in fake_mixed])
    terms = {"discriminator": F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()}
    descend(terms["discriminator"])
    d.heads.requires_grad_(False)
    terms |= {"real": real_logits.mean(), "fake": fake_logits.mean()}
    terms["generator"] = -d.judge(fake_mixed).mean()
    if paired:
        pairs = ([m[:paired] for m in maps] for maps in (fake_maps, real_maps))
        terms["matching"] = feature_distance(*pairs)
    return terms
