"""Colours painted on the surface in the head's own coordinates: irises, mouth, blush, markings."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .attributes import Attributes
from .scene import Scene
from .sdf import Local, Parts, ear_axis, eye_frame, lid_planes
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


def albedo(s: Scene, c: Paint, q: Local, p: Parts) -> tuple[Tensor, Tensor, Tensor]:
    """Linear-light colour [3, n, P], gloss [n, P] and self-light [n, P] at surface points q."""
    front = step(0.05, 0.1, q.z)
    warm = rgb("f0506a").to(q.x.device)
    ink = rgb("2a1a22").to(q.x.device)

    u, v, w = eye_frame(s, q)
    upper, lower = lid_planes(s, v, w)
    shell = step(-1.17, 0.06, -(u * u + v * v + w * w + 1e-9).sqrt())

    fur = c.skin.expand(-1, -1, q.x.shape[-1])
    h, _ = ear_axis(s, q)
    ex = q.ax - s.ear_ax - h * s.ear_dx
    ey = q.y - s.ear_ay - h * s.ear_dy
    radius = s.ear_ra + h * (s.ear_rb - s.ear_ra)
    inner = step(-0.62, 0.12, -(ex * ex + ey * ey + 1e-9).sqrt() / radius)
    inner = inner * c.inner_ear * step(s.ear_z + 0.02, 0.04, q.z) * step(0.25, 0.1, q.y)
    fur = mix(fur, mix(c.skin, warm, 0.45 + 0 * h) * 0.95, 0.75 * inner)

    lower_face = step(0.02, 0.06, 0.10 - q.y - 0.42 * (q.ax - 0.12).abs() + 0.62 * (q.ax - 0.3))
    blaze = step(0.0, 0.04, 0.055 - q.ax - 0.10 * (q.y - 0.25)) * step(0.02, 0.1, q.y)
    mask = torch.maximum(lower_face * step(-0.06, 0.06, -q.y), blaze * 0.8 * (c.marking > 0.5))
    fur = mix(
        fur,
        c.muzzle,
        mask * front * c.mask * step(-0.05, 0.03, -p.skin + 0.0) * (0.35 + 0.65 * c.marking),
    )
    wave = torch.sin(26 * q.ax + 5 * q.y - 1.5)
    stripes = step(0.35, 0.5, wave) * step(0.32, 0.08, q.y + 0.25 * (q.ax - 0.2).abs())
    side = step(0.35, 0.4, torch.sin(30 * q.y)) * step(0.55, 0.06, q.ax) * step(-0.05, 0.1, -q.y)
    stripes = torch.maximum(stripes * step(-0.42, 0.06, -q.ax), side)
    fur = mix(fur, c.skin * 0.55, stripes * c.stripes * step(0.35, 0.4, c.marking) * 0.8)
    spots = torch.sin(38 * q.ax + 2) * torch.sin(38 * q.y + 0.6)
    zone = step(-0.16, 0.1, -((q.ax - 0.26) ** 2 + 1.8 * (q.y + 0.17) ** 2).sqrt())
    dots = step(0.55, 0.2, spots) * zone * front * c.freckles * step(0.6, 0.3, c.marking)
    fur = mix(fur, c.skin * 0.6, 0.75 * dots)
    fur = mix(fur, c.muzzle, step(0.0, 0.03, p.skin - p.muzzle))
    cheek = ((q.ax - 0.40) ** 2 + 1.5 * (q.y + 0.20) ** 2 + 1e-9).sqrt()
    fur = mix(fur, warm, 0.5 * c.blush * front * step(-0.12, 0.16, -cheek))

    glass = torch.maximum(q.ax * 1.0 - 0.50, (q.y + 0.10).abs() - 0.36)
    corner = (
        (q.ax - 0.40).clamp(min=0) ** 2 + ((q.y + 0.10).abs() - 0.26).clamp(min=0) ** 2 + 1e-9
    ).sqrt() - 0.11
    screen = step(0.0, 0.015, -torch.maximum(glass, corner)) * front * c.screen
    fur = mix(fur, rgb("182338").to(q.x.device), screen)
    edge = shell * step(-0.13, 0.05, -torch.maximum(upper, lower).abs())
    edge = edge * step(0.2, 0.1, w) * step(0.0, 0.05, upper - lower + 0.3)
    fur = mix(fur, ink, 0.9 * edge * c.lash * (1 - screen))
    fur, glow = _mouth(c, q, fur, front, screen)

    nearest = torch.minimum(torch.minimum(p.skin, p.muzzle), torch.minimum(p.hair, p.body))
    colour = fur
    gloss = c.gloss + 0.5 * screen
    is_hair = (p.hair <= torch.minimum(p.skin, p.muzzle)) & (p.hair <= p.body)
    colour = torch.where(is_hair, c.hair, colour)
    gloss = torch.where(is_hair, 0.45 + 0.3 * c.screen, gloss)
    is_body = p.body < nearest + 1e-6
    bands = c.bands * step(0.0, 0.5, torch.sin(42 * q.by + 6 * q.bx**2)) * (q.by < -0.86)
    cloth = mix(c.cloth, rgb("fff6ea").to(q.x.device), 0.8 * bands)
    colour = torch.where(is_body, cloth, colour)
    gloss = torch.where(is_body, 0.08, gloss)
    is_nose = p.nose < torch.minimum(nearest, p.eye)
    colour = torch.where(is_nose, c.nose, colour)
    gloss = torch.where(is_nose, 0.8, gloss)
    is_ball = p.ball < torch.minimum(nearest, p.eye)
    colour = torch.where(is_ball, c.ball, colour)
    is_eye = p.eye < torch.minimum(nearest, p.nose)
    colour = torch.where(is_eye, _eye(c, q, u, v), colour)
    gloss = torch.where(is_eye, 0.35, gloss)
    is_rims = p.rims < torch.minimum(nearest, p.eye)
    colour = torch.where(is_rims, c.rims, colour)
    gloss = torch.where(is_rims, 0.9, gloss)
    return colour, gloss, torch.where(is_eye | is_rims, 0.25 * is_eye, glow)


def _eye(c: Paint, q: Local, u: Tensor, v: Tensor) -> Tensor:
    """Sclera, iris, pupil and two catch-lights; (u, v) in eye radii, u mirrored."""
    side = torch.sign(q.x)
    ux = u * side
    dx, dy = ux - c.gaze_x, v - c.gaze_y
    r = (dx * dx + dy * dy + 1e-9).sqrt()
    colour = c.sclera.expand(-1, -1, q.x.shape[-1])
    iris = mix(c.iris * 0.55, c.iris * 1.25, step(0.1, 0.9, -dy))
    colour = mix(colour, iris, step(0.0, 0.1, c.iris_r - r))
    rim = step(0.0, 0.08, c.iris_r - r) * step(0.0, 0.12, r - c.iris_r + 0.13)
    colour = mix(colour, c.iris * 0.25, 0.7 * rim)
    pr = ((dx * c.pupil_x) ** 2 + dy * dy + 1e-9).sqrt()
    colour = mix(colour, 0.02 + 0 * colour, step(0.0, 0.1, c.pupil_r - pr))
    lx = 0.30 * torch.sign(c.key[0]) + 0.5 * c.gaze_x
    big = ((ux - lx) ** 2 + (v - 0.34) ** 2 + 1e-9).sqrt()
    small = ((ux + lx) ** 2 + (v + 0.34) ** 2 + 1e-9).sqrt()
    colour = mix(colour, 1.15 + 0 * colour, step(-0.21, 0.10, -big))
    return mix(colour, 1.0 + 0 * colour, 0.75 * step(-0.10, 0.08, -small))


def _mouth(c: Paint, q: Local, fur: Tensor, front: Tensor, screen: Tensor) -> tuple[Tensor, Tensor]:
    """The mouth's line and inside over `fur`; also how far it lights itself (a screen)."""
    x = q.x - c.mouth_x
    t = x / c.mouth_w
    bend = 0.42 * c.smile * c.mouth_w.clamp(max=0.36)
    lobe = (x.abs() / c.mouth_w - 0.5) * 2
    cat = c.mouth_cat * (0.25 * c.mouth_w) * (lobe * lobe - 1)
    top = c.mouth_y + bend * (t * t - 0.5) * (1 - 0.5 * c.mouth_cat) + cat
    hang = c.mouth_open * (1 - t * t).clamp(min=0)
    centre = top - 0.5 * hang
    inside = 0.5 * hang - (q.y - centre).abs()
    ends = step(-0.02, 0.03, (1 - t.abs()) * c.mouth_w)
    line = step(-0.021, 0.012, inside) * ends * front
    hole = step(0.004, 0.012, inside) * ends * front
    device = q.x.device
    ink = mix(fur * 0.22, rgb("4a1420").to(device), 0.55 + 0 * t)
    lit = rgb("8ffcf0").to(device)
    ink = mix(ink, lit, screen)
    throat = mix(rgb("6a1526").to(device), lit * 0.8, screen)
    tongue = step(0.0, 0.03, 0.55 * hang - (q.y - top + hang)) * (1 - screen)
    teeth = step(0.0, 0.015, q.y - top + 0.25 * hang.clamp(max=0.16)) * step(0.05, 0.02, hang)
    throat = mix(throat, rgb("ee6f7e").to(device), tongue)
    throat = mix(throat, rgb("fffaf2").to(device), teeth * (1 - screen) * (1 - c.mouth_cat))
    fur = mix(fur, ink, 0.92 * line)
    philtrum = step(-0.012, 0.012, -x.abs()) * step(0.0, 0.02, -0.17 - q.y)
    philtrum = philtrum * step(0.0, 0.02, q.y - top) * c.mouth_cat * front
    fur = mix(fur, ink, 0.9 * philtrum)
    return mix(fur, throat, hole), line * screen


def backdrop(c: Paint, x: Tensor, y: Tensor) -> Tensor:
    """Linear-light pastel gradient [3, n, P] with a glow behind the head."""
    colour = mix(c.bottom, c.top, step(0.0, 2.4, y))
    glow = torch.exp(-1.6 * (x * x + (y - 0.05) ** 2))
    return mix(colour, 1.0 + 0 * colour, 0.22 * glow)
