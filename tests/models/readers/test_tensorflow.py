"""models/readers/tensorflow.py"""

import pytest
import torch
import torch.nn.functional as F

from models import load
from models.errors import StudioError
from tests.models.published import Call, as_tensorflow, forge, network, tiny

Z = torch.randn(3, 10, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"class_dim": 4},
        {"mapping_layers": 2, "mapping_lr": 0.1},
        {"mapping_lr": 1},
        {"grey": True},
    ],
    ids=str,
)
def test_draws_the_same_pictures(tmp_path, changes):
    G = tiny(**changes)
    loaded = load(forge(tmp_path / "g.pkl", as_tensorflow(G)))
    c = torch.eye(4)[:3] if G.class_dim else None
    torch.testing.assert_close(
        loaded.generate(Z, c, 0.7), G.generate(Z, c, 0.7), atol=1e-4, rtol=1e-4
    )
    assert loaded.settings == G.settings and not loaded.notes


def test_the_doubling_convolution_is_what_tensorflow_means(tmp_path):
    """TensorFlow's Conv0_up correlates the kernel, as it is stored, with what zeros were inserted
    into."""
    G = tiny()
    content = as_tensorflow(G)
    arrays = dict(content[-1].state["components"]["synthesis"].state["variables"])
    kernel = torch.from_numpy(arrays["8x8/Conv0_up/weight"]).permute(3, 2, 0, 1)  # [o, i, k, k]
    loaded = load(forge(tmp_path / "g.pkl", content))
    x = torch.zeros(1, kernel.shape[1], 8, 8)
    x[0, 2, ::2, ::2] = torch.randn(4, 4)
    theirs = F.conv2d(F.pad(x, (2, 0, 2, 0)), kernel)
    ours = F.conv_transpose2d(
        x[:, :, ::2, ::2], loaded.synthesis.b8.conv0.weight.transpose(0, 1), stride=2
    )[..., :8, :8]
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("StyleGAN1 of the TensorFlow era", as_tensorflow(tiny(), version=3)),
        ("architecture 'resnet'", as_tensorflow(tiny(), architecture="resnet")),
        ("architecture 'orig'", as_tensorflow(tiny(), architecture="orig")),
        ("resampling filter", as_tensorflow(tiny(), resample_kernel=[1, 2, 1])),
        ("activation 'relu'", as_tensorflow(tiny(), nonlinearity="relu")),
        ("discriminator", network(4, {"4x4/Dense0/weight": torch.ones(2, 2)}, {}, a=1)),
        ("first TensorFlow release", network(4, {}, {
            "mapping": network(4, {"LabelConcat/weight": torch.ones(2, 2)}, {}),
            "synthesis": network(4, {"4x4/Const/const": torch.ones(2, 2)}, {}),
        }, a=1)),
        ("Progressive GAN", Call("tfutil", "Network")),
        ("TensorFlow era", (Call("dnnlib.tflib.network", "Network"),) * 3),
        ("strange/part", network(4, {}, {
            "synthesis": network(4, {"strange/part": torch.ones(2)}, {}),
        }, a=1)),
    ],
)  # fmt: skip
def test_others_are_refused_by_name(tmp_path, said, content):
    with pytest.raises(StudioError, match=said) as caught:
        load(forge(tmp_path / "g.pkl", content))
    assert "harm" not in str(caught.value)


def test_networks_in_one_another_end(tmp_path):
    whole = network(4, {}, {}, a=1)
    for _ in range(40):
        whole = network(4, {}, {"synthesis": whole, "mapping": whole}, a=1)
    with pytest.raises(StudioError):
        load(forge(tmp_path / "g.pkl", whole))
