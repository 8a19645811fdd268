import itertools

import numpy as np
import pytest
import torch
from PIL import Image

from inversion import METHODS, invert, solve
from inversion.latents import Start
from inversion.losses import mean
from inversion.run import memory_sentence
from models.errors import StudioError
from models.perceptual.distance import Perceptual


def test_iterates_tell_the_whole_story(tiny, picture, pixels):
    run = list(solve(tiny, picture, "w+", seeds=2, steps=12, perceptual=pixels, preview_every=5))
    assert [it.step for it in run] == list(range(1, 13))
    assert [it.preview is not None for it in run] == [
        step in (1, 6, 11, 12) for step in range(1, 13)
    ]
    assert run[0].preview.shape == (2, 16, 16, 3)
    assert set(run[0].terms) == {"mse", "perceptual"}
    torch.testing.assert_close(run[3].observed, sum(run[3].terms.values()))
    assert run[-1].seconds_left == 0 < run[0].seconds_left
    best = torch.stack([it.best for it in run])
    observed = torch.stack([it.observed for it in run])
    torch.testing.assert_close(best, observed.cummin(0).values)


@pytest.mark.slow
def test_the_best_so_far_is_what_its_result_draws(tiny, picture, pixels):
    run = list(solve(tiny, picture, "w", seeds=2, steps=30, perceptual=pixels))
    for it in (run[0], run[14], run[-1]):
        result = it.result()
        images = result.render(tiny, uint8=False)
        y = torch.from_numpy(picture).permute(2, 0, 1)[None] / 127.5 - 1
        torch.testing.assert_close(
            pixels(images, y), torch.tensor(result.losses), rtol=1e-4, atol=1e-6
        )
        torch.testing.assert_close(torch.tensor(result.losses), it.best.sort().values)
        assert list(result.losses) == sorted(result.losses)


def test_closing_stops_at_once(tiny, picture, pixels):
    evaluations = []

    class Counting(type(pixels)):
        def features(self, x):
            evaluations.append(len(x))
            return super().features(x)

    stream = solve(tiny, picture, "w+", steps=1000, perceptual=Counting())
    kept = next(itertools.islice(stream, 4, 5))
    stream.close()
    assert kept.step == 5
    assert len(evaluations) == 1 + 5
    assert len(kept.result()) == 4


def test_a_seconds_budget_ends_the_run_at_the_end_of_its_schedule(
    tiny, picture, pixels, monkeypatch
):
    clock = itertools.count(0, 0.25)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    *_, last = solve(tiny, picture, "w+", budget=10, perceptual=pixels)
    assert last.seconds_left == 0
    assert 5 < last.step < 20


@pytest.mark.slow
def test_a_seed_that_breaks_restarts_and_says_so_and_the_others_do_not_notice(
    tiny, picture, pixels
):
    class Breaking(type(pixels)):
        def __init__(self):
            super().__init__()
            self.calls = 0

        def compare(self, a, b, weight=None):
            self.calls += 1
            broken = torch.zeros(len(a[0]))
            if self.calls == 3:
                broken[1] = torch.nan
            return super().compare(a, b) + broken

    run = list(
        solve(tiny, picture, "w+", seeds=3, steps=20, perceptual=Breaking(), preview_every=1)
    )
    calm = list(solve(tiny, picture, "w+", seeds=3, steps=20, perceptual=pixels, preview_every=1))
    assert run[-1].notes == (
        "Seed 1: the loss was no finite number at step 3; "
        "it went back to its best and on at half the rate.",
    )
    assert run[-1].best.isfinite().all()
    assert run[-1].observed[1] < run[0].observed[1]
    torch.testing.assert_close(run[-1].observed[[0, 2]], calm[-1].observed[[0, 2]])
    assert run[-1].result().notes == run[-1].notes


