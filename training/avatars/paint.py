"""Colours painted on the surface in the head's own coordinates: irises, mouth, blush, markings."""

import torch
from torch import Tensor

from .palette import Paint, mix, rgb, step
from .scene import Scene
from .sdf import Local, Parts, ear_axis, eye_frame, lid_planes


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
