"""Codes: everything that makes a generator draw a picture, as a search hands it over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from inversion.pictures import transforms
from models.errors import StudioError
from models.generators.generator import Features, Generator

SEVERAL = ("noises", "heads")  # fields that hold several tensors


@dataclass(frozen=True)
class Codes:
    """Everything that makes a generator draw one picture a row.

    ws         [n, num_ws, w_dim]
    z          [n, z_dim] or [n, num_ws, z_dim] where the search ran in z or z+
    c          [n, class_dim] where it ran over classes
    noises     one [n, 1, h, w] a layer; None for the generator's constant maps
    content    [n, C, 4, 4] in place of the constant input
    heads      weights of projection heads by name, a row each [n, …], and s, what goes into P_c
    x, rgb     feature map [n, C, h, w] and picture so far [n, 3, h, w], with which block `block`
    block      [n] is entered, where the search ran in a layer
    colour     [n, 5], by which the drawn picture is recoloured (inversion/pictures/transforms.py)
    placement  [n, 3], by which it is then moved
    """

    ws: Tensor
    z: Tensor | None = None
    c: Tensor | None = None
    noises: tuple[Tensor, ...] | None = None
    content: Tensor | None = None
    heads: dict[str, Tensor] | None = None
    x: Tensor | None = None
    rgb: Tensor | None = None
    block: Tensor | None = None
    placement: Tensor | None = None
    colour: Tensor | None = None

    def synthesize(self, G: Generator) -> Tensor:
        """Pictures [n, 3, H, W], about [-1, 1]."""
        images = G.synthesize(self.ws, self.noises, self.content, self.entry())
        if self.colour is not None:
            images = transforms.recolour(images, self.colour)
        return images if self.placement is None else transforms.place(images, self.placement)

    def upright(self) -> Codes:
        """The codes of what the generator itself draws, neither recoloured nor moved."""
        return replace(self, placement=None, colour=None)

    def entry(self) -> Features | None:
        """Where the generator is entered, if not at its beginning."""
        if self.x is None or self.block is None:
            return None
        return Features(int(self.block[0]), self.x, self.rgb)

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor with a name: ws, z, noises.0, noises.1, …, heads.a, …"""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, tuple):
                value = {str(i): each for i, each in enumerate(value)}
            if isinstance(value, dict):
                yield from ((f"{f.name}.{key}", each) for key, each in value.items())
            elif value is not None:
                yield f.name, value

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor]) -> Codes:
        """The inverse of `tensors`. Raises KeyError when `ws` is missing or a name unknown."""
        known = {f.name for f in fields(cls)}
        for name in tensors:
            if name not in known - {"noises", "heads"} and name.split(".")[0] not in SEVERAL:
                raise KeyError(name)
        count = sum(name.startswith("noises.") for name in tensors)
        noises = tuple(tensors[f"noises.{i}"] for i in range(count)) or None
        heads = {k.removeprefix("heads."): x for k, x in tensors.items() if k.startswith("heads.")}
        single: dict[str, Any] = {f.name: tensors.get(f.name) for f in fields(cls)}
        return cls(**single | {"ws": tensors["ws"], "noises": noises, "heads": heads or None})

    def check(self, G: Generator) -> None:
        """Raises StudioError where a shape is not one that G draws, as in a damaged file."""
        n, ws, blocks = len(self.ws), (G.num_ws, G.w_dim), self.block
        wanted: dict[str, list[tuple[int, ...]]] = {
            "ws": [ws],
            "z": [(G.z_dim,), (G.num_ws, G.z_dim)],
            "c": [(G.class_dim,)],
            "content": [tuple(G.content_shape)],
            "placement": [(3,)],
            "colour": [(5,)],
        }
        wanted |= {f"noises.{i}": [(1, *hw)] for i, hw in enumerate(G.noise_shapes)}
        dtype = next((p.dtype for p in G.parameters()), self.ws.dtype)
        fits = self.noises is None or len(self.noises) == len(G.noise_shapes)
        for name, x in self.tensors():
            if name in wanted or name.startswith("noises."):
                fits = fits and x.dtype == dtype and tuple(x.shape[1:]) in wanted[name]
        if blocks is not None:
            fits = fits and self.x is not None and blocks.dtype == torch.int64 and blocks.ndim == 1
            fits = fits and bool((blocks == blocks[0]).all()) and self.content is None
            fits = fits and 0 <= int(blocks[0]) <= G.num_blocks
        if fits and blocks is not None:
            fits = self._enters(G, int(blocks[0]))
        if not fits or any(len(x) != n for _, x in self.tensors()):
            raise StudioError(
                f"The codes of this result are not of the shapes that {G.identity.name} draws: the"
                " file is damaged. Open another, or project the picture again."
            )

    @torch.no_grad()
    def _enters(self, G: Generator, block: int) -> bool:
        """Whether x and rgb are of the shapes with which G enters that block."""
        own = G.features(self.ws[:1].to(G.device), block)
        pairs = [(self.x, own.x)] + ([] if self.rgb is None else [(self.rgb, own.rgb)])
        return all(
            mine is not None
            and its is not None
            and mine.is_floating_point()
            and mine.shape[1:] == its.shape[1:]
            for mine, its in pairs
        )

    def apply(self, f: Callable[[Tensor], Tensor]) -> Codes:
        """These codes with `f` applied to every tensor."""
        return Codes.from_tensors({name: f(tensor) for name, tensor in self.tensors()})
