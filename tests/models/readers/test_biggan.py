"""models/readers/biggan.py against the PyPI package pytorch-pretrained-biggan, on its own random
weights; and everything that may be wrong with a folder."""

import json
import os

import pytest
import torch
from torch.nn.functional import one_hot

from models import load
from models.errors import StudioError
from models.readers import biggan
from models.tensor_file import sha256
from tests.models.biggan_reference import reference, write
from tests.models.published import Call, forge

CLASSES = torch.tensor([0, 4, 2])


@pytest.fixture(scope="module")
def published():
    return reference()


@pytest.fixture
def folder(published, tmp_path):
    return write(published, tmp_path / "biggan-tiny")


def latents(n=3):
    return torch.randn(n, 12, generator=torch.Generator().manual_seed(1))


@pytest.mark.slow
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("truncation", [0.02, 0.4, 0.5, 1.0])
def test_draws_what_the_package_draws(published, tmp_path, zipped, truncation):
    assert (truncation / 0.02).is_integer(), "between these the package swaps its two weights"
    G = load(write(published, tmp_path / "net", _use_new_zipfile_serialization=zipped))
    wanted = published(latents(), one_hot(CLASSES, 5).float(), truncation)
    assert wanted.std() > 0.3
    torch.testing.assert_close(G.generate(latents(), CLASSES, truncation), wanted, atol=1e-5,
                               rtol=1e-4)  # fmt: skip


def test_between_stored_truncations_it_is_the_package_with_the_weights_set_right(
    published, tmp_path
):
    """0.411 is 0.45 of the way from 0.40 to 0.42; a copy of the package whose table has that mean
    at 0.40 draws what it should have drawn."""
    G = load(write(published, tmp_path / "net"))
    z, labels = latents(), one_hot(CLASSES, 5).float()
    right = reference()
    for name, table in right.state_dict().items():
        if "running_" in name:
            table[20] = 0.45 * table[20] + 0.55 * table[21]
    drawn = G.generate(z, CLASSES, 0.411)
    torch.testing.assert_close(drawn, right(z, labels, 0.4), atol=1e-4, rtol=1e-3)
    assert not torch.allclose(drawn, published(z, labels, 0.411), atol=1e-3)


def test_settings_and_identity_come_from_the_folder(folder):
    G = load(str(folder))
    assert (G.resolution, G.z_dim, G.class_dim, G.num_classes) == (32, 12, 12, 5)
    assert G.class_names == () and G.num_blocks == 6 and not G.training
    assert not any(p.requires_grad for p in G.parameters())
    assert G.identity.name == "biggan-tiny"
    assert G.identity.sha256 == sha256(folder / "pytorch_model.bin")
    assert json.loads(G.identity.architecture) == {"class": "biggan", **G.settings}


def test_only_three_channels_of_the_last_convolution_are_kept(folder):
    assert load(folder).conv_to_rgb.weight.shape == (3, 8, 3, 3)


def test_a_thousand_classes_are_named_after_imagenet(tmp_path):
    G = load(write(reference(num_classes=1000), tmp_path / "net"))
    assert len(G.class_names) == 1000
    assert (G.class_names[0], G.class_names[207]) == ("tench", "golden retriever")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("resolution", "layers", "attention"),
    [
        (256, "F16-16 T16-16 F16-16 T16-8 F8-8 T8-8 F8-8 T8-4 F4-4 T4-2 F2-2 T2-1", 8),
        (512, "F16-16 T16-16 F16-16 T16-8 F8-8 T8-8 F8-8 T8-4 F4-4 T4-2 F2-2 T2-1 F1-1 T1-1", 8),
    ],
)
def test_published_configurations_can_be_built(tmp_path, resolution, layers, attention):
    widths = [layer[1:].split("-") for layer in layers.split()]
    blocks = [(b[0] == "T", int(i), int(o)) for b, (i, o) in zip(layers.split(), widths,
                                                                 strict=True)]  # fmt: skip
    model = reference(
        output_dim=resolution, layers=blocks, attention_layer_position=attention, channel_width=4,
        n_stats=2,
    )  # fmt: skip
    G = load(write(model, tmp_path / "net"))
    wanted = model(latents(1), one_hot(CLASSES[:1], 5).float(), 1.0)
    assert wanted.shape[2] == resolution
    torch.testing.assert_close(G.generate(latents(1), CLASSES[:1]), wanted, atol=1e-4, rtol=1e-3)


