"""The training loop on a toy: it resumes bit for bit, averages, and writes what it promises."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from models.generators.overparam import Overparameterized
from models.readers import native
from training.gan import command as gan
from training.gan.settings import Settings
from training.gan.trainer import Trainer

SETTINGS = Settings(
    channels="4,4,4", z_dim=6, w_dim=6, mapping_layers=1, batch=4, r1_every=2, path_every=2,
    warm_images=16, warm_every=2, head_start=2, ema_images=16, ema_rampup=1.0,
)  # fmt: skip


class Toy:
    """Twelve random 16-pixel pictures with codes of three coordinates."""

    count = 12

    def __init__(self) -> None:
        rng = torch.Generator().manual_seed(0)
        self._images = torch.randint(256, (12, 3, 16, 16), generator=rng, dtype=torch.uint8)
        self._codes = torch.randn(12, 3, generator=rng)

    def images(self, indices: Tensor) -> Tensor:
        return self._images[indices]

    def codes(self, indices: Tensor) -> Tensor:
        return self._codes[indices]

    def description(self, indices: Tensor) -> Tensor:
        return (self._codes[indices] > 0).float()


def trainer(**changes: object) -> Trainer:
    return Trainer(replace(SETTINGS, **changes), Toy(), "cpu")  # type: ignore[arg-type]


def flat(state: dict, prefix: str = "") -> dict[str, Tensor]:
    out = {}
    for key, value in state.items():
        if isinstance(value, dict):
            out |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, Tensor):
            out[f"{prefix}{key}"] = value
    return out


@pytest.mark.parametrize(
    "changes",
    [
        {"paired": True, "bfloat16": True},
        {"paired": True, "bfloat16": False},
        {"paired": False, "bfloat16": True},
        {"paired": True, "bfloat16": True, "rows": 0},
        {"paired": True, "bfloat16": False, "noise": False},
    ],
)
def test_resuming_continues_bit_for_bit(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Three steps, saved and read back, then three more = six at once; the warm start ends at the
    fourth, so both phases and both regularisers are crossed."""
    straight, first = (trainer(**changes) for _ in range(2))
    for _ in range(6):
        straight.step()
    for _ in range(3):
        first.step()
    gan.checkpoint(first, tmp_path)
    second = trainer(**changes)
    gan.resume(second, tmp_path / "checkpoint.pt")
    for _ in range(3):
        second.step()
    a, b = flat(straight.state()), flat(second.state())
    assert a.keys() == b.keys() and straight.images == second.images == 24
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert not torch.equal(
        a["generator.synthesis.b16.conv1.weight"],
        flat(first.state())["generator.synthesis.b16.conv1.weight"],
    )


def test_the_twins_are_one_network_but_for_rows() -> None:
    baseline, twin = trainer(noise=False).generator, trainer(rows=0).generator
    assert isinstance(twin, Overparameterized) and twin.rows == 4
    a, b = baseline.state_dict(), twin.state_dict()
    assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_the_code_goes_into_what_rows_share_and_latents_stay_gaussian() -> None:
    model = trainer(rows=3, batch=4000, warm_images=10**6)
    model.images = 10**6 - 1
    _, z, paired = model._batch()
    assert paired == 4000 and z.shape == (4000, 4 * 6)
    seen = z[:, :6] @ model.q.T  # sqrt(B) u / |u| R in the first three coordinates
    indices = torch.randint(12, (4000,), generator=torch.Generator().manual_seed(0))
    codes = model.data.codes(indices)
    cosine = torch.nn.functional.cosine_similarity(seen[:, :3], codes)
    torch.testing.assert_close(cosine, torch.ones(4000))
    own = z[:, 6:]
    assert own.mean().abs() < 0.02 and (own.std() - 1).abs() < 0.02
    assert torch.corrcoef(torch.cat([own, seen[:, :3]], 1).T)[:18, 18:].abs().max() < 0.1


