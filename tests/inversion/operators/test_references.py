"""Rows of TASKS against independent ways to do the same."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.linalg import circulant
from skimage.transform import radon
from torch.nn import functional as F

from inversion.operators import Given, configured, make
from inversion.operators.blur import motion
from inversion.operators.noise import estimate_amount, estimate_photons, estimate_sigma


def smooth(size: int) -> torch.Tensor:
    """A photo-like picture [1, 3, size, size] in [-1, 1]."""
    y, x = torch.meshgrid(torch.linspace(0, 1, size), torch.linspace(0, 1, size), indexing="ij")
    waves = [torch.sin(5 * x + 2 * y), torch.cos(4 * y - x), torch.sin(6 * x * y) - 0.2]
    return torch.stack(waves)[None] * 0.7


def operator(name: str, size: int = 64, given: Given | None = None, **knobs):
    settings = {f"{name}.{knob}": value for knob, value in knobs.items()}
    return make(configured(name, settings), size, 0, "cpu", given or Given())


def test_compressed_sensing_is_the_dense_matrix_of_its_definition():
    A = operator("compressed-sensing", 16, percent=20.0)
    state = A.state_dict()
    C = circulant(state["filter"].double().numpy())
    dense = (C * state["signs"].double().numpy())[state["rows"].numpy()]
    x = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    expected = x.flatten(1).double().numpy() @ dense.T
    assert A.out_shape == (round(0.2 * 768),)
    np.testing.assert_allclose(A(x).numpy(), expected, atol=1e-5)
    v = torch.randn(2, *A.out_shape, generator=torch.Generator().manual_seed(1))
    np.testing.assert_allclose(
        A.adjoint(v).flatten(1).numpy(), v.double().numpy() @ dense, atol=1e-5
    )


def test_a_measured_number_is_as_large_as_a_pixel():
    A = operator("compressed-sensing", 64, percent=50.0)
    x = smooth(64)
    assert A(x).square().mean().item() == pytest.approx(x.square().mean().item(), rel=0.1)


@pytest.mark.parametrize("factor", [2, 4, 8, 16])
@pytest.mark.parametrize(
    ("kernel", "filter"),
    [
        ("bicubic", Image.Resampling.BICUBIC),
        ("area", Image.Resampling.BOX),
        ("nearest", Image.Resampling.NEAREST),
    ],
)
def test_super_resolution_is_pils_resampling(kernel, filter, factor):
    x = smooth(64)
    y = operator("super-resolution", kernel=kernel, factor=factor)(x)
    planes = [Image.fromarray(plane.numpy()) for plane in x[0]]
    small = [np.asarray(plane.resize((64 // factor,) * 2, filter)) for plane in planes]
    np.testing.assert_allclose(y[0].numpy(), np.stack(small), atol=1e-5)


def test_bicubic_is_torchs_too():
    x = smooth(64)
    y = operator("super-resolution", factor=4)(x)
    expected = F.interpolate(x, scale_factor=1 / 4, mode="bicubic", antialias=True)
    torch.testing.assert_close(y, expected, atol=1e-5, rtol=1e-5)


def test_mri_is_the_fourier_transform_of_the_luminance_at_the_measured_columns():
    A = operator("mri", acceleration=4.0)
    x = smooth(64)
    Y = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1)
    plane = torch.fft.fftshift(torch.fft.fft2(torch.fft.ifftshift(Y), norm="ortho"))
    y = torch.complex(*A(x)[0])
    measured = y.abs().sum(0) > 0
    assert int(measured.sum()) == 16 and measured[30:35].all()
    torch.testing.assert_close(y[:, measured], plane[0][:, measured], atol=2e-3, rtol=2e-3)


def test_ct_is_scikit_images_radon_transform():
    A = operator("ct", angles=6, arc=90.0)
    inside = (torch.linspace(-1, 1, 64)[:, None] ** 2 + torch.linspace(-1, 1, 64) ** 2) < 0.8
    grey = smooth(64)[0, 0] * inside
    sinogram = A(grey.expand(1, 3, 64, 64))[0, 0].numpy()
    expected = radon(grey.numpy(), theta=np.arange(6) * 15.0, circle=False)
    scale = A.state_dict()["scale"].item()
    assert sinogram.shape == expected.shape
    correlation = np.corrcoef(sinogram.ravel(), expected.ravel())[0, 1]
    assert correlation > 0.99
    assert np.linalg.norm(sinogram / scale) == pytest.approx(np.linalg.norm(expected), rel=0.03)


def test_a_grey_picture_keeps_its_norm_in_ct():
    A = operator("ct")
    ones = torch.ones(1, 3, 64, 64)
    assert A(ones).norm().item() == pytest.approx(64, rel=1e-3)


def test_filtered_back_projection_from_all_sides_shows_the_picture():
    A = operator("ct", angles=180, arc=180.0)
    inside = (torch.linspace(-1, 1, 64)[:, None] ** 2 + torch.linspace(-1, 1, 64) ** 2) < 0.8
    x = smooth(64).mean(1, keepdim=True).expand(-1, 3, -1, -1) * inside
    assert (A.picture(A(x)) - x)[..., 16:48, 16:48].abs().max() < 0.1


def test_jpeg_is_near_a_real_jpeg_file():
    x = smooth(64)
    levels = np.uint8(((x[0].permute(1, 2, 0).numpy() + 1) * 127.5).round())
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "jpeg", quality=10, subsampling=2)
    real = np.asarray(Image.open(stream), np.float32) / 127.5 - 1
    ours = operator("jpeg", quality=10)(x)[0].permute(1, 2, 0).numpy()
    harm = np.abs(real - x[0].permute(1, 2, 0).numpy()).mean()
    assert np.abs(ours - real).mean() < 0.5 * harm


def test_blur_is_a_convolution_with_mirrored_borders():
    x = smooth(16)
    kernel = torch.tensor([[0.0, 1, 0], [0, 2, 3], [0, 0, 0]])
    y = operator("deblurring", 16, Given(kernel=kernel))(x)
    padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
    flipped = (kernel / 6).flip(0, 1).expand(3, 1, 3, 3)
    torch.testing.assert_close(y, F.conv2d(padded, flipped, groups=3), atol=1e-6, rtol=1e-5)


def test_motion_is_a_line_of_that_length_and_direction():
    flat = motion(9.0, 0.0)
    assert flat.sum().item() == pytest.approx(1)
    assert (flat > 0).any(1).sum() == 1 and 9 <= (flat > 0).any(0).sum() <= 11
    torch.testing.assert_close(motion(9.0, 90.0), flat.T, atol=1e-5, rtol=1e-4)


def test_bayers_pattern_keeps_one_colour_in_each_pixel():
    A = operator("demosaicing", 16)
    kept = A(torch.ones(1, 3, 16, 16))[0]
    assert (kept.sum(0) == 1).all()
    assert kept.mean((1, 2)).tolist() == [0.25, 0.5, 0.25]
    assert A.picture(A(torch.ones(1, 3, 16, 16))).min() == -1


def test_colourisation_keeps_bt601_luminance():
    grey = operator("colourisation", 16)(torch.eye(3)[:, :, None, None].expand(3, 3, 16, 16))
    np.testing.assert_allclose(grey[:, 0, 0, 0], [0.299, 0.587, 0.114], atol=1e-3)


def test_inpainting_keeps_what_is_not_hidden_and_hides_as_much_as_it_says():
    x = smooth(64)
    hidden = torch.zeros(64, 64)
    hidden[10:20, 30:50] = 1
    y = operator("inpainting", 64, Given(hidden=hidden))(x)
    assert torch.equal(y, x * (1 - hidden))
    scattered = operator("inpainting", hole="random", share=0.99)
    assert scattered.fraction == pytest.approx(0.01, abs=1e-3)
    assert operator("inpainting", hole="centre").fraction == 0.75
    assert operator("inpainting", hole="half").fraction == 0.5
    for hole in ("scratches", "text"):
        assert 0.5 < operator("inpainting", hole=hole).fraction < 0.95


def test_noise_has_the_strength_that_it_says():
    x, rng = torch.zeros(1, 3, 64, 64), torch.Generator().manual_seed(0)
    gaussian = operator("denoising", sigma=0.3).noise(x, rng)
    assert gaussian.std().item() == pytest.approx(0.3, rel=0.03)
    poisson = operator("denoising", noise="poisson", photons=50.0).noise(x, rng)
    level = (poisson + 1) / 2
    assert level.mean().item() == pytest.approx(0.5, rel=0.02)
    assert level.var().item() == pytest.approx(0.5 / 50, rel=0.1)
    specks = operator("denoising", noise="salt-and-pepper", amount=0.2).noise(x, rng)
    for value, share in ((-1, 0.1), (0, 0.8), (1, 0.1)):
        assert (specks == value).float().mean().item() == pytest.approx(share, abs=0.02)


def test_salt_and_pepper_has_no_gradient_where_it_replaced():
    A = operator("denoising", noise="salt-and-pepper", amount=0.5)
    x = smooth(64).requires_grad_()
    y = A.measure(x, [torch.Generator().manual_seed(0)])
    y.sum().backward()
    replaced = y.detach().abs() == 1
    assert 0.4 < replaced.float().mean() < 0.6
    assert (x.grad[replaced] == 0).all() and (x.grad[~replaced] == 1).all()


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.3, 0.8])
def test_sigma_is_estimated(sigma):
    noisy = operator("denoising", sigma=sigma).noise(smooth(64), torch.Generator().manual_seed(0))
    assert estimate_sigma(noisy) == pytest.approx(sigma, rel=0.1)
    assert estimate_sigma(smooth(64)) < 0.01


def test_other_noise_is_estimated():
    clean, rng = smooth(64), torch.Generator().manual_seed(0)
    specks = operator("denoising", noise="salt-and-pepper", amount=0.3).noise(clean, rng)
    assert estimate_amount(specks) == pytest.approx(0.3, abs=0.02)
    photons = operator("denoising", noise="poisson", photons=40.0).noise(clean, rng)
    assert estimate_photons(photons) == pytest.approx(40, rel=0.3)
