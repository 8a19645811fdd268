"""Where the object sits in a generator's pictures: what a transformation search moves it to.

The rule, for one picture: the background is modelled as a colour that varies linearly over the
frame, fitted to the border by least absolute distances, so that an object which touches the border
hardly counts. What differs from that by more than `THRESHOLD` is foreground; its box holds all but
`TAIL` of the foreground pixels on each of the four sides, so that a speck does not count. Pictures
whose foreground is less than a hundredth of the frame are left out. It is a rule for objects on
plain ground: of textured ground it takes all for object.
"""

import torch
from torch import Tensor

from models.generators.generator import Generator

THRESHOLD = 0.25  # Euclidean distance of colours in [-1, 1]^3
TAIL = 0.01
BORDER = 0.05  # of the side
ROUNDS = 8


def foreground(images: Tensor) -> Tensor:
    """Images [n, 3, h, w] in [-1, 1] -> bool [n, h, w]."""
    _, _, h, w = images.shape
    y, x = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
    plane = torch.stack([torch.ones(h, w), x, y], 2).flatten(0, 1).to(images)  # [h w, 3]
    margin = max(1, round(BORDER * min(h, w)))
    inner = torch.zeros(h, w, dtype=torch.bool, device=images.device)
    inner[margin:-margin, margin:-margin] = True
    edge = ~inner.flatten()
    colours = images.flatten(2).transpose(1, 2)  # [n, h w, 3]
    at, seen = plane[edge], colours[:, edge]
    weight = torch.ones_like(seen[..., :1])
    for _ in range(ROUNDS):  # weighted least squares; weights 1 / distance make it absolute
        fit = torch.linalg.solve(at.T @ (weight * at), at.T @ (weight * seen))  # [n, 3, 3]
        weight = 1 / ((seen - at @ fit).norm(dim=2, keepdim=True) + 0.01)
    off: Tensor = ((colours - plane @ fit).norm(dim=2) > THRESHOLD).unflatten(1, (h, w))
    return off


def box(mask: Tensor) -> tuple[float, float, float, float] | None:
    """Of a mask bool [h, w]: centre x, centre y, width and height in parts of the frame; None if
    there is next to nothing in it."""
    if mask.float().mean() < 0.01:
        return None
    spans = []
    for counts in (mask.sum(0), mask.sum(1)):  # over columns, over rows
        share = counts.cumsum(0) / counts.sum()
        first = int((share <= TAIL).sum())
        last = int((share < 1 - TAIL).sum())
        spans.append((first / len(counts), (last + 1) / len(counts)))
    (left, right), (top, bottom) = spans
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


@torch.no_grad()
def measure(model: Generator, n: int = 512, seed: int = 0) -> tuple[float, float, float, float]:
    """The mean box over n pictures of random latents, of every class alike. Raises ValueError if no
    picture has a foreground."""
    rng = torch.Generator().manual_seed(seed)
    boxes = []
    for part in model.sample_z(n, rng).split(32):
        classes = None
        if model.num_classes:
            classes = torch.randint(model.num_classes, (len(part),), generator=rng)
            classes = classes.to(part.device)
        boxes += [box(mask) for mask in foreground(model.generate(part, classes))]
    found = [b for b in boxes if b is not None]
    if not found:
        raise ValueError("no picture shows anything that stands out from its border")
    cx, cy, width, height = torch.tensor(found, dtype=torch.float64).mean(0).tolist()
    return cx, cy, width, height
