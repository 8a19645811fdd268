"""Directions by example: a linear SVM between codes whose pictures have much of an attribute and
codes whose pictures have little (InterFaceGAN, Shen et al. 2020, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from inversion.edits.direction import Direction
from inversion.sampling import Reader, Samples, samples
from models.errors import StudioError
from models.generators.generator import Generator

TAIL = 0.3  # of the samples at either end are the two classes of a number
C = 0.01  # the SVM's slack price, codes being of unit spread an axis
FEWEST = 10  # examples of either class
MOST = 50  # Newton steps; five or so are taken


def supervised(
    G: Generator,
    reader: Reader,
    names: Sequence[str] | None = None,
    n: int = 1500,
    seed: int = 0,
    progress: Callable[[float], object] = lambda done: None,
) -> list[Direction]:
    """A direction for each attribute that the reader reads (or those named), in w (every row of a
    matrix alike), or in z where there is no mapping network. Attributes that the generator's
    samples do not show on both sides are left out. `progress` gets the fraction of the samples that
    is drawn.

    Raises StudioError if the reader has no attribute of that name.
    """
    unknown = [name for name in names or () if name not in reader.names]
    if unknown:
        raise StudioError(
            f"No attribute {unknown[0]!r} can be read; there are {', '.join(reader.names)}."
        )
    found = samples(G, reader, n, seed, progress)
    directions = []
    for k, name in enumerate(reader.names):
        if names is not None and name not in names:
            continue
        chosen, label = split(found.values[:, k], k in reader.kind("number"))
        if min(int(label.sum()), int((~label).sum())) >= FEWEST:
            directions.append(_direction(G, reader, name, found, chosen, label))
    return directions


def split(values: Tensor, number: bool) -> tuple[Tensor, Tensor]:
    """values [n] -> the rows that are examples, int64 [m], and whether each is a positive one, bool
    [m]: the ends of the distribution of a number; every row, by its half, of a probability."""
    if not number:
        return torch.arange(len(values)), values > 0.5
    order = values.argsort(stable=True)
    tail = int(TAIL * len(values))
    chosen = torch.cat([order[:tail], order[len(order) - tail :]])
    return chosen, torch.arange(2 * tail) >= tail


def normal(codes: Tensor, label: Tensor) -> Tensor:
    """The unit normal [d] of the plane that parts codes [m, d] by label, bool [m].

    It minimises |w|² / 2 + Σ C_i max(0, 1 − y_i w·x_i)², the classes weighing alike, by Newton's
    steps (Keerthi and DeCoste 2005, section 3): among the rows that are within the margin that is
    ridge regression, solved until they are the same ones.

    >>> codes = torch.tensor([[0.0, 1.0], [0.0, -1.0], [3.0, 1.0], [3.0, -1.0]])
    >>> [round(x, 3) + 0.0 for x in normal(codes, codes[:, 0] > 1).tolist()]
    [1.0, 0.0]
    """
    scale = codes.std(0).square().mean().sqrt()
    x = ((codes - codes.mean(0)) / scale).cpu().double()
    x = torch.nn.functional.pad(x, (0, 1), value=1.0)
    label = label.cpu()
    y = label.to(x) * 2 - 1
    price = C * len(label) / torch.where(label, label.sum(), (~label).sum())
    w, within = x.new_zeros(x.shape[1]), torch.zeros_like(label)
    for _ in range(MOST):
        before, within = within, y * (x @ w) < 1
        if torch.equal(before, within):
            break
        priced = x[within] * price[within, None]
        w = torch.linalg.solve(torch.eye(len(w)).to(x) + priced.T @ x[within], priced.T @ y[within])
    unit: Tensor = (w[:-1] / w[:-1].norm()).float()
    return unit


def _direction(
    G: Generator, reader: Reader, name: str, found: Samples, chosen: Tensor, label: Tensor
) -> Direction:
    n = normal(found.searched[chosen], label)
    return Direction(
        name=name,
        space=found.space,
        vector=(n * (found.searched @ n).std()).repeat(1 if found.space == "z" else G.rows),
        weights=G.identity,
        provenance=f"linear SVM of {len(label)} samples, labelled by {reader.identity.name}",
    )
