"""The command: what it writes, and where it goes on."""

from pathlib import Path

import pytest
import torch

from models.perceptual.embedded import EmbeddedPerceptual
from tests.training.perceptual.sources import families, rng
from training.perceptual import command as perceptual
from training.perceptual.distillation import Trainer
from training.perceptual.pictures import Shapes
from training.perceptual.teacher import Teacher


@pytest.mark.slow
def test_training_resumes_where_it_stopped(
    teacher: Teacher, small: None, full: None, tmp_path: Path
) -> None:
    straight = Trainer(teacher, [Shapes()], families())
    for _ in range(2):
        straight.step()
    broken = Trainer(teacher, [Shapes()], families())
    broken.step()
    perceptual.checkpoint(broken, tmp_path)
    another = Trainer(teacher, [Shapes()], families(), seed=9)
    resumed = perceptual.train(another, tmp_path, minutes=0)
    assert resumed.steps == 1
    resumed.step()
    assert resumed.compared == straight.compared
    for name, value in straight.average.state_dict().items():
        torch.testing.assert_close(resumed.average.state_dict()[name], value)


@pytest.mark.slow
def test_the_command_trains_and_writes_the_network(
    teacher_file: Path,
    scans: Path,
    photos: Path,
    small: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(perceptual, "LOG_STEPS", 1)
    out = tmp_path / "run"
    perceptual.main(
        [
            "--teacher",
            str(teacher_file),
            "--scans",
            str(scans),
            "--photos",
            str(photos),
            "--out",
            str(out),
            "--minutes",
            "0.01",
        ]
    )
    assert "features" in capsys.readouterr().out and (out / "log.jsonl").exists()
    x = Shapes().draw(1, 32, rng())
    assert EmbeddedPerceptual.read(out / "perceptual.safetensors")(x, -x) > 0
