"""One step of training, and the state that it leaves."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from models.generators.overparam import Overparameterized
from tests.training.gan.toy import SETTINGS, Toy, flat, trainer
from training.gan.trainer import Trainer


def test_the_twins_are_one_network_but_for_rows() -> None:
    baseline, twin = trainer(noise=False).generator, trainer(rows=0).generator
    assert isinstance(twin, Overparameterized) and twin.rows == 4
    a, b = baseline.state_dict(), twin.state_dict()
    assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_initial_weights_do_not_depend_on_the_global_seed() -> None:
    torch.manual_seed(1)
    a = flat(trainer().state())
    torch.manual_seed(2)
    b = flat(trainer().state())
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert torch.initial_seed() == 2


def test_average_is_the_half_life_formula() -> None:
    model = trainer()
    model.images = 16
    before = [p.clone() for p in model.ema.parameters()]
    for p in model.generator.parameters():
        p.data.add_(1.0)
    model._average(torch.zeros(4, 6, 6))  # 4 pictures of a half-life of 16
    beta = 0.5 ** (4 / 16)
    for average, old, new in zip(
        model.ema.parameters(), before, model.generator.parameters(), strict=True
    ):
        torch.testing.assert_close(average, beta * old + (1 - beta) * new)


def test_average_is_short_at_the_start() -> None:
    """Of 4 pictures, at most `ema_rampup` of those seen is the half-life: 1 picture, the least."""
    model = trainer(ema_images=5000.0, ema_rampup=0.05)
    model.step()
    for average, value in zip(model.ema.parameters(), model.generator.parameters(), strict=True):
        torch.testing.assert_close(average, value, atol=0.4, rtol=0)


def test_pair_weight_falls_geometrically_and_stays() -> None:
    model = trainer(pair_first=100.0, pair_last=1.0, warm_images=16)
    weights = []
    for model.images in (0, 8, 16, 1000):
        weights.append(model.pair_weight())
    assert weights == pytest.approx([100, 10, 1, 1])


def test_adversarial_terms_are_sparse_while_warming() -> None:
    model = trainer()
    seen = [sorted(model.step()) for _ in range(6)]
    assert ["generator" in terms for terms in seen] == [True, False, True, False, True, True]
    assert all("pairs" in terms for terms in seen)
    assert "discriminator" not in seen[1] and "r1" in seen[0]
    assert ["path" in terms for terms in seen] == [False, False, False, False, True, False]


def test_unpaired_training_reads_no_codes() -> None:
    class Codeless(Toy):
        def codes(self, indices: Tensor) -> Tensor:
            raise AssertionError("unpaired data have no codes")

    terms = Trainer(replace(SETTINGS, paired=False, flip=True), Codeless(), "cpu").step()
    assert {"generator", "discriminator", "r1", "path"} <= terms.keys() and "pairs" not in terms


@pytest.mark.slow
def test_pairs_alone_are_learnt() -> None:
    model = trainer(warm_images=10**6, warm_every=10**6, path_weight=0.0, bfloat16=False)
    losses = [model.step()["pairs"] for _ in range(80)]
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_first_layer_starts_blind_to_the_remainder() -> None:
    model = trainer()
    code = torch.randn(1, 3)
    remainders = torch.randn(2, 3)
    z = torch.cat([code.expand(2, -1), remainders], 1) @ model.q
    layer = model.generator.mapping.get_submodule("fc0")
    torch.testing.assert_close(layer(z)[0], layer(z)[1])


def test_a_new_training_begins_with_the_mapping() -> None:
    model, untaught = trainer(), trainer()
    model.begin()
    a, b = flat(model.state()), flat(untaught.state())
    changed = {k for k in a if k != "rng" and not torch.equal(a[k], b[k])}
    mapping = {"fc0.weight", "fc0.bias", "w_avg"}
    assert changed == {f"{net}.mapping.{p}" for net in ("generator", "ema") for p in mapping}
    plain, same = trainer(paired=False), trainer(paired=False)
    plain.begin()
    a, b = flat(plain.state()), flat(same.state())
    assert all(torch.equal(a[k], b[k]) for k in a)
