"""The projected discriminator: frozen but for its heads, and a training that uses it resumes."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torchvision.models import squeezenet1_1

from models.errors import StudioError
from tests.training.gan.test_command import SETTINGS, Toy
from tests.training.gan.test_command import flat as tensors
from training.gan import command as gan
from training.gan.augmentation import Augmentation
from training.gan.projected import Projected, Trunk
from training.gan.trainer import Trainer


class Larger(Toy):
    """The toy's pictures at 32 pixels."""

    times = 2

    def images(self, indices: Tensor) -> Tensor:
        pictures = super().images(indices)
        return pictures.repeat_interleave(self.times, 2).repeat_interleave(self.times, 3)


class Largest(Larger):
    """The toy's pictures at 64 pixels."""

    times = 4


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SqueezeNet of random weights."""
    path = tmp_path_factory.mktemp("squeezenet") / "weights.pt"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        torch.save(squeezenet1_1().state_dict(), path)
    return path


def trainer(file: Path, **changes: object) -> Trainer:
    settings = replace(SETTINGS, channels="4,4,4,4,4", projected=str(file), **changes)  # type: ignore[arg-type]
    model = Trainer(settings, Largest() if settings.halved else Larger(), "cpu")
    model.begin()
    return model


def test_strides_and_scales_of_the_trunk(file: Path) -> None:
    trunk, x = Trunk(file), Larger().images(torch.arange(12)).float() / 127.5 - 1
    trunk.calibrate(x)
    maps = trunk(x)
    assert [m.shape[-1] for m in maps] == [32, 16, 8, 4]
    torch.testing.assert_close(
        torch.stack([m.square().mean() for m in maps]), torch.ones(4), atol=1e-3, rtol=0
    )
    with pytest.raises(StudioError, match="--projected"):
        Trunk(file.with_name("missing.pt"))


@pytest.mark.slow
def test_only_the_heads_learn(file: Path) -> None:
    model = trainer(file, warm_images=0, halved=True)
    before = {k: v.clone() for k, v in model.discriminator.state_dict().items()}
    for _ in range(2):
        terms = model.step()
    assert {"generator", "discriminator", "matching", "pairs"} <= terms.keys()
    assert "r1" not in terms
    trained = {"heads.", "smaller.heads."}
    changed = {k for k, v in model.discriminator.state_dict().items() if not v.equal(before[k])}
    assert {name[: name.index("heads.") + 6] for name in changed} == trained


@pytest.mark.slow
def test_a_head_tells_two_sets_of_pictures_apart(file: Path) -> None:
    d = trainer(file).discriminator
    assert isinstance(d, Projected)
    x = Larger().images(torch.arange(6)).float() / 127.5 - 1
    flat = x.mean((2, 3), keepdim=True).expand_as(x)
    with torch.no_grad():
        real, fake = (d.mixing(d.trunk(y))[-1] for y in (x, flat))
    smallest = d.heads[-1]
    optimizer = torch.optim.Adam(smallest.parameters(), 2.5e-3, betas=(0.0, 0.99))
    losses = []
    for _ in range(40):
        loss = (1 - smallest(real)).relu().mean() + (1 + smallest(fake)).relu().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.slow
def test_resuming_continues_bit_for_bit(file: Path, tmp_path: Path) -> None:
    straight, first = trainer(file, head_start=0), trainer(file, head_start=0)
    for _ in range(4):
        straight.step()
    for _ in range(2):
        first.step()
    gan.checkpoint(first, tmp_path)
    second = Trainer(first.settings, Larger(), "cpu")
    gan.resume(second, tmp_path / "checkpoint.pt")
    for _ in range(2):
        second.step()
    a, b = tensors(straight.state()), tensors(second.state())
    assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_one_draw_treats_pairs_alike_and_is_differentiable() -> None:
    x = torch.randn(4, 3, 32, 32, requires_grad=True)
    augment = Augmentation.draw(4, 32, torch.Generator().manual_seed(0))
    a, b = augment(x), augment(x)
    assert torch.equal(a, b) and a.shape == x.shape
    a.square().sum().backward()
    assert x.grad is not None and x.grad.abs().sum() > 0
    other = Augmentation.draw(4, 32, torch.Generator().manual_seed(1))(x)
    assert not torch.equal(a, other)
    still = Augmentation(
        torch.tensor([0.5, 0.5, 0.5])[:, None].expand(3, 4),
        torch.full((4, 2), 4),
        torch.full((4, 2), 32),
    )
    torch.testing.assert_close(still(x), x)
