"""Two ways in, and what the answer is scored by."""

import pickle

import numpy as np
import pytest
import torch
from deepinv import physics as dp

from inversion import TASKS, Degradation, Inversion, invert, solve
from inversion.methods import METHODS
from inversion.operators.degradation import hole
from inversion.operators.observation import observe
from inversion.pictures.images import to_tensor, to_uint8
from models.errors import StudioError

SEEN = {"PSNR", "SSIM", "pooled pixels"}


def measured(task: str) -> set[str]:
    """What is measured without a truth."""
    return {"measurement error"} | ({"rim error"} if task == "inpainting" else set())


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted(TASKS.keys() - {"projection"}))
@pytest.mark.parametrize("method", ["w", "(w+, b)"])
def test_every_task_descends_and_its_saved_answer_scores_the_same(
    task, method, tiny, picture, pixels, tmp_path
):
    run = list(solve(tiny, picture, method, task=task, seeds=2, steps=12, perceptual=pixels))
    assert (run[-1].best < run[0].best).all()
    result = run[-1].result()
    assert set(result.metrics) == SEEN | measured(task)
    np.testing.assert_array_equal(result.truth, picture)
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors")
    for name, values in again.score(tiny, pixels).items():
        assert values == pytest.approx(result.metrics[name], rel=1e-2), name
    assert again.measurement.header() == result.measurement.header()
    np.testing.assert_array_equal(again.measurement.picture(), result.measurement.picture())


def test_the_measurement_error_is_that_of_the_shown_bytes(tiny, picture, pixels):
    result = invert(tiny, picture, task="inpainting", seeds=2, steps=3, perceptual=pixels)
    known = np.ones((16, 16, 1))
    known[4:12, 4:12] = 0
    shown, truth = result.render(tiny) / 127.5, picture / 127.5
    errors = [((known * (x - truth)) ** 2).sum() / (3 * known.sum()) for x in shown]
    np.testing.assert_allclose(result.metrics["measurement error"], np.sqrt(errors), rtol=1e-4)


@pytest.mark.parametrize(
    "task", ["inpainting", "super-resolution", "denoising", "deblurring", "colourisation", "jpeg"]
)
def test_a_degraded_picture_is_a_measurement_and_only_that_is_scored(task, tiny, picture, pixels):
    degraded = observe(picture, 16, Degradation(task))
    brought = to_uint8(degraded.y.expand(-1, 3, -1, -1))[0]
    left = Degradation(task, degrade=False)
    result = invert(tiny, brought, degradation=left, seeds=2, steps=3, perceptual=pixels)
    assert set(result.metrics) == measured(task) and result.truth is None
    torch.testing.assert_close(result.measurement.y, degraded.y.clamp(-1, 1), atol=0.02, rtol=0)
    np.testing.assert_allclose(result.target, result.measurement.picture(), atol=1)


def test_no_method_sees_the_truth(tiny, picture, pixels):
    other = picture.copy()
    other[4:12, 4:12] = 255 - other[4:12, 4:12]
    for name in ("w", "z"):
        options = {"task": "inpainting", "seeds": 2, "steps": 4, "perceptual": pixels}
        runs = [invert(tiny, each, name, **options) for each in (picture, other)]
        assert torch.equal(runs[0].codes.ws, runs[1].codes.ws)
        assert runs[0].metrics["PSNR"] != runs[1].metrics["PSNR"]


def test_what_can_be_read_off_a_degraded_picture_is(tiny, picture):
    thumbnail = np.ascontiguousarray(picture[::2, ::2])
    seen = observe(thumbnail, 16, Degradation("super-resolution", degrade=False))
    assert seen.measurement.settings["super-resolution.factor"] == 2
    torch.testing.assert_close(seen.y, to_tensor(thumbnail))
    settings = {"super-resolution.factor": 4}
    asked = observe(thumbnail, 16, Degradation("super-resolution", settings, degrade=False))
    assert asked.y.shape == (1, 3, 4, 4)
    big = np.full((64, 64, 3), 128, np.uint8)
    noisy = to_uint8(observe(big, 64, Degradation("denoising", {"denoising.sigma": 0.3})).y)[0]
    seen = observe(noisy, 64, Degradation("denoising", degrade=False))
    assert seen.measurement.settings["denoising.sigma"] == pytest.approx(0.3, rel=0.1)


