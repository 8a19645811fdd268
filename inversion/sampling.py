"""Sampled codes and what is read of their pictures: what directions are found from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from inversion.edits.apply import rows
from inversion.latents import Codes
from models.generators.generator import Generator, Identity
from models.recent import Recent

BATCH = 16
_remembered: Recent[tuple[str, str, int, int], Samples] = Recent(4)


class Reader(Protocol):
    """An attribute estimator (models/encoders/estimator.py is one).

    `kind(k)` are the columns of "number"s, of "part"s and of "class"es (probabilities); `std`
    [attributes] is the spread of each among the pictures that it learnt from.
    """

    names: tuple[str, ...]
    identity: Identity
    std: Tensor

    def kind(self, kind: str) -> list[int]: ...

    def __call__(self, x: Tensor) -> Tensor:
        """Pictures [n, 3, H, W] in [-1, 1] -> values [n, attributes]."""
        ...


@dataclass(frozen=True)
class Samples:
    """Codes [n] of a generator and the values [n, attributes] that were read of their pictures.

    `searched` [n, d] is the space in which directions are looked for: `space` is "w" where there is
    a mapping network, else "z". Of a matrix it is the mean of the rows.
    """

    codes: Codes
    searched: Tensor
    space: str
    values: Tensor


def draw(G: Generator, n: int, seed: int = 0) -> Codes:
    """n codes of N(0, I), classes evenly drawn where there are some."""
    rng = torch.Generator().manual_seed(seed)
    z = G.sample_z(n, rng)
    if "c" not in G.spaces:
        ws = G.map(z)
        return Codes(ws=ws.clone() if G.rows == 1 else ws, z=z)  # a view: matrices are large
    label = torch.randint(G.num_classes, (n,), generator=rng).to(G.device)
    c = G.embeddings[label]
    return Codes(ws=G.map(z, c), z=z, c=c)


@torch.no_grad()
def read(
    G: Generator,
    reader: Reader,
    codes: Codes,
    progress: Callable[[float], object] = lambda done: None,
) -> Tensor:
    """What is read of the pictures of codes [n], drawn a few at a time: [n, attributes]."""
    count, found = len(codes.ws), []
    for i in torch.arange(count).split(BATCH):
        found.append(reader(rows(codes, i).synthesize(G).clamp(-1, 1)).cpu())
        progress((int(i[-1]) + 1) / count)
    return torch.cat(found)


@torch.no_grad()
def samples(
    G: Generator,
    reader: Reader,
    n: int = 1500,
    seed: int = 0,
    progress: Callable[[float], object] = lambda done: None,
) -> Samples:
    """n codes and what is read of them; remembered for the same weights and reader."""
    key = (G.identity.sha256, reader.identity.sha256, n, seed)
    if all(key[:2]) and (known := _remembered.get(key)) is not None:
        return known
    codes = draw(G, n, seed)
    values = read(G, reader, codes, progress)
    codes = codes.apply(Tensor.cpu)
    space = "w" if G.mapped else "z"
    assert codes.z is not None
    w = codes.ws[:, 0].unflatten(1, (G.rows, -1)).mean(1)
    found = Samples(codes, codes.z if space == "z" else w, space, values)
    if all(key[:2]):
        _remembered.put(key, found)
    return found
