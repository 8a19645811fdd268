"""Codes that other projects found: NVIDIA's projected_w.npz, rosinality's projector, e4e, pSp,
PTI; and a result of this studio."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inversion.drawn import versions
from inversion.edits.apply import apply, draw
from inversion.latents import Codes
from inversion.pictures.images import Picture, to_uint8
from inversion.result import Inversion
from inversion.result_header import RESULT
from models import tensor_file
from models.errors import StudioError
from models.generators.generator import Generator
from models.readers.arrays import read_values

SPACES = ("w", "z")  # that a vector can be of
KEYS = {"w": "w", "ws": "w", "latent": "w", "latents": "w", "w_plus": "w", "wp": "w", "z": "z"}
METHOD = "read from a file"  # in place of a method's name
NEAR_Z = 0.25  # how far the length of a z is from √z_dim, in parts of it
NEAR_W = 3.0  # how far a w is from the mean, in deviations


@dataclass(frozen=True)
class Latent:
    """Codes of one picture or more, what each is called, and what had to be decided."""

    codes: Codes
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.codes.ws)


def read_latents(path: str | Path, G: Generator, space: str | None = None) -> Latent:
    """The codes in a file, for `G`: w [n, w_dim], w+ [n, num_ws, w_dim], without the first axis for
    one picture, or by name in a dict; with rosinality's noise maps where they fit.

    `space` "w" or "z" says what vectors are of; when None it is told by the name that they have in
    the file, or by their length where only one of both can be meant. Such a file does not say which
    weights it belongs to: whoever loads it vouches for that. A result (.safetensors) says it, and
    is held to it. Raises StudioError for a file that holds no such codes, or codes of another
    network's shape.
    """
    path = Path(path)
    if space not in (None, *SPACES):
        raise StudioError(f"Codes are of w or z, not of {space!r}.")
    if tensor_file.is_a(path, RESULT):
        result = Inversion.load(path)
        result.check(G)
        own = apply(G, result.codes, result.edits).apply(Tensor.cpu)
        told = ("Its fine-tuning was left out.",) if result.deltas else ()
        return Latent(own, tuple(f"seed {seed}" for seed in result.seeds), told)
    found = list(_found(read_values(path), path.stem))
    if not found:
        raise StudioError(f"{path.name} holds no codes: no array in it is called one, or is alone.")
    parts, names, noises, notes = [], [], [], []
    for name, key, x, noise in found:
        kind = space or KEYS.get(key) or _told(path, x, G)
        ws = _ws(x, G, kind, path.name)
        parts.append(ws)
        names += [name if len(ws) == 1 else f"{name} {row}" for row in range(len(ws))]
        noises.append(_noises(noise, G) if len(ws) == 1 else None)
    if any(noise is None for noise in noises) and any(each[3] for each in found):
        notes.append("Its noise maps are not those of this model, and were left out.")
    kept = [noise for noise in noises if noise is not None]
    maps = tuple(map(torch.cat, zip(*kept, strict=True))) if len(kept) == len(found) else None
    codes = Codes(torch.cat(parts), noises=maps)
    notes.append(f"{path.name} does not say for which weights its codes are.")
    return Latent(codes, tuple(names), tuple(notes))


def pick(latent: Latent, row: int) -> Codes:
    """The codes [1] of one picture, 0 the first. Raises StudioError if there are not so many."""
    if not 0 <= row < len(latent):
        raise StudioError(f"There are no codes {row}; this file has {len(latent)}, from 0 on.")
    return latent.codes.apply(lambda x: x[row : row + 1])


@torch.no_grad()
def as_result(G: Generator, latent: Latent, target: Picture | None = None) -> Inversion:
    """Codes that were read as a result of `G`, to be drawn, edited and saved: its target is what
    was asked for, where that is known, else what they draw. Its losses are not known (NaN)."""
    codes = latent.codes.apply(lambda x: x.cpu())
    n = len(latent)
    asked = target if target is not None else to_uint8(draw(G, codes.apply(lambda x: x[:1]), ()))[0]
    return Inversion(
        codes=codes, target=asked, mask=None, seeds=tuple(range(n)), losses=(math.nan,) * n,
        metrics={}, method=METHOD, settings={}, steps=0, evaluations=0, seconds=0.0,
        notes=latent.notes, identity=G.identity, versions=versions(),
    )  # fmt: skip


def _found(value: Any, name: str, key: str = "") -> Iterator[tuple[str, str, Tensor, Any]]:
    """Every array that may be codes: the name of its picture, what it is called, and the noise maps
    beside it."""
    if isinstance(value, Tensor) and value.ndim in (1, 2, 3) and value.numel() > 1:
        yield name, key, value, None
    elif isinstance(value, Sequence) and not isinstance(value, str) and len(value):
        # restyle and HyperStyle keep one of each step; the last is the answer
        tensors = [each for each in value if isinstance(each, Tensor)]
        if tensors and len(tensors) == len(value):
            yield from _found(tensors[-1], name, key)
    elif isinstance(value, dict):
        named = [each for each in KEYS if isinstance(value.get(each), Tensor)]
        if named:
            yield name, named[0], value[named[0]], value.get("noise")
        else:
            for each, inner in value.items():
                yield from _found(inner, Path(each).stem or name)


def _told(path: Path, x: Tensor, G: Generator) -> str:
    """Whether vectors are of w or of z, by the file's name or their shape or length. Raises
    StudioError where both can be meant, or neither."""
    if path.stem.casefold() in KEYS:
        return KEYS[path.stem.casefold()]
    flat = x.float().flatten(0, -2) if x.ndim > 1 else x.float()[None]
    if G.z_dim != G.w_dim or x.ndim == 3 or x.shape == (G.num_ws, G.w_dim):
        return "z" if flat.shape[1] == G.z_dim != G.w_dim else "w"
    if flat.shape[1] != G.w_dim:
        return "w"
    mean, std = (each.cpu() for each in G.w_statistics())
    as_z = bool((abs(flat.norm(dim=1) / math.sqrt(G.z_dim) - 1) < NEAR_Z).all())
    as_w = bool(((flat - mean).norm(dim=1) < NEAR_W * std).all())
    if as_z == as_w:
        raise StudioError(
            f"{path.name} does not say whether its vectors are of w or z, and their lengths do not"
            " tell. Say it (--start-space w or z)."
        )
    return "z" if as_z else "w"


@torch.no_grad()
def _ws(x: Tensor, G: Generator, space: str, source: str) -> Tensor:
    """Codes of w or z as ws [n, num_ws, w_dim]."""
    x = x.float()
    if not x.isfinite().all():
        raise StudioError(f"The codes in {source} are not finite numbers.")
    width = G.z_dim if space == "z" else G.w_dim
    layered = x.ndim == 3 or (x.ndim == 2 and x.shape[0] == G.num_ws)
    if x.ndim == 1 or layered and x.ndim == 2:
        x = x[None]
    layers = x.shape[1] if layered else 1
    if x.shape[-1] != width or layers not in (1, G.num_ws):
        raise StudioError(
            f"The codes in {source} are {list(x.shape)}; {space} of {G.identity.name} has {width}"
            f" numbers, once or in {G.num_ws} layers. They belong to another network."
        )
    if layered and layers == 1:
        x = x[:, 0]
    if space == "z":
        return G.map(x.to(G.device)).cpu()
    return x if x.ndim == 3 else x[:, None].repeat(1, G.num_ws, 1)


def _noises(noise: Any, G: Generator) -> tuple[Tensor, ...] | None:
    """rosinality's noise maps, where the generator has such."""
    if not isinstance(noise, Sequence) or not all(isinstance(x, Tensor) for x in noise):
        return None
    if [tuple(x.shape[-2:]) for x in noise] != G.noise_shapes or not noise:
        return None
    if any(x.numel() != x.shape[-1] * x.shape[-2] or not x.isfinite().all() for x in noise):
        return None
    return tuple(x.float().reshape(1, 1, *x.shape[-2:]) for x in noise)
