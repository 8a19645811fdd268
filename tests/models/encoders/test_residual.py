"""models/encoders/residual.py: the network, its file, and whom it belongs to."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from models import StudioError, load_encoder, tensor_file
from models.encoders import residual
from models.encoders.residual import ResidualEncoder
from models.network_file import NETWORK, Weights
from models.readers import native
from tests.conftest import tiny_stylegan2


def untrained(**changes) -> ResidualEncoder:
    settings = {"z_dim": 5, "w_dim": 7, "num_ws": 6, "widths": (8, 16)}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = ResidualEncoder(**(settings | changes)).eval()
        encoder.w_mean.normal_()
        encoder.classes.normal_()
        encoder.w_std.fill_(0.5)
    encoder.for_generator = Weights("tiny", tiny_stylegan2().identity.sha256)
    return encoder.requires_grad_(False)


def conditional() -> ResidualEncoder:
    return untrained(w_dim=0, num_ws=0, class_dim=4, num_classes=3)


def written(encoder: ResidualEncoder, path):
    residual.save(encoder, path, name="e", licence="CC0-1.0", training={"images": 3})
    return path


def x(n: int = 3, size: int = 16) -> torch.Tensor:
    return torch.rand(n, 3, size, size, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_one_style_for_all_layers_in_units_of_w():
    encoder = untrained()
    estimate = encoder(x())
    assert estimate.z.shape == (3, 5) and estimate.ws.shape == (3, 6, 7) and estimate.c is None
    z, w = encoder.standard(x(), None)
    torch.testing.assert_close(estimate.z, z)
    for layer in estimate.ws.unbind(1):
        torch.testing.assert_close(layer, encoder.w_mean + 0.5 * w)


def test_a_picture_is_estimated_as_if_it_were_alone():
    encoder = untrained()
    torch.testing.assert_close(encoder(x()).z[1:2], encoder(x()[1:2]).z)


def test_other_sizes_are_resized():
    encoder = untrained()
    small = x()
    large = small.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert encoder(large).z.shape == (3, 5)
    assert (encoder(large).z - encoder(small).z).norm() < 0.5 * encoder(small).z.norm()


def test_the_class_enters_and_is_found_when_it_is_not_given():
    encoder = conditional()
    found = encoder(x())
    label = encoder.logits(x()).argmax(1)
    assert torch.equal(found.c, encoder.classes[label]) and found.ws is None
    torch.testing.assert_close(encoder(x(), found.c).z, found.z)
    others = encoder(x(), encoder.classes[(label + 1) % 3])
    assert (others.z - found.z).abs().max() > 1e-3


def test_ws_follow_from_z_where_they_are_not_estimated():
    G = tiny_stylegan2()
    encoder = untrained(z_dim=8, w_dim=0, num_ws=0)
    estimate = encoder(x())
    assert estimate.ws is None
    torch.testing.assert_close(estimate.complete(G).ws, G.map(estimate.z))
    own = untrained()(x())
    assert own.complete(G) is own


@pytest.mark.parametrize("encoder", [untrained(), conditional()], ids=["mapping", "classes"])
def test_the_file_holds_all_of_it(encoder, tmp_path):
    path = written(encoder, tmp_path / "e.safetensors")
    again = load_encoder(path)
    assert again.settings == encoder.settings and again.for_generator == encoder.for_generator
    assert again.identity.sha256 == tensor_file.sha256(path) and again.name == "e"
    assert not again.training and not any(p.requires_grad for p in again.parameters())
    for name, tensor in encoder.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, rtol=1e-3, atol=1e-3)
    assert native.training_record(path) == {"images": 3}


def test_it_belongs_to_the_weights_it_learnt_from():
    encoder, G = untrained(), tiny_stylegan2()
    assert encoder.refuses(G) is None
    reason = encoder.refuses(tiny_stylegan2("other"))
    assert "belongs to other weights" in reason and "trained for tiny" in reason
    assert "python -m training encoder --generator other" in reason


def spoil(path, change):
    """The file again with its metadata and tensors changed."""
    file = tensor_file.read(path, NETWORK)
    metadata, tensors = file.metadata, file.tensors
    change(metadata, tensors)
    save_file(tensors, path, metadata)


def architecture(**changes):
    def change(metadata, tensors):
        metadata["architecture"] = json.dumps(json.loads(metadata["architecture"]) | changes)

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m, t: t.pop("stem.bias"), "lacks the weights 'stem.bias'"),
        (lambda m, t: t.update(extra=torch.ones(2)), "no place for: 'extra'"),
        (lambda m, t: t.update({"stem.bias": torch.ones(3)}), "shape"),
        (lambda m, t: t["head.bias"].fill_(torch.nan), "finite"),
        (
            lambda m, t: m.update(format="other"),
            "something else than one of this studio's networks",
        ),
        (lambda m, t: m.pop("for_generator"), "does not say for which generator"),
        (lambda m, t: m.update(for_generator="3"), "cannot build"),
        (architecture(**{"class": "stylegan2"}), "holds no encoder"),
        (architecture(widths=[7]), "multiples of 8"),
        (architecture(widths=[8] * 9), "multiples of 8"),
        (architecture(z_dim=10**9), "claims a z_dim"),
        (architecture(num_classes=2), "neither class_dim nor"),
        (architecture(depth=2), "cannot build"),
    ],
)
def test_a_file_that_is_wrong_is_a_sentence(change, sentence, tmp_path):
    path = written(untrained(), tmp_path / "e.safetensors")
    spoil(path, change)
    with pytest.raises(StudioError, match=sentence):
        load_encoder(path)


def test_names(tmp_path, monkeypatch):
    monkeypatch.setattr("models.weights.checkpoint.EMBEDDED", tmp_path)
    written(untrained(), tmp_path / "encoder-avatars.safetensors")
    for name in ("avatars", "encoder-avatars"):
        encoder = load_encoder(name)
        assert encoder.name == "encoder-avatars" and encoder.identity.licence == "Apache-2.0"
    with pytest.raises(StudioError, match="no encoder 'church'.*e4e-ffhq.*training encoder"):
        load_encoder("church")
    with pytest.raises(StudioError, match="no encoder 'none.pt'"):
        load_encoder("none.pt")
    (tmp_path / "page.pt").write_text("<html>")
    with pytest.raises(StudioError, match="web page"):
        load_encoder(tmp_path / "page.pt")


def test_a_generators_file_is_no_encoder_and_the_other_way_round(tmp_path):
    native.save(tiny_stylegan2(), tmp_path / "g.safetensors", name="g", licence="?")
    with pytest.raises(StudioError, match="holds no encoder"):
        load_encoder(tmp_path / "g.safetensors")
    with pytest.raises(StudioError, match="holds no generator"):
        native.load(written(untrained(), tmp_path / "e.safetensors"))
    assert load_file(tmp_path / "e.safetensors")["head.bias"].dtype == torch.float16
