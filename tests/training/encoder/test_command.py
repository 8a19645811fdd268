"""The encoder's training, command and card, on tiny generators."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models import load, load_encoder, load_perceptual
from models.encoders.encoder import Estimate
from models.readers import native
from tests.conftest import PixelFeatures, tiny_biggan, tiny_stylegan2
from training.encoder import command as encoder
from training.encoder.card import SEED, examine
from training.encoder.trainer import Settings, Trainer, disturb, sample

SETTINGS = Settings(widths="8,8", batch=8, pool=32, ema_images=64.0, bfloat16=False)
EACH = pytest.mark.parametrize("make", [tiny_stylegan2, tiny_biggan])


def trainer(make=tiny_stylegan2, **changes) -> Trainer:
    return Trainer(replace(SETTINGS, **changes), make())


@pytest.mark.slow
@EACH
@pytest.mark.parametrize("picture", [0.0, 1.0])
def test_thirty_steps_teach_something(make, picture):
    model = trainer(make, picture=picture, disturbed=0.0, reuse=8, pool=8)
    terms = [model.step() for _ in range(30)]
    names = {"z", "w", "unmap"} if make is tiny_stylegan2 else {"z", "class"}
    assert set(terms[0]) == names | ({"picture"} if picture else set())
    key = "w" if make is tiny_stylegan2 else "z"
    assert sum(t[key] for t in terms[-5:]) < 0.9 * sum(t[key] for t in terms[:5])
    assert model.images == 240 and model.steps == 30


def test_bfloat16_learns_the_same():
    low, full = trainer(bfloat16=True), trainer()
    for _ in range(3):
        a, b = low.step(), full.step()
    assert a["w"] == pytest.approx(b["w"], rel=0.05) and a["w"] != b["w"]


def test_a_run_is_resumed_and_follows_the_generator(tmp_path: Path):
    first = trainer()
    for _ in range(3):
        first.step()
    encoder.checkpoint(first, tmp_path)
    second = trainer()
    encoder.resume(second, tmp_path)
    assert (second.images, second.steps) == (24, 3)
    for name, value in first.ema.state_dict().items():
        assert torch.equal(second.ema.state_dict()[name], value), name
    assert torch.equal(second.rng.get_state(), first.rng.get_state())
    moments = [o.optimizer.state_dict()["state"][0]["exp_avg"] for o in (first, second)]
    assert torch.equal(*moments)

    other = tiny_stylegan2("other")
    other.mapping.fc0.bias.data += 3.0
    third = Trainer(SETTINGS, other)
    encoder.resume(third, tmp_path)
    third.step()
    assert third.ema.for_generator.name == "other"
    torch.testing.assert_close(third.ema.w_mean, other.w_statistics()[0])
    assert not torch.equal(third.ema.w_mean, first.ema.w_mean)


def test_another_network_is_a_sentence(tmp_path: Path):
    encoder.checkpoint(trainer(), tmp_path)
    with pytest.raises(encoder.StudioError, match="another shape.*--out"):
        encoder.resume(trainer(widths="8,16"), tmp_path)


def test_initial_weights_do_not_depend_on_the_global_seed():
    torch.manual_seed(1)
    a = trainer().encoder.state_dict()
    torch.manual_seed(2)
    b = trainer().encoder.state_dict()
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_the_rate_falls_over_the_last_part():
    model, rates = trainer(lr=1e-3, fall=0.5), []
    for t in (0.0, 0.5, 0.75, 1.0):
        model.step(t)
        rates.append(model.optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([1e-3, 1e-3, 5e-4, 0])


def test_a_picture_is_seen_so_often_and_keeps_its_codes():
    model = trainer(reuse=4, pool=32, disturbed=0.0)
    drawn = []
    model_drawn = model._drawn
    model._drawn = lambda n: drawn.append(n) or model_drawn(n)  # type: ignore[method-assign]
    for _ in range(5):
        x, z, _ = model._batch()
        torch.testing.assert_close(x, model.draw(model.G.map(z)), rtol=1e-4, atol=1e-5)
    assert drawn == [32, 2, 2, 2, 2]


def test_a_part_is_disturbed_and_mildly():
    rng = torch.Generator().manual_seed(0)
    x = torch.rand(400, 3, 16, 16, generator=rng) * 2 - 1
    y = disturb(x, 0.3, rng)
    changed = (y != x).flatten(1).any(1)
    assert changed.float().mean() == pytest.approx(0.3, abs=0.07)
    assert y.min() >= -1 and y.max() <= 1
    flat = torch.zeros(400, 3, 16, 16)
    assert disturb(flat, 1.0, rng).mean((2, 3)).abs().max() < 0.15
    assert torch.equal(disturb(x, 0.0, rng), x)


def test_latents_are_normal_and_classes_uniform():
    z, label, c = sample(tiny_biggan(), 3000, torch.Generator().manual_seed(0))
    assert z.mean().abs() < 0.02 and z.std() == pytest.approx(1, abs=0.02)
    assert label.bincount().float().std() < 50 and torch.equal(c, tiny_biggan().embeddings[label])


class Oracle(torch.nn.Module):
    """Knows the codes of the pictures that `examine` draws."""

    def __init__(self, G, found: float) -> None:
        super().__init__()
        self.G, self.found = G, found
        self.rng = torch.Generator().manual_seed(SEED)
        mean, std = G.w_statistics()
        self.w_mean, self.w_std = mean, torch.full_like(mean, float(std) / G.w_dim**0.5)

    def forward(self, x):
        z, _, c = sample(self.G, len(x), self.rng)
        mean = self.w_mean
        return Estimate(z=self.found * z, ws=mean + self.found * (self.G.map(z, c) - mean))


def test_errors_are_0_for_the_truth_and_1_for_the_mean():
    G = tiny_stylegan2()
    truth = examine(Oracle(G, 1.0), G, PixelFeatures(), 64)  # type: ignore[arg-type]
    mean = examine(Oracle(G, 0.0), G, PixelFeatures(), 64)  # type: ignore[arg-type]
    assert truth.z == truth.w == truth.pixels_ws == truth.distance_z == 0 and truth.count == 64
    assert mean.z == pytest.approx(1, abs=0.1) and mean.w == pytest.approx(1, abs=0.2)
    assert truth.pixels_mean == mean.pixels_mean > 0 and truth.class_ is None


@pytest.mark.slow
@EACH
def test_the_command_writes_an_encoder_its_card_and_a_log(make, tmp_path, monkeypatch):
    path = tmp_path / "g.safetensors"
    native.save(make(), path, name="toy", licence="CC0-1.0")
    monkeypatch.setattr(encoder, "load_perceptual", lambda **_: PixelFeatures())
    monkeypatch.setattr(encoder, "LOG_STEPS", 2)
    flags = ["--widths", "8,8", "--batch", "4", "--pool", "8", "--minutes", "0.002"]
    for _ in range(2):
        encoder.main(["--generator", str(path), "--out", str(tmp_path / "out"), *flags])
    found, G = load_encoder(tmp_path / "out" / "encoder.safetensors"), load(path)
    assert found.refuses(G) is None and found.name == "encoder-toy"
    assert found.identity.licence == "CC0-1.0"
    log = (tmp_path / "out" / "log.jsonl").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines[-1]["images"] > lines[0]["images"] and lines[-1]["count"] == 256
    record = native.training_record(tmp_path / "out" / "encoder.safetensors")
    assert record["images"] == lines[-1]["images"] and record["settings"]["widths"] == "8,8"
    card = (tmp_path / "out" / "encoder.md").read_text()
    assert card.startswith("# encoder-toy\n") and f"{lines[-1]['z']:.3f}" in card
    assert ("normalisation layers" in card) == (make is tiny_biggan)
    assert G.identity.sha256[:12] in card


SHIPPED = sorted(Path("models/embedded").glob("encoder-*.safetensors"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [p.stem.removeprefix("encoder-") for p in SHIPPED])
def test_what_ships_beats_the_mean_guess(name):
    G, E = load(name), load_encoder(name)
    assert E.refuses(G) is None, "the generator was replaced: train its encoder again"
    errors = examine(E, G, load_perceptual(), 64)
    assert errors.pixels_ws < 0.8 * errors.pixels_mean
    assert errors.distance_ws < 0.85 * errors.distance_mean
    assert errors.z < 0.95 and (errors.w is None or errors.w < 0.7)
    path = Path("models/embedded") / f"encoder-{name}.safetensors"
    assert path.stat().st_size < 8e6
    card = path.with_suffix(".md").read_text()
    assert G.identity.sha256[:12] in card
