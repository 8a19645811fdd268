"""Codes: everything that makes a generator draw a picture, as a search hands it over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from torch import Tensor

from inversion.pictures import transforms
from models.generators.generator import Features, Generator


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
        """The inverse of `tensors`. Raises KeyError when `ws` is missing."""
        count = sum(name.startswith("noises.") for name in tensors)
        noises = tuple(tensors[f"noises.{i}"] for i in range(count)) or None
        heads = {k.removeprefix("heads."): x for k, x in tensors.items() if k.startswith("heads.")}
        single: dict[str, Any] = {f.name: tensors.get(f.name) for f in fields(cls)}
        return cls(**single | {"ws": tensors["ws"], "noises": noises, "heads": heads or None})

    def apply(self, f: Callable[[Tensor], Tensor]) -> Codes:
        """These codes with `f` applied to every tensor."""
        return Codes.from_tensors({name: f(tensor) for name, tensor in self.tensors()})
