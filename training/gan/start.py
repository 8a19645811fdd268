"""Starting a generator from others' weights: transfer to other pictures, growing to more pixels.

What a network has learnt of light, edges and composition serves other pictures too. To grow from 32
to 64 pixels, start from a network of 64, whose last block is then the new one and begins faint, and
after it from the one of 32, which fills all the rest:

    python -m training gan --resolution 64 --start avatars,runs/gan-32/ema.safetensors ...

A started network's w need not suit the new pictures. That of the avatars lies in eight clusters,
the species, and a generator that starts there draws eight faces. `relay` therefore teaches the
mapping, before the first step, to make of z a Gaussian with the w's mean and covariance; its first
axes, those that a picture's code goes into (training/gan/pairing.py), are laid so that w follows
from the code as it does, by linear regression, in pictures that the started network draws.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models import load
from models.errors import StudioError
from models.generators.layers import unit_moment
from models.generators.stylegan2 import StyleGAN2
from training.data.principal_components import THUMBNAIL
from training.gan.mapping_pretraining import Pictures

DRAWN = 2400  # pictures of the started network that the regression sees
REAL = 4096  # real pictures from which the code is learnt to be read
BATCH, RATE = 256, 1e-2
RIDGE = 0.05
EXPLAINED = 0.98  # part of w's deviation along an axis that the code may fix, at most
CHUNK = 50
NEW = 0.1  # what a block that the last network lacks adds to the picture at first, of all it would


@torch.no_grad()
def start(model: StyleGAN2, names: str) -> None:
    """Fill the model with the weights of generators, by name or file, commas between; later ones
    take precedence. Weights of other names or shapes are left out.

    Raises StudioError if no convolution in one of them fits.
    """
    held: dict[str, Tensor] = {}
    for name in names.split(","):
        own = model.state_dict()
        held = load(name).state_dict()
        fitting = {k: v for k, v in held.items() if k in own and own[k].shape == v.shape}
        if not any(k.endswith(".conv1.weight") for k in fitting):
            raise StudioError(
                f"No convolution of {name} fits a network of these settings. Give --start a "
                "StyleGAN2, and its --channels, --z-dim and --w-dim."
            )
        model.load_state_dict(own | {k: v.float() for k, v in fitting.items()})
    for name, p in model.named_parameters():
        if ".torgb." in name and "affine" not in name and name not in held:
            p.mul_(NEW)


def relay(
    model: StyleGAN2, data: Pictures, q: Tensor, rng: torch.Generator, steps: int
) -> tuple[float, float]:
    """Teach the model's mapping in place, for `steps` batches; what is left of w's variance
    unexplained at the end, and the part of it that the code fixes. q [z_dim, z_dim]: the pairing's.
    """
    with torch.no_grad():
        mean, root = _spread(model, rng)
        by_code, by_rest = _axes(model, data, mean, root, rng)
    k = by_code.shape[1]
    free = by_rest[:, : len(q) - k]
    total = root.square().sum()
    mapping = model.mapping
    optimizer = torch.optim.Adam(mapping.parameters(), betas=(0.9, 0.99), foreach=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE / mapping.lr, total_steps=steps, pct_start=0.1
    )
    left = 1.0
    for _ in range(steps):
        z = torch.randn(BATCH, len(q), generator=rng, device=rng.device)
        t = unit_moment(z) @ q.T
        wanted = mean + t[:, :k] @ by_code.T + t[:, k:] @ free.T
        loss = (mapping(z) - wanted).square().sum(1).mean() / total
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        left += 0.05 * (loss.item() - left)
    mapping.w_avg.copy_(mean)
    return left, float(by_code.square().sum() / total)


def _spread(model: StyleGAN2, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """w's mean [w_dim], and a root R [w_dim, w_dim] of its covariance R R^T."""
    w = model.mapping(torch.randn(6000, model.z_dim, generator=rng, device=rng.device))
    values, vectors = torch.linalg.eigh(torch.cov(w.T))
    return w.mean(0), vectors * values.clamp(min=0).sqrt()


def _axes(
    model: StyleGAN2, data: Pictures, mean: Tensor, root: Tensor, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A [w_dim, K] and B [w_dim, w_dim], greatest axes first, with A A^T + B B^T = R R^T: w is
    mean + A u + B e for a code u [K], as well as a line through drawn pictures tells."""
    n = torch.randn(DRAWN, len(root), generator=rng, device=rng.device)
    drawn = []
    for part in (mean + n @ root.T).split(CHUNK):
        ws = part[:, None].expand(-1, model.num_ws, -1)
        drawn.append(model.synthesize(ws).clamp(-1, 1))
    codes = _codes(torch.cat(drawn), data, rng)
    covariance = codes.T @ codes / DRAWN + RIDGE * torch.eye(codes.shape[1]).to(codes)
    slope = (n - n.mean(0)).T @ codes / DRAWN @ torch.linalg.inv(covariance)
    u, s, v = torch.linalg.svd(slope, full_matrices=False)
    slope = u * s.clamp(max=EXPLAINED) @ v
    rest = root @ (torch.eye(len(root)).to(root) - slope @ slope.T) @ root.T
    values, vectors = torch.linalg.eigh(rest)
    return root @ slope, (vectors * values.clamp(min=0).sqrt()).flip(1)


def _codes(drawn: Tensor, data: Pictures, rng: torch.Generator) -> Tensor:
    """The codes [n, K] of drawn pictures [n, 3, r, r], less their mean, read by a linear map that
    the data's pictures teach."""
    which = torch.randint(data.count, (min(REAL, data.count),), generator=rng, device=rng.device)
    which = which.cpu()
    real = _thumbnails(data.images(which).to(drawn) / 127.5 - 1)
    real = real - real.mean(0)
    ridge = 1e-3 * real.square().sum() / real.shape[1] * torch.eye(real.shape[1]).to(real)
    reads = torch.linalg.solve(real.T @ real + ridge, real.T @ data.codes(which).to(real))
    codes: Tensor = _thumbnails(drawn) @ reads
    return (codes - codes.mean(0)).clamp(-4, 4)


def _thumbnails(x: Tensor) -> Tensor:
    """[n, 3, r, r] -> [n, m], at most THUMBNAIL pixels a side."""
    return F.adaptive_avg_pool2d(x, min(THUMBNAIL, x.shape[-1])).flatten(1)
