"""rosinality's files: models/readers/stylegan2.py, rosinality.py and torch_format.py"""

import argparse
import io
import os
import subprocess
import zipfile

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import StudioError
from models.readers import read
from tests.models.published import as_rosinality, tiny


@pytest.fixture
def G():
    return tiny()


def saved(path, content, **how):
    torch.save(content, path, **how)
    return path


def draw(file: dict, z: Tensor) -> Tensor:
    """What rosinality's file means, written out from Karras et al. 2020 on its own names."""
    g = file["g_ema"]

    def linear(x, name, lr=1.0):
        weight = g[f"{name}.weight"]
        return F.linear(x, weight * lr / weight.shape[1] ** 0.5, g[f"{name}.bias"] * lr)

    def act(x):
        return F.leaky_relu(x, 0.2) * 2**0.5

    def spread(x, kernel, before, after):
        """Zero-insertion, then the filter."""
        n, c, h, w = x.shape
        y = x.new_zeros(n, c, 2 * h, 2 * w)
        y[:, :, ::2, ::2] = x
        return blur(y, kernel, before, after)

    def blur(x, kernel, before, after):
        x = F.pad(x, (before, after, before, after))
        return F.conv2d(x, kernel.expand(x.shape[1], 1, 4, 4), groups=x.shape[1])

    def modulated(x, w, name, demodulate, up=False):
        weight = g[f"{name}.conv.weight"]
        s = linear(w, f"{name}.conv.modulation")
        weight = weight * s[:, None, :, None, None] / weight[0, 0].numel() ** 0.5
        if demodulate:
            weight = weight * (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
        rows = []
        for one, k in zip(x, weight, strict=True):
            if up:
                one = F.conv_transpose2d(one[None], k.transpose(0, 1), stride=2)
                rows.append(blur(one, g[f"{name}.conv.blur.kernel"], 1, 1))
            else:
                rows.append(F.conv2d(one[None], k, padding=k.shape[-1] // 2))
        return torch.cat(rows)

    def styled(x, w, name, noise, up=False):
        x = modulated(x, w, name, True, up)
        x = x + g[f"{name}.noise.weight"] * g[f"noises.noise_{noise}"]
        return act(x + g[f"{name}.activate.bias"][:, None, None])

    def rgb(x, w, name):
        return modulated(x, w, name, False) + g[f"{name}.bias"]

    w = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
    for i in range(1, 4):
        w = act(linear(w, f"style.{i}", 0.01))
    x = styled(g["input.input"].expand(len(z), -1, -1, -1), w, "conv1", 0)
    image = rgb(x, w, "to_rgb1")
    for j in range(2):
        x = styled(x, w, f"convs.{2 * j}", 2 * j + 1, up=True)
        x = styled(x, w, f"convs.{2 * j + 1}", 2 * j + 2)
        image = spread(image, g[f"to_rgbs.{j}.upsample.kernel"], 2, 1) + rgb(x, w, f"to_rgbs.{j}")
    return image


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_draws_what_the_file_means(G, tmp_path, zipped):
    content = as_rosinality(G)
    path = saved(tmp_path / "g.pt", content, _use_new_zipfile_serialization=zipped)
    loaded = read(path)
    z = torch.randn(3, 10, generator=torch.Generator().manual_seed(1))
    image = loaded.synthesize(loaded.map(z))
    torch.testing.assert_close(image, draw(content, z), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(image, G.synthesize(G.map(z)))
    torch.testing.assert_close(loaded.w_mean(), G.w_mean())


def test_training_file_without_average_gets_one(G, tmp_path):
    content = as_rosinality(G)
    del content["latent_avg"]
    content |= {"g": {}, "args": argparse.Namespace(iter=800_000, path="lmdb", mixing=0.9)}
    loaded = read(saved(tmp_path / "g.pt", content))
    w = G.map(torch.randn(20_000, 10, generator=torch.Generator().manual_seed(5)))[:, 0]
    torch.testing.assert_close(loaded.w_mean(), w.mean(0), rtol=0.05, atol=0.05 * w.std().item())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("mapping.fc1.bias", lambda g: g.pop("style.2.bias")),
        ("convs.1.conv.surplus", lambda g: g.update({"convs.1.conv.surplus": torch.ones(2)})),
        (
            "convs.0.conv.weight",
            lambda g: g.update({"convs.0.conv.weight": torch.ones(1, 9, 9, 3, 3)}),
        ),
        ("to_rgb1.bias", lambda g: g["to_rgb1.bias"].fill_(float("nan"))),
        ("convs.0.conv.blur.kernel", lambda g: g["convs.0.conv.blur.kernel"].mul_(2)),
        ("conv1.noise", lambda g: g.update({"conv1.noise.weight": 3})),
    ],
)
def test_a_wrong_key_is_named(G, tmp_path, name, change):
    content = as_rosinality(G)
    change(content["g_ema"])
    with pytest.raises(StudioError, match=name.replace(".", r"\.")):
        read(saved(tmp_path / "g.pt", content))


class Hostile:
    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def hostiles():
    yield "system", Hostile(os.system, "touch ran")
    yield "eval", Hostile(eval, "open('ran', 'w')")
    nested = io.BytesIO()
    torch.save(Hostile(os.system, "touch ran"), nested, _use_new_zipfile_serialization=False)
    yield "inside a tensor", Hostile(torch.storage._load_from_bytes, nested.getvalue())
    yield "system", argparse.Namespace(hook=Hostile(os.system, "touch ran"))
    yield r"(subprocess|commands)\.Popen", Hostile(subprocess.Popen, ["touch", "ran"])
    yield "exec", [Hostile(exec, "open('ran', 'w')")]


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize(("named", "thing"), list(hostiles()), ids=lambda x: str(x)[:24])
def test_hostile_file_is_refused_and_not_run(G, tmp_path, monkeypatch, named, thing, legacy):
    monkeypatch.chdir(tmp_path)
    content = as_rosinality(G) | {"args": thing}
    path = saved(tmp_path / "g.pt", content, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(StudioError, match=f"{named}.*could harm"):
        read(path)
    assert not (tmp_path / "ran").exists()


def test_compressed_archive_is_refused(G, tmp_path):
    plain = saved(tmp_path / "plain.pt", as_rosinality(G))
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(tmp_path / "g.pt", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    with pytest.raises(StudioError, match="compressed"):
        read(tmp_path / "g.pt")


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("keep", [0.02, 0.5, 0.95])
def test_truncated_file_is_called_cut_short(G, tmp_path, keep, legacy):
    path = saved(tmp_path / "g.pt", as_rosinality(G), _use_new_zipfile_serialization=not legacy)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(StudioError, match="cut short"):
        read(path)


def test_weights_that_the_file_does_not_hold_are_refused(G, tmp_path):
    content = as_rosinality(G)
    content["g_ema"]["conv1.activate.bias"] = torch.ones(1).expand(100_000)
    with pytest.raises(StudioError, match="more weights"):
        read(saved(tmp_path / "g.pt", content))
