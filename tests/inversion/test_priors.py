import pytest
import torch

from inversion import METHODS, invert
from inversion.latents import Guess
from inversion.latents.base_code import BaseDetail
from inversion.priors import ClampZ, InDomain, LatentNoise, NearBase, NoisePyramid, PNorm
from inversion.sampling import draw
from tests.conftest import beginning, tiny_biggan, tiny_encoder
from tests.inversion.seeds import rngs


def test_latent_noise_has_the_papers_size_and_fades(tiny):
    _, std = tiny.w_statistics()
    theta = {"w": torch.zeros(1, 20_000)}
    for t in (0.0, 0.5):
        moved = LatentNoise().perturb(theta, tiny, t, rngs(0))["w"]
        expected = float(std) * 0.05 * (1 - t / 0.75) ** 2
        assert moved.std().item() == pytest.approx(expected, rel=0.03)
    assert LatentNoise().perturb(theta, tiny, 0.75, rngs(0)) is theta


def test_latent_noise_of_a_seed_is_its_own(tiny):
    pair = LatentNoise().perturb({"w": torch.zeros(2, 8)}, tiny, 0, rngs(1, 2))["w"]
    alone = LatentNoise().perturb({"w": torch.zeros(1, 8)}, tiny, 0, rngs(2))["w"]
    torch.testing.assert_close(pair[1:], alone)


def naive_pyramid(b):
    """StyleGAN2, appendix D, eq. 2, one map in float64, by explicit loops over neighbours."""
    cost, b = 0.0, b.double()
    while True:
        h, w = b.shape
        rows = sum(b[i, j] * b[i, j - 1] for i in range(h) for j in range(w)) / (h * w)
        cols = sum(b[i, j] * b[i - 1, j] for i in range(h) for j in range(w)) / (h * w)
        cost += rows**2 + cols**2
        if h <= 8:
            return cost
        b = b.reshape(h // 2, 2, w // 2, 2).sum((1, 3)) / 2


def test_the_pyramid_penalty_is_the_papers_sum(tiny):
    maps = {
        f"b{i}": torch.randn(2, 1, s, s, generator=rngs(i)[0]) for i, s in enumerate((4, 8, 16))
    }
    expected = [sum(naive_pyramid(b[n, 0]) for b in maps.values()) for n in range(2)]
    found = NoisePyramid(weight=1.0).penalty({"w": torch.zeros(2, 8), **maps}, tiny)
    torch.testing.assert_close(found.double(), torch.stack(expected), rtol=1e-4, atol=1e-8)


def test_without_noises_there_is_nothing_to_penalise(tiny):
    assert NoisePyramid().penalty({"w": torch.zeros(2, 8)}, tiny) is None


def test_noises_are_held_at_mean_zero_and_variance_one(tiny):
    theta = {"w": torch.full((1, 8), 3.0), "b0": torch.rand(1, 1, 8, 8, generator=rngs(0)[0]) * 5}
    held = NoisePyramid().constrain(theta, tiny)
    assert held["b0"].mean().item() == pytest.approx(0, abs=1e-6)
    assert held["b0"].square().mean().item() == pytest.approx(1, rel=1e-5)
    assert held["w"] is theta["w"]


def test_truncation_clamps_z_alone(tiny):
    held = ClampZ(bound=2.0).constrain({"z": torch.tensor([[-3.0, 0.5, 9.0]])}, tiny)
    assert held["z"].tolist() == [[-2.0, 0.5, 2.0]]


def test_the_p_norm_is_1_for_typical_styles_and_their_mahalanobis_distance(tiny):
    w = tiny.w_samples()
    typical = PNorm(1.0).penalty({"w": w.unsqueeze(1)}, tiny)
    assert typical.mean().item() == pytest.approx(1, abs=0.05)
    v = torch.nn.functional.leaky_relu(w.double(), 5.0)
    d = v[:5] - v.mean(0)
    distance = torch.einsum("ni,ij,nj->n", d, torch.linalg.inv(torch.cov(v.T)), d) / d.shape[1]
    torch.testing.assert_close(typical[:5], distance.float(), rtol=1e-3, atol=1e-4)


def test_the_base_code_begins_at_the_mean_face_and_moving_it_costs(tiny):
    latents, rng = BaseDetail(), [torch.Generator().manual_seed(0)]
    centre = latents.centre(tiny, Guess())
    mean = tiny.synthesize(tiny.w_mean().expand(1, tiny.num_ws, -1))
    torch.testing.assert_close(latents.codes(tiny, centre).synthesize(tiny), mean)
    theta = latents.start(tiny, rng)
    assert NearBase().penalty(theta, tiny).item() == 0
    k = latents.block(tiny)
    moved = {**theta, f"x{k}": theta[f"x{k}"] + 2}
    assert NearBase(10.0).penalty(moved, tiny).item() == pytest.approx(40)
    assert latents.rates()["anchor"] == 0


@pytest.mark.parametrize("classes", [False, True])
def test_the_in_domain_cost_is_the_distance_to_what_the_encoder_reads(classes, tiny):
    G = tiny_biggan() if classes else tiny
    encoder, codes = tiny_encoder(G), draw(G, 2)
    images = codes.synthesize(G)
    read = encoder(images, codes.c).complete(G).ws
    expected = 3 * (codes.ws - read).square().mean((1, 2))
    torch.testing.assert_close(InDomain(3.0).of_drawn(codes, images, G, encoder), expected)
    assert InDomain().of_drawn(codes, images, G, None) is None


@pytest.mark.slow
def test_the_in_domain_weight_keeps_w_where_the_encoder_reads_it(tiny, picture, pixels):
    begin = beginning(METHODS["idinvert"], tiny)
    encoder = begin["encoder"]

    def apart(weight):
        result = invert(
            tiny, picture, "idinvert", seeds=1, steps=60, perceptual=pixels,
            settings={"in-domain.weight": weight}, **begin,
        )  # fmt: skip
        images = result.codes.synthesize(tiny)
        return float((result.codes.ws - encoder(images).ws).square().mean())

    assert apart(50.0) < 0.7 * apart(0.0)
