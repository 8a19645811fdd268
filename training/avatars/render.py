"""Rays, light and pixels: from attributes to uint8 pictures."""

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from . import anatomy, paint, palette, scene, sdf
from .attributes import Attributes
from .palette import Paint, step
from .scene import Scene

SUPERSAMPLES = 2
CELL = 8
NEAR, BEHIND = 1.2, -0.9
STEPS_COARSE, STEPS_FINE, STEPS_LAST = 12, 16, 4


@dataclass(frozen=True)
class Warp:
    """Where the object sits in the picture plane: picture = scale * R(degrees) object + shift.

    Degrees turn counter-clockwise; shift is (right, down) as a fraction of the width.
    """

    degrees: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0


ALIGNED = Warp()


@dataclass(frozen=True)
class Rendered:
    """images uint8 [n, 3, r, r]; alpha float32 [n, r, r], the object's coverage of each pixel;
    eyes float32 [n, r, r], coverage by eyeballs."""

    images: Tensor
    alpha: Tensor
    eyes: Tensor


def _distance(table: Tensor, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    return sdf.distance(scene.unpack(table), x, y, z)


def _shade(
    table: Tensor,
    colours: Tensor,
    scalars: Tensor,
    x: Tensor,
    y: Tensor,
    z: Tensor,
    nx: Tensor,
    ny: Tensor,
    nz: Tensor,
    occlusion: Tensor,
    shadow: Tensor,
    hit: Tensor,
) -> tuple[Tensor, Tensor]:
    """Linear-light colour [3, n, P] of a studio: warm key, cool fill, rim, vinyl highlights."""
    s: Scene = scene.unpack(table)
    c = Paint(*colours.unbind(0), *scalars.unbind(0))
    q = sdf.local(s, x, y, z)
    p = sdf.parts(s, q)
    base, gloss, glow = paint.albedo(s, c, q, p)
    kx, ky, kz = c.key[0], c.key[1], c.key[2]
    facing = nx * kx + ny * ky + nz * kz
    wrap = ((facing + 0.35) / 1.35).clamp(min=0)
    key = wrap * (0.25 + 0.75 * shadow)
    sky = 0.5 + 0.5 * ny
    fill = (0.5 * nz + 0.5 - 0.4 * nx * torch.sign(kx)).clamp(min=0)
    warm = torch.stack([key * 0.86, key * 0.82, key * 0.76])
    cool = torch.stack(
        [sky * 0.24 + fill * 0.15, sky * 0.25 + fill * 0.15, sky * 0.30 + fill * 0.18]
    )
    bounce = (0.5 - 0.5 * ny) * 0.16
    light = warm + (cool + bounce * mixed(c.bottom)) * occlusion
    terminator = (1 - (facing.abs() * 2.2).clamp(max=1)) * shadow * 0.07
    light = light + terminator * torch.tensor([1.0, 0.35, 0.25], device=x.device)[:, None, None]
    hx, hy, hz = kx, ky, kz + 1
    half = (nx * hx + ny * hy + nz * hz) / (hx * hx + hy * hy + hz * hz).sqrt()
    half = half.clamp(min=0)
    h2 = half * half
    h8 = h2 * h2 * h2 * h2
    h32 = h8 * h8 * h8 * h8
    highlight = gloss * (0.16 * h8 * h8 + 0.55 * step(0.5, 0.5, h32 * h32)) * (0.3 + 0.7 * shadow)
    edge = (1 - nz.clamp(0.2, 1)) ** 3
    rim = edge * (0.35 + 0.65 * sky) * (0.12 + 0.16 * gloss)
    rim = rim * occlusion * occlusion
    colour = base * torch.maximum(light, 0.9 * glow) + (highlight + rim) * 0.9
    colour = torch.where(hit > 0, colour, paint.backdrop(c, x, y))
    is_eye = hit * (p.eye < torch.minimum(torch.minimum(p.skin, p.rims), p.hair))
    return colour, is_eye


def mixed(colour: Tensor) -> Tensor:
    """A colour halfway to white: light that bounces off it."""
    return 0.5 + 0.5 * colour


def can_compile() -> bool:
    """Whether `render(fast=True)` finds the C++ compiler that it needs."""
    return shutil.which("g++") is not None


@cache
def _compiled(fast: bool) -> tuple[Callable[..., Tensor], Callable[..., tuple[Tensor, Tensor]]]:
    if not fast:
        return _distance, _shade
    options: dict[str, str | int | bool | Callable[..., Any]] = {"max_fusion_size": 512}
    return (
        torch.compile(_distance, dynamic=False, options=options),
        torch.compile(_shade, dynamic=False, options=options),
    )


def render(
    a: Attributes, resolution: int = 64, warp: Warp = ALIGNED, fast: bool = False
) -> Rendered:
    """Draw n avatars, antialiased by supersampling, in one batch.

    `fast` compiles the renderer for this n (a C++ compiler must be there); compiled and eager
    pictures may differ by a grey level.
    """
    distance, shade = _compiled(fast)
    device, n = a.species.device, len(a)
    table = scene.pack(anatomy.build(a)).to(device)
    c = palette.build(a)
    colours = torch.stack([v for v in c if v.ndim == 3])
    scalars = torch.stack([v for v in c if v.ndim == 2])
    side = resolution * SUPERSAMPLES
    x, y = (v.expand(n, -1).contiguous() for v in _plane(side, warp, device))

    cells = side // CELL
    cx, cy = (v.view(n, cells, CELL, cells, CELL).mean((2, 4)).reshape(n, -1) for v in (x, y))
    reach = CELL * math.sqrt(2) / side / warp.scale
    z = torch.full_like(cx, NEAR)
    for _ in range(STEPS_COARSE):
        z = z - (0.9 * (_distance(table, cx, cy, z) - reach)).clamp(0, 0.5)
    z = z.view(n, cells, 1, cells, 1).expand(n, cells, CELL, cells, CELL).reshape(n, -1)
    for _ in range(STEPS_FINE):
        d = distance(table, x, y, z)
        stride = torch.where(d > 0.004, (0.9 * d).clamp(min=0.03), 0.9 * d)  # hurry past edges
        z = (z - stride).clamp(min=BEHIND)
    for _ in range(STEPS_LAST):
        z = (z - 0.9 * distance(table, x, y, z)).clamp(min=BEHIND)
    hit = ((distance(table, x, y, z).abs() < 0.006) & (z > BEHIND)).float()

    e = 0.004
    taps = [(1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)]
    probes = [distance(table, x + i * e, y + j * e, z + k * e) for i, j, k in taps]
    nx, ny, nz = (
        sum((t[axis] * v for t, v in zip(taps, probes, strict=True)), torch.zeros(()))
        for axis in range(3)
    )
    size = (nx * nx + ny * ny + nz * nz + 1e-12).sqrt()
    nx, ny, nz = nx / size, ny / size, nz / size

    occlusion = torch.ones_like(z)
    for h, weight in ((0.05, 0.30), (0.13, 0.30), (0.28, 0.25)):
        open_ = distance(table, x + h * nx, y + h * ny, z + h * nz)
        occlusion = occlusion - weight * (1 - open_ / h).clamp(0, 1)
    shadow = torch.ones_like(z)
    kx, ky, kz = c.key[0], c.key[1], c.key[2]
    for t in (0.06, 0.11, 0.18, 0.28, 0.42, 0.62):
        o = 0.02
        clear = distance(table, x + o * nx + t * kx, y + o * ny + t * ky, z + o * nz + t * kz)
        shadow = torch.minimum(shadow, (4 * clear / t + 0.25).clamp(0, 1))
    colour, eyes = shade(table, colours, scalars, x, y, z, nx, ny, nz, occlusion, shadow, hit)

    colour = pool(colour.clamp(0, 1.6).transpose(0, 1), side)
    px, py = (pool(v[:, None], side)[:, 0] for v in _plane(side, ALIGNED, device))
    vignette = 1 - 0.10 * ((px * px + py * py) * 0.5) ** 1.5
    srgb = _to_srgb(colour * vignette[:, None])
    images = (srgb * 255 + 0.5).clamp(0, 255).to(torch.uint8)
    return Rendered(images, pool(hit[:, None], side)[:, 0], pool(eyes[:, None], side)[:, 0])


def pool(v: Tensor, side: int) -> Tensor:
    """[n, c, side * side] -> [n, c, r, r]: the mean of each pixel's samples."""
    return torch.nn.functional.avg_pool2d(v.reshape(*v.shape[:2], side, side), SUPERSAMPLES)


def _plane(side: int, warp: Warp, device: torch.device) -> tuple[Tensor, Tensor]:
    """Object coordinates x (right), y (up), each [1, side * side], of a picture's samples."""
    ticks = (torch.arange(side, device=device) + 0.5) * (2 / side) - 1
    down, right = torch.meshgrid(ticks, ticks, indexing="ij")
    px = (right - 2 * warp.shift[0]) / warp.scale
    py = (-down + 2 * warp.shift[1]) / warp.scale
    cos, sin = math.cos(math.radians(warp.degrees)), math.sin(math.radians(warp.degrees))
    return (cos * px + sin * py).reshape(1, -1), (cos * py - sin * px).reshape(1, -1)


def _to_srgb(linear: Tensor) -> Tensor:
    """A soft shoulder above 0.8, then the sRGB curve."""
    over = (linear - 0.8).clamp(min=0)
    v = torch.minimum(linear, torch.full_like(linear, 0.8)) + 0.2 * (1 - torch.exp(-over / 0.2))
    v = v.clamp(1e-6, 1)
    return torch.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)
