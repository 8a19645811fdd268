"""The command: what it writes, and where it goes on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from models.readers import native
from tests.training.gan.toy import SETTINGS, Toy, flat, trainer
from training.gan import command as gan
from training.gan.settings import Settings
from training.gan.trainer import Trainer


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_training_ends_once_it_has_seen_its_images(tmp_path: Path) -> None:
    settings = replace(SETTINGS, warm_images=8)
    for images, expected in ((9, 12), (9, 12), (13, 16)):  # begun, nothing left to do, resumed
        done = gan.train(settings, Toy(), tmp_path, minutes=5.0, images=images)
        assert done.images == expected
