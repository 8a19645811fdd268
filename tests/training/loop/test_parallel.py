"""Two processes on the CPU: their networks stay one, and what they learn is of both halves."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from models.errors import StudioError
from tests.training.gan.toy import SETTINGS, Toy, flat
from training.gan import command as gan
from training.gan.trainer import Trainer
from training.loop import parallel


def one_of_two(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=2)
    layer = nn.Linear(2, 1)
    layer(torch.full((1, 2), float(rank))).sum().backward()
    parallel.average_gradients(layer)
    assert layer.weight.grad is not None and layer.weight.grad.tolist() == [[0.5, 0.5]]
    assert parallel.agreed(float(rank), torch.device("cpu")) == 0.0

    settings = replace(SETTINGS, batch=8, rows=0)
    out = Path(folder) / "out"
    for images in (32, 64):  # the second continues from the checkpoint of the first
        done = gan.train(settings, Toy(), out, minutes=5.0, images=images)
        dist.barrier()
    assert done.images == 64 and done.share == 4
    torch.save([done.state(), torch.rand(1, generator=done.rng)], f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.mark.slow
def test_networks_of_two_processes_stay_one(tmp_path: Path) -> None:
    mp.get_context("forkserver").set_forkserver_preload([__name__, "torch._dynamo"])  # read once
    mp.start_processes(one_of_two, (str(tmp_path),), nprocs=2, start_method="forkserver")
    (a, x), (b, y) = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    first, second = flat(a), flat(b)
    own = "generator.mapping.w_avg"  # a running mean of each process's own batches
    names = [n for n in first if n.startswith(("generator.", "discriminator.")) and n != own]
    assert len(names) > 40 and all(torch.equal(first[n], second[n]) for n in names)
    assert not torch.equal(first[own], second[own])
    assert not torch.equal(x, y)  # they draw different batches


def test_alone_nothing_is_averaged() -> None:
    assert parallel.count() == 1 and parallel.rank() == 0 and parallel.begin("cpu") == "cpu"
    assert parallel.agreed(0.3, torch.device("cpu")) == 0.3


def test_a_batch_that_does_not_divide_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "count", lambda: 3)
    with pytest.raises(StudioError, match="--batch 16 cannot be shared by 3.* multiple of 12"):
        Trainer(replace(SETTINGS, batch=16), Toy(), "cpu")
