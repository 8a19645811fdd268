"""models/generators/biggan.py: the laws of a generator; numbers against the published package stand
in test_biggan_reader.py."""

import json

import pytest
import torch

from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.readers import native

SETTINGS = {
    "resolution": 16,
    "layers": [(False, 4, 4), (True, 4, 2), (True, 2, 1)],
    "channel_width": 8,
    "attention": 1,
    "z_dim": 6,
    "class_dim": 4,
    "num_classes": 3,
    "class_names": ("cat", "owl", "frog"),
    "n_stats": 3,
}


def network(**changes: object) -> BigGAN:
    """Every weight and every statistic random."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BigGAN(**(SETTINGS | changes))
        state = {k: torch.randn_like(v) * 0.5 for k, v in model.state_dict().items()}
        state |= {k: v.square() + 0.5 for k, v in state.items() if k.endswith("running_vars")}
        model.load_state_dict(state)
    return model.eval().requires_grad_(False)


@pytest.fixture
def G() -> BigGAN:
    return network()


def test_ws_are_a_copy_of_latent_and_class_vector_a_layer(G):
    z, c = G.sample_z(2), torch.randn(2, 4)
    ws = G.map(z, c)
    assert ws.shape == (2, G.num_ws, G.w_dim) == (2, 4, 10)
    assert torch.equal(ws, torch.cat([z, c], 1)[:, None].expand(-1, 4, -1))
    apart = torch.randn(2, 4, 6)
    assert torch.equal(G.map(apart, c), torch.cat([apart, ws[..., 6:]], 2))


def test_a_class_stands_for_its_vector(G):
    z, classes = G.sample_z(2), torch.tensor([2, 0])
    assert G.embeddings.shape == (3, 4) and G.class_names == ("cat", "owl", "frog")
    assert torch.equal(G.generate(z, classes), G.generate(z, G.embeddings[classes]))
    assert not torch.equal(G.generate(z, classes), G.generate(z, classes.flip(0)))


@pytest.mark.parametrize("wrong", [3, -1])
def test_a_class_that_does_not_exist(G, wrong):
    with pytest.raises(StudioError, match=rf"no class {wrong} .* 0 to 2"):
        G.generate(G.sample_z(2), torch.tensor([0, wrong]))


def test_without_a_class_nothing_is_drawn(G):
    with pytest.raises(ValueError, match="by class"):
        G.generate(G.sample_z(1))


def test_a_layer_listens_to_its_own_w_alone(G):
    """Taking another w in layer k changes what block k and later blocks make, and nothing before:
    ws[:, 0] feeds the first dense layer, ws[:, 1 + k] block k."""
    a, b = (G.map(G.sample_z(1), torch.tensor([k])) for k in (0, 1))
    for k in range(G.num_ws):
        mixed = a.clone()
        mixed[:, k] = b[:, k]
        for stop in range(G.num_blocks + 1):
            same = torch.equal(G.features(a, stop).x, G.features(mixed, stop).x)
            assert same == (stop < k), (k, stop)


@pytest.mark.parametrize("block", range(4))
def test_entering_at_a_block_gives_the_same_picture(G, block):
    ws = G.map(G.sample_z(2), torch.tensor([0, 2]))
    start = G.features(ws, block, truncation=0.3)
    assert (start.block, start.rgb) == (block, None)
    entered = G.synthesize(ws, start=start, truncation=0.3)
    last = G.features(ws, 3, start=start, truncation=0.3)
    torch.testing.assert_close(last.x, G.features(ws, 3, truncation=0.3).x)
    torch.testing.assert_close(entered, G.synthesize(ws, truncation=0.3))


def test_content_replaces_the_first_layer(G):
    ws = G.map(G.sample_z(2), torch.tensor([0, 2]))
    content = G.features(ws, 0).x
    assert content.shape[1:] == G.content_shape == (32, 4, 4)
    torch.testing.assert_close(G.synthesize(ws, content=content), G.synthesize(ws))
    assert G.synthesize(ws, content=content[:1]).shape == (2, 3, 16, 16)
    with pytest.raises(ValueError, match="either content or start"):
        G.synthesize(ws, content=content, start=G.features(ws, 1))


def test_pictures_are_within_range_and_have_no_noise(G):
    x = G.generate(10 * G.sample_z(4), torch.tensor([0, 1, 2, 0]))
    assert x.shape == (4, 3, 16, 16) and x.abs().max() <= 1 and x.std() > 0.1
    assert G.noise_shapes == [] and G.sample_noises(2) == []
    assert G.synthesize(G.map(G.sample_z(1), torch.tensor([0])), noises=[]).shape[0] == 1
    with pytest.raises(ValueError, match="no noise maps"):
        G.synthesize(G.map(G.sample_z(1), torch.tensor([0])), noises=[torch.zeros(1, 1, 4, 4)])


def test_a_picture_does_not_depend_on_its_batch(G):
    G = G.double()
    z, classes = G.sample_z(5).double(), torch.tensor([0, 1, 2, 1, 0])
    together = G.generate(z, classes)
    for k in range(5):
        torch.testing.assert_close(together[k], G.generate(z[k : k + 1], classes[k : k + 1])[0])


@pytest.mark.slow
def test_gradients_are_those_of_finite_differences():
    G = network(resolution=8, layers=[(True, 2, 1)], attention=0, z_dim=3, class_dim=2).double()
    z = torch.randn(1, 3, dtype=torch.float64, requires_grad=True)
    c = torch.randn(1, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z, c: G.generate(z, c, 0.4), (z, c))


# truncation


def test_statistics_between_two_truncations_are_on_the_line_between_them(G):
    norm = G.bn
    half, near = norm.at(0.25), norm.at(0.45)
    for table, at_half, at_near in zip(
        (norm.running_means, norm.running_vars), half, near, strict=True
    ):
        torch.testing.assert_close(at_half, 0.5 * table[0] + 0.5 * table[1])
        torch.testing.assert_close(at_near, 0.1 * table[0] + 0.9 * table[1])
        for k, truncation in enumerate((0.0, 0.5, 1.0)):
            exact = norm.at(truncation)[0 if table is norm.running_means else 1]
            assert torch.equal(exact, table[k])


def test_truncation_selects_the_statistics_and_leaves_z_alone(G):
    z, c = G.sample_z(2), torch.tensor([0, 1])
    drawn = G.generate(z, c, truncation=0.5)
    assert not torch.allclose(drawn, G.generate(z, c), atol=0.01)
    G.truncation = 0.5
    assert torch.equal(G.synthesize(G.map(z, c)), drawn)
    only = network(n_stats=2)  # a network that knows no other statistics than those
    kept = G.state_dict()
    only.load_state_dict({k: v[[1, 1]] if "running" in k else v for k, v in kept.items()})
    torch.testing.assert_close(only.generate(z, c), drawn)


@pytest.mark.parametrize("wrong", [-0.1, 1.01, float("nan")])
def test_a_truncation_outside_its_range(G, wrong):
    with pytest.raises(StudioError, match="between 0 and 1"):
        G.generate(G.sample_z(1), torch.tensor([0]), truncation=wrong)


def test_training_mode_normalises_by_the_batch(G):
    G.train()
    x = torch.randn(4, 8, 16, 16) * 3 + 1
    y = G.bn(x, 1.0)
    want = torch.nn.functional.batch_norm(
        x, None, None, G.bn.weight, G.bn.bias, training=True, eps=1e-4
    )
    torch.testing.assert_close(y, want)


# statistics of w, settings, files


def test_statistics_of_w_are_those_of_latents_and_classes(G):
    mean, std = G.w_statistics()
    rng = torch.Generator().manual_seed(0)
    z = G.sample_z(200_000, rng)
    w = G.map(z, torch.randint(3, (200_000,), generator=rng))[:, 0]
    torch.testing.assert_close(mean, w.mean(0), atol=0.01, rtol=0)
    torch.testing.assert_close(std, (w - w.mean(0)).norm(dim=1).square().mean().sqrt(), rtol=0.01,
                               atol=0)  # fmt: skip
    assert torch.equal(G.w_mean(), mean)
    w = G.w_samples()
    assert w.shape == (10_000, 10) and torch.equal(w, G.w_samples())
    torch.testing.assert_close(w.mean(0), mean, atol=0.1, rtol=0)


def test_round_trip_through_a_file(G, tmp_path):
    native.save(G, tmp_path / "f", name="f", licence="CC0-1.0", dtype=torch.float32)
    loaded = native.load(tmp_path / "f")
    assert loaded.settings == G.settings == json.loads(json.dumps(G.settings))
    z, c = G.sample_z(2), torch.tensor([0, 1])
    assert torch.equal(loaded.generate(z, c, 0.3), G.generate(z, c, 0.3))
    assert not loaded.training and loaded.class_names == G.class_names
    assert json.loads(loaded.identity.architecture)["class"] == "biggan"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"resolution": 32}, "32 pixels"),
        ({"layers": [(True, 4, 2), (True, 4, 2)]}, "takes 4 widths and is given 2"),
        ({"layers": [(True, 2, 4), (True, 4, 1)]}, "more channels"),
        ({"layers": []}, "pixels"),
        ({"layers": [(False, 1, 1)] * 65}, "are the most"),
        ({"attention": 3}, "attention before layer 3"),
        ({"class_names": ("one",)}, "1 names for 3 classes"),
        ({"n_stats": 1}, "are the least"),
    ],
)
def test_settings_that_describe_no_network(changes, words):
    with pytest.raises(ValueError, match=words):
        BigGAN(**(SETTINGS | changes))


def test_a_network_without_classes_says_so(tiny):
    assert (tiny.num_classes, tiny.class_names) == (0, ())
    with pytest.raises(StudioError, match="tiny has no classes"):
        _ = tiny.embeddings