# what may be wrong


def change(folder, edit):
    state = torch.load(folder / "pytorch_model.bin", weights_only=True)
    edit(state)
    torch.save(state, folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("embeddings.weight", lambda s: s.pop("embeddings.weight")),
        ("layers.2.bn_1.running_vars", lambda s: s.pop("generator.layers.2.bn_1.running_vars")),
        ("gen_z.weight_u", lambda s: s.pop("generator.gen_z.weight_u")),
        ("gen_z.weight", lambda s: s.pop("generator.gen_z.weight_orig")),
        ("snconv1x1_o_conv", lambda s: s.pop("generator.layers.3.snconv1x1_o_conv.weight_v")),
        ("generator.stray", lambda s: s.update({"generator.stray": torch.ones(2)})),
        ("conv_0.weight", lambda s: s["generator.layers.0.conv_0.weight_u"].resize_(2)),
        (
            "generator.bn.running_means",
            lambda s: s.update({"generator.bn.running_means": torch.ones(9, 8)}),
        ),
        ("generator.bn.bias", lambda s: s["generator.bn.bias"].fill_(float("nan"))),
        ("conv_to_rgb.bias", lambda s: s.update({"generator.conv_to_rgb.bias": 3})),
        ("gen_z.weight", lambda s: s["generator.gen_z.weight_u"].zero_()),
    ],
)
def test_a_wrong_key_is_named(folder, name, edit):
    change(folder, edit)
    with pytest.raises(StudioError, match=name.replace(".", r"\.")):
        load(folder)


@pytest.mark.parametrize("file", ["config.json", "pytorch_model.bin"])
def test_a_file_that_is_missing_is_named(folder, file):
    (folder / file).unlink()
    with pytest.raises(StudioError, match=f"without {file}"):
        load(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html>sign in</html>", "web page"),
        (b"{", "not the configuration"),
        (b"[1, 2]", "not the configuration"),
        (b'{"output_dim": 32}', "channel_width|layers"),
        (b"[" * 100_000, "not the configuration"),
        (b"\xff\xfe\x00", "not the configuration"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_configuration_that_is_none(folder, content, words):
    (folder / "config.json").write_bytes(content)
    with pytest.raises(StudioError, match=words):
        load(folder)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({"output_dim": 64}, "64 pixels"),
        ({"channel_width": 4096}, "more weights than a file of its size"),
        ({"channel_width": 10**9}, "channel_width of 1000000000"),
        ({"channel_width": -1}, "channel_width of -1"),
        ({"num_classes": 10**9}, "num_classes of"),
        ({"n_stats": 10**9}, "n_stats of"),
        ({"layers": [[False, 16, 16]] * 100_000}, "layers"),
        ({"layers": "abc"}, "not the configuration"),
        ({"attention_layer_position": 4}, "layers"),
        ({"eps": "small"}, "not the configuration"),
        ({"z_dim": 13}, "shape"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_configuration_of_another_network(folder, claim, words):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | claim))
    with pytest.raises(StudioError, match=words):
        load(folder)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_weights_cut_short(folder, keep):
    weights = folder / "pytorch_model.bin"
    weights.write_bytes(weights.read_bytes()[: int(weights.stat().st_size * keep)])
    with pytest.raises(StudioError, match="cut short or damaged"):
        load(folder)


def test_hostile_weights_are_refused_and_not_run(folder, tmp_path):
    canary = tmp_path / "canary"

    class Hostile:
        def __reduce__(self):
            return os.mkdir, (str(canary),)

    torch.save({"embeddings.weight": Hostile()}, folder / "pytorch_model.bin")
    with pytest.raises(StudioError, match="refused.*mkdir"):
        biggan.read(folder)
    forge(folder / "pytorch_model.bin", Call("posix", "system", "false"))
    with pytest.raises(StudioError, match="not what torch saves"):
        biggan.read(folder)
    assert not canary.exists()


@pytest.mark.parametrize("content", [[1, 2], {"a": {"b": 1}}, {3: torch.ones(1)}])
def test_weights_of_another_kind(folder, content):
    torch.save(content, folder / "pytorch_model.bin")
    with pytest.raises(StudioError, match="no weights by name|is not a tensor"):
        biggan.read(folder)
