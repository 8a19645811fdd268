"""Signed distances of the avatar's parts: elementwise, so that a compiler fuses them into one loop.

Distances are bounds rather than exact where a part is an ellipsoid or tapered (Quilez's
formulas, iquilezles.org/articles/distfunctions); rays shorten their steps for that.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .scene import Scene
from .species import EYE_X, EYE_Y

FAR = 9.0


class Parts(NamedTuple):
    """Distance to each material's surface, all [n, P]."""

    skin: Tensor
    muzzle: Tensor
    hair: Tensor
    eye: Tensor
    nose: Tensor
    body: Tensor
    rims: Tensor
    ball: Tensor


class Local(NamedTuple):
    """A point in the head's frame (x, y, z), |x|, and in the body's frame (bx, y_world, bz)."""

    x: Tensor
    y: Tensor
    z: Tensor
    ax: Tensor
    bx: Tensor
    by: Tensor
    bz: Tensor


def length(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    return (x * x + y * y + z * z + 1e-9).sqrt()


def ellipsoid(x: Tensor, y: Tensor, z: Tensor, rx: Tensor, ry: Tensor, rz: Tensor) -> Tensor:
    u, v, w = x / rx, y / ry, z / rz
    k0 = length(u, v, w)
    return k0 * (k0 - 1) / length(u / rx, v / ry, w / rz)


def union(a: Tensor, b: Tensor, k: float) -> Tensor:
    """Smooth minimum (quadratic polynomial) that blends over a width k."""
    h = (k - (a - b).abs()).clamp(min=0)
    return torch.minimum(a, b) - h * h * (0.25 / k)


def intersection(a: Tensor, b: Tensor, k: float) -> Tensor:
    return -union(-a, -b, k)


def taper(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    bx: Tensor,
    by: Tensor,
    bz: Tensor | float,
    ra: Tensor,
    rb: Tensor,
) -> Tensor:
    """A capsule from the origin to (bx, by, bz) whose radius goes from ra to rb."""
    h = ((x * bx + y * by + z * bz) / (bx * bx + by * by + bz * bz + 1e-9)).clamp(0, 1)
    return length(x - h * bx, y - h * by, z - h * bz) - ra - h * (rb - ra)


def local(s: Scene, x: Tensor, y: Tensor, z: Tensor) -> Local:
    """World coordinates [n, P] (x right, y up, z to the camera) in the frames of head and body."""
    zc = z - s.pivot
    hx = s.r00 * x + s.r10 * y + s.r20 * zc
    hy = s.r01 * x + s.r11 * y + s.r21 * zc
    hz = s.r02 * x + s.r12 * y + s.r22 * zc + s.pivot
    bx = s.body_cos * x - s.body_sin * z
    bz = s.body_sin * x + s.body_cos * z
    return Local(hx, hy, hz, (hx * hx + 1e-8).sqrt(), bx, y, bz)


def face(s: Scene, ax: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """Skull, jaw and cheeks: what eyes, nose and glasses sit on."""
    ball = ellipsoid(ax, y - s.skull_cy, z, s.skull_x, s.skull_y, s.skull_z)
    qx = (ax - s.skull_x + 0.22).clamp(min=0)
    qy = ((y - s.skull_cy).abs() - s.skull_y + 0.22).clamp(min=0)
    qz = (z.abs() - s.skull_z + 0.22).clamp(min=0)
    skull = torch.lerp(ball, length(qx, qy, qz) - 0.22, s.box)
    jaw = ellipsoid(ax, y - s.jaw_cy, z - s.jaw_cz, s.jaw_x, s.jaw_y, s.jaw_z)
    cheek = length(ax - s.cheek_x, y - s.cheek_y, z - s.cheek_z) - s.cheek_r
    return union(union(skull, jaw, 0.22), cheek, 0.16)


def eye_frame(s: Scene, q: Local) -> tuple[Tensor, Tensor, Tensor]:
    """Eye-local coordinates, mirrored at x = 0: slanted, and squeezed to a unit sphere."""
    dx, dy = q.ax - EYE_X, q.y - EYE_Y
    u = s.slant_cos * dx + s.slant_sin * dy
    v = s.slant_cos * dy - s.slant_sin * dx
    return u / s.eye_r, v / (s.eye_r * s.eye_tall), (q.z - s.eye_z) / s.eye_r


def lid_planes(s: Scene, v: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
    """Signed heights (in eye radii) over the edges of the upper and the lower lid."""
    return v * s.lid_cos - w * s.lid_sin, -v * s.low_cos - w * s.low_sin


def ear_axis(s: Scene, q: Local) -> tuple[Tensor, Tensor]:
    """Place along the ear's axis in [0, 1] and distance to its surface."""
    x, y, z = q.ax - s.ear_ax, q.y - s.ear_ay, (q.z - s.ear_z) * s.ear_flat
    h = ((x * s.ear_dx + y * s.ear_dy) / (s.ear_dx**2 + s.ear_dy**2 + 1e-9)).clamp(0, 1)
    radius = s.ear_ra + h * (s.ear_rb - s.ear_ra)
    return h, (length(x - h * s.ear_dx, y - h * s.ear_dy, z) - radius) / s.ear_flat.clamp(min=1)


def hair_cap(s: Scene, q: Local) -> Tensor:
    """A shell over the skull with an opening for the face."""
    k = s.cap
    bumps = s.curl * (torch.sin(13 * q.x + 1) * torch.sin(13 * q.y) * torch.sin(13 * q.z + 2))
    shell = (
        ellipsoid(
            q.ax, q.y - s.skull_cy - 0.03, q.z + 0.05, s.skull_x * k, s.skull_y * k, s.skull_z * k
        )
        + bumps
    )
    opening = ellipsoid(
        q.x - s.part, q.y - s.fringe, q.z - 0.55, s.opening, 0.62 + 0 * s.part, 0.62 + 0 * s.part
    )
    return intersection(shell, -opening, 0.07)


def parts(s: Scene, q: Local) -> Parts:
    """Distances from the points q [n, P] to every material of the scenes s (fields [n, 1])."""
    head = face(s, q.ax, q.y, q.z)
    head = union(head, ear_axis(s, q)[1], 0.05)
    u, v, w = eye_frame(s, q)
    squeeze = s.eye_r * s.eye_tall.clamp(max=1)
    k = length(u, v, w)
    eye = (k - 1) * squeeze
    upper, lower = lid_planes(s, v, w)
    lids = torch.maximum((k - 1.1) * squeeze, -torch.maximum(upper, lower) * squeeze)
    head = union(head, lids, 0.02)
    neck = taper(q.bx, q.by + 0.5, q.bz + 0.05, 0 * s.part, -0.5 + 0 * s.part, 0.0, s.neck, s.neck)
    nose = ellipsoid(q.x, q.y - s.nose_y, q.z - s.nose_z, s.nose_rx, s.nose_ry, s.nose_rz)
    skin = union(union(head, neck, 0.06), nose + FAR * (1 - s.nose_skin), 0.07)
    muzzle = ellipsoid(
        q.ax - s.muzzle_x, q.y - s.muzzle_y, q.z - s.muzzle_z, s.muzzle_rx, s.muzzle_ry, s.muzzle_rz
    )

    curtain = taper(
        q.ax - s.curtain_x,
        q.y - 0.12,
        q.z + 0.16,
        s.curtain_dx,
        s.curtain_dy,
        0.0,
        s.curtain_r,
        s.curtain_r * 0.8,
    )
    bun = length(q.ax - s.bun_x, q.y - s.bun_y, q.z + 0.08) - s.bun_r
    bun = bun + 0.6 * s.curl * torch.sin(14 * q.x) * torch.sin(14 * q.y)
    hair = union(union(hair_cap(s, q), curtain, 0.08), bun, 0.03) + s.no_hair
    tuft = taper(
        q.ax - s.tuft_ax,
        q.y - s.tuft_ay,
        q.z - 0.08,
        s.tuft_dx,
        s.tuft_dy,
        0.10,
        s.tuft_ra,
        s.tuft_rb,
    )
    brow_mid = taper(
        q.ax - s.brow_x,
        q.y - s.brow_y,
        q.z - s.brow_z,
        s.brow_dx,
        s.brow_dy,
        s.brow_dz,
        s.brow_r * 1.15,
        s.brow_r * 0.75,
    )
    hair = torch.minimum(torch.minimum(hair, tuft), brow_mid)
    ball = length(q.ax - s.tuft_ax - s.tuft_dx, q.y - s.tuft_ay - s.tuft_dy, q.z - 0.18)

    shoulders = taper(
        q.bx.abs(),
        q.by + 1.03,
        q.bz + 0.05,
        0.40 + 0 * s.part,
        -0.13 + 0 * s.part,
        0.0,
        0.33 + 0 * s.part,
        0.27 + 0 * s.part,
    )
    ring = (q.bx**2 + (q.bz + 0.05) ** 2).sqrt() - s.neck - 0.05
    collar = (ring**2 + (q.by + 0.78) ** 2 + 1e-9).sqrt() - 0.085
    body = union(shoulders, collar, 0.03)

    gx, gy = q.ax - EYE_X, q.y - EYE_Y + 0.01
    gz = q.z - s.rim_z + 0.25 * q.ax.clamp(min=0.2) ** 2
    radial = (gx**4 + gy**4 + 1e-9) ** 0.25
    round_rim = (gx * gx + gy * gy + 1e-9).sqrt()
    radial = torch.lerp(round_rim, radial, s.rim_square) - s.rim_radius
    rims = (radial**2 + gz**2 + 1e-9).sqrt() - 0.024
    bridge = taper(
        q.ax,
        q.y - EYE_Y - 0.02,
        gz,
        EYE_X - s.rim_radius,
        0 * s.part,
        0.0,
        0.02 + 0 * s.part,
        0.02 + 0 * s.part,
    )
    rims = torch.minimum(rims, bridge) + s.no_rims
    return Parts(skin, muzzle, hair, eye, nose + FAR * s.nose_skin, body, rims, ball - s.ball_r)


def distance(s: Scene, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """Signed distance [n, P] from world points to the nearest part."""
    p = parts(s, local(s, x, y, z))
    solid = union(p.skin, p.muzzle, 0.08)
    nearest = torch.minimum(torch.minimum(p.hair, p.eye), torch.minimum(p.nose, p.body))
    return torch.minimum(torch.minimum(solid, nearest), torch.minimum(p.rims, p.ball))