def test_a_painted_hole_follows_the_picture_and_hides_all_that_it_touches():
    mask = np.zeros((64, 100), bool)
    mask[30, 50] = True
    small = hole(mask, 16)
    assert small.shape == (16, 16) and small[7, 8] and 1 <= small.sum() <= 9
    assert np.array_equal(hole(mask[:, :64], 64), mask[:, :64])


def test_the_hole_is_filled_and_the_rest_agrees(tiny, picture, pixels):
    hidden = np.zeros((16, 16), bool)
    hidden[2:6, 3:9] = True
    seen = observe(picture, 16, Degradation("inpainting", hidden=hidden))
    assert seen.measurement.settings["inpainting.hole"] == "painted"
    expected = to_tensor(picture) * torch.from_numpy(~hidden)
    torch.testing.assert_close(seen.y, expected)


def test_the_perceptual_term_of_a_hole_fills_it_with_the_answer(pixels):
    from inversion.losses import PerceptualLoss

    A = TASKS["inpainting"].operator(16)
    x = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    y = A(torch.zeros(1, 3, 16, 16))
    cost = A.bind(PerceptualLoss(), y, pixels)(x, A(x))
    torch.testing.assert_close(cost, pixels(x, A(y) + x * (1 - A.mask)))
    inside = x.clone()
    inside[:, :, 6:10, 6:10] = 9.0
    torch.testing.assert_close(A.bind(PerceptualLoss(), y, pixels)(inside, A(inside)), cost)


def test_fresh_noise_is_compared_with_noise(tiny, picture, pixels):
    noisy = Degradation("denoising", {"denoising.sigma": 0.5})
    options = {"degradation": noisy, "seeds": 2, "perceptual": pixels}
    METHOD = METHODS["w+"].configure({"perceptual.weight": 0.0, "adam.lr": 1e-5})
    run = list(solve(tiny, picture, METHOD, steps=6, **options))
    losses = torch.stack([it.observed for it in run])
    assert losses.std(0).gt(1e-3).all()  # θ barely moves, the noise does
    clean = run[-1].result().metrics["measurement error"]
    assert losses.mean().item() == pytest.approx(np.square(clean).mean() + 0.25, rel=0.15)
    alone = list(solve(tiny, picture, METHOD, steps=6, seed=1, **options | {"seeds": 1}))
    torch.testing.assert_close(alone[-1].observed[0], losses[-1, 1], rtol=1e-3, atol=1e-4)


def test_numbers_are_compared_as_numbers_and_the_answer_says_so(tiny, picture, pixels):
    result = invert(tiny, picture, "w", task="mri", seeds=1, steps=2, perceptual=pixels)
    assert result.notes == (
        "The perceptual loss cannot look at these measured numbers, so it was left out.",
    )


def test_degradations_compose(tiny, picture, pixels):
    asked = Degradation(
        ("deblurring", "super-resolution", "denoising"),
        {"deblurring.sigma": 1.0, "super-resolution.factor": 2},
    )
    result = invert(tiny, picture, degradation=asked, seeds=1, steps=2, perceptual=pixels)
    assert result.measurement.y.shape == (1, 3, 8, 8)
    assert result.measurement.title == "Deblurring, then Super-resolution, then Denoising"


@pytest.mark.parametrize(
    "physics",
    [
        dp.Blur(torch.ones(1, 1, 3, 3) / 9, padding="circular"),
        dp.Inpainting((3, 16, 16), mask=torch.ones(1, 16, 16).triu()),
        dp.Denoising(noise_model=dp.PoissonNoise(0.1, clip_positive=True)),
        dp.Downsampling((3, 16, 16), filter="bicubic", factor=2),
        dp.Tomography(8, 16, normalize=False),
        dp.PhaseRetrieval(dp.LinearPhysics()),
    ],
    ids=lambda physics: type(physics).__name__,
)
def test_a_deepinv_physics_is_a_task(physics, tiny, picture, pixels, tmp_path):
    options = {"task": physics, "seeds": 2, "steps": 4, "perceptual": pixels}
    run = list(solve(tiny, picture, "w+", **options))
    result = run[-1].result()
    assert set(result.metrics) == SEEN | {"measurement error"}
    if isinstance(physics.noise_model, dp.ZeroNoise):
        expected = physics((to_tensor(picture) + 1) / 2)
        torch.testing.assert_close(result.measurement.y, expected)
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors")
    with pytest.raises(StudioError, match="Give it again"):
        again.measurement.operator()
    assert again.measurement.with_physics(physics).errors(
        result.render(tiny, uint8=False)
    ) == pytest.approx(result.metrics["measurement error"], abs=0.01)
    with pytest.raises(StudioError, match="another operator"):
        again.measurement.with_physics(dp.Blur(torch.ones(1, 1, 2, 2)))


