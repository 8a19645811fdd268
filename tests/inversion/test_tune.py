import copy
import dataclasses
import itertools

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inversion import METHODS, Degradation, Inversion, invert, solve
from inversion.losses import MSE, PerceptualLoss
from inversion.tune import losses_of, tune
from inversion.tuning.deltas import expand, tuned
from inversion.tuning.problem import Tuning
from models.errors import StudioError
from tests.conftest import tiny_biggan

FAST = Tuning(steps=30, lr=0.01, penalty=0.0, until=0.0, mse=0.0)


@pytest.fixture
def found(tiny, picture, pixels):
    return invert(tiny, picture, "w+", seeds=3, steps=10, seed=4, perceptual=pixels)


def finished(*args, **options):
    *_, last = tune(*args, **options)
    return last.result()


def size(deltas, G):
    return sum(float(Δ.square().sum()) for Δ in expand(deltas, G).values()) ** 0.5


@pytest.mark.slow
def test_the_picture_comes_nearer_and_the_generator_stays(tiny, found, pixels):
    before = copy.deepcopy(tiny.state_dict())
    result = finished(tiny, found, FAST, perceptual=pixels)
    assert result.metrics["PSNR"][0] > found.metrics["PSNR"][0] + 1
    assert result.losses[0] < 0.7 * found.losses[0]
    assert result.metrics["PSNR"][1:] == found.metrics["PSNR"][1:]
    torch.testing.assert_close(torch.tensor(result.losses[1:]), torch.tensor(found.losses[1:]))
    assert all(torch.equal(x, before[name]) for name, x in tiny.state_dict().items())
    assert not any(p.requires_grad for p in tiny.parameters())
    for (name, a), (_, b) in zip(result.codes.tensors(), found.codes.tensors(), strict=True):
        assert torch.equal(a, b), name


@pytest.mark.slow
def test_iterates_have_a_row_for_each_of_the_results(tiny, found, pixels):
    run = list(tune(tiny, found, FAST, perceptual=pixels, row=1, preview_every=10))
    assert [it.step for it in run] == list(range(1, 31))
    assert [it.preview is not None for it in run] == [i in (1, 11, 21, 30) for i in range(1, 31)]
    assert run[0].preview.shape == (3, 16, 16, 3)
    drawn = found.render(tiny)
    np.testing.assert_array_equal(run[-1].preview[1:], drawn[[0, 2]])
    torch.testing.assert_close(run[0].observed, torch.tensor(found.losses)[[1, 0, 2]])
    assert torch.equal(run[-1].observed[1:], run[0].observed[1:])
    assert run[-1].best[0] < run[0].best[0]
    assert all(len(x) == 3 for x in run[-1].terms.values())


@pytest.mark.slow
def test_another_answer_may_be_tuned_and_stands_first_then(tiny, found, pixels):
    result = finished(tiny, found, FAST, perceptual=pixels, row=2)
    assert result.seeds == tuple(found.seeds[i] for i in (2, 0, 1))
    np.testing.assert_array_equal(result.render(tiny)[1:], found.render(tiny)[:2])
    assert f"seed {found.seeds[2]} in 30 steps" in result.notes[-1]
    assert (result.steps, result.evaluations) == (found.steps + 30, found.evaluations + 30)
    with pytest.raises(StudioError, match="no answer 4"):
        tune(tiny, found, FAST, perceptual=pixels, row=3)


@pytest.mark.slow
def test_strength_zero_is_the_untuned_picture_and_one_the_tuned(tiny, found, pixels):
    result = finished(tiny, found, FAST, perceptual=pixels)
    np.testing.assert_array_equal(result.render(tiny, strength=0), found.render(tiny))
    np.testing.assert_array_equal(result.render(tiny, strength=1), result.render(tiny))
    assert (result.render(tiny)[0] != found.render(tiny)[0]).any()
    y = result.target.astype(float)
    errors = [np.square(result.render(tiny, strength=s)[0] - y).mean() for s in (0, 0.5, 1)]
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.slow
def test_a_heavier_penalty_keeps_the_weights_nearer(tiny, found, pixels):
    sizes, distances = [], []
    for penalty in (0.0, 0.3, 30.0):
        tuning = dataclasses.replace(FAST, penalty=penalty)
        result = finished(tiny, found, tuning, perceptual=pixels)
        sizes.append(size(result.deltas, tiny))
        distances.append(result.metrics["PSNR"][0])
    assert sizes[0] > sizes[1] > sizes[2] > 0
    assert distances[0] > distances[1] > distances[2] >= found.metrics["PSNR"][0]


