"""Training on several devices at once, started by torchrun:

    torchrun --nproc-per-node=4 -m training gan ...

Every process has the whole network and a part of each batch; gradients are averaged before each of
the optimizer's steps, so that all networks stay one. The first process alone writes files. Without
torchrun there is one process, and nothing here does anything.
"""

import os

import torch
import torch.distributed as dist
from torch import Tensor, nn

from models.errors import StudioError


def begin(device: str) -> str:
    """Joins the processes that torchrun started, if it did; the device of this one."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return device
    if not device.startswith("cuda"):
        dist.init_process_group("gloo")
        return device
    own = f"cuda:{os.environ['LOCAL_RANK']}"
    torch.cuda.set_device(own)
    dist.init_process_group("nccl")
    return own


def end() -> None:
    """Leaves the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()


def count() -> int:
    """How many processes train."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """Which of them this is, from 0 on."""
    return dist.get_rank() if dist.is_initialized() else 0


def share(batch: int, group: int) -> int:
    """How many pictures of a batch are this process's, in whole groups. Raises StudioError where
    they cannot be shared so."""
    if batch % (group * count()):
        raise StudioError(
            f"--batch {batch} cannot be shared by {count()} processes in groups of {group}. "
            f"Give a multiple of {group * count()}."
        )
    return batch // count()


def average_gradients(model: nn.Module) -> None:
    """Every gradient of the model becomes its mean over the processes."""
    if count() == 1:
        return
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= count()
    for g, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        g.copy_(mean.view_as(g))


@torch.no_grad()
def alike(model: nn.Module) -> None:
    """Every parameter and buffer of the model becomes that of the first process."""
    if count() > 1:
        for tensor in (*model.parameters(), *model.buffers()):
            dist.broadcast(tensor, 0)


def agreed(t: float, device: torch.device) -> float:
    """What the first process says for t, so that all end at the same step."""
    if count() == 1:
        return t
    said: Tensor = torch.tensor(t, dtype=torch.float64, device=device)
    dist.broadcast(said, 0)
    return float(said)
