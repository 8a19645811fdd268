import pytest
import torch

from inversion import solve
from inversion.problem import Evaluation
from inversion.run import MEMORY
from inversion.solvers.chunked import PIXELS, ChunkedEvaluation


class Objective:
    """(z · w)², out of memory above `fits` rows; remembers its batches."""

    def __init__(self, fits=100):
        self.fits, self.batches = fits, []

    def __call__(self, theta, /, seeds=None):
        z = theta["z"]
        if len(z) > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.batches.append(len(z))
        loss = (z * torch.arange(1.0, 4)).sum(1).square()
        return Evaluation(theta, z[:, :, None, None], {"f": loss}, loss, loss, len(z))


def z():
    return torch.randn(14, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()


@pytest.mark.parametrize("most", [2, 6, 8, 13, 14])
def test_pieces_are_the_whole_and_so_is_their_gradient(most):
    whole, parts = z(), z()
    expected = Objective()({"z": whole})
    pieces, objective = ChunkedEvaluation(seeds=2, most=most), Objective()
    evaluation = pieces.evaluate(objective, {"z": parts})
    torch.testing.assert_close(evaluation.total, expected.total)
    torch.testing.assert_close(evaluation.images, expected.images)
    torch.testing.assert_close(evaluation.theta["z"], whole)
    assert max(objective.batches) <= most and evaluation.drawn == 14
    assert len(objective.batches) == -(-7 // (most // 2)) and not pieces.short
    weights = torch.arange(14.0)
    (expected.total * weights).sum().backward()
    (evaluation.total * weights).sum().backward()
    torch.testing.assert_close(parts.grad, whole.grad)


def test_memory_that_runs_out_makes_pieces_smaller_for_good():
    pieces, objective = ChunkedEvaluation(seeds=2, most=1000), Objective(fits=5)
    for _ in range(2):
        evaluation = pieces.evaluate(objective, {"z": z().detach()})
    assert evaluation.drawn == 14 and pieces.most <= 5 and pieces.short
    assert set(objective.batches) == {2}


def test_what_cannot_be_halved_is_out_of_memory():
    with pytest.raises(torch.OutOfMemoryError):
        ChunkedEvaluation(seeds=2, most=1000).evaluate(Objective(fits=1), {"z": z()})


def test_a_population_of_some_of_the_seeds_is_split_among_these():
    objective = Objective()
    ChunkedEvaluation(seeds=7, most=7).evaluate(objective, {"z": z()}, seeds=[3, 5])
    assert objective.batches == [6, 6, 2]


@pytest.mark.slow
def test_a_run_in_pieces_is_the_run_and_tells_of_memory(tiny, picture, pixels, monkeypatch):
    options = {"seeds": 2, "steps": 20, "perceptual": pixels}
    *_, whole = solve(tiny, picture, "basincma", **options)
    monkeypatch.setitem(PIXELS, "cpu", 8 * 16**2)
    *_, parts = solve(tiny, picture, "basincma", **options)
    monkeypatch.undo()
    synthesize = tiny.synthesize

    def with_little_memory(ws, *others, **options):
        if len(ws) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return synthesize(ws, *others, **options)

    monkeypatch.setattr(tiny, "synthesize", with_little_memory)
    *_, small = solve(tiny, picture, "basincma", **options)
    for run in (parts, small):
        torch.testing.assert_close(run.best, whole.best, rtol=1e-3, atol=1e-4)
        assert run.evaluations == whole.evaluations
    assert whole.notes == parts.notes == () and small.notes == (MEMORY,)
