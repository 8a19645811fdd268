"""What every generator inherits: sampling, statistics of w, truncation."""

import torch

from models.generators.stylegan2 import StyleGAN2


def network(class_dim: int = 0) -> StyleGAN2:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return StyleGAN2(
            resolution=8,
            channels={4: 4, 8: 4},
            z_dim=6,
            w_dim=5,
            mapping_layers=1,
            class_dim=class_dim,
        ).requires_grad_(False)


def test_a_seed_gives_the_same_latents_and_noises() -> None:
    model = network()
    for sample in (model.sample_z, model.sample_noises):
        a, b, c = (sample(3, torch.Generator().manual_seed(s)) for s in (1, 1, 2))
        for x, y, z in zip(a, b, c, strict=True):
            assert torch.equal(x, y) and not torch.equal(x, z)
    assert model.sample_z(3).shape == (3, 6) and model.sample_z(3).dtype == torch.float32


def test_statistics_of_w_are_those_of_the_samples() -> None:
    model = network()
    w = model.map(model.sample_z(10_000, torch.Generator().manual_seed(0)))[:, 0].double()
    mean, std = model.w_statistics()
    torch.testing.assert_close(mean.double(), w.mean(0), atol=1e-6, rtol=0)
    torch.testing.assert_close(std.double(), (w - w.mean(0)).norm(dim=1).square().mean().sqrt())


def test_statistics_follow_newly_loaded_weights() -> None:
    model = network()
    before = model.w_statistics()[1]
    assert model.w_statistics()[1] is before
    state = model.state_dict()
    model.load_state_dict({k: 2 * v if "fc0" in k else v for k, v in state.items()})
    torch.testing.assert_close(model.w_statistics()[1], 2 * before)


def test_conditional_statistics_average_over_classes() -> None:
    mean, std = network(class_dim=3).w_statistics()
    assert mean.shape == (5,) and std > 0


def test_truncation_pulls_towards_the_mean() -> None:
    model = network()
    model.mapping.w_avg.normal_(generator=torch.Generator().manual_seed(4))
    z = model.sample_z(2, torch.Generator().manual_seed(1))
    ws, mean = model.map(z), model.w_mean()
    assert torch.equal(mean, model.mapping.w_avg)
    torch.testing.assert_close(model.generate(z), model.synthesize(ws))
    torch.testing.assert_close(
        model.generate(z, truncation=0.7), model.synthesize(0.7 * ws + 0.3 * mean)
    )
    flat = model.synthesize(mean.expand(2, model.num_ws, -1))
    torch.testing.assert_close(model.generate(z, truncation=0.0), flat)