def test_it_ends_as_soon_as_the_picture_is_near_enough(tiny, found, pixels):
    first = next(tune(tiny, found, FAST, perceptual=pixels)).terms["perceptual"][0]
    wanted = 0.8 * float(first)
    tuning = dataclasses.replace(FAST, until=wanted / pixels.near)
    run = list(tune(tiny, found, tuning, perceptual=pixels, preview_every=1))
    assert 1 < len(run) < 30
    assert run[-1].seconds_left == 0 and run[-1].preview is not None
    assert run[-1].terms["perceptual"][0] <= wanted < run[-2].terms["perceptual"][0]
    result = run[-1].result()
    assert result.losses[0] == pytest.approx(float(run[-1].best[0]), rel=1e-3)
    assert f"(wanted: {wanted:.3g})" in result.notes[-1] and "changed by" in result.notes[-1]
    seldom = list(tune(tiny, found, tuning, perceptual=pixels, preview_every=10))
    assert len(run) <= len(seldom) and len(seldom) % 10 == 1


def test_what_is_near_enough_already_is_left_alone(tiny, found, pixels):
    (it,) = tune(tiny, found, dataclasses.replace(FAST, until=1000.0), perceptual=pixels)
    result = it.result()
    assert result.deltas is None
    np.testing.assert_array_equal(result.render(tiny), found.render(tiny))


def test_closing_keeps_the_best_so_far(tiny, found, pixels):
    stream = tune(tiny, found, FAST, perceptual=pixels)
    kept = next(itertools.islice(stream, 9, 10))
    stream.close()
    result = kept.result()
    assert result.steps == found.steps + 10
    assert result.metrics["PSNR"][0] > found.metrics["PSNR"][0]


def test_a_budget_of_seconds_ends_it(tiny, found, pixels, monkeypatch):
    clock = itertools.count(0, 0.25)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    *_, last = tune(tiny, found, FAST, perceptual=pixels, budget=5)
    assert last.seconds_left == 0 and 3 < last.step < 30


@pytest.mark.slow
def test_weights_that_break_go_back_to_the_best(tiny, found, pixels):
    class Breaking(type(pixels)):
        calls = 0

        def compare(self, a, b, weight=None):
            self.calls += 1
            return super().compare(a, b) * (torch.nan if self.calls == 5 else 1.0)

    run = list(tune(tiny, found, FAST, perceptual=Breaking(), preview_every=1))
    assert "no finite number" in run[-1].notes[-1]
    result = run[-1].result()
    assert result.losses[0] < found.losses[0]
    assert all(x.isfinite().all() for x in result.deltas.values())


@pytest.mark.slow
def test_the_file_holds_the_change_and_draws_the_same_bytes(tiny, found, pixels, tmp_path):
    result = finished(tiny, found, FAST, perceptual=pixels)
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors")
    assert again.deltas.keys() == result.deltas.keys()
    for strength in (0.0, 0.3, 1.0):
        np.testing.assert_array_equal(
            again.render(tiny, strength=strength), result.render(tiny, strength=strength)
        )
    assert again.score(tiny, pixels) == result.metrics


@pytest.mark.slow
def test_a_damaged_change_or_another_models_is_a_sentence(tiny, found, pixels, tmp_path):
    path = tmp_path / "r.safetensors"
    result = finished(tiny, found, FAST, perceptual=pixels)
    name = next(iter(result.deltas))
    broken = {
        "damaged": {**result.deltas, name: result.deltas[name] * torch.nan},
        "do not fit": {**result.deltas, name + "x": result.deltas[name].clone()},
    }
    dataclasses.replace(result, deltas=broken["damaged"]).save(path)
    assert "deltas." + name in load_file(path)
    with pytest.raises(StudioError, match="damaged"):
        Inversion.load(path)
    dataclasses.replace(result, deltas=broken["do not fit"]).save(path)
    with pytest.raises(StudioError, match="do not fit"):
        Inversion.load(path).render(tiny)


