"""From attributes to a scene: proportions, pose and expression of every part."""

from collections.abc import Callable

import torch
from torch import Tensor

from . import sdf
from .attributes import Attributes
from .scene import Scene
from .species import EYE_X, EYE_Y, HIDDEN, shapes

Numbers = dict[str, Tensor]
"""Named numbers [n, 1]: f of the finished scene, p of the species, c of the attributes."""


def build(a: Attributes) -> Scene:
    """The scenes of n avatars."""
    c = {name: getattr(a, name)[:, None] for name in a.values}
    p = shapes(a.species)
    zero = torch.zeros_like(c["yaw"])
    f: Numbers = {name: p[name] for name in Scene._fields if name in p}
    f.update(
        _rotation(c),
        body_cos=(0.35 * c["yaw"]).deg2rad().cos(),
        body_sin=(0.35 * c["yaw"]).deg2rad().sin(),
        pivot=zero + 0.12,
    )

    young, old = 1 - c["age"], c["age"]
    wide = 1 + 0.07 * c["head_width"]
    smile = c["smile"]
    f["skull_x"] = p["skull_x"] * wide * (1.03 - 0.05 * old)
    f["skull_y"] = p["skull_y"] * (1.03 - 0.04 * old)
    f["jaw_x"] = p["jaw_x"] * wide * (0.97 + 0.08 * old)
    f["jaw_y"] = p["jaw_y"] * (0.84 + 0.22 * old) + 0.03 * c["mouth_open"]
    f["jaw_z"] = 0.42 * p["skull_z"] / 0.58
    f["jaw_cz"] = zero + 0.08
    f["cheek_x"] = p["cheek_x"] * wide
    f["cheek_y"] = p["cheek_y"] + 0.03 * smile
    f["cheek_r"] = p["cheek_r"] * (1 + 0.12 * young + 0.06 * smile)
    size = c["ear_size"]
    base = torch.where(p["box"] + (p["eye_sink"] < 0.3) > 0, 1.0, size)
    f["ear_ax"] = p["ear_ax"] * torch.where(p["ear_ax"] > 0.5, wide, 1.0)
    f["ear_dx"] = (p["ear_bx"] - p["ear_ax"]) * size
    f["ear_dy"] = (p["ear_by"] - p["ear_ay"]) * size
    f["ear_ra"] = p["ear_ra"] * (0.5 + 0.5 * base)
    f["ear_rb"] = p["ear_rb"] * base

    def probe(x: Tensor, y: Tensor) -> Tensor:
        """z at which a ray from the camera at (x, y) meets the face."""
        s = Scene(**{name: f.get(name, zero) for name in Scene._fields})
        z = zero + 1.0
        for _ in range(16):
            z = z - 0.9 * sdf.face(s, x, y, z).clamp(-0.5, 0.5)
        return z.clamp(-0.2, 1.2)

    f["muzzle_z"] = probe(f["muzzle_x"], f["muzzle_y"].clamp(min=-0.5)) + 0.25 * f["muzzle_rz"]
    f["muzzle_z"] -= 0.25 * f["muzzle_rz"] * (f["muzzle_rx"] > 0.3)
    nose = c["nose_size"] * (0.9 + 0.2 * old)
    for axis in ("nose_rx", "nose_ry", "nose_rz"):
        f[axis] = p[axis] * nose
    on_muzzle = f["muzzle_z"] + f["muzzle_rz"] * 0.86
    has_snout = (f["muzzle_y"] > -1) & (f["muzzle_ry"] < 0.3)
    f["nose_z"] = torch.where(has_snout, on_muzzle, probe(zero, f["nose_y"].clamp(min=-0.5)) + 0.02)

    f["eye_r"] = (p["eye_r"] * (1.16 - 0.30 * old)).clamp(max=0.26)
    f["eye_z"] = probe(zero + EYE_X, zero + EYE_Y) - p["eye_sink"] * f["eye_r"]
    f["slant_cos"], f["slant_sin"] = p["eye_slant"].cos(), p["eye_slant"].sin()
    shut = 1 - c["eye_openness"]
    lid = (72 - 88 * shut - 6 * c["brow_tilt"].clamp(max=0).abs()).deg2rad()
    low = (78 - 40 * smile.clamp(min=0) - 25 * shut).deg2rad()
    f.update(lid_cos=lid.cos(), lid_sin=lid.sin(), low_cos=low.cos(), low_sin=low.sin())
    _brows(f, p, c, probe)
    _hair(f, p, c)

    f["neck"] = zero + 0.19
    f["no_rims"] = torch.where(c["glasses"] > 0.75, 0.0, -HIDDEN)
    f["rim_radius"] = (0.19 + 0.06 * c["glasses_size"]).clamp(min=f["eye_r"] * 0.9)
    f["rim_square"] = (c["glasses"] > 0.875).float()
    f["rim_z"] = f["eye_z"] + f["eye_r"] * 1.05 + 0.05
    return Scene(**{name: f[name].expand_as(zero) for name in Scene._fields})


