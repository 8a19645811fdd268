"""What makes a bear a bear: one table of shape numbers and one of palettes for each species.

Lengths are in half picture widths, x to the right, y up, z towards the camera, in the head's
frame. Every species uses the same parts; a part that it lacks has `HIDDEN` or a zero weight.
"""

import torch
from torch import Tensor

from .attributes import SPECIES

EYE_X, EYE_Y = 0.29, 0.02
"""Where the eyes' centres are in every picture at yaw 0 and pitch 0, half picture widths."""

HIDDEN = -9.0

# fmt: off
SHAPES: dict[str, tuple[float, ...]] = {
    #             human   cat    bear   fox    robot  alien  owl    frog
    "skull_x":   (0.60,  0.67,  0.68,  0.63,  0.62,  0.66,  0.68,  0.74),
    "skull_y":   (0.61,  0.54,  0.58,  0.53,  0.52,  0.58,  0.62,  0.44),
    "skull_z":   (0.58,  0.54,  0.58,  0.55,  0.48,  0.58,  0.56,  0.58),
    "skull_cy":  (0.07,  0.02,  0.03,  0.03,  0.00,  0.17,  0.03, -0.22),
    "box":       (0.0,   0.0,   0.0,   0.0,   1.0,   0.0,   0.0,   0.0),
    "jaw_x":     (0.42,  0.46,  0.48,  0.36,  0.30,  0.28,  0.46,  0.56),
    "jaw_y":     (0.36,  0.28,  0.30,  0.28,  0.20,  0.36,  0.34,  0.26),
    "jaw_cy":    (-.30, -.27,  -.28,  -.27,  -.25,  -.36,  -.26,  -.36),
    "cheek_x":   (0.32,  0.47,  0.42,  0.54,  0.30,  0.20,  0.40,  0.50),
    "cheek_y":   (-.27, -.26,  -.27,  -.24,  -.25,  -.34,  -.30,  -.34),
    "cheek_z":   (0.24,  0.10,  0.16,  0.04,  0.00,  0.16,  0.10,  0.12),
    "cheek_r":   (0.21,  0.22,  0.24,  0.18,  0.10,  0.14,  0.22,  0.22),
    # a mirrored, tapered capsule from (ax, ay) to (bx, by): ears, tufts, bolts, eye mounts
    "ear_ax":    (0.60,  0.38,  0.50,  0.38,  0.62,  0.58,  0.38,  0.30),
    "ear_ay":    (-.02,  0.34,  0.48,  0.34,  0.02, -.06,   0.42,  0.04),
    "ear_bx":    (0.65,  0.54,  0.54,  0.56,  0.74,  0.84,  0.58,  0.31),
    "ear_by":    (0.04,  0.76,  0.56,  0.88,  0.02,  0.06,  0.74,  0.07),
    "ear_z":     (-.04, -.02,  -.06,  -.02,   0.00, -.04,  -.02,   0.22),
    "ear_ra":    (0.10,  0.25,  0.20,  0.24,  0.15,  0.10,  0.17,  0.27),
    "ear_rb":    (0.12,  0.05,  0.21,  0.03,  0.10,  0.02,  0.02,  0.27),
    "ear_flat":  (1.3,   1.5,   1.5,   1.5,   1.0,   1.6,   1.3,   1.0),
    "inner_ear": (0.3,   1.0,   1.0,   1.0,   0.0,   0.0,   0.0,   0.0),
    # a mirrored ellipsoid in the second colour: muzzle, snout, the owl's facial discs
    "muzzle_x":  (0.0,   0.10,  0.03,  0.03,  0.0,   0.0,   0.25,  0.0),
    "muzzle_y":  (HIDDEN, -.26, -.25, -.25, HIDDEN, HIDDEN, 0.00, HIDDEN),
    "muzzle_rx": (0.1,   0.16,  0.27,  0.20,  0.1,   0.1,   0.33,  0.1),
    "muzzle_ry": (0.1,   0.13,  0.20,  0.15,  0.1,   0.1,   0.35,  0.1),
    "muzzle_rz": (0.1,   0.13,  0.18,  0.32,  0.1,   0.1,   0.10,  0.1),
    "nose_y":    (-.15, -.175, -.15,  -.18,  HIDDEN, HIDDEN, -.20, HIDDEN),
    "nose_rx":   (0.085, 0.062, 0.105, 0.075, 0.05,  0.05,  0.085, 0.05),
    "nose_ry":   (0.075, 0.045, 0.070, 0.060, 0.05,  0.05,  0.135, 0.05),
    "nose_rz":   (0.10,  0.05,  0.06,  0.06,  0.05,  0.05,  0.15,  0.05),
    "nose_skin": (1.0,   0.0,   0.0,   0.0,   0.0,   0.0,   0.0,   0.0),
    "eye_r":     (0.170, 0.180, 0.120, 0.160, 0.160, 0.235, 0.215, 0.215),
    "eye_tall":  (1.08,  1.05,  1.12,  1.08,  1.10,  0.80,  1.00,  1.00),
    "eye_slant": (0.0,   0.15,  0.0,   0.22,  0.0,   0.45,  0.0,   0.0),
    "eye_sink":  (0.50,  0.50,  0.30,  0.45,  0.66,  0.60, -0.10,  0.10),
    "iris_r":    (0.62,  0.82,  0.00,  0.80,  0.75,  0.00,  0.80,  0.80),
    "pupil_r":   (0.34,  0.44,  0.00,  0.50,  0.42,  0.00,  0.46,  0.42),
    "pupil_x":   (1.0,   1.5,   1.0,   1.2,   1.0,   1.0,   1.0,   0.65),
    "brow_r":    (0.034, 0.026, 0.032, 0.028, 0.026, 0.024, 0.040, 0.028),
    "brow_w":    (0.13,  0.10,  0.10,  0.10,  0.13,  0.13,  0.15,  0.13),
    "mouth_y":   (-.345, -.305, -.315, -.325, -.31,  -.42,  -.40,  -.34),
    "mouth_w":   (0.17,  0.13,  0.13,  0.11,  0.20,  0.11,  0.13,  0.42),
    "mouth_cat": (0.0,   1.0,   0.8,   0.8,   0.0,   0.0,   0.0,   0.0),
    "screen":    (0.0,   0.0,   0.0,   0.0,   1.0,   0.0,   0.0,   0.0),
    "hair":      (1.0,   0.0,   0.0,   0.0,   0.0,   0.0,   0.0,   0.0),
    # a mirrored tapered capsule on top: tuft, antenna (with a ball), sprout
    "tuft_ax":   (0.0,   0.03,  0.05,  0.03,  0.0,   0.16,  0.04,  0.02),
    "tuft_bx":   (0.0,   0.05,  0.10,  0.02,  0.0,   0.34,  0.09,  0.20),
    "tuft_ra":   (0.05,  0.09,  0.10,  0.10,  0.035, 0.035, 0.10,  0.035),
    "tuft_rb":   (0.02,  0.02,  0.03,  0.02,  0.022, 0.022, 0.02,  0.075),
    "tuft_long": (0.10,  0.18,  0.16,  0.22,  0.30,  0.34,  0.22,  0.26),
    "ball_r":    (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 0.085, 0.075, HIDDEN, HIDDEN),
    "gloss":     (0.35,  0.28,  0.25,  0.28,  0.85,  0.75,  0.22,  0.80),
    "stripes":   (0.0,   1.0,   0.0,   0.0,   0.0,   0.0,   0.6,   0.0),
    "freckles":  (1.0,   0.0,   0.0,   0.0,   0.0,   0.8,   0.0,   1.0),
    "mask":      (0.0,   0.4,   0.0,   1.0,   0.0,   0.0,   0.0,   0.6),
    "lash":      (0.9,   0.7,   0.6,   0.7,   0.8,   0.8,   0.6,   0.6),
}

