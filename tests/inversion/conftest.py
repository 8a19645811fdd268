"""A generator that shows its w as pixels, a reader of linear attributes, results of any codes."""

import numpy as np
import pytest
import torch

from inversion import Inversion
from inversion.editing import Direction
from inversion.sampling import draw
from models.generators.generator import Features, Generator, Identity


class Plain(Generator):
    """w = scale · z, and its twelve numbers are the pixels."""

    def __init__(self):
        super().__init__()
        self.resolution, self.z_dim, self.w_dim, self.num_ws = 2, 12, 12, 3
        self.num_blocks, self.class_dim = 1, 0
        self.noise_shapes, self.content_shape = [], (12, 1, 1)
        self.spaces = frozenset({"z", "w", "w+"})
        self.scale = torch.nn.Parameter(torch.linspace(0.5, 1.5, 12))
        self.identity = Identity("plain", "plain", "f" * 64, "Apache-2.0")

    def map(self, z, c=None):
        return (z * self.scale)[:, None].expand(-1, self.num_ws, -1)

    def features(self, ws, stop, noises=None, content=None, start=None):
        return Features(stop, ws[:, 0, :, None, None], None)

    def synthesize(self, ws, noises=None, content=None, start=None):
        return ws[:, 0].unflatten(1, (3, 2, 2)) / 10


class Linear:
    """Attributes that are linear in what Plain shows; two numbers and the side of a third."""

    names = ("first", "second", "side")
    identity = Identity("linear", "linear", "a" * 64, "Apache-2.0")
    std = torch.ones(3)

    def __init__(self):
        rng = torch.Generator().manual_seed(1)
        self.normals = torch.nn.functional.normalize(torch.randn(3, 12, generator=rng), dim=1)

    def kind(self, kind):
        return {"number": [0, 1], "part": [2], "class": []}[kind]

    def __call__(self, x):
        values = 10 * x.flatten(1) @ self.normals.T
        return torch.cat([values[:, :2], (values[:, 2:] > 0).float()], 1)


class Corner(Linear):
    """Reads the corner of a picture of any size."""

    def __call__(self, x):
        return super().__call__(x[..., :2, :2])


@pytest.fixture
def plain():
    return Plain().requires_grad_(False)


@pytest.fixture
def linear():
    return Linear()


def result_of(G, codes):
    """A result with these codes, as if they had been found."""
    n = len(codes.ws)
    side = G.resolution
    return Inversion(
        codes=codes, target=np.zeros((side, side, 3), np.uint8), mask=None, seeds=tuple(range(n)),
        losses=(0.5,) * n, metrics={"PSNR": [20.0] * n}, method="w+", settings={}, steps=1,
        evaluations=1, seconds=1.0, notes=(), identity=G.identity, versions={},
    )  # fmt: skip


def only_styles(codes):
    """The codes as a search in w leaves them."""
    return type(codes)(ws=codes.ws)


def toward(G, space="w", seed=0, name="somewhere"):
    """A random direction of a generator."""
    shape = {"w": [G.w_dim], "w+": [G.num_ws, G.w_dim], "z": [G.z_dim], "c": [G.class_dim]}[space]
    vector = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return Direction(name, space, vector, G.identity, "drawn at random")


@pytest.fixture
def found(tiny):
    """Two answers in z."""
    return result_of(tiny, draw(tiny, 2, seed=3))
