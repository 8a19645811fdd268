import pytest
import torch

from inversion.operators import TASKS, Given, configured, make
from inversion.operators.sensing import CompressedSensing
from models.errors import StudioError


@pytest.mark.parametrize(
    ("task", "settings", "given", "words"),
    [
        ("super-resolution", {"super-resolution.factor": 7}, {}, "does not divide 64"),
        ("super-resolution", {"super-resolution.factor": 17}, {}, "between 2 and 16"),
        ("denoising", {"denoising.sigma": 0}, {}, "σ = 0"),
        (
            "denoising",
            {"denoising.noise": "salt-and-pepper", "denoising.amount": 0},
            {},
            "nothing to take away",
        ),
        ("deblurring", {"deblurring.sigma": 0}, {}, "σ = 0"),
        ("deblurring", {"deblurring.sigma": 20.0}, {}, "too large"),
        ("deblurring", {"deblurring.blur": "own"}, {}, "none was given"),
        ("deblurring", {}, {"kernel": torch.zeros(3, 3)}, "black all over"),
        ("deblurring", {}, {"kernel": -torch.ones(3, 3)}, "0 or more"),
        ("deblurring", {}, {"kernel": torch.ones(1, 1)}, "too small"),
        ("inpainting", {"inpainting.hole": "painted"}, {}, "no mask was given"),
        ("inpainting", {}, {"hidden": torch.zeros(64, 64)}, "hides nothing"),
        ("inpainting", {}, {"hidden": torch.ones(64, 64)}, "hides the whole picture"),
        ("inpainting", {}, {"hidden": torch.ones(32, 64)}, "one size"),
        ("jpeg", {}, {"hidden": torch.ones(64, 64)}, "no use for a hidden"),
        ("mri", {"ct.angles": 3}, {}, "no setting ct.angles"),
        ("alchemy", {}, {}, "no task 'alchemy'.*super-resolution"),
        (("denoising", "inpainting"), {}, {}, "must come last"),
        (("mri", "jpeg"), {}, {}, "Put it last"),
        (("colourisation", "jpeg"), {}, {}, "colour picture"),
        (("jpeg", "jpeg"), {}, {}, "each once"),
        ((), {}, {}, "at least one"),
        (
            ("compressed-sensing", "denoising"),
            {"denoising.noise": "poisson"},
            {},
            "only have Gaussian",
        ),
    ],
)
def test_what_does_not_fit_gets_a_sentence(task, settings, given, words):
    with pytest.raises(StudioError, match=words):
        make(configured(task, settings), 64, 0, "cpu", Given(**given))


def test_the_state_of_another_operator_is_refused():
    state = TASKS["compressed-sensing"].operator(16).state_dict()
    for other in (TASKS["mri"].operator(16), CompressedSensing(percent=50.0).operator(16)):
        with pytest.raises(StudioError, match="another operator"):
            other.load(state)
