import pytest
import torch

from inversion.editing import judge, typical_features
from models.errors import StudioError


def pictures(n, seed=0):
    return torch.rand(n, 3, 2, 2, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_what_did_not_change_is_itself(pixels, linear):
    x = pictures(4)
    found = judge(x, x, pixels, linear, ["first"])
    torch.testing.assert_close(found.identity, torch.ones(4))
    assert not found.reached.any() and not found.others.any()


def test_attributes_are_counted_where_they_were_asked_for(pixels, linear):
    x = 0.1 * pictures(3)
    y = x + 0.2 * linear.normals[0].view(3, 2, 2)
    found = judge(x, y, pixels, linear, ["first"])
    torch.testing.assert_close(found.reached, torch.full((3,), 2.0), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.moved["first"], found.reached)
    rest = (found.moved["second"].abs() + found.moved["side"].abs()) / 2
    torch.testing.assert_close(found.others, rest)
    assert float(found.others.max()) < 1
    with pytest.raises(StudioError, match="'third'"):
        judge(x, y, pixels, linear, ["third"])


def test_identity_is_the_cosine_of_pooled_features_about_the_typical(pixels):
    a, b, typical = pictures(2), pictures(2, 1), torch.tensor([0.1, -0.2, 0.3])
    mean = torch.nn.functional.cosine_similarity(a.mean((2, 3)) - typical, b.mean((2, 3)) - typical)
    torch.testing.assert_close(judge(a, b, pixels, typical=typical).identity, mean)
    assert judge(a, b, pixels).moved == {}


def test_the_typical_picture_is_the_mean_of_samples(plain, pixels):
    from inversion.sampling import draw

    mean = pixels.pooled(draw(plain, 128).synthesize(plain)).mean(0)
    torch.testing.assert_close(typical_features(plain, pixels), mean)
