import math
from dataclasses import replace

import pytest
import torch

from inversion import Degradation, Inversion, invert
from inversion.evaluation.robustness import disturbed, robustness
from inversion.metrics import psnr
from inversion.pictures.images import to_tensor
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import result_of
from tests.inversion.seeds import rngs


def decibels(clean, noisy):
    return 10 * math.log10(float(clean.square().mean() / (noisy - clean).square().mean()))


@pytest.mark.parametrize("ratio", [3.0, 20.0])
def test_every_searched_tensor_has_the_ratio_that_was_asked_for(ratio, tiny, picture, pixels):
    codes = invert(tiny, picture, "sphinx", seeds=1, steps=3, perceptual=pixels).codes
    noisy = dict(disturbed(codes, ratio, 400, rngs(0)[0]).tensors())
    searched = {"ws", "content", *(f"noises.{i}" for i in range(len(tiny.noise_shapes)))}
    assert noisy.keys() == searched
    for name, x in codes.tensors():
        if name in searched:
            assert decibels(x, noisy[name]) == pytest.approx(ratio, abs=0.3), name


def test_what_was_not_searched_stays(tiny, picture, pixels):
    codes = invert(tiny, picture, "bdinvert", seeds=1, steps=3, perceptual=pixels).codes
    noisy = disturbed(codes, 10.0, 2, rngs(0)[0])
    assert noisy.noises is None and noisy.content is None
    assert torch.equal(noisy.rgb[1], codes.rgb[0])
    assert torch.equal(noisy.block, codes.block.repeat(2))
    assert not torch.equal(noisy.x[0], noisy.x[1])


@pytest.mark.slow
def test_quality_falls_as_the_noise_grows_and_is_the_answers_own_without(tiny, picture, pixels):
    result = invert(tiny, picture, "w+", seeds=2, steps=60, perceptual=pixels)
    found = robustness(tiny, result, ratios=(120.0, 30.0, 10.0, 0.0), samples=20, perceptual=pixels)
    assert found.distance.shape == found.psnr.shape == (4, 20) and found.to_truth
    assert found.pictures.shape == (4, 3, 16, 16) and found.metric == pixels.name
    means = found.distance.mean(1).tolist()
    assert means == sorted(means) and means[3] > 2 * means[0]
    own = result.render(tiny, uint8=False)[:1].clamp(-1, 1)
    y = to_tensor(picture)
    assert found.undisturbed[1] == pytest.approx(float(psnr(own, y)), abs=1e-3)
    assert found.psnr[0, 0] == pytest.approx(found.undisturbed[1], abs=1e-2)
    second = robustness(tiny, result, rank=1, ratios=(10.0,), samples=1, perceptual=pixels)
    assert second.undisturbed != found.undisturbed


def test_an_answer_without_a_known_truth_is_compared_with_itself(tiny, picture, pixels):
    small = picture[::4, ::4]
    left = Degradation("super-resolution", degrade=False)
    result = invert(tiny, small, "w+", degradation=left, seeds=1, steps=5, perceptual=pixels)
    found = robustness(tiny, result, ratios=(20.0,), samples=2, perceptual=pixels)
    assert not found.to_truth and found.undisturbed == (0.0, math.inf)


def test_any_result_can_be_asked(pixels):
    from inversion.sampling import draw

    G = tiny_biggan()
    found = robustness(G, result_of(G, draw(G, 1)), ratios=(10.0,), samples=2, perceptual=pixels)
    assert found.distance.isfinite().all()


def test_what_cannot_be_asked_is_a_sentence(tiny, other_tiny, picture, pixels):
    result: Inversion = invert(tiny, picture, "w+", seeds=1, steps=2, perceptual=pixels)
    with pytest.raises(StudioError, match="made with tiny"):
        robustness(other_tiny, result, perceptual=pixels)
    with pytest.raises(StudioError, match="samples"):
        robustness(tiny, result, samples=0, perceptual=pixels)
    with pytest.raises(StudioError, match="no answer 3"):
        robustness(tiny, replace(result), rank=3, perceptual=pixels)


def test_where_an_answer_gives_way_lies_between_the_ratios(tiny, picture, pixels):
    result = invert(tiny, picture, "w+", seeds=1, steps=5, perceptual=pixels)
    found = robustness(tiny, result, ratios=(40.0, 20.0, 10.0), samples=3, perceptual=pixels)
    found = replace(found, drift=torch.tensor([[40.0] * 3, [30.0] * 3, [10.0] * 3]))
    assert found.gives_way() == pytest.approx(17.5)
    assert found.gives_way(50) == 40 and found.gives_way(5) is None


def test_fragility_is_of_the_codes_and_not_of_how_near_they_came(tiny, picture, pixels):
    """The same codes under the same noise, once with a target that they meet exactly."""
    result = invert(tiny, picture, "w+", seeds=1, steps=5, perceptual=pixels)
    met = replace(result, target=result.render(tiny)[0])
    far, near = (robustness(tiny, each, samples=4, perceptual=pixels) for each in (result, met))
    assert far.undisturbed[1] < 30 < near.undisturbed[1]
    torch.testing.assert_close(far.drift, near.drift)
    assert far.gives_way(20.0) == near.gives_way(20.0)
