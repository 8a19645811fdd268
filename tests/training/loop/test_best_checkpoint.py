"""Which weights are kept: a judge that tells like from unlike, and the lowest of what it says."""

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from torch import Tensor

from models import load_perceptual
from models.readers import native
from tests.conftest import tiny_stylegan2
from training.loop import best_checkpoint, frechet


class Drawn:
    """Pictures by the generator itself, of other latents than the judge's, and paler ones."""

    count = 64

    def __init__(self, contrast: float) -> None:
        G = tiny_stylegan2()
        z = G.sample_z(self.count, torch.Generator().manual_seed(5))
        self._images = ((G.generate(z).clamp(-1, 1) * contrast + 1) * 127.5).to(torch.uint8)

    def images(self, indices: Tensor) -> Tensor:
        return self._images[indices]


@pytest.mark.slow
def test_the_judge_prefers_the_data_that_the_generator_draws() -> None:
    G = tiny_stylegan2()
    same, paler = (best_checkpoint.Judge(Drawn(contrast), 48)(G) for contrast in (1.0, 0.3))
    assert 0 <= same < 0.7 * paler
    assert best_checkpoint.Judge(Drawn(1.0), 48)(G) == same


def test_pictures_come_in_batches_and_the_distance_is_that_of_all_at_once() -> None:
    G, data, n = tiny_stylegan2(), Drawn(0.7), 48
    data.images = Mock(wraps=data.images)  # type: ignore[method-assign]
    judge = best_checkpoint.Judge(data, n)
    assert [len(call.args[0]) for call in data.images.call_args_list] == [32, 16]

    extract = load_perceptual("embedded").pooled
    chosen = torch.randperm(data.count, generator=torch.Generator().manual_seed(0))[:n]
    real = frechet.embed(extract, data.images(chosen).float() / 127.5 - 1)
    z = G.sample_z(n, torch.Generator().manual_seed(0))
    fake = frechet.embed(extract, G.generate(z).clamp(-1, 1))
    torch.testing.assert_close(judge.real, real)
    assert judge(G) == pytest.approx(frechet.frechet_distance(real, fake), rel=1e-4)


def test_the_lowest_is_kept(tmp_path: Path) -> None:
    G = tiny_stylegan2()
    kept = []
    for images, distance in ((1, 3.0), (2, 2.0), (3, 2.5), (4, 2.0)):
        line = {"images": images, "frechet": distance}
        if best_checkpoint.improves(line, tmp_path):
            best_checkpoint.keep(G, line, tmp_path, name="n", licence="", training=line)
            kept.append(images)
    assert kept == [1, 2] and json.loads((tmp_path / "best.json").read_text())["images"] == 2
    assert native.training_record(tmp_path / "best.safetensors")["images"] == 2
