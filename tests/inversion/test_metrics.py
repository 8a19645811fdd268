import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inversion.metrics import psnr, ssim


@pytest.fixture
def pair(rng=np.random.default_rng(0)):  # noqa: B008
    x = rng.random((3, 24, 20, 3))
    return x, np.clip(x + rng.normal(0, 0.1, x.shape), 0, 1)


def tensor(x):
    return torch.from_numpy(x).permute(0, 3, 1, 2) * 2 - 1


def test_psnr_agrees_with_scikit_image(pair):
    x, y = pair
    expected = [peak_signal_noise_ratio(b, a, data_range=1) for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(psnr(tensor(x), tensor(y)), expected, rtol=1e-6)


def test_ssim_agrees_with_scikit_image(pair):
    x, y = pair
    expected = []
    for a, b in zip(x, y, strict=True):
        _, full = structural_similarity(
            a,
            b,
            data_range=1,
            channel_axis=-1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            full=True,
        )
        expected.append(full[5:-5, 5:-5].mean())
    np.testing.assert_allclose(ssim(tensor(x), tensor(y)), expected, atol=1e-4)


def test_equal_pictures_score_infinite_psnr_and_ssim_one(pair):
    x = tensor(pair[0])
    assert psnr(x, x).isinf().all()
    torch.testing.assert_close(ssim(x, x), torch.ones(3, dtype=x.dtype))


def test_one_target_serves_a_batch(pair):
    x, y = map(tensor, pair)
    assert psnr(x, y[:1]).shape == ssim(x, y[:1]).shape == (3,)
