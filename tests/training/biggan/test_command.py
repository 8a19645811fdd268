"""Class-conditional training on a toy: it resumes bit for bit, pairs, averages, and writes what it
promises; its parts one by one."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from models.errors import StudioError
from models.generators.biggan import BigGAN
from models.readers import native
from training.avatars import CODE_DIM, SPECIES, attributes, codes
from training.biggan import command as biggan
from training.biggan import standing_statistics
from training.biggan.labelled import SCAN_CODES, Scans, Species, emphasis
from training.biggan.projection_head import ProjectionDiscriminator
from training.biggan.settings import Settings
from training.biggan.trainer import Trainer
from training.data.principal_components import gaussian_codes

SETTINGS = Settings(
    channel_width=4, z_dim=6, class_dim=3, channels="4,4,4", batch=4, r1_every=2, warm_images=16,
    warm_every=2, ema_images=16, ema_rampup=1.0, n_stats=3, stat_images=64,
)  # fmt: skip


class Toy:
    """Twelve random 16-pixel pictures of two classes with codes of three coordinates."""

    count, class_names, licence = 12, ("a", "b"), "CC0-1.0"

    def __init__(self) -> None:
        rng = torch.Generator().manual_seed(0)
        self._images = torch.randint(256, (12, 3, 16, 16), generator=rng, dtype=torch.uint8)
        self._codes = torch.randn(12, 3, generator=rng)

    def images(self, indices: Tensor) -> Tensor:
        return self._images[indices]

    def codes(self, indices: Tensor) -> Tensor:
        return self._codes[indices]

    def classes(self, indices: Tensor) -> Tensor:
        return indices % 2


@pytest.mark.slow
def test_training_resumes_bit_for_bit(tmp_path: Path) -> None:
    straight = Trainer(SETTINGS, Toy(), "cpu")
    for _ in range(7):
        straight.step()
    first = Trainer(SETTINGS, Toy(), "cpu")
    for _ in range(3):
        first.step()
    biggan.checkpoint(first, "toy", tmp_path)
    second = Trainer(replace(SETTINGS, seed=5), Toy(), "cpu")
    biggan.resume(second, tmp_path / "checkpoint.pt")
    for _ in range(4):
        second.step()
    assert (second.images, second.steps) == (28, 7)
    for name in ("generator", "discriminator"):
        ours, wanted = (getattr(t, name).state_dict() for t in (second, straight))
        assert all(torch.equal(ours[key], wanted[key]) for key in wanted)
    assert all(
        torch.equal(a, b)
        for a, b in zip(second.ema.parameters(), straight.ema.parameters(), strict=True)
    )


def test_a_faint_class_is_stressed() -> None:
    faint = Toy()
    faint._images[::2] = faint._images[::2] // 4
    stress = emphasis(faint)
    torch.testing.assert_close(stress[0] / stress[1], torch.tensor(4.0), rtol=0.1, atol=0)
    torch.testing.assert_close((1 / stress).mean(), torch.tensor(1.0))


@pytest.mark.slow
def test_pairs_alone_teach_the_pictures() -> None:
    quiet = replace(SETTINGS, warm_every=10**9, warm_images=10**9, bfloat16=False, warm_lr=1e-2)
    trainer = Trainer(quiet, Toy(), "cpu")
    trainer.steps = 1
    losses = [trainer.step()["pairs"] for _ in range(60)]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


@pytest.mark.slow
def test_every_term_has_its_turn() -> None:
    trainer = Trainer(SETTINGS, Toy(), "cpu")
    seen = [set(trainer.step()) for _ in range(8)]
    adversarial = {"pairs", "generator", "discriminator", "matching", "real", "fake"}
    assert seen[0] == seen[4 + 1] | {"r1"} == adversarial | {"r1"}
    assert seen[1] == seen[3] == {"pairs"} and seen[2] == adversarial
    assert trainer.progress() == 1 and trainer.pair_weight() == pytest.approx(5)


def test_a_paired_latent_is_the_rotated_code() -> None:
    trainer = Trainer(SETTINGS, Toy(), "cpu")
    real, classes, z, paired = trainer._batch()
    assert paired == 4
    u = (z @ trainer.q.T)[:, :3]
    data = Toy()
    for k in range(4):
        index = int((data._codes - u[k]).norm(dim=1).argmin())
        torch.testing.assert_close(data._codes[index], u[k])
        torch.testing.assert_close((real[k] + 1) * 127.5, data._images[index].float())
        assert classes[k] == index % 2


@pytest.mark.slow
def test_the_command_writes_what_it_promises(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setitem(biggan.DATA, "scans", (lambda path: Toy(), "nowhere"))
    monkeypatch.setattr(biggan, "LOG_STEPS", 1)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in vars(SETTINGS).items()
             if not isinstance(value, bool)]  # fmt: skip
    arguments = ["--data=scans", f"--out={tmp_path}", "--minutes=0.005", *flags]
    biggan.main(arguments)
    (grid,) = (tmp_path / "grids").iterdir()
    with Image.open(grid) as image:
        assert image.size == (12 * 17 + 1, 2 * 17 + 1)
    line = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])
    assert line["images"] == 4 and line["pairs"] > 0
    G = native.load(tmp_path / "ema.safetensors")
    assert isinstance(G, BigGAN) and G.class_names == ("a", "b")
    assert (G.identity.name, G.identity.licence) == ("scans", "CC0-1.0")
    assert native.training_record(tmp_path / "ema.safetensors")["images"] == int(grid.stem)
    with pytest.raises(StudioError, match="other settings"):
        biggan.main([*arguments, "--channel-width=8"])


# its parts


def test_standing_statistics_are_those_of_the_pictures() -> None:
    """Measured on one batch, they make the network draw that batch as in training mode."""
    model = Trainer(SETTINGS, Toy(), "cpu").generator
    standing_statistics.measure_standing_statistics(
        model, standing_statistics.BATCH, torch.Generator().manual_seed(3)
    )
    assert not model.training
    rng = torch.Generator().manual_seed(3)
    for k, truncation in enumerate((0.0, 0.5, 1.0)):
        z = model.sample_z(standing_statistics.BATCH, rng) * truncation
        classes = torch.randint(2, (standing_statistics.BATCH,), generator=rng)
        with torch.no_grad():
            drawn = model.eval().generate(z, classes, truncation)
            wanted = model.train().generate(z, classes)
        torch.testing.assert_close(drawn, wanted, atol=1e-3, rtol=1e-3)
        assert k == 2 or not torch.allclose(model.bn.running_means[k], model.bn.running_means[2])


def test_standing_statistics_are_averages_over_batches() -> None:
    model = Trainer(SETTINGS, Toy(), "cpu").generator
    seen: list[Tensor] = []
    handle = model.bn.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    standing_statistics.measure_standing_statistics(
        model, 3 * standing_statistics.BATCH, torch.Generator().manual_seed(3)
    )
    handle.remove()
    assert len(seen) == 3 * 3
    var, mean = torch.var_mean(torch.cat(seen[-3:]), (0, 2, 3), correction=0)
    torch.testing.assert_close(model.bn.running_means[2], mean)
    torch.testing.assert_close(model.bn.running_vars[2], var)


def test_the_projection_adds_the_class() -> None:
    net = ProjectionDiscriminator(16, {4: 6, 8: 6, 16: 6}, num_classes=3)
    x, classes = torch.randn(4, 3, 16, 16), torch.tensor([0, 1, 2, 2])
    logits = net(x, classes)
    with torch.no_grad():
        net.vectors[2] = 0
    unconditional = net.trunk(x)
    changed = net(x, classes)
    torch.testing.assert_close(changed[2:], unconditional[2:])
    assert torch.equal(changed[:2], logits[:2]) and not torch.allclose(changed, unconditional)


def test_layers_follow_the_published_pattern() -> None:
    layers = Settings().layers(64)
    assert [b for _, _, b in layers] == [8, 8, 8, 4, 4, 2, 2, 1]
    assert [up for up, _, _ in layers] == [False, True] * 4
    assert Settings().attention(64) == 4 and Settings().attention(16) is None


# its data


def test_species_are_the_argmax_and_no_part_of_the_code(tmp_path: Path) -> None:
    u = codes(3, torch.arange(5))
    np.save(tmp_path / "codes.npy", u.numpy())
    np.save(tmp_path / "images.npy", np.zeros((5, 3, 8, 8), np.uint8))
    (tmp_path / "progress.json").write_text('{"count": 5, "total": 5, "version": 1}')
    data, indices = Species(tmp_path), torch.tensor([4, 0])
    assert torch.equal(data.classes(indices), attributes(u[indices]).species)
    assert data.codes(indices).shape == (2, CODE_DIM - len(SPECIES))
    assert torch.equal(data.codes(indices), u[indices][:, len(SPECIES) :])
    assert data.class_names == SPECIES and data.images(indices).shape == (2, 3, 8, 8)


def scans(path: Path, per_class: int = 50) -> Path:
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for label in ("Hand", "CXR"):
            for k in range(per_class):
                file = io.BytesIO()
                Image.fromarray(rng.integers(0, 256, (32, 32), np.uint8)).save(file, "png")
                archive.writestr(f"train/{label}/{k:03d}.png", file.getvalue())
        archive.writestr("test/Hand/000.png", b"not read")
    return path


@pytest.mark.slow
def test_scans_have_classes_and_gaussian_codes(tmp_path: Path) -> None:
    data = Scans(scans(tmp_path / "z.zip"))
    everything = torch.arange(data.count)
    assert data.count == 100 and data.class_names == ("CXR", "Hand")
    assert data.classes(everything).bincount().tolist() == [50, 50]
    assert data.images(everything[:3]).shape == (3, 3, 32, 32)
    u = data.codes(everything[data.classes(everything) == 1])
    assert u.shape == (50, SCAN_CODES)
    torch.testing.assert_close(u.mean(0), torch.zeros(SCAN_CODES), atol=1e-5, rtol=0)
    torch.testing.assert_close(u.std(0), torch.ones(SCAN_CODES), atol=0.1, rtol=0)
    assert torch.equal(u, Scans(tmp_path / "z.zip").codes(everything[50:])), "on resuming"


def test_the_first_code_is_what_varies_most() -> None:
    rng = torch.Generator().manual_seed(0)
    light = torch.randn(200, generator=rng)
    noise = torch.randn(200, 32, 32, generator=rng)
    images = (128 + 20 * light[:, None, None] + 5 * noise).clamp(0, 255).byte()
    u = gaussian_codes(images, 2)
    assert (
        torch.equal(u[:, 0].argsort(), light.argsort())
        or torch.corrcoef(torch.stack([u[:, 0], light]))[0, 1] > 0.99
    )


@pytest.mark.parametrize("content", [b"", b"no zip"])
def test_a_zip_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "z.zip").write_bytes(content)
    with pytest.raises(StudioError, match="cannot be read"):
        Scans(tmp_path / "z.zip")


def test_a_zip_without_scans(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("readme.txt", "empty")
    with pytest.raises(StudioError, match="no pictures"):
        Scans(tmp_path / "z.zip")