@pytest.mark.parametrize(("images", "correlation"), [(0, 1.0), (50, 1.0), (75, 0.75), (100, 0.5)])
def test_rows_come_apart_in_the_second_half_of_the_warm_start(images, correlation) -> None:
    model = trainer(rows=3, batch=4000, warm_images=100)
    model.images = images
    z = model._batch()[1]
    rows = model.generator.latents(z).flatten(0, 1).unflatten(0, (4000, 3))
    found = torch.corrcoef(rows[:, :, 0].T)
    assert (found[~torch.eye(3, dtype=bool)] - correlation).abs().max() < 0.05
    assert (rows.std() - 1).abs() < 0.03


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


def test_pairs_alone_are_learnt() -> None:
    model = trainer(warm_images=10**6, warm_every=10**6, path_weight=0.0, bfloat16=False)
    losses = [model.step()["pairs"] for _ in range(80)]
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_style_mixing_changes_free_pictures_only() -> None:
    model = trainer(style_mixing=1.0)
    z = model.generator.sample_z(4, torch.Generator().manual_seed(0))
    ws, own = model._styles(z, paired=2), model.generator.map(z)
    assert torch.equal(ws[:2], own[:2])
    assert torch.equal(ws[2:, 0], own[2:, 0]) and not torch.equal(ws[2:, -1], own[2:, -1])


def test_first_layer_starts_blind_to_the_remainder() -> None:
    model = trainer()
    code = torch.randn(1, 3)
    remainders = torch.randn(2, 3)
    z = torch.cat([code.expand(2, -1), remainders], 1) @ model.q
    layer = model.generator.mapping.get_submodule("fc0")
    torch.testing.assert_close(layer(z)[0], layer(z)[1])


def test_training_writes_what_it_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gan, "LOG_STEPS", 1)
    lines: list[dict] = []

    class Tired(Exception):
        pass

    def report(line: dict) -> None:
        lines.append(line)
        if len(lines) == 2:
            raise Tired

    with pytest.raises(Tired):
        gan.train(SETTINGS, Toy(), tmp_path, minutes=5, checkpoint_minutes=0.0, report=report)
    model = native.load(tmp_path / "ema.safetensors")
    assert model.resolution == 16 and model.identity.licence == "Apache-2.0"
    assert native.training_record(tmp_path / "ema.safetensors")["images"] == 4
    assert [p.name for p in (tmp_path / "grids").iterdir()] == ["00000004.png"]
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert logged == lines and [line["images"] for line in logged] == [4, 8]

    monkeypatch.setattr(Trainer, "begin", lambda self: pytest.fail("begun twice"))
    resumed = gan.train(SETTINGS, Toy(), tmp_path, minutes=0)
    assert resumed.images == 4


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


def test_new_rates_apply_after_resuming(tmp_path: Path) -> None:
    first = trainer(paired=False)
    first.step()
    gan.checkpoint(first, tmp_path)
    second = trainer(paired=False, lr=1e-4)
    gan.resume(second, tmp_path / "checkpoint.pt")
    assert second.optimizers["discriminator"].param_groups[0]["lr"] == pytest.approx(1e-4 * 2 / 3)


def test_every_setting_is_a_flag(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    got: list[Settings] = []
    monkeypatch.setattr(gan, "opened", lambda path, resolution: BakedStub())
    monkeypatch.setattr(gan, "train", lambda settings, *args, **kwargs: got.append(settings))
    gan.main(["--out", str(tmp_path), "--batch", "8", "--no-paired", "--channels", "1,2"])
    assert got == [Settings(batch=8, paired=False, channels="1,2")]


class BakedStub(Toy):
    def refresh(self) -> None: ...


def test_a_training_ends_once_it_has_seen_its_images(tmp_path: Path) -> None:
    settings = replace(SETTINGS, warm_images=8)
    for images, expected in ((9, 12), (9, 12), (13, 16)):  # begun, nothing left to do, resumed
        done = gan.train(settings, Toy(), tmp_path, minutes=5.0, images=images)
        assert done.images == expected