def test_a_physics_that_does_not_fit_gets_a_sentence(tiny, picture, pixels):
    for physics, words in (
        (
            dp.Inpainting((3, 8, 8), mask=torch.ones(1, 8, 8)),
            "cannot measure a colour picture of 16",
        ),
        (dp.stack(dp.Denoising(), dp.Denoising()), "several measurements"),
        (torch.nn.Linear(2, 2), "cannot measure"),
        (dp.Denoising(noise_model=dp.PoissonNoise(0.1)), "clip_positive"),
    ):
        with pytest.raises(StudioError, match=words):
            invert(tiny, picture, task=physics, steps=2, perceptual=pixels)


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        (np.zeros((16, 16), bool), "hides nothing"),
        (np.ones((16, 16), bool), "hides the whole picture"),
        (np.ones((8, 16), bool), "8 × 16, the picture 16 × 16"),
    ],
)
def test_a_wrong_hole_is_a_sentence(hidden, words, tiny, picture, pixels):
    with pytest.raises(StudioError, match=words):
        asked = Degradation("inpainting", hidden=hidden)
        solve(tiny, picture, degradation=asked, perceptual=pixels)


def test_other_mistakes_are_sentences(tiny, picture, pixels):
    mask = np.ones((16, 16), bool)
    seen = observe(picture, 16, Degradation("jpeg"))
    for image, options, words in (
        (picture, {"task": "jpeg", "mask": mask}, "a hole is `hidden`"),
        (seen, {"mask": mask}, "a hole is `hidden`"),
        (picture, {"task": "jpeg", "degradation": Degradation("jpeg")}, "not beside it"),
        (seen, {"task": "jpeg"}, "Name no other"),
        (observe(picture, 32, Degradation("jpeg")), {}, "Name no other"),
    ):
        with pytest.raises(StudioError, match=words):
            solve(tiny, image, perceptual=pixels, **options)


def test_what_was_looked_at_first_is_searched_for_as_it_is(tiny, picture, pixels):
    asked = Degradation("denoising", {"denoising.sigma": 0.3}, seed=4)
    seen = observe(picture, 16, asked)
    options = {"seeds": 2, "steps": 3, "perceptual": pixels}
    first = invert(tiny, seen, **options)
    assert first.measurement is seen.measurement
    assert first.measurement.operator() is seen.operator
    again = invert(tiny, picture, degradation=asked, **options)
    assert torch.equal(first.codes.ws, again.codes.ws) and first.metrics == again.metrics


@pytest.mark.parametrize("task", TASKS)
def test_an_observation_reaches_another_process(task, picture):
    seen = observe(picture, 16, Degradation(task, seed=3))
    there = pickle.loads(pickle.dumps(seen))
    assert there.operator is not seen.operator
    x = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(there.operator(x), seen.operator(x))
    assert torch.equal(there.y, seen.y) and torch.equal(there.view, seen.view)
    np.testing.assert_array_equal(there.target, seen.target)


def test_plain_projection_is_the_losses_of_the_picture_itself(tiny, picture, pixels):
    seen = observe(picture, 16)
    assert seen.measurement is None and torch.equal(seen.y, to_tensor(picture))
    x = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert seen.operator(x) is x and seen.operator.measure(x, []) is x
    for loss in METHODS["w+"].losses:
        bound = seen.operator.bind(loss, seen.y, pixels)
        direct = loss.bind(seen.y, pixels)
        assert torch.equal(bound(x, x), direct(x))
