"""Ways to spoil a picture by degrees, for teaching and examining a perceptual distance.

A distortion takes pictures [n, 3, H, W] in [-1, 1], a severity [n] in [0, 1] and a torch.Generator,
and returns pictures of the same shape in [-1, 1]. At severity 0 it changes nothing; lengths grow
with the picture, so that a severity means the same at every size. A new one: a row of DISTORTIONS.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Distortion = Callable[[Tensor, Tensor, torch.Generator], Tensor]


def blur(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """Gaussian, up to σ = 1/16 of the width."""
    sigma = (severity * x.shape[3] / 16).clamp_min(1e-3)[:, None]
    reach = max(1, min(x.shape[2] - 1, x.shape[3] - 1, math.ceil(x.shape[3] / 16 * 2.5)))
    t = torch.arange(-reach, reach + 1, device=x.device)
    kernel = torch.exp(-0.5 * (t / sigma).square())
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)
    flat = F.pad(x, [reach] * 4, mode="reflect").flatten(0, 1)[None]
    flat = F.conv2d(flat, kernel[:, None, None, :], groups=len(kernel))
    flat = F.conv2d(flat, kernel[:, None, :, None], groups=len(kernel))
    return flat.reshape(x.shape).clamp(-1, 1)


def noise(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """White, up to σ = 0.5."""
    return (x + 0.5 * _each(severity) * _normal(x, rng)).clamp(-1, 1)


def coarse_noise(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """Smooth blotches a few pixels wide, up to σ = 0.6."""
    small = _normal(x[:, :, ::4, ::4], rng)
    grown = F.interpolate(small, x.shape[2:], mode="bicubic")
    return (x + 0.6 * _each(severity) * grown).clamp(-1, 1)


def shift(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """In any direction, up to an eighth of the width; the edge is mirrored."""
    angle = 2 * math.pi * torch.rand(len(x), generator=rng)
    way = torch.stack([angle.cos(), angle.sin()], 1).to(x)
    return _sample(x, _affine(len(x), x) + 0.25 * _each(severity) * way[:, None, None])


def turn(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """Rotation up to 30 degrees with a zoom up to 1.3 or 1/1.3."""
    s = severity.cpu()
    angle = s * math.radians(30) * _sign(len(x), rng)
    zoom = torch.exp(s * math.log(1.3) * (2 * torch.rand(len(x), generator=rng) - 1))
    a, b = zoom * angle.cos(), zoom * angle.sin()
    matrix = torch.stack([torch.stack([a, -b], 1), torch.stack([b, a], 1)], 1)
    return _sample(x, torch.einsum("nij,nhwj->nhwi", matrix.to(x), _affine(len(x), x)))


def warp(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """A smooth random displacement, up to some tenth of the width: other proportions."""
    field = torch.randn(len(x), 2, 4, 4, generator=rng).to(x)
    flow = F.interpolate(field, x.shape[2:], mode="bicubic").permute(0, 2, 3, 1)
    return _sample(x, _affine(len(x), x) + 0.12 * _each(severity) * flow)


def colour(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """A random linear map of RGB and an offset: hue, saturation, tint and brightness at once."""
    s = severity.to(x)
    matrix = torch.eye(3, device=x.device) + 0.4 * s[:, None, None] * _normal3(len(x), 3, rng).to(x)
    offset = 0.4 * s[:, None, None] * _normal3(len(x), 1, rng).to(x)
    return (torch.einsum("nij,njp->nip", matrix, x.flatten(2)) + offset).clamp(-1, 1).view_as(x)


def contrast(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """Contrast about the mean, up to a factor 4 or 1/4."""
    factor = torch.exp(_each(severity) * math.log(4) * _each(_sign(len(x), rng).to(x)))
    mean = x.mean((1, 2, 3), keepdim=True)
    return (mean + factor * (x - mean)).clamp(-1, 1)


def pixels(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """Mixed with the same picture in squares of an eighth of its width."""
    blocks = F.interpolate(F.adaptive_avg_pool2d(x, (16, 16)), x.shape[2:], mode="nearest")
    return torch.lerp(x, blocks, _each(severity).to(x))


def grid(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """A regular pattern of two to four pixels laid over it, as transposed convolutions leave."""
    period = int(torch.randint(2, 5, (), generator=rng))
    tile = _normal(x[:, :, :period, :period], rng)
    times = [-(-side // period) for side in x.shape[2:]]
    pattern = tile.repeat(1, 1, *times)[:, :, : x.shape[2], : x.shape[3]]
    return (x + 0.4 * _each(severity) * pattern).clamp(-1, 1)


def fade(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """Cross-fade into another picture of the batch."""
    return torch.lerp(x, x.roll(1, 0), _each(severity).to(x))


def patch(x: Tensor, severity: Tensor, rng: torch.Generator) -> Tensor:
    """A square of another picture of the batch pasted in, up to all of it."""
    half = _each(severity.sqrt().to(x))[..., 0]
    centre = (torch.rand(len(x), 1, 1, 2, generator=rng).to(x) * 2 - 1) * (1 - half[..., None])
    inside = ((_affine(len(x), x) - centre).abs().amax(-1) < half).unsqueeze(1)
    return torch.where(inside, x.roll(1, 0), x)


DISTORTIONS: dict[str, Distortion] = {
    "blur": blur,
    "noise": noise,
    "shift": shift,
    "colour": colour,
    "coarse noise": coarse_noise,
    "turn": turn,
    "warp": warp,
    "contrast": contrast,
    "pixels": pixels,
    "grid": grid,
    "fade": fade,
    "patch": patch,
}


def distort(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each picture of x [n, 3, H, W] under one random distortion, a third of them under two.

    Severities are uniform in their square root, so that small changes are as well known as large.
    """
    out = x.clone()
    for chance in (1.0, 1 / 3):
        which = torch.randint(len(DISTORTIONS), (len(x),), generator=rng)
        which[torch.rand(len(x), generator=rng) >= chance] = -1
        severity = torch.rand(len(x), generator=rng).square().to(x)
        for index, distortion in enumerate(DISTORTIONS.values()):
            chosen = (which == index).nonzero().flatten().to(x.device)
            if len(chosen):
                out[chosen] = distortion(out[chosen], severity[chosen], rng)
    return out


def _each(value: Tensor) -> Tensor:
    return value[:, None, None, None]


def _normal(like: Tensor, rng: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=rng).to(like)


def _normal3(n: int, columns: int, rng: torch.Generator) -> Tensor:
    return torch.randn(n, 3, columns, generator=rng)


def _sign(n: int, rng: torch.Generator) -> Tensor:
    return torch.randint(0, 2, (n,), generator=rng) * 2.0 - 1


def _affine(n: int, x: Tensor) -> Tensor:
    """The pixels' places [n, H, W, 2] in [-1, 1], as grid_sample wants them."""
    identity = torch.eye(2, 3, device=x.device).expand(n, 2, 3)
    return F.affine_grid(identity, [n, *x.shape[1:]], align_corners=False)


def _sample(x: Tensor, places: Tensor) -> Tensor:
    y = F.grid_sample(x, places, padding_mode="reflection", align_corners=False)
    return y.clamp(-1, 1)
