import numpy as np
import pytest
import torch
from deepinv import physics as dp
from skimage.restoration import denoise_tv_chambolle

from inversion import Degradation
from inversion.evaluation.baselines import BASELINES, TotalVariation, restore
from inversion.operators import TASKS
from inversion.operators.observation import observe
from inversion.pictures.images import to_tensor
from models.errors import StudioError


@pytest.fixture
def scene() -> np.ndarray:
    """A disc and a bar on a ramp, uint8 [64, 64, 3]."""
    y, x = np.mgrid[0:64, 0:64] / 63
    scene = np.stack([0.2 + 0.3 * x, 0.6 - 0.2 * y, 0.4 + 0 * x], -1)
    scene[(x - 0.4) ** 2 + (y - 0.45) ** 2 < 0.09] = (0.9, 0.3, 0.2)
    scene[:, 44:52] = (0.1, 0.2, 0.8)
    return np.uint8(scene * 255)


BETTER = {
    "inpainting": 0.5,
    "denoising": 4.0,
    "compressed-sensing": 5.0,
    "deblurring": 2.0,
    "demosaicing": 10.0,
    "super-resolution": 0.5,
}


@pytest.mark.slow
@pytest.mark.parametrize("task", BETTER)
def test_total_variation_is_better_than_looking(task, scene, pixels):
    answer = restore(
        scene, 64, task=task, perceptual=pixels, settings={"total-variation.steps": 30}
    )
    looked = answer.measurement.picture()
    error = np.mean((looked / 255.0 - scene / 255.0) ** 2)
    assert answer.metrics["PSNR"][0] > -10 * np.log10(error) + BETTER[task]
    told = {"PSNR", "SSIM", "pooled pixels", "measurement error"}
    assert set(answer.metrics) == told | ({"rim error"} if task == "inpainting" else set())
    assert answer.picture.shape == (64, 64, 3) and answer.picture.dtype == np.uint8


@pytest.mark.parametrize("task", sorted(TASKS.keys() - {"projection"}))
def test_total_variation_undoes_every_task(task, picture, pixels):
    settings = {"total-variation.steps": 8}
    answer = restore(picture, 16, task=task, perceptual=pixels, settings=settings)
    assert answer.metrics["measurement error"][0] < 0.6
    assert answer.seconds > 0 and answer.baseline == "total-variation"


def test_total_variation_of_noise_is_scikit_images(scene):
    seen = observe(scene, 64, Degradation("denoising"))
    ours = TotalVariation(steps=40, weight=0.12).restore(seen.operator, seen.y)
    planes = [
        denoise_tv_chambolle(plane, weight=0.12, max_num_iter=500) for plane in seen.y[0].numpy()
    ]
    theirs = np.stack(planes)
    assert np.abs(ours[0].numpy() - theirs).mean() < 0.01


@pytest.mark.slow
def test_total_variation_enlarges_a_small_thumbnail(scene, pixels):
    asked = Degradation("super-resolution", {"super-resolution.factor": 8})
    answer = restore(scene, 64, perceptual=pixels, degradation=asked)
    assert answer.metrics["measurement error"][0] < 0.02
    assert answer.metrics["PSNR"][0] > 20


def test_hole_filling_keeps_what_is_known(scene, pixels):
    answer = restore(scene, 64, "telea", task="inpainting", perceptual=pixels)
    known = np.ones((64, 64), bool)
    known[16:48, 16:48] = False
    np.testing.assert_array_equal(answer.picture[known], scene[known])
    assert (answer.picture[~known] != 128).any()


def test_bicubic_is_the_enlarged_thumbnail(scene, pixels):
    answer = restore(scene, 64, "bicubic", task="super-resolution", perceptual=pixels)
    small = answer.measurement.y
    large = torch.nn.functional.interpolate(small, (64, 64), mode="bicubic")
    difference = to_tensor(answer.picture) - large.clamp(-1, 1)
    assert difference.abs().max() < 0.01


def test_a_degraded_picture_is_scored_by_its_measurement_alone(scene, pixels):
    hidden = np.zeros((64, 64), bool)
    hidden[5:9, 5:20] = True
    asked = Degradation("inpainting", hidden=hidden, degrade=False)
    answer = restore(scene, 64, "telea", degradation=asked, perceptual=pixels)
    assert set(answer.metrics) == {"measurement error", "rim error"}
    assert answer.metrics["measurement error"][0] < 0.005


def test_a_physics_of_ones_own_is_undone(scene, pixels):
    physics = dp.Denoising(noise_model=dp.GaussianNoise(0.1))
    answer = restore(
        scene, 64, task=physics, perceptual=pixels, settings={"total-variation.steps": 30}
    )
    assert answer.metrics["PSNR"][0] > 24


@pytest.mark.parametrize(
    ("baseline", "options", "words"),
    [
        ("magic", {"task": "jpeg"}, "no baseline 'magic'.*telea"),
        ("telea", {"task": "jpeg"}, "inpainting alone"),
        ("telea", {"task": "demosaicing"}, "inpainting alone"),
        ("bicubic", {"task": "jpeg"}, "super-resolution alone"),
        ("total-variation", {}, "there is none"),
        ("total-variation", {"task": "jpeg", "settings": {"x": 1}}, "no setting x"),
    ],
)
def test_what_cannot_be_undone_is_a_sentence(baseline, options, words, picture, pixels):
    with pytest.raises(StudioError, match=words):
        restore(picture, 16, baseline, perceptual=pixels, **options)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_says_what_it_does(name):
    row = BASELINES[name]
    assert row.key == name and row.title and row.summary.endswith(".")
