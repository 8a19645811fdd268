"""The numbers of a scene: where every part of the avatar is."""

from typing import NamedTuple

import torch
from torch import Tensor


class Scene(NamedTuple):
    """Shape parameters, each [n, 1]; lengths in half picture widths, in the head's frame."""

    r00: Tensor
    r01: Tensor
    r02: Tensor
    r10: Tensor
    r11: Tensor
    r12: Tensor
    r20: Tensor
    r21: Tensor
    r22: Tensor
    pivot: Tensor
    body_cos: Tensor
    body_sin: Tensor
    skull_x: Tensor
    skull_y: Tensor
    skull_z: Tensor
    skull_cy: Tensor
    box: Tensor
    jaw_x: Tensor
    jaw_y: Tensor
    jaw_z: Tensor
    jaw_cy: Tensor
    jaw_cz: Tensor
    cheek_x: Tensor
    cheek_y: Tensor
    cheek_z: Tensor
    cheek_r: Tensor
    ear_ax: Tensor
    ear_ay: Tensor
    ear_dx: Tensor
    ear_dy: Tensor
    ear_z: Tensor
    ear_ra: Tensor
    ear_rb: Tensor
    ear_flat: Tensor
    muzzle_x: Tensor
    muzzle_y: Tensor
    muzzle_z: Tensor
    muzzle_rx: Tensor
    muzzle_ry: Tensor
    muzzle_rz: Tensor
    nose_y: Tensor
    nose_z: Tensor
    nose_rx: Tensor
    nose_ry: Tensor
    nose_rz: Tensor
    nose_skin: Tensor
    eye_z: Tensor
    eye_r: Tensor
    eye_tall: Tensor
    slant_cos: Tensor
    slant_sin: Tensor
    lid_cos: Tensor
    lid_sin: Tensor
    low_cos: Tensor
    low_sin: Tensor
    brow_x: Tensor
    brow_y: Tensor
    brow_z: Tensor
    brow_dx: Tensor
    brow_dy: Tensor
    brow_dz: Tensor
    brow_r: Tensor
    no_hair: Tensor
    cap: Tensor
    curl: Tensor
    part: Tensor
    fringe: Tensor
    opening: Tensor
    curtain_x: Tensor
    curtain_dx: Tensor
    curtain_dy: Tensor
    curtain_r: Tensor
    bun_x: Tensor
    bun_y: Tensor
    bun_r: Tensor
    tuft_ax: Tensor
    tuft_ay: Tensor
    tuft_dx: Tensor
    tuft_dy: Tensor
    tuft_ra: Tensor
    tuft_rb: Tensor
    ball_r: Tensor
    neck: Tensor
    no_rims: Tensor
    rim_radius: Tensor
    rim_square: Tensor
    rim_z: Tensor


def pack(s: Scene) -> Tensor:
    """One tensor [fields, n, 1], for a compiled function."""
    return torch.stack(tuple(s))


def unpack(table: Tensor) -> Scene:
    return Scene(*table.unbind(0))
