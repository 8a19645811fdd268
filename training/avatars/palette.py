"""The colours of an avatar, and where those of its face begin and end."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .attributes import Attributes
from .species import shapes, shared, skin, to_linear


class Paint(NamedTuple):
    """Colours are linear light [3, n, 1]; all else [n, 1]."""

    skin: Tensor
    muzzle: Tensor
    hair: Tensor
    sclera: Tensor
    iris: Tensor
    nose: Tensor
    cloth: Tensor
    rims: Tensor
    ball: Tensor
    top: Tensor
    bottom: Tensor
    key: Tensor
    blush: Tensor
    marking: Tensor
    stripes: Tensor
    freckles: Tensor
    mask: Tensor
    inner_ear: Tensor
    screen: Tensor
    lash: Tensor
    gloss: Tensor
    bands: Tensor
    iris_r: Tensor
    pupil_r: Tensor
    pupil_x: Tensor
    gaze_x: Tensor
    gaze_y: Tensor
    mouth_x: Tensor
    mouth_y: Tensor
    mouth_w: Tensor
    mouth_cat: Tensor
    mouth_open: Tensor
    smile: Tensor


def rgb(code: str) -> Tensor:
    """ "ffcc00" -> linear light [3, 1, 1]."""
    srgb = torch.tensor([int(code[k : k + 2], 16) / 255 for k in (0, 2, 4)])
    return to_linear(srgb)[:, None, None]


def mix(a: Tensor, b: Tensor, weight: Tensor) -> Tensor:
    return a + (b - a) * weight


def step(edge: Tensor | float, width: float, x: Tensor) -> Tensor:
    """Smooth step from 0 to 1 as x passes `edge`, over about `width`."""
    t = ((x - edge) / width + 0.5).clamp(0, 1)
    return t * t * (3 - 2 * t)


def direction(azimuth: Tensor, elevation: Tensor) -> Tensor:
    """Unit vectors [3, n, 1] to a light: azimuth to the picture's right, elevation up, degrees."""
    a, e = azimuth * (math.pi / 180), elevation * (math.pi / 180)
    return torch.stack([a.sin() * e.cos(), e.sin(), a.cos() * e.cos()])[..., None]


def build(a: Attributes) -> Paint:
    """The colours of n avatars."""
    c = {name: getattr(a, name)[:, None] for name in a.values}
    p = shapes(a.species)
    kind = a.species[:, None]
    device = kind.device

    def white(code: str) -> Tensor:
        return rgb(code).to(device)

    def only(index: int, colour: Tensor, other: Tensor) -> Tensor:
        return torch.where(kind == index, colour, other)

    fur = skin(a.species, a.hue) * c["tone"]
    hair = shared("hair", a.hair_hue)
    grey = step(0.86, 0.2, c["age"])
    hair = mix(hair, white("d9d6dc"), 0.85 * grey)
    cloth = shared("cloth", a.cloth_hue)
    iris = shared("iris", a.iris_hue)
    light = mix(fur, white("fff4e6"), 0.72 * torch.ones_like(grey))
    own_hair = mix(fur * 0.62, hair * 0.7 + fur * 0.3, 0.35 * torch.ones_like(grey))
    alike = step(-0.16, 0.1, -(fur.mean(0) - hair.mean(0)).abs())
    hair = hair * (1 - 0.65 * alike)
    hair = torch.where(kind == 0, hair, own_hair)
    hair = only(4, white("6d7486").expand_as(fur), hair)
    hair = only(5, fur * 0.8, hair)
    hair = only(7, only(7, white("4fae4a"), fur) * (0.7 + 0.6 * c["hair_hue"]), hair)
    beak = mix(white("f2a32c"), white("f07a3a"), c["hair_hue"])
    dark = white("33262b").expand_as(fur)
    nose = only(1, white("e8788a").expand_as(fur), dark)
    nose = only(0, fur, only(6, beak, nose))
    black = white("0c0b12").expand_as(fur)
    sclera = torch.where(p["iris_r"] > 0, white("fbfaf6"), black)
    sclera = only(4, white("16202e").expand_as(fur), sclera)
    iris = only(4, mix(iris, white("8ffcf0"), 0.6 * torch.ones_like(grey)), iris)
    iris = only(6, mix(iris, white("ffc229"), 0.75 * torch.ones_like(grey)), iris)
    iris = only(7, mix(iris, white("ffd84a"), 0.6 * torch.ones_like(grey)), iris)
    iris = only(1, mix(iris, white("9fd86a"), 0.4 * torch.ones_like(grey)), iris)
    worn = (c["glasses"] > 0.75).float()

    def pastel(hue: Tensor, depth: float) -> Tensor:
        turn = torch.tensor([0.0, 1 / 3, 2 / 3], device=device)[:, None, None]
        wave = 0.5 - 0.5 * torch.cos(2 * math.pi * (hue - turn))
        return to_linear(c["background_lightness"] * (1 - depth * wave))

    def flat(x: Tensor) -> Tensor:
        return x.expand_as(grey).float()

    mid = 0.5 * c["mouth_open"]
    return Paint(
        skin=fur,
        muzzle=only(6, mix(fur, white("fff4e6"), flat(0.6 + 0 * grey)), light),
        hair=hair,
        sclera=sclera.expand_as(fur),
        iris=iris,
        nose=nose,
        cloth=cloth,
        rims=shared("rims", a.glasses_hue),
        ball=mix(cloth, iris, flat(0.3 + 0 * grey)),
        top=pastel(c["background_hue"], 0.30),
        bottom=pastel(c["background_hue"] + 0.09, 0.13),
        key=direction(a.light_azimuth, a.light_elevation),
        blush=c["blush"] * torch.where(kind == 4, 0.0, 1.0),
        marking=c["marking"],
        stripes=p["stripes"],
        freckles=p["freckles"],
        mask=p["mask"],
        inner_ear=p["inner_ear"],
        screen=p["screen"],
        lash=p["lash"] * (1 - 0.2 * worn),
        gloss=p["gloss"],
        bands=(c["cloth_hue"] * 7 % 1 > 0.6).float(),
        iris_r=p["iris_r"],
        pupil_r=p["pupil_r"],
        pupil_x=p["pupil_x"],
        gaze_x=0.30 * c["gaze_x"],
        gaze_y=0.20 * c["gaze_y"],
        mouth_x=torch.zeros_like(mid),
        mouth_y=p["mouth_y"] + 0.02 * c["smile"],
        mouth_w=p["mouth_w"] * (1 + 0.22 * c["smile"]) * (1 - 0.25 * mid),
        mouth_cat=p["mouth_cat"],
        smile=c["smile"],
        mouth_open=c["mouth_open"] * (0.08 + 0.48 * p["mouth_w"]).clamp(max=0.22),
    )
