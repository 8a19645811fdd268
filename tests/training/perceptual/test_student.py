"""The network while it learns."""

import torch

from models.perceptual.embedded import EmbeddedPerceptual
from tests.training.perceptual.sources import rng
from training.perceptual.pictures import Shapes
from training.perceptual.student import Student


def test_normalisation_folds_away() -> None:
    student = Student()
    for seed in range(3):
        student.train().features(Shapes().draw(4, 32, rng(seed)))
    for parameter in student.parameters():
        parameter.data += 0.1 * torch.rand(parameter.shape, generator=rng())
    x = Shapes().draw(2, 32, rng(9))
    folded = student.folded()
    assert student.training and type(folded) is EmbeddedPerceptual
    for a, b in zip(student.eval().features(x), folded.features(x), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
    assert torch.equal(folded.heads[1], student.heads[1])
