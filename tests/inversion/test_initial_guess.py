"""inversion/initial_guess.py: what an encoder estimates is where the search begins."""

import numpy as np
import pytest
import torch

from inversion import METHODS, TASKS, invert, solve
from inversion.initial_guess import guess_for
from inversion.latents import Guess
from inversion.pictures.images import to_tensor
from inversion.problem import Problem
from models.encoders.encoder import Estimate
from models.errors import StudioError
from models.generators.generator import Identity
from tests.conftest import tiny_biggan, tiny_encoder, tiny_stylegan2

N = 400  # seeds, to see what is drawn


def rngs(n=N):
    return [torch.Generator().manual_seed(i) for i in range(n)]


def guess(G, picture, pixels, row="z", **options) -> Guess:
    y = to_tensor(picture)
    return guess_for(G, METHODS[row], y, pixels, encoder=tiny_encoder(G), **options)


def test_z_is_drawn_around_the_estimate_with_variance_a_half(tiny, picture, pixels):
    known = guess(tiny, picture, pixels)
    assert torch.equal(known.z, tiny_encoder(tiny)(to_tensor(picture)).z)
    for name in ("z", "z+"):
        latents = METHODS[name].latents
        z = latents.start(tiny, rngs(), known)["z"]
        torch.testing.assert_close(z.mean(0), known.z[0].expand_as(z[0]), atol=0.15, rtol=0)
        assert z.var(0).mean() == pytest.approx(0.5, abs=0.05)
        centre = latents.centre(tiny, known)["z"]
        assert torch.equal(centre, known.z.expand_as(centre))


def test_w_and_w_plus_begin_at_the_estimate(tiny, picture, pixels):
    known = guess(tiny, picture, pixels)
    exact = METHODS["encoder"].latents.start(tiny, rngs(3), known)["w"]
    torch.testing.assert_close(exact, known.ws.expand(3, -1, -1))
    w = METHODS["w"].latents.start(tiny, rngs(3), known)["w"]
    torch.testing.assert_close(w, known.ws.mean(1).expand(3, -1))
    spread = METHODS["w+"].latents.start(tiny, rngs(), known)["w"] - known.ws
    plain = METHODS["w+"].latents.start(tiny, rngs())["w"] - tiny.w_mean()
    torch.testing.assert_close(spread, plain)


def test_cma_is_told_that_the_centre_is_a_guess(tiny, picture, pixels):
    for known, guessed in ((guess(tiny, picture, pixels), True), (Guess(), False)):
        problem = Problem(
            tiny, METHODS["z"].latents, TASKS["projection"], to_tensor(picture), (), (), pixels,
            guess=known,
        )  # fmt: skip
        assert problem.start(rngs(2)).guessed is guessed


def test_a_run_with_an_encoder_begins_there(tiny, picture, pixels):
    E = tiny_encoder(tiny)
    options = {"seeds": 1, "steps": 5, "perceptual": pixels, "encoder": E}
    first = next(solve(tiny, picture, "w+", settings={"w+.spread": 0.0}, **options)).result()
    torch.testing.assert_close(first.codes.ws, E(to_tensor(picture)).ws)


def test_the_estimate_alone_is_one_evaluation_and_one_answer(tiny, picture, pixels):
    E = tiny_encoder(tiny)
    (only,) = solve(tiny, picture, "encoder", encoder=E, seeds=4, perceptual=pixels)
    result = only.result()
    assert only.steps == only.evaluations == 1 and only.seconds_left == 0 and len(result) == 1
    assert any("alike" in note for note in result.notes)
    torch.testing.assert_close(result.codes.ws, E(to_tensor(picture)).ws)
    np.testing.assert_array_equal(
        result.render(tiny)[0],
        ((tiny.synthesize(result.codes.ws)[0].clamp(-1, 1) + 1) * 127.5)
        .round().byte().permute(1, 2, 0).numpy(),
    )  # fmt: skip
    alone = invert(tiny, picture, "encoder", encoder=E, seeds=1, perceptual=pixels)
    assert not alone.notes and alone.losses == result.losses


# class-conditional


def test_the_encoder_finds_the_class_and_the_label_wins(picture, pixels):
    G = tiny_biggan()
    E, y = tiny_encoder(G), to_tensor(picture)
    found = guess(G, picture, pixels)
    assert torch.equal(found.c, E.classes[E.logits(E.fit(y)).argmax(1)])
    torch.testing.assert_close(found.ws, G.map(found.z, found.c))
    other = (int(E.logits(E.fit(y)).argmax()) + 1) % G.num_classes
    asked = guess(G, picture, pixels, label=other)
    assert torch.equal(asked.c, G.embeddings[other : other + 1])
    torch.testing.assert_close(asked.z, E(y, asked.c).z)
    assert not torch.equal(asked.z, found.z)
    result = invert(
        G, picture, "z", encoder=E, label=other, steps=1, seeds=2, perceptual=pixels
    )  # fmt: skip
    torch.testing.assert_close(result.codes.c, G.embeddings[[other, other]], atol=0.1, rtol=0)


def test_a_class_that_the_encoder_does_not_find_is_the_nearest(picture, pixels):
    G = tiny_biggan()

    class Classless(type(tiny_encoder(G))):
        def forward(self, x, c=None):
            return Estimate(z=torch.ones(len(x), G.z_dim))

    E = tiny_encoder(G)
    E.__class__ = Classless
    known = guess_for(G, METHODS["z"], to_tensor(picture), pixels, encoder=E)
    assert (known.c == G.embeddings).all(1).any()
    torch.testing.assert_close(known.ws, G.map(known.z, known.c))


# refusals, all before anything runs


@pytest.mark.parametrize("name", [name for name, row in METHODS.items() if row.needs_encoder])
def test_a_method_that_needs_an_encoder_says_so(name, tiny, picture, pixels):
    reason = METHODS[name].refuses(tiny)
    assert "begins at an encoder's estimate" in reason
    with pytest.raises(StudioError, match="begins at an encoder's estimate"):
        solve(tiny, picture, name, perceptual=pixels)
    assert METHODS[name].refuses(tiny, tiny_encoder(tiny)) is None


def test_an_encoder_of_other_weights_is_refused(tiny, picture, pixels):
    E = tiny_encoder(tiny_stylegan2("other"))
    with pytest.raises(StudioError, match="belongs to other weights.*trained for other"):
        solve(tiny, picture, "w+", encoder=E, perceptual=pixels)


@pytest.mark.parametrize("name", ["pulse", "ilo", "sphinx"])
def test_a_method_that_would_ignore_the_estimate_is_refused(name, tiny, picture, pixels):
    with pytest.raises(StudioError, match="does not begin at what the encoder"):
        solve(tiny, picture, name, encoder=tiny_encoder(tiny), perceptual=pixels)


def test_an_estimate_of_w_is_nothing_to_a_search_in_z(tiny, picture, pixels):
    class OnlyW(type(tiny_encoder(tiny))):
        def forward(self, x, c=None):
            return Estimate(ws=super().forward(x, c).ws)

    E = tiny_encoder(tiny)
    E.__class__, E.gives = OnlyW, frozenset({"w", "w+"})
    with pytest.raises(StudioError, match=r"z does not begin at .*, w, w\+\. "):
        solve(tiny, picture, "z", encoder=E, perceptual=pixels)
    assert next(solve(tiny, picture, "w+", encoder=E, perceptual=pixels)).best.isfinite().all()


def test_names_are_plain(tiny):
    assert tiny_encoder(tiny).name == "tiny-encoder"
    assert isinstance(tiny_encoder(tiny).identity, Identity)
