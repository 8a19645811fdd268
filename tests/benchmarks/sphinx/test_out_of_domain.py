import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.common.one_batch import Found, named_path, pictures_of, together
from benchmarks.common.terms import BEGINS, Terms
from benchmarks.sphinx.out_of_domain import MOVES, move
from benchmarks.sphinx.out_of_domain_report import (
    COLUMNS,
    NON_FACE,
    PAPER,
    Grid,
    non_face_body,
    section,
    verdicts,
)
from benchmarks.sphinx.recovery import LEVELS, spread
from benchmarks.sphinx.recovery import section as recovery_section
from inversion import METHODS, invert
from inversion.operators import configured
from inversion.pictures.images import to_tensor
from models.errors import StudioError
from tests.conftest import tiny_encoder


@pytest.mark.slow
def test_a_batch_finds_what_each_picture_alone_finds(tiny, picture, pixels):
    both = to_tensor(np.stack([picture, picture[::-1]]))
    row = METHODS["w+"].with_steps(20)
    found = together(tiny, both, row, pixels, seed=3)
    for i in range(2):
        alone = invert(
            tiny, [picture, picture[::-1]][i], row, seeds=1, seed=3 + i, perceptual=pixels
        )
        assert found.psnr[i] == pytest.approx(alone.metrics["PSNR"][0], abs=0.1)
        assert found.distance[i] == pytest.approx(alone.metrics[pixels.name][0], rel=0.05)
    assert found.steps == 20 and found.seconds > 0


@pytest.mark.parametrize("name", sorted({*PAPER, *NON_FACE, "(z+, s, b)"}))
def test_every_compared_method_runs_as_a_batch(name, tiny, picture, pixels):
    row = METHODS[name]
    encoder = tiny_encoder(tiny) if row.needs_encoder or name in BEGINS else None
    both = to_tensor(np.stack([picture, picture[::-1]]))
    paced = row if row.one_answer else row.with_steps(4)
    assert len(together(tiny, both, paced, pixels, encoder=encoder).psnr) == 2


@pytest.mark.parametrize("task", LEVELS)
def test_a_batch_is_restored_through_the_operators(task, tiny, picture, pixels):
    knob, levels = LEVELS[task]
    (row,) = configured(task, {knob: levels[-1]})
    method = METHODS["w+"].with_steps(5)
    found = together(tiny, to_tensor(picture), method, pixels, operator=row.operator(16))
    assert np.isfinite(found.psnr).all()


def test_moves_are_the_papers_in_proportion():
    assert tuple(MOVES) == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in PAPER.values())
    x = torch.zeros(2, 3, 64, 64)
    x[..., 32, 32] = 1
    still = move(x, MOVES["shift 0"])
    torch.testing.assert_close(still, x, atol=1e-3, rtol=0)
    moved = move(x, MOVES["shift 100"])
    for row in moved[:, 0]:
        places = torch.stack(torch.meshgrid(*[torch.arange(64.0)] * 2, indexing="ij"))
        centre = (places * row).sum((1, 2)) / row.sum()
        assert float((centre - 32).norm()) == pytest.approx(64 * 100 / 1024, abs=0.1)


def found(psnr: float, distance: float = 0.1) -> Found:
    return Found([psnr] * 4, [distance] * 4, 10, 1.0)


def test_the_papers_claims_are_compared_with_the_numbers():
    moves = ("shift 0", "turn 30°")
    agreeing = {"w+": found(20), "w": found(15), "sphinx": found(25)}
    text = verdicts([Grid(moves, 2, "10 steps each", agreeing)])
    assert text.count("| agreed |") == 3 and "+5.0 dB, in 1 of 1 moves" in text
    other = agreeing | {"sphinx": found(18)}
    text = verdicts([Grid(moves, 2, "10 steps each", other)])
    assert text.count("| not agreed |") == 2 and "rank correlation 0.50" in text
    rates = Terms(400, 0.003).rates(["w+", "sphinx", "encoder", "ilo"])
    assert "w+ (Image2StyleGAN) 0.1, SPHInX (P_s, P_c, b) 0.003, ILO 0.4." in rates
    body = section([Grid(moves, 2, "10 steps each", agreeing)], 2, rates)
    assert rates in body
    assert "| w+ (Image2StyleGAN) | 25.63 | 23.87 |" in body
    assert "| 20.00 | 20.00 | 10 | 1 |" in body


def test_figure_9s_claims():
    methods = {"sphinx": found(25, 0.1), "(w+, s, b)": found(20, 0.2), "ilo": found(18, 0.3)}
    assert non_face_body([("10 steps", methods)], 4, "photos", "").count("agreed") == 2
    methods["ilo"] = found(30, 0.3)
    assert non_face_body([("10 steps", methods)], 4, "photos", "").count("not agreed") == 2


def test_terms_are_the_commands_and_the_same_losses():
    terms = Terms(400, 0.003, seconds=False)
    assert terms.words() == "--steps 400 --rate 0.003 --equal-steps-only"
    assert Terms(400).words() == "--steps 400"
    for name in ("ilo", "w+", "sphinx", "(w+, s)"):
        settings = terms.row(name).settings()
        assert settings["mse.weight"] == settings["perceptual.weight"] == 1
    assert terms.row("sphinx").settings()["adam.lr"] == 0.003
    assert Terms(400).row("sphinx").settings()["adam.lr"] == 0.001
    assert terms.row("encoder").steps == METHODS["encoder"].steps


def test_a_curve_a_method_with_the_papers_order(tmp_path, monkeypatch):
    from benchmarks.common import report

    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.md")
    curves = {
        m: {0.2: found(p), 1.0: found(p - 5)}
        for m, p in (("sphinx", 20), ("(w+, s, b)", 15), ("(z+, s, b)", 16))
    }
    text = recovery_section("denoising", {"10 steps each": curves}, 4, "photos", "")
    assert "in PSNR it is at 2 of 2" in text and "sphinx, (z+, s, b), (w+, s, b): agreed" in text
    assert "in distance it is at 2 of 2" in text  # all alike
    assert (tmp_path / "recovery-denoising-photos-steps.png").stat().st_size > 5000
    assert spread([1.0, 3.0], 1) == "2.0 ± 1.0"


def test_equal_seconds_are_those_of_sphinx(tiny, picture, pixels):
    tables = Terms(6, 0.01).compare(
        tiny, pixels, tiny_encoder(tiny), to_tensor(picture), ["w+", "sphinx", "encoder"]
    )
    (_, first), (_, second) = tables
    assert first["sphinx"] is second["sphinx"] and first["encoder"] is second["encoder"]
    assert first["w+"].steps == 6 and second["w+"].steps > 6


def test_pictures_of_a_folder(tmp_path, picture):
    Image.fromarray(picture).save(tmp_path / "a.png")
    Image.fromarray(picture[::-1]).save(tmp_path / "b.jpg")
    assert pictures_of(tmp_path, 5, 16).shape == (2, 3, 16, 16)
    assert named_path("scans=x.zip")[0] == "scans" and named_path("a/photos")[0] == "photos"
    with pytest.raises(StudioError, match="neither a folder"):
        pictures_of(tmp_path / "gone", 1, 16)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudioError, match="no photos"):
        pictures_of(tmp_path / "empty", 1, 16)