def test_another_models_result_is_refused_before_anything_runs(other_tiny, found, pixels):
    with pytest.raises(StudioError, match="not with other"):
        tune(other_tiny, found, FAST, perceptual=pixels)


def test_the_losses_are_those_it_was_searched_by(found):
    turned = dataclasses.replace(found, settings=found.settings | {"mse.weight": 3.0})
    assert losses_of(turned) == (MSE(3.0), PerceptualLoss())
    assert losses_of(dataclasses.replace(found, method="my own"))[1] == PerceptualLoss(10.0)


@pytest.mark.slow
def test_pti_searches_then_tunes_the_best_seed(tiny, picture, pixels):
    row = METHODS["pti"]
    assert (row.solver.steps, row.tuning.steps, row.steps) == (150, 350, 500)
    half = row.with_steps(40)
    assert (half.solver.steps, half.tuning.steps) == (12, 28)
    settings = {"tuning.until": 0.0}
    run = list(
        solve(tiny, picture, "pti", seeds=3, seed=7, steps=40, perceptual=pixels, settings=settings)
    )
    assert [it.step for it in run] == list(range(1, 41)) and {it.steps for it in run} == {40}
    chosen = int(run[11].best.argmin())
    assert all(it.observed.shape == (3,) for it in run)
    assert all(it.preview.shape == (3, 16, 16, 3) for it in run if it.preview is not None)
    others = [i for i in range(3) if i != chosen]
    assert torch.equal(run[-1].observed[others], run[20].observed[others])
    assert run[-1].best[chosen] < run[13].observed[chosen]
    left = [it.seconds_left for it in run]
    assert left[-1] == 0 < left[0] and left[11] > 0
    result = run[-1].result()
    assert result.seeds[0] == 7 + chosen and result.deltas and result.method == "pti"
    assert result.settings == row.configure(settings).with_steps(40).settings()
    assert result.steps == 40
    found = run[11].result()
    assert found.deltas is None
    assert result.metrics["PSNR"][0] > found.metrics["PSNR"][0]
    assert "pooled pixels" in result.notes[-1]


@pytest.mark.slow
def test_a_class_conditional_generator_keeps_its_statistics(picture, pixels):
    G = tiny_biggan()
    before = copy.deepcopy(G.state_dict())
    found = invert(G, picture, "z", seeds=2, steps=3, label=1, perceptual=pixels)
    result = finished(G, found, FAST, perceptual=pixels)
    assert result.metrics["PSNR"][0] > found.metrics["PSNR"][0]
    assert all(torch.equal(x, before[name]) for name, x in G.state_dict().items())
    assert not any("running" in name or "embeddings" in name for name in result.deltas)
    H = tuned(G, result.deltas)
    assert not H.training
    torch.testing.assert_close(dict(H.named_buffers()), dict(G.named_buffers()))


@pytest.mark.slow
def test_a_restoration_is_tuned_to_what_was_measured(tiny, picture, pixels):
    hidden = np.zeros((16, 16), bool)
    hidden[:, 8:] = True
    asked = Degradation("inpainting", hidden=hidden)
    found = invert(tiny, picture, "w+", degradation=asked, seeds=1, steps=5, perceptual=pixels)
    (it, *_, last) = tune(tiny, found, FAST, perceptual=pixels)
    assert float(it.observed[0]) == pytest.approx(found.losses[0], rel=1e-4)
    assert last.best[0] < 0.9 * it.observed[0]
    result = last.result()
    assert result.measurement is not None and result.metrics.keys() == found.metrics.keys()


@pytest.mark.parametrize("name", [name for name, row in METHODS.items() if row.tuning])
def test_rows_that_tune_last_as_long_as_they_are_asked_to(name):
    for steps in (10, 100, 2000):
        row = METHODS[name].with_steps(steps)
        assert row.steps == pytest.approx(steps, rel=0.3)
        share = METHODS[name].solver.steps / METHODS[name].steps
        assert row.solver.steps == pytest.approx(share * steps, rel=0.3)