PALETTES: dict[str, tuple[str, ...]] = {
    "human": ("6f4533", "9a6244", "c68a5e", "e8b28c", "f6cdb0", "fbdcc8"),
    "cat":   ("5b5b6b", "9aa0b2", "f5e2c4", "f4b060", "ee9a5c", "f3e6e4"),
    "bear":  ("7a4d36", "b07a48", "d9a066", "f1e7da", "eab0bd", "a9b4d6"),
    "fox":   ("d9622f", "ee8434", "f3a25a", "ee8f80", "c9d6ea", "eef1f6"),
    "robot": ("8fd6c6", "c6ced8", "f4c75a", "f08a72", "86b6ee", "c5a6ea"),
    "alien": ("93d96a", "58cdb4", "6fb6f2", "b794f0", "f08fc4", "f4d06a"),
    "owl":   ("8f6448", "c79a6b", "e9e2d8", "8aa0c4", "a48ac6", "6fb3ad"),
    "frog":  ("6cc05a", "a9d650", "ecd75c", "4fc0a0", "5fb0e6", "f09a8a"),
    "hair":  ("2c2430", "5b3a2c", "96562f", "d5742f", "f0c766", "f39ab8", "9a93ea", "6fc6c8"),
    "iris":  ("6b4226", "a8742c", "5f9a4a", "2f9a8f", "3f86d8", "7a62cc"),
    "rims":  ("2b2b38", "8a4b32", "d8454f", "f0b43c", "3f7fd0", "f2f2f4"),
    "cloth": ("e8655a", "f2a65a", "f4d35e", "6fbf8b", "4f9fc8", "6b78c8", "b07cc6", "f0ece4"),
}
# fmt: on


def shapes(species: Tensor) -> dict[str, Tensor]:
    """species int64 [n] -> each column of SHAPES as float32 [n, 1]."""
    table = torch.tensor(list(SHAPES.values()), device=species.device)
    return {name: row[species, None] for name, row in zip(SHAPES, table, strict=True)}


def to_linear(srgb: Tensor) -> Tensor:
    """sRGB values in [0, 1] -> linear light (IEC 61966-2-1)."""
    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def ramp(names: tuple[str, ...], which: Tensor, place: Tensor) -> Tensor:
    """Linear-light colours [3, n, 1] at `place` [n] in [0, 1] of the palettes names[which]."""
    samples = 33
    grid = torch.linspace(0, 1, samples)
    tables = torch.stack([_sampled(PALETTES[name], grid) for name in names]).to(place.device)
    position = place.clamp(0, 1) * (samples - 1)
    left = position.floor().long().clamp(max=samples - 2)
    weight = (position - left)[:, None]
    colour = tables[which, left] * (1 - weight) + tables[which, left + 1] * weight
    return colour.T[..., None]


def _sampled(palette: tuple[str, ...], grid: Tensor) -> Tensor:
    stops = to_linear(
        torch.tensor([[int(c[k : k + 2], 16) / 255 for k in (0, 2, 4)] for c in palette])
    )
    position = grid * (len(palette) - 1)
    left = position.floor().long().clamp(max=len(palette) - 2)
    return torch.lerp(stops[left], stops[left + 1], (position - left)[:, None])


def skin(species: Tensor, place: Tensor) -> Tensor:
    """Linear-light skin or fur colour [3, n, 1]."""
    return ramp(SPECIES, species, place)


def shared(palette: str, place: Tensor) -> Tensor:
    """Linear-light colour [3, n, 1] of a palette that all species share."""
    return ramp((palette,), torch.zeros(len(place), dtype=torch.long, device=place.device), place)
