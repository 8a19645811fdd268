import numpy as np
import pytest
import torch
from matplotlib import colormaps

from inversion.evaluation.uncertainty import heat, misfit, spread
from inversion.operators import TASKS, Given
from models.errors import StudioError


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_spread_is_the_standard_deviation_of_answers(rng: torch.Generator) -> None:
    pictures = torch.randn(5, 3, 8, 6, generator=rng)
    channels = np.std(pictures.numpy(), axis=0, ddof=1)
    np.testing.assert_allclose(spread(pictures), np.sqrt((channels**2).mean(0)), rtol=1e-5)


def test_answers_that_agree_have_none_and_one_answer_has_no_spread(rng: torch.Generator) -> None:
    picture = torch.randn(1, 3, 4, 4, generator=rng)
    assert spread(picture.expand(3, -1, -1, -1)).abs().max() < 1e-6
    with pytest.raises(StudioError, match="two seeds"):
        spread(picture)


def test_misfit_is_zero_for_the_truth_and_inside_a_hole(rng: torch.Generator) -> None:
    hidden = torch.zeros(16, 16)
    hidden[4:9, 5:11] = 1
    A = TASKS["inpainting"].operator(16, given=Given(hidden=hidden))
    truth = torch.rand(1, 3, 16, 16, generator=rng) * 2 - 1
    other = truth + 0.25
    at = misfit(A, torch.cat([truth, other]), A(truth))
    assert at[0].abs().max() < 1e-6
    torch.testing.assert_close(at[1], 0.25 * (1 - hidden))


@pytest.mark.parametrize("task", [key for key in TASKS if key != "jpeg"])
def test_every_task_has_a_map_of_the_pictures_size(task: str, rng: torch.Generator) -> None:
    A = TASKS[task].operator(16)
    x = torch.rand(2, 3, 16, 16, generator=rng) * 2 - 1
    at = misfit(A, x, A(x[:1]))
    assert at.shape == (2, 16, 16)
    assert at[0].abs().max() < 1e-4 < at[1].max()


def test_heat_is_viridis() -> None:
    levels = torch.linspace(0, 3, 256).view(16, 16)
    expected = colormaps["viridis"](np.linspace(0, 1, 256))[:, :3].reshape(16, 16, 3) * 255
    assert np.abs(heat(levels).astype(float) - expected).max() <= 2
    np.testing.assert_array_equal(
        heat(levels, top=1.5)[8:], heat(levels)[-1:, -1:].repeat(8, 0).repeat(16, 1)
    )
    np.testing.assert_array_equal(heat(torch.zeros(4, 4))[1, 1], heat(levels)[0, 0])
