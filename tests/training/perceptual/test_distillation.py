"""One step."""

import pytest
import torch

from tests.training.perceptual.sources import families, rng
from training.perceptual import distillation
from training.perceptual.distillation import Trainer, refined
from training.perceptual.pictures import Shapes
from training.perceptual.teacher import Teacher


def test_pairs_belong_together(teacher: Teacher, small: None) -> None:
    x, y = Trainer(teacher, [Shapes()], families()).pairs()
    assert len(x) == 5 and len(y) == 5 * distillation.OTHERS
    near = (y - x.repeat(distillation.OTHERS, 1, 1, 1)).square().mean((1, 2, 3))
    far = (y - x.roll(2, 0).repeat(distillation.OTHERS, 1, 1, 1)).square().mean((1, 2, 3))
    assert near.median() < far.median()


@pytest.mark.slow
def test_the_loss_vanishes_where_student_and_teacher_agree(
    teacher: Teacher, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(teacher, [Shapes()], None)
    x, y = trainer.pairs()
    own = trainer.student.features(torch.cat([x, y]))
    n, times = len(x), len(y) // len(x)
    told = [
        torch.einsum("nchw,c->nhw", (m[:n].repeat(times, 1, 1, 1) - m[n:]).square(), head)
        for m, head in zip(own, trainer.student.heads, strict=True)
    ]
    monkeypatch.setattr(teacher, "maps", lambda a, b: told)
    parts = trainer.parts(x, y)
    assert all(parts[name] < 0.05 for name in ("whole", "layers", "places"))
    assert trainer.parts(x, y.roll(1, 0))["whole"] > 10 * parts["whole"]


@pytest.mark.slow
def test_steps_teach(
    teacher: Teacher, small: None, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss on pairs that stay the same falls."""
    monkeypatch.setattr(distillation, "PAINT_EVERY", 1000)
    trainer = Trainer(teacher, [Shapes()], None)
    same = trainer.pairs()
    monkeypatch.setattr(trainer, "pairs", lambda: tuple(p.clone() for p in same))
    before = {k: float(v.detach()) for k, v in trainer.parts(*same).items()}
    for _ in range(12):
        trainer.step()
    after = {k: float(v.detach()) for k, v in trainer.parts(*same).items()}
    assert after["layers"] < 0.8 * before["layers"] and after["features"] < before["features"]
    assert all((head >= 0).all() for head in trainer.student.heads)
    both = zip(trainer.average.parameters(), trainer.student.parameters(), strict=True)
    assert not any(torch.equal(a, b) for a, b in both)


def test_refined_pictures_please_the_student(teacher: Teacher, small: None) -> None:
    student = Trainer(teacher, [Shapes()], None).student.eval()
    x, y = Shapes().draw(4, 32, rng()), Shapes().draw(4, 32, rng(1))
    better = refined(student, y, x, rng())
    assert (student(better, x) < student(y, x)).all() and better.abs().max() <= 1


@pytest.mark.slow
def test_paintings_come_closer_until_they_are_begun_anew(
    teacher: Teacher, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(teacher, [Shapes()], None)
    monkeypatch.setattr(distillation, "FRESH", 0)
    sitters, distance = trainer.sitters.clone(), trainer.student.eval()
    before = distance(trainer.canvases, sitters)
    for _ in range(4):
        x, y = trainer.paintings()
    assert x.shape == (5, 3, 32, 32) and len(y) == 5 * distillation.OTHERS
    assert (distance(trainer.canvases, sitters) < before).all()
    assert torch.equal(trainer.sitters, sitters)
    monkeypatch.setattr(distillation, "FRESH", 1)
    trainer.paintings()
    assert sum(torch.equal(a, b) for a, b in zip(trainer.sitters, sitters, strict=True)) == 1
