"""Between two codes: z on the sphere, everything else in a straight line."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from inversion.latents import Codes
from inversion.latents.heads import ContentHead, StyleHead
from models.errors import StudioError
from models.generators.generator import Generator

STILL = {"placement": (1.0, 0.0, 0.0), "colour": (0.0, 1.0, 1.0, 1.0, 1.0)}


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """From a to b [n, ..., d] by t (broadcast over d), on the arc between their directions
    (Shoemake 1985), the length changing evenly. Where there is no arc (opposite
    vectors, a zero) the way is straight.

    >>> a, b = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    >>> slerp(a, b, torch.tensor(0.5)).norm().round(decimals=3)
    tensor(2.)
    """
    length_a, length_b = a.norm(dim=-1, keepdim=True), b.norm(dim=-1, keepdim=True)
    u, v = (x / length.clamp(min=1e-12) for x, length in ((a, length_a), (b, length_b)))
    cosine = (u * v).sum(-1, keepdim=True).clamp(-1, 1)
    angle = torch.acos(cosine)
    curved = (angle.sin() > 1e-4) & (length_a > 0) & (length_b > 0)
    safe = torch.where(curved, angle, torch.ones_like(angle))
    arc = (((1 - t) * safe).sin() * u + (t * safe).sin() * v) / safe.sin()
    arc = arc * torch.lerp(length_a, length_b, t)
    found = torch.where(curved, arc, torch.lerp(a, b, t))
    return torch.where(t == 0, a, torch.where(t == 1, b, found))


@torch.no_grad()
def between(G: Generator, a: Codes, b: Codes, t: Tensor, heads: bool = False) -> Codes:
    """The codes at t [m], 0 for a and 1 for b, each of one row: [m] rows.

    Where both have a z of one kind: z by `slerp`, class vectors and all else linear, ws from these.
    Else ws is linear. Searched noise maps go on their sphere, so that they stay as rough as they
    were, and a feature map meets the other's at the deeper of the two blocks. With `heads`, both
    being SPHInX's, θ goes straight instead, the heads' weights and the noises (see `of_heads`).
    """
    n = len(t)
    t = t.to(a.ws)
    if heads:
        return of_heads(G, a, b, t)
    a, b = _alike(G, a, b)
    a, b = (each.apply(lambda x: x.expand(n, *x.shape[1:])) for each in (a, b))

    def straight(x: Tensor | None, y: Tensor | None) -> Tensor | None:
        return None if x is None or y is None else torch.lerp(x, y, _over(t, x))

    noises = None
    if a.noises is not None and b.noises is not None:
        pairs = zip(a.noises, b.noises, strict=True)
        noises = tuple(slerp(x.flatten(1), y.flatten(1), t[:, None]).view_as(x) for x, y in pairs)
    codes = Codes(
        ws=torch.lerp(a.ws, b.ws, _over(t, a.ws)),
        noises=noises,
        content=straight(a.content, b.content),
        x=straight(a.x, b.x),
        rgb=straight(a.rgb, b.rgb),
        block=a.block,
        placement=straight(a.placement, b.placement),
        colour=straight(a.colour, b.colour),
    )
    if a.z is None or b.z is None or a.z.ndim != b.z.ndim or a.heads or b.heads:
        return codes
    z, c = slerp(a.z, b.z, _over(t, a.z)), straight(a.c, b.c)
    return replace(codes, ws=G.map(z, c).clone(), z=z, c=c)


def of_heads(G: Generator, a: Codes, b: Codes, t: Tensor) -> Codes:
    """θ = (1 - t) θ_a + t θ_b, θ being the weights of SPHInX's projection heads and the noises
    (figure 8); the samples z and s that go into the heads, no part of θ, go on their sphere.

    Raises StudioError unless both were found through heads of one kind, and not edited in w since.
    """
    first, second = _theta(a), _theta(b)
    if {k: x.shape for k, x in first.items()} != {k: x.shape for k, x in second.items()}:
        raise StudioError(
            "These two results have projection heads of different kinds. Blend their codes instead."
        )
    theta = {k: torch.lerp(x, second[k], _over(t, x)) for k, x in first.items()}
    for name in first.keys() & {"z", "s"}:
        x, y = (each[name].expand(len(t), *each[name].shape[1:]) for each in (first, second))
        flat = (x, y) if name == "z" else (x.flatten(1), y.flatten(1))
        theta[name] = slerp(*flat, _over(t, flat[0])).view_as(x)
    fields = StyleHead().fields(G, theta)
    if "pc.0.weight" in theta:
        fields |= ContentHead().fields(G, theta)
    noises = tuple(theta[f"b{i}"] for i in range(len(a.noises or ())))
    return Codes(**fields, noises=noises or None)


def _theta(codes: Codes) -> dict[str, Tensor]:
    """Heads, the samples that go into them, and noises."""
    if codes.heads is None or codes.z is None:
        raise StudioError(
            "Heads can only be blended between two results of SPHInX that were not edited in w."
            " Blend their codes instead."
        )
    if "pc.0.weight" in codes.heads and "s" not in codes.heads:
        raise StudioError(
            "This result is of an earlier version, which did not keep what goes into its content"
            " head. Blend the codes instead, or project the picture again."
        )
    noises = {f"b{i}": noise for i, noise in enumerate(codes.noises or ())}
    return codes.heads | {"z": codes.z} | noises


def _over(t: Tensor, x: Tensor) -> Tensor:
    """t [n] with as many axes as x [n, ...]."""
    return t.view(-1, *[1] * (x.ndim - 1))


def _alike(G: Generator, a: Codes, b: Codes) -> tuple[Codes, Codes]:
    """Both with all that either has: the generator's constants stand for what was not searched."""
    if a.ws.shape[1:] != b.ws.shape[1:]:
        raise StudioError("These results have styles of different shapes and cannot be joined.")
    block = max(0 if each.block is None else int(each.block[0]) for each in (a, b))
    if any(each.noises is not None for each in (a, b)):
        a, b = (replace(each, noises=each.noises or constants(G)) for each in (a, b))
    if any(each.content is not None for each in (a, b)) and not block:
        content = G.features(a.ws[:1], 0).x
        a, b = (
            replace(each, content=content if each.content is None else each.content)
            for each in (a, b)
        )
    for name, values in STILL.items():
        if any(getattr(each, name) is not None for each in (a, b)):
            still = a.ws.new_tensor([values])
            a, b = (
                each if getattr(each, name) is not None else _with(each, name, still)
                for each in (a, b)
            )
    if block:
        a, b = (entered(G, each, block) for each in (a, b))
    return a, b


def _with(codes: Codes, name: str, value: Tensor) -> Codes:
    return Codes.from_tensors(dict(codes.tensors()) | {name: value})


def entered(G: Generator, codes: Codes, block: int) -> Codes:
    """The same pictures as codes with which that block is entered, no earlier than they are now."""
    at = G.features(codes.ws, block, codes.noises, codes.content, codes.entry())
    blocks = torch.full((len(codes.ws),), block, device=codes.ws.device)
    return replace(codes, x=at.x, rgb=at.rgb, block=blocks, content=None)


def constants(G: Generator) -> tuple[Tensor, ...]:
    """The constant noise maps [1, 1, h, w] of every layer, in the order of `noise_shapes`."""
    maps = [m[None, None] for name, m in G.named_buffers() if name.endswith("noise_const")]
    if [tuple(m.shape[2:]) for m in maps] != list(G.noise_shapes):
        raise StudioError(f"{G.identity.name} does not tell its constant noise maps.")
    return tuple(maps)
