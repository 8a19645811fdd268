"""The teacher: SqueezeNet as LPIPS asks it."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torchvision.models import squeezenet1_1

from models.errors import StudioError
from tests.training.perceptual.sources import rng
from training.perceptual.pictures import Shapes
from training.perceptual.teacher import Teacher


def test_the_teacher_sees_bgr_less_caffe_s_mean_enlarged_twice(
    teacher: Teacher, teacher_file: Path
) -> None:
    network = squeezenet1_1()
    network.load_state_dict(torch.load(teacher_file, weights_only=True))
    x = torch.rand(2, 3, 40, 40, generator=rng()) * 2 - 1
    red, green, blue = ((x + 1) / 2 * 255).unbind(1)
    shown = torch.stack([blue - 104, green - 117, red - 123], 1)
    shown = F.interpolate(shown, (80, 80), mode="bilinear")
    expected = [network.features[: stop + 1](shown) for stop in (1, 4, 7, 9, 10, 11, 12)]
    for found, raw in zip(teacher.features(x), expected, strict=True):
        torch.testing.assert_close(found, F.normalize(raw, dim=1), rtol=1e-4, atol=1e-5)


def test_the_teacher_s_distance_sums_layers_and_averages_places(teacher: Teacher) -> None:
    x, y = Shapes().draw(2, 32, rng()), Shapes().draw(1, 32, rng(1))
    pairs = zip(teacher.features(x), teacher.features(y), strict=True)
    expected = sum((a - b).square().sum(1).mean((1, 2)) for a, b in pairs)
    torch.testing.assert_close(teacher(x, y), expected)
    assert (teacher(x, x) == 0).all()


def test_another_file_is_no_teacher(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1)}, tmp_path / "w.pt")
    (tmp_path / "t.pt").write_text("no weights")
    for name in ("w.pt", "t.pt", "absent.pt"):
        with pytest.raises(StudioError, match="--teacher"):
            Teacher(tmp_path / name)