def _rotation(c: Numbers) -> Numbers:
    """World = R head with R = R_y(yaw) R_x(-pitch), entries r{row}{column}."""
    yaw, pitch = c["yaw"].deg2rad(), c["pitch"].deg2rad()
    cy, sy, cp, sp = yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin()
    return {
        "r00": cy,
        "r01": -sy * sp,
        "r02": sy * cp,
        "r10": torch.zeros_like(cy),
        "r11": cp,
        "r12": sp,
        "r20": -sy,
        "r21": -cy * sp,
        "r22": cy * cp,
    }


def _brows(f: Numbers, p: Numbers, c: Numbers, probe: Callable[[Tensor, Tensor], Tensor]) -> None:
    half = p["brow_w"] * 0.8
    y = EYE_Y + f["eye_r"] * f["eye_tall"] + 0.075 + 0.055 * c["brow_raise"]
    tilt = 0.07 * c["brow_tilt"]
    inner, outer = y + tilt, y - tilt - 0.015
    f["brow_x"] = EYE_X - half
    f["brow_y"] = inner
    f["brow_z"] = probe(f["brow_x"], inner) + 0.012
    f["brow_dx"], f["brow_dy"] = 2 * half, outer - inner
    f["brow_dz"] = probe(EYE_X + half, outer) + 0.012 - f["brow_z"]
    f["brow_r"] = p["brow_r"] * (0.85 + 0.35 * c["age"])


def _hair(f: Numbers, p: Numbers, c: Numbers) -> None:
    style, long = c["hair_style"].floor().clamp(0, 3), c["hair_length"]
    curls, bun, tails = style == 1, style == 2, style == 3
    zero = torch.zeros_like(long)
    f["no_hair"] = torch.where(p["hair"] > 0, 0.0, -HIDDEN)
    f["cap"] = 1.07 + torch.where(curls, 0.05 + 0.15 * long, 0.04 * long)
    f["curl"] = torch.where(curls, 0.045, 0.0)
    f["part"] = 0.20 * c["hair_part"]
    f["fringe"] = -0.30 - 0.05 * c["hair_part"].abs() + 0.10 * tails
    f["opening"] = torch.where(curls, 0.56, 0.54) + zero
    straight = (style == 0) | bun
    hang = torch.where(
        straight, (long - 0.25).clamp(min=0) * 1.1, torch.where(tails, 0.1 + 0.5 * long, zero)
    )
    f["curtain_x"] = f["skull_x"] * torch.where(tails, 1.22, 0.96)
    f["curtain_dx"] = torch.where(tails, 0.05 + zero, -0.06 * hang)
    f["curtain_dy"] = -hang - 1e-3
    f["curtain_r"] = torch.where(tails, 0.13, torch.where(hang > 0, 0.15, 0.05))
    f["bun_x"] = torch.where(tails, f["skull_x"] * 1.1, zero)
    f["bun_y"] = torch.where(tails, 0.18, f["skull_cy"] + f["skull_y"] + 0.10)
    f["bun_r"] = torch.where(tails, 0.15, torch.where(bun, 0.16 + 0.08 * long, HIDDEN))
    reach = p["tuft_long"] * (0.35 + 0.9 * long)
    grow = torch.where(p["hair"] > 0, HIDDEN, 0.0)
    f["tuft_ay"] = f["skull_cy"] + f["skull_y"] - 0.05 - 0.3 * p["tuft_ax"] + grow
    f["tuft_dx"] = (p["tuft_bx"] - p["tuft_ax"]) * (0.5 + long)
    f["tuft_dy"] = reach
