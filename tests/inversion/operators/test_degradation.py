import copy
import dataclasses
import pickle

import numpy as np
import pytest
import torch
from deepinv import physics as dp

from inversion import TASKS, Degradation, invert
from inversion.evaluation.baselines import restore
from inversion.operators import configured, make
from inversion.operators.degradation import PROJECTION
from inversion.operators.observation import NOISE, observe
from inversion.pictures.images import to_tensor
from models.errors import StudioError

HOLE = np.zeros((16, 16), bool)
HOLE[2:6, 3:9] = True
KERNEL = np.outer([1, 2, 1], [1, 2, 1])


def test_it_never_changes_whatever_becomes_of_what_it_was_made_from() -> None:
    settings, hidden = {"inpainting.hole": "painted"}, HOLE.copy()
    asked = Degradation(["inpainting"], settings, hidden=hidden)
    settings["inpainting.hole"] = "half"
    hidden[:] = False
    assert asked.settings == {"inpainting.hole": "painted"} and asked.task == ("inpainting",)
    np.testing.assert_array_equal(asked.hidden, HOLE)
    for field in dataclasses.fields(Degradation):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(asked, field.name, None)
    with pytest.raises(TypeError):
        asked.settings["inpainting.hole"] = "half"
    with pytest.raises(ValueError, match="read-only"):
        asked.hidden[0, 0] = True


@pytest.mark.parametrize(
    "carry", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), dataclasses.replace]
)
@pytest.mark.parametrize(
    "asked",
    [
        PROJECTION,
        Degradation(("deblurring", "denoising"), {"denoising.sigma": 0.3}, 7, kernel=KERNEL),
        Degradation("inpainting", hidden=HOLE, degrade=False),
    ],
)
def test_it_can_be_copied_and_sent(carry, asked: Degradation) -> None:
    there = carry(asked)
    for name in ("task", "settings", "seed", "degrade", "rows"):
        assert getattr(there, name) == getattr(asked, name), name
    for name in ("hidden", "kernel"):
        np.testing.assert_array_equal(getattr(there, name), getattr(asked, name))


@pytest.mark.parametrize("task", TASKS)
def test_y_is_the_operators_with_the_noise_of_its_seed(task: str, picture: np.ndarray) -> None:
    seen = observe(picture, 16, Degradation(task, seed=5))
    A = make(configured(task, {}), 16, 5)
    rng = torch.Generator().manual_seed(NOISE + 5)
    assert torch.equal(seen.y, A.noise(A(to_tensor(picture)), rng))


@pytest.mark.parametrize(
    "task", ["super-resolution", TASKS["jpeg"], ("deblurring", "denoising"), dp.Denoising()]
)
def test_the_short_form_gives_the_same_numbers(task, tiny, picture, pixels) -> None:
    options = {"seeds": 2, "steps": 3, "perceptual": pixels}
    short = invert(tiny, picture, task=task, **options)
    whole = invert(tiny, picture, degradation=Degradation(task), **options)
    assert torch.equal(short.measurement.y, whole.measurement.y)
    assert torch.equal(short.codes.ws, whole.codes.ws) and short.metrics == whole.metrics
    baselines = [
        restore(picture, 16, settings={"total-variation.steps": 5}, perceptual=pixels, **each)
        for each in ({"task": task}, {"degradation": Degradation(task)})
    ]
    np.testing.assert_array_equal(*(each.picture for each in baselines))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"task": "alchemy"}, "no task 'alchemy'; there is projection, inpainting"),
        ({"task": None}, "no task None"),
        ({"task": ("jpeg", 3)}, "no task 3"),
        ({"task": ()}, "at least one task"),
        ({"task": ("jpeg", "jpeg")}, "each once"),
        ({"task": "inpainting", "settings": {"x": 1}}, "no setting x"),
        ({"task": "jpeg", "settings": ["jpeg.quality"]}, "values by name"),
        ({"task": "super-resolution", "settings": {"super-resolution.factor": 99}}, "between 2"),
        ({"task": "jpeg", "seed": 0.5}, "must be a whole number"),
        ({"task": "jpeg", "seed": 2**70}, "must be a whole number"),
        ({"task": "jpeg", "hidden": HOLE}, "no use for a hidden"),
        ({"hidden": HOLE}, "no use for a hidden"),
        ({"task": "inpainting", "kernel": KERNEL}, "no use for a kernel"),
        ({"task": "inpainting", "hidden": np.ones((2, 16, 16, 3), bool)}, "only one can be read"),
        ({"task": "deblurring", "kernel": np.ones((3, 3, 3))}, "grey picture"),
        ({"task": "deblurring", "kernel": [["a"]]}, "grey picture"),
        ({"task": dp.Denoising(), "settings": {"denoising.sigma": 1.0}}, "no settings here"),
        ({"task": dp.Denoising(), "hidden": HOLE}, "no settings here"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_made(wrong: dict, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        Degradation(**wrong)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Degradation("inpainting", hidden=np.ones((8, 16), bool)), "8 × 16, the picture 16 × 16"),
        (Degradation("inpainting", hidden=~HOLE | HOLE), "hides the whole picture"),
        (Degradation("deblurring", kernel=np.ones((40, 40))), "too large"),
        (Degradation("inpainting", {"inpainting.hole": "painted"}), "Paint one"),
        (Degradation(("denoising", "jpeg")), "must come last"),
        (Degradation("super-resolution", {"super-resolution.factor": 5}), "does not divide"),
    ],
)
def test_what_does_not_fit_the_picture_is_refused_when_it_is_seen(
    asked: Degradation, words: str, picture: np.ndarray
) -> None:
    with pytest.raises(StudioError, match=words):
        observe(picture, 16, asked)