def test_a_restart_halves_the_rate_of_that_seed_alone(tiny):
    from inversion.solvers import Adam

    adam = Adam(lr=0.1)
    start = {"w": torch.zeros(3, 4)}
    state = adam.init(Start(start, start, ()))
    adam.restart(state, [1], start)
    adam.restart(state, [1], start)
    assert state.trust == [1.0, 0.25, 1.0]


def test_no_finite_loss_at_all_is_a_sentence_not_a_picture(tiny, picture, pixels):
    class Broken(type(pixels)):
        def compare(self, a, b, weight=None):
            return super().compare(a, b) * torch.nan

    with pytest.raises(StudioError, match="never a finite number"):
        invert(tiny, picture, "w+", steps=3, perceptual=Broken())


def test_running_out_of_memory_is_a_sentence():
    with pytest.raises(StudioError, match="Use fewer seeds"), memory_sentence(4):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")
    with pytest.raises(StudioError, match="4 seeds"), memory_sentence(4):
        torch.empty(2**50)
    with pytest.raises(RuntimeError, match="shape"), memory_sentence(4):
        raise RuntimeError("shape mismatch")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seeds": 0}, "between 1 and 64"),
        ({"seeds": 65}, "between 1 and 64"),
        ({"task": "alchemy"}, "projection"),
        ({"method": "magic"}, "w\\+"),
        ({"steps": 0}, "adam.steps"),
        ({"settings": {"adam.lr": -1}}, "adam.lr"),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(options, words, tiny, picture, pixels):
    with pytest.raises(StudioError, match=words):
        solve(tiny, picture, **options, perceptual=pixels)


def test_pictures_come_as_arrays_images_or_files(tiny, picture, pixels, tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(picture).save(path)
    targets = [
        invert(tiny, source, steps=1, seeds=1, perceptual=pixels).target
        for source in (picture, Image.fromarray(picture), path, str(path))
    ]
    for target in targets:
        np.testing.assert_array_equal(target, picture)
    grey = invert(tiny, picture[..., 0], steps=1, seeds=1, perceptual=pixels).target
    np.testing.assert_array_equal(grey, picture[..., :1].repeat(3, 2))
    with pytest.raises(StudioError, match="1 to 4 channels"):
        solve(tiny, np.zeros((16, 16, 7), np.uint8), perceptual=pixels)


def test_a_changed_method_row_runs_too(tiny, picture, pixels):
    row = METHODS["w+"].configure({"adam.steps": 3})
    assert invert(tiny, picture, row, perceptual=pixels).steps == 3


def test_a_mask_says_what_counts(tiny, picture, pixels):
    mask = np.zeros((16, 16), bool)
    mask[:, :8] = True
    elsewhere = picture.copy()
    elsewhere[:, 8:] = 0
    runs = [
        invert(tiny, each, "w+", mask=mask, steps=5, seeds=2, perceptual=FullMSE())
        for each in (picture, elsewhere)
    ]
    assert runs[0].losses == runs[1].losses
    assert runs[0].metrics["PSNR"] == runs[1].metrics["PSNR"]
    np.testing.assert_array_equal(runs[0].mask, mask)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((16, 16), bool), "selects nothing"),
        (np.ones((8, 16), bool), "not in shape"),
        (np.ones((2, 16, 16, 3), bool), "only one can be read"),
    ],
)
def test_a_wrong_mask_is_a_sentence(tiny, picture, pixels, mask, words):
    with pytest.raises(StudioError, match=words):
        invert(tiny, picture, "w+", mask=mask, perceptual=pixels)


def test_a_class_cannot_be_asked_of_a_generator_without(tiny, picture, pixels):
    with pytest.raises(StudioError, match="no classes"):
        invert(tiny, picture, "z", label=0, perceptual=pixels)


class FullMSE(Perceptual):
    """Weighted mean squared difference of the pixels themselves."""

    name = "pixels"

    def features(self, x):
        return [x]

    def compare(self, a, b, weight=None):
        return mean((a[0] - b[0]).square(), weight)
