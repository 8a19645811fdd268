"""The average of weights is the half-life formula, to the last bit."""

import torch
from torch import nn

from training.loop import ema


def network(seed: int) -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        model(torch.randn(8, 4))  # statistics, and that they were updated once
    return model


def test_what_is_kept_halves_in_so_many_pictures_and_sooner_at_the_start() -> None:
    assert ema.decay(batch=100, images=10**9, half_life=100, ramp=0.05) == 0.5
    assert ema.decay(batch=10, images=10**9, half_life=20, ramp=0.05) == 0.5**0.5
    assert ema.decay(batch=10, images=200, half_life=1e6, ramp=0.05) == 0.5
    assert ema.decay(batch=2, images=0, half_life=1e6, ramp=0.05) == 0.25


def test_parameters_are_averaged_from_the_first_update_on_and_buffers_copied() -> None:
    model, keep = network(0), iter([0.75, 0.9])
    average = ema.averaged(model, lambda: next(keep))
    expected = [p.detach().clone() for p in model.parameters()]
    for seed, beta in ((1, 0.75), (2, 0.9)):
        other = network(seed)
        keep = iter([beta] * 4)
        average.update_parameters(other)
        for mine, theirs in zip(expected, other.parameters(), strict=True):
            mine.lerp_(theirs.detach(), 1 - beta)
    assert all(map(torch.equal, average.module.parameters(), expected))
    assert all(map(torch.equal, average.module.buffers(), other.buffers()))
    assert not any(p.requires_grad for p in average.parameters())
    assert average.module.state_dict().keys() == model.state_dict().keys(), "for checkpoints"


def test_statistics_may_be_averaged_too_and_counts_are_left() -> None:
    model, other = network(0), network(1)
    average = ema.averaged(model, lambda: 0.75, buffers=True)
    other[1].num_batches_tracked.fill_(7)
    average.update_parameters(other)
    for name, theirs in other.state_dict().items():
        before = model.state_dict()[name]
        expected = before.lerp(theirs, 0.25) if theirs.is_floating_point() else before
        assert torch.equal(average.module.state_dict()[name], expected), name
