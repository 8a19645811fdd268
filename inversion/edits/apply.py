"""How edits act on codes of every kind.

Codes are a z, of which the styles ws follow; or styles alone; or either with a feature map with
which a block is entered (ILO), or with projection heads (SPHInX). So:

- what edits z or the class comes first, whatever the order of the list, since ws follows from it;
  codes whose z does not determine ws (none was searched, or heads were) refuse it in a sentence;
- what edits ws leaves no z behind: it would no longer be theirs;
- noises, content, placement and colour stay as they were found;
- a feature map x that was searched moves by as much as the generator's own does,
  x + F(ws') - F(ws), F being its blocks below (the edit of Yao et al. 2022, section 3.3), so that
  layers that are no longer run still count;
- local edits come last, each with its own list inside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from inversion.edits.edit import Edit
from inversion.latents import Codes
from inversion.tuning.deltas import Deltas, tuned
from models.errors import StudioError
from models.generators.generator import Generator


@torch.no_grad()
def apply(G: Generator, codes: Codes, edits: Sequence[Edit]) -> Codes:
    """codes [n] after the edits, on the generator's device; without edits, as they are.

    >>> from inversion.edits import Truncate
    >>> from models import load
    >>> G = load("avatars")
    >>> codes = Codes(ws=G.map(G.sample_z(2)))
    >>> mean = apply(G, codes, [Truncate(0.0)]).ws
    >>> torch.allclose(mean, G.w_mean().expand_as(mean), atol=1e-5)
    True
    """
    codes = codes.apply(lambda x: x.to(G.device))
    for edit in sorted(edits, key=lambda edit: edit.phase(codes)):
        codes = edit.apply(G, codes)
    return codes


@torch.no_grad()
def draw(
    G: Generator,
    codes: Codes,
    edits: Sequence[Edit],
    deltas: Deltas | None = None,
    strength: float = 1.0,
) -> Tensor:
    """Pictures [n, 3, H, W] of codes after edits: the first row by the fine-tuned weights, if there
    are any, which then draw its feature maps too; the others by those of G."""
    strength *= math.prod(edit.tuning for edit in edits)
    codes, H = codes.apply(lambda x: x.to(G.device)), tuned(G, deltas, strength)
    if H is G or not len(codes.ws):
        return apply(G, codes, edits).synthesize(G)
    first, rest = rows(codes, slice(1)), rows(codes, slice(1, None))
    drawn = [apply(H, first, edits).synthesize(H)]
    if len(rest.ws):
        drawn.append(apply(G, rest, edits).synthesize(G))
    return torch.cat(drawn)


def rows(codes: Codes, index: slice | Tensor) -> Codes:
    """Some of the codes."""
    return codes.apply(lambda x: x[index])


def latent(codes: Codes, what: str) -> Tensor:
    """The z that determines these codes. Raises StudioError, naming `what`, if none does."""
    if codes.heads is not None:
        raise StudioError(
            f"{what} is an edit of z, and this result was found through projection heads: its z is"
            " only what goes into them. Edit it in w."
        )
    if codes.z is None:
        raise StudioError(
            f"{what} is an edit of z, and this result was found in another space. Use a direction"
            " of w, or project the picture with a method that searches z."
        )
    return codes.z


def restyled(G: Generator, codes: Codes, ws: Tensor) -> Codes:
    """The codes with other styles [n, num_ws, w_dim]; z, c and heads, which do not know of them,
    are dropped, and a searched feature map follows."""
    codes, before = replace(codes, ws=ws, z=None, c=None, heads=None), codes
    entry = before.entry()
    if entry is None or codes.x is None:
        return codes
    own, moved = (
        G.features(each.ws, entry.block, each.noises, each.content) for each in (before, codes)
    )
    rgb = codes.rgb
    if rgb is not None and moved.rgb is not None and own.rgb is not None:
        rgb = rgb + moved.rgb - own.rgb
    return replace(codes, x=codes.x + moved.x - own.x, rgb=rgb)


def redrawn(G: Generator, codes: Codes, z: Tensor, c: Tensor | None = None) -> Codes:
    """The codes with another z, [n, z_dim] or [n, num_ws, z_dim], and another class if given; their
    styles follow."""
    c = codes.c if c is None else c
    return replace(restyled(G, codes, G.map(z, c).clone()), z=z, c=c)


def within(ws: Tensor, layers: tuple[int, int] | None) -> Tensor:
    """[num_ws, 1], 1 for the layers of the range and 0 for the others."""
    mask = ws.new_ones(ws.shape[1], 1)
    if layers is not None:
        mask[: layers[0]] = 0
        mask[layers[1] + 1 :] = 0
    return mask
