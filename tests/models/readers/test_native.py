"""Our checkpoint format: the round trip, and everything that may be wrong with a file."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from models import tensor_file
from models.errors import StudioError
from models.generators.stylegan2 import StyleGAN2
from models.network_file import NETWORK
from models.readers import native


@pytest.fixture
def model() -> StyleGAN2:
    return StyleGAN2(
        resolution=8, channels={4: 4, 8: 6}, z_dim=6, w_dim=5, mapping_layers=2, mapping_lr=0.1
    )


@pytest.fixture
def file(model: StyleGAN2, tmp_path: Path) -> Path:
    path = tmp_path / "toy.safetensors"
    native.save(model, path, name="toy", licence="CC0-1.0", training={"images": 7})
    return path


def rewrite(path: Path, metadata: dict[str, str] | None = None, **changes: torch.Tensor | None):
    """The same file with other metadata, and tensors replaced, added or (None) removed."""
    tensors = {**load_file(path), **changes}
    with safe_open(path, "pt") as opened:
        kept = opened.metadata()
    save_file(
        {k: v for k, v in tensors.items() if v is not None},
        path,
        kept if metadata is None else metadata,
    )


def test_round_trip_is_exact_up_to_half_precision(model: StyleGAN2, file: Path) -> None:
    loaded = native.load(file)
    assert loaded.settings == model.settings
    for name, value in model.state_dict().items():
        got = loaded.state_dict()[name]
        assert got.dtype == torch.float32
        assert torch.equal(got, value.half().float())
    z = model.sample_z(2)
    torch.testing.assert_close(loaded.generate(z), model.generate(z), atol=0.05, rtol=0.05)
    assert not any(p.requires_grad for p in loaded.parameters())


def test_full_precision_round_trip_draws_the_same_picture(model: StyleGAN2, tmp_path: Path) -> None:
    native.save(model, tmp_path / "f", name="f", licence="", dtype=torch.float32)
    z = model.sample_z(2)
    assert torch.equal(native.load(tmp_path / "f").generate(z), model.generate(z))


def test_identity_and_record_come_from_the_file(file: Path) -> None:
    identity = native.load(file).identity
    assert identity.name == "toy" and identity.licence == "CC0-1.0"
    assert identity.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert json.loads(identity.architecture)["class"] == "stylegan2"
    assert native.training_record(file) == {"images": 7}


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"mapping.w_avg": None}, "mapping.w_avg"),
        ({"stray": torch.zeros(1)}, "stray"),
        ({"mapping.w_avg": torch.zeros(9)}, r"mapping.w_avg.*\[9\].*\[5\]"),
    ],
)
def test_a_wrong_weight_is_named(file: Path, changes: dict, words: str) -> None:
    rewrite(file, **changes)
    with pytest.raises(StudioError, match=words):
        native.load(file)


def test_a_foreign_safetensors_file_is_refused(file: Path) -> None:
    rewrite(file, {"format": "pt"})
    with pytest.raises(StudioError, match="something else than one of this studio's networks"):
        native.load(file)


@pytest.mark.parametrize(
    "architecture",
    [
        "not json",
        '{"class": "stylegan9"}',
        '{"resolution": 8}',
        '{"class": "stylegan2", "resolution": 8}',
        '{"class": "stylegan2", "resolution": 9, "channels": {"4": 4}}',
        "[]",
    ],
)
def test_an_unknown_architecture_is_refused(file: Path, architecture: str) -> None:
    rewrite(file, {"format": NETWORK.mark, "architecture": architecture})
    with pytest.raises(StudioError, match="cannot build|can build|can be built"):
        native.load(file)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x80\x02}."])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.safetensors"
    path.write_bytes(content)
    with pytest.raises(StudioError, match="cut short, or another kind of file"):
        native.load(path)


def test_a_truncated_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(StudioError, match="cut short, or another kind of file"):
        native.load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no file"):
        native.load(tmp_path / "none.safetensors")


def test_a_failed_save_leaves_the_old_file(
    model: StyleGAN2, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(tensor_file, "save_file", broken)
    with pytest.raises(StudioError, match="could not be written .disk full"):
        native.save(model, file, name="toy", licence="")
    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]
