"""In which order answers stand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion import Degradation, invert
from inversion.drawn import Drawn, best_first
from inversion.metrics import RIM_ERROR, assess
from inversion.operators import TASKS, Given
from inversion.operators.observation import observe
from inversion.sampling import draw
from tests.inversion.conftest import result_of


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_another_tone_in_the_hole_loses_rank_though_its_known_pixels_are_nearer(
    tiny, picture, pixels
):
    seen = observe(picture, 16, Degradation("inpainting"))
    hidden = seen.operator.mask[0, 0].numpy() == 0
    fitting, whitened = picture.astype(int), picture.astype(int)
    fitting[~hidden] += 12  # a little further from what is known
    whitened[~hidden] += 10
    whitened[hidden] += 90  # and in the hole another person's skin
    pictures = np.stack([whitened, fitting]).clip(0, 255).astype(np.uint8)
    metrics = assess(pictures, picture, pixels, tiny.device, measurement=seen.measurement)
    assert metrics["measurement error"][0] < metrics["measurement error"][1]
    found = replace(
        result_of(tiny, draw(tiny, 2)),
        losses=tuple(error**2 for error in metrics["measurement error"]),
        metrics=metrics,
    )
    ranked = best_first(Drawn(found, pictures))
    assert ranked.result.seeds == (1, 0) and ranked.result.losses == found.losses[::-1]
    np.testing.assert_array_equal(ranked.pictures, pictures[::-1])
    assert torch.equal(ranked.result.codes.ws, found.codes.ws.flip(0))
    assert ranked.result.metrics[RIM_ERROR] == metrics[RIM_ERROR][::-1]


@pytest.mark.parametrize("task", ["inpainting", "denoising", "super-resolution", "projection"])
def test_only_a_hole_has_a_rim(task, tiny, picture, pixels):
    result = invert(tiny, picture, "w", task=task, seeds=5, steps=4, perceptual=pixels)
    assert (RIM_ERROR in result.metrics) == (task == "inpainting")
    rims = result.metrics.get(RIM_ERROR, [1.0] * 5)
    told = [loss * rim for loss, rim in zip(result.losses, rims, strict=True)]
    assert told == sorted(told)
    assert len(set(result.seeds)) == 5


def test_a_rim_is_compared_inside_with_outside(rng):
    hidden = torch.zeros(32, 32)
    hidden[8:24, 8:24] = 1
    A = TASKS["inpainting"].operator(32, given=Given(hidden=hidden))
    flat = torch.full((1, 3, 32, 32), 0.25)
    y = A(flat)
    assert A.rim_error(flat, y).item() == pytest.approx(0, abs=1e-6)
    shifted = flat + 0.3 * hidden
    assert A.rim_error(shifted, y).item() == pytest.approx(0.3, abs=1e-5)
    deep, noise = flat.clone(), torch.randn(1, 3, 4, 4, generator=rng)
    deep[..., 14:18, 14:18] += noise  # far from the rim
    both = torch.cat([deep, flat + 0.5 * (1 - hidden), shifted])
    apart = A.rim_error(both, y)
    torch.testing.assert_close(apart, torch.tensor([0.0, 0.0, 0.3]), atol=1e-5, rtol=0)


@pytest.mark.parametrize("task", [key for key in TASKS if key not in ("inpainting", "projection")])
def test_without_a_hole_there_is_none(task):
    A = TASKS[task].operator(16)
    x = torch.zeros(1, 3, 16, 16)
    assert A.rim_error(x, A(x)) is None
