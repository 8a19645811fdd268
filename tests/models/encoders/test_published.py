"""models/encoders/published.py and models/encoders/reader.py: e4e's and pSp's files."""

import argparse
import math
import re
from collections import OrderedDict

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models import load_encoder
from models.encoders.published import PublishedEncoder
from models.errors import StudioError
from tests.conftest import tiny_stylegan2
from tests.models.published import Call, forge

NUM_WS, W_DIM, SIZE = 10, 128, 32
TYPES = {"e4e": "Encoder4Editing", "psp": "GradualStyleEncoder"}


def layout(num_ws: int, w: int, size: int) -> dict[str, tuple[int, ...]]:
    """Every weight of the released encoders by name, from the tables of the papers: IR-SE50 with
    blocks of 3, 4, 14, 3 units, num_ws heads of log2(size of their map) convolutions."""
    shapes: dict[str, tuple[int, ...]] = {}

    def norm(name: str, n: int) -> None:
        for part in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{name}.{part}"] = (n,)
        shapes[f"{name}.num_batches_tracked"] = ()

    shapes["input_layer.0.weight"] = (w // 8, 3, 3, 3)
    norm("input_layer.1", w // 8)
    shapes["input_layer.2.weight"] = (w // 8,)
    i, index = w // 8, 0
    for o, units in ((w // 8, 3), (w // 4, 4), (w // 2, 14), (w, 3)):
        for _ in range(units):
            res, short = f"body.{index}.res_layer", f"body.{index}.shortcut_layer"
            norm(f"{res}.0", i)
            shapes[f"{res}.1.weight"] = (o, i, 3, 3)
            shapes[f"{res}.2.weight"] = (o,)
            shapes[f"{res}.3.weight"] = (o, o, 3, 3)
            norm(f"{res}.4", o)
            shapes[f"{res}.5.fc1.weight"] = (o // 16, o, 1, 1)
            shapes[f"{res}.5.fc2.weight"] = (o, o // 16, 1, 1)
            if i != o:
                shapes[f"{short}.0.weight"] = (o, i, 1, 1)
                norm(f"{short}.1", o)
            i, index = o, index + 1
    for k in range(num_ws):
        side = size // (16 if k < 3 else 8 if k < 7 else 4)
        for j in range(int(math.log2(side))):
            shapes[f"styles.{k}.convs.{2 * j}.weight"] = (w, w, 3, 3)
            shapes[f"styles.{k}.convs.{2 * j}.bias"] = (w,)
        shapes[f"styles.{k}.linear.weight"] = (w, w)
        shapes[f"styles.{k}.linear.bias"] = (w,)
    for name, width in (("latlayer1", w // 2), ("latlayer2", w // 4)):
        shapes[f"{name}.weight"] = (w, width, 1, 1)
        shapes[f"{name}.bias"] = (w,)
    return shapes


def draw(name: str, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.tensor(7)
    x = torch.randn(shape, generator=rng)
    if name.endswith("running_var"):
        return x.square() + 0.5
    fan = math.prod(shape[1:]) if len(shape) > 1 and "linear" not in name else 1
    return x / fan**0.5


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    rng = torch.Generator().manual_seed(0)
    return {k: draw(k, shape, rng) for k, shape in layout(NUM_WS, W_DIM, SIZE).items()}


def content(weights: dict[str, Tensor], kind: str = "e4e") -> dict:
    decoder = {"decoder.conv1.conv.weight": torch.zeros(1, 4, 4, 3, 3)}
    encoder = {f"encoder.{name}": tensor for name, tensor in weights.items()}
    average = torch.randn(NUM_WS, W_DIM, generator=torch.Generator().manual_seed(1))
    options = {"encoder_type": TYPES[kind], "learning_rate": 1e-4, "device": "cuda:0", "x": None}
    return {
        "state_dict": OrderedDict(encoder | decoder),
        "latent_avg": average,
        "opts": options,
    }


def reference(file: dict, x: Tensor, kind: str) -> Tensor:
    """What the file means, written out on its own names from the papers."""
    p = {k.removeprefix("encoder."): v for k, v in file["state_dict"].items()}

    def norm(x: Tensor, name: str) -> Tensor:
        mean, var = p[f"{name}.running_mean"], p[f"{name}.running_var"]
        y = (x - mean[:, None, None]) / (var[:, None, None] + 1e-5).sqrt()
        return y * p[f"{name}.weight"][:, None, None] + p[f"{name}.bias"][:, None, None]

    def prelu(x: Tensor, name: str) -> Tensor:
        return torch.where(x > 0, x, x * p[f"{name}.weight"][:, None, None])

    x = prelu(norm(F.conv2d(x, p["input_layer.0.weight"], padding=1), "input_layer.1"),
              "input_layer.2")  # fmt: skip
    maps = {}
    for k in range(24):
        stride = 2 if k in (0, 3, 7, 21) else 1
        res, short = f"body.{k}.res_layer", f"body.{k}.shortcut_layer"
        y = F.conv2d(norm(x, f"{res}.0"), p[f"{res}.1.weight"], padding=1)
        y = F.conv2d(prelu(y, f"{res}.2"), p[f"{res}.3.weight"], padding=1, stride=stride)
        y = norm(y, f"{res}.4")
        s = y.mean((2, 3), keepdim=True)
        s = F.conv2d(F.conv2d(s, p[f"{res}.5.fc1.weight"]).relu(), p[f"{res}.5.fc2.weight"])
        y = y * torch.sigmoid(s)
        if f"{short}.0.weight" in p:
            x = norm(F.conv2d(x, p[f"{short}.0.weight"], stride=stride), f"{short}.1")
        else:
            x = F.max_pool2d(x, 1, stride)
        x = maps[k] = x + y

    def joined(top: Tensor, side: Tensor, name: str) -> Tensor:
        side = F.conv2d(side, p[f"{name}.weight"], p[f"{name}.bias"])
        return side + F.interpolate(top, size=side.shape[2:], mode="bilinear", align_corners=True)

    middle = joined(maps[23], maps[20], "latlayer1")
    fine = joined(middle, maps[6], "latlayer2")
    rows = []
    for k in range(NUM_WS):
        y = maps[23] if k < 3 else middle if k < 7 else fine
        j = 0
        while y.shape[-1] > 1:
            name = f"styles.{k}.convs.{2 * j}"
            y = F.leaky_relu(
                F.conv2d(y, p[f"{name}.weight"], p[f"{name}.bias"], stride=2, padding=1), 0.01
            )
            j += 1
        linear = p[f"styles.{k}.linear.weight"] / W_DIM**0.5
        rows.append(F.linear(y.flatten(1), linear, p[f"styles.{k}.linear.bias"]))
    if kind == "e4e":
        rows = [rows[0]] + [rows[0] + row for row in rows[1:]]
    return torch.stack(rows, 1) + file["latent_avg"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_estimates_what_the_file_means(kind, zipped, weights, tmp_path):
    file = content(weights, kind)
    torch.save(file, tmp_path / "e.pt", _use_new_zipfile_serialization=zipped)
    encoder = load_encoder(tmp_path / "e.pt")
    x = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(2))
    estimate = encoder(x)
    torch.testing.assert_close(estimate.ws, reference(file, x, kind), rtol=1e-3, atol=1e-3)
    assert estimate.z is None and estimate.c is None and encoder.gives == {"w", "w+"}
    assert not encoder.training and not any(p.requires_grad for p in encoder.parameters())
    assert encoder(F.interpolate(x, scale_factor=2)).ws.shape == (2, NUM_WS, W_DIM)


def test_the_full_network_has_the_published_layout():
    with torch.device("meta"):
        network = PublishedEncoder(kind="psp")
    shapes = {name: tuple(t.shape) for name, t in network.state_dict().items()}
    assert shapes.pop("latent_avg") == (18, 512)
    expected = layout(18, 512, 256)
    assert shapes == {k: v for k, v in expected.items() if "num_batches" not in k}
    assert sum(math.prod(s) for s in shapes.values()) > 260e6


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES)
def test_options_come_as_a_namespace_or_are_gone(kind, weights, tmp_path):
    x = torch.zeros(1, 3, SIZE, SIZE)
    file = content(weights, kind)
    wanted = reference(file, x, kind)
    for name, options in (
        ("a.pt", argparse.Namespace(**file["opts"])),
        (f"{kind}_ffhq_encode.pt", {}),
        (f"{kind}_mine.pt", None),
    ):
        torch.save(file | {"opts": options}, tmp_path / name)
        ws = load_encoder(tmp_path / name)(x).ws
        torch.testing.assert_close(ws, wanted, rtol=1e-3, atol=1e-3)


def test_one_mean_for_all_layers(weights, tmp_path):
    file = content(weights)
    one = file["latent_avg"][0]
    torch.save(file | {"latent_avg": one}, tmp_path / "e.pt")
    assert torch.equal(load_encoder(tmp_path / "e.pt").latent_avg, one.expand(NUM_WS, -1))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f["state_dict"].pop("encoder.body.9.res_layer.2.weight"), "body.9.res_layer.2"),
        (lambda f: f["state_dict"].pop("encoder.styles.4.linear.bias"), "styles.4.linear.bias"),
        (lambda f: f["state_dict"].update({"encoder.extra": torch.ones(2)}), "extra"),
        (
            lambda f: f["state_dict"].update({"encoder.latlayer2.bias": torch.ones(9)}),
            "latlayer2.bias.*shape",
        ),
        (
            lambda f: f["state_dict"].update(
                {"encoder.latlayer2.bias": torch.full([W_DIM], math.nan)}
            ),
            "finite",
        ),  # fmt: skip
        (lambda f: f["state_dict"].update({"encoder.latlayer2.bias": 3}), "not a tensor"),
        (lambda f: f.pop("latent_avg"), "latent_avg"),
        (lambda f: f.update(latent_avg=torch.ones(4, W_DIM)), "latent_avg"),
        (lambda f: f.pop("state_dict"), "no 'state_dict'"),
        (lambda f: f.update(opts={"encoder_type": "BackboneEncoder"}), "BackboneEncoder"),
        (lambda f: f.pop("opts"), "of the type None"),
        (lambda f: f.update(state_dict={"decoder.x": torch.ones(1)}), "holds no encoder"),
    ],
)
def test_what_does_not_fill_the_network_is_a_sentence(change, sentence, weights, tmp_path):
    file = content(weights)
    change(file)
    torch.save(file, tmp_path / "x.pt")
    with pytest.raises(StudioError, match=sentence):
        load_encoder(tmp_path / "x.pt")


def test_damaged_hostile_or_another_format(weights, tmp_path):
    path = tmp_path / "e.pt"
    torch.save(content(weights), path)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(StudioError, match="cut short"):
        load_encoder(path)
    with pytest.raises(StudioError, match="no encoder that can be read"):
        load_encoder(forge(tmp_path / "e.pkl", Call("posix", "system", "false")))
    torch.save({"state_dict": argparse.Namespace(a=torch.ones(2))}, path)
    with pytest.raises(StudioError, match="no 'state_dict'"):
        load_encoder(path)


def test_it_serves_the_weights_whose_mean_of_w_it_has(weights, tmp_path):
    torch.save(content(weights), tmp_path / "e.pt")
    encoder = load_encoder(tmp_path / "e.pt")
    G = tiny_stylegan2()
    assert re.search(f"{NUM_WS} styles of {W_DIM}.*tiny has 6 of 8", encoder.refuses(G))
    G.num_ws, G.w_dim = NUM_WS, W_DIM
    G.mapping.w_avg = encoder.latent_avg[0].clone()
    G._w_statistics = G.mapping.w_avg, torch.tensor(1.0)
    encoder.latent_avg = encoder.latent_avg[:1].repeat(NUM_WS, 1)
    assert encoder.refuses(G) is None
    G.mapping.w_avg[0] += 0.2
    assert "means of their w differ" in encoder.refuses(G)
