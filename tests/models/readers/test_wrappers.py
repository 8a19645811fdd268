"""A StyleGAN2 is found wherever it stands in a file, and what is missing is rebuilt and said."""

import pickle
import sys
from types import ModuleType

import pytest
import torch
from safetensors.torch import save_file

from models import load
from models.errors import StudioError
from tests.models.published import Call, as_nvidia, as_rosinality, forge, tiny

G = tiny()
Z = torch.randn(2, 10, generator=torch.Generator().manual_seed(1))


def prefixed(prefix, tensors):
    return {prefix + name: tensor for name, tensor in tensors.items()}


def nested(prefix, tensors):
    """Dictionaries within dictionaries in place of the prefix's dots."""
    for key in reversed(prefix.rstrip(".").split(".")):
        tensors = {key: tensors}
    return tensors


PREFIXES = [
    "",
    "module.",
    "decoder.",
    "generator.",
    "g_ema.",
    "G_ema.",
    "netG.module.",
    "ema.model.",
]
KEYS = ["g_ema", "G_ema", "g", "G", "generator", "state_dict", "params_ema", "model.g_ema", "0.net"]


def named(form):
    if form == "rosinality":
        file = as_rosinality(G)
        return {**file["g_ema"], "latent_avg": file["latent_avg"]}
    tensors = {name: t.clone() for name, t in G.state_dict().items()}
    if form == "synthesis and mapping":
        return {
            half: {k.removeprefix(f"{half}."): t for k, t in tensors.items() if k.startswith(half)}
            for half in ("synthesis", "mapping")
        }
    return tensors


def check(path, **changes):
    loaded = load(path)
    torch.testing.assert_close(loaded.generate(Z, truncation=0.7), G.generate(Z, truncation=0.7))
    assert loaded.settings == G.settings | changes
    return loaded.notes


@pytest.mark.parametrize("form", ["rosinality", "nvidia"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefixes(tmp_path, form, prefix):
    torch.save(prefixed(prefix, named(form)), tmp_path / "g.pt")
    check(tmp_path / "g.pt")


@pytest.mark.parametrize("form", ["rosinality", "nvidia", "synthesis and mapping"])
@pytest.mark.parametrize("key", KEYS)
def test_keys(tmp_path, form, key):
    torch.save(nested(key, named(form)) | {"iteration": 7, "d": {"x": Z}}, tmp_path / "g.pt")
    check(tmp_path / "g.pt")


@pytest.mark.parametrize("form", ["rosinality", "nvidia"])
def test_safetensors_of_others(tmp_path, form):
    save_file(prefixed("g_ema.", named(form)), tmp_path / "g.safetensors")
    check(tmp_path / "g.safetensors")


def test_the_averaged_weights_are_taken_wherever_they_stand(tmp_path):
    other = {name: torch.zeros_like(t) for name, t in G.state_dict().items()}
    for content in (
        {"G": other, "G_ema": G.state_dict()},
        {"G_ema": G.state_dict(), "G": other},
        {"a": {"generator": other}, "long": {"name": {"generator_ema": G.state_dict()}}},
    ):
        torch.save(content, tmp_path / "g.pt")
        assert not any("averaged" in note for note in check(tmp_path / "g.pt"))
    torch.save({"g": G.state_dict(), "d": {}}, tmp_path / "g.pt")
    assert any("averaged" in note for note in check(tmp_path / "g.pt"))


@pytest.mark.parametrize("how", ["a layer", "a row", "inside", "beside the wrapper", "by e4e"])
def test_the_mean_of_w_in_every_form(tmp_path, how):
    file = as_rosinality(G)
    g, mean = dict(file["g_ema"]), file["latent_avg"]
    content = {
        "a layer": {"g_ema": g, "latent_avg": mean.repeat(6, 1)},
        "a row": {"g_ema": g, "latent_avg": mean[None]},
        "inside": {"g_ema": {**g, "latent_avg": mean}},
        "beside the wrapper": {"state_dict": {"latent_avg": mean, **prefixed("decoder.", g)}},
        "by e4e": {"state_dict": prefixed("decoder.", g), "latent_avg": mean.repeat(6, 1)},
    }[how]
    torch.save(content, tmp_path / "g.pt")
    check(tmp_path / "g.pt")


@pytest.mark.parametrize("wrap", [lambda g: g, lambda g: {"g_ema": g}])
def test_what_is_missing_is_rebuilt_and_said(tmp_path, wrap):
    g = as_rosinality(G)["g_ema"]
    kept = {k: t for k, t in g.items() if not k.startswith("noises.") and "kernel" not in k}
    torch.save(wrap(kept), tmp_path / "g.pt")
    one, two = load(tmp_path / "g.pt"), load(tmp_path / "g.pt")
    for word in ("5 noise maps", "resampling filters", "no mean of w"):
        assert sum(word in note for note in one.notes) == 1, one.notes
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, two.state_dict()[name])
        if "noise_const" not in name and "w_avg" not in name:
            assert torch.equal(tensor, G.state_dict()[name])
    assert 0.5 < one.synthesis.b16.conv1.noise_const.std() < 2
    w = G.map(torch.randn(10_000, 10, generator=torch.Generator().manual_seed(5)))[:, 0]
    torch.testing.assert_close(one.w_mean(), w.mean(0), rtol=0.05, atol=0.05 * w.std().item())


def test_one_noise_map_that_is_missing(tmp_path):
    file = as_rosinality(G)
    del file["g_ema"]["noises.noise_3"]
    torch.save(file, tmp_path / "g.pt")
    loaded = load(tmp_path / "g.pt")
    assert any("lacks 1 noise map" in note for note in loaded.notes)
    assert torch.equal(loaded.synthesis.b8.conv1.noise_const, G.synthesis.b8.conv1.noise_const)


@pytest.mark.parametrize("prefix", ["", "synthesis.", "G_ema.synthesis."])
def test_a_synthesis_network_alone(tmp_path, prefix):
    parts = {k.removeprefix("synthesis."): t for k, t in G.state_dict().items() if k[0] == "s"}
    torch.save(prefixed(prefix, parts), tmp_path / "g.pt")
    loaded = load(tmp_path / "g.pt")
    ws = torch.randn(2, G.num_ws, G.w_dim)
    assert torch.equal(loaded.synthesize(ws), G.synthesize(ws))
    assert "z" not in loaded.spaces and "w+" in loaded.spaces
    assert any("no mapping network" in note for note in loaded.notes)


@pytest.mark.filterwarnings("ignore:Couldn't retrieve source code")
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("half", [True, False], ids=["half", "float"])
def test_modules_that_were_saved_whole(tmp_path, monkeypatch, zipped, half):
    """torch.save(G), as trainings and PTI do; what their classes are called does not matter."""
    modules = {}
    for i, module in enumerate(G.modules()):  # as classes of a package that is not there
        foreign = type(f"Foreign{i}", (type(module),), {})
        foreign.__module__ = "training_of_others"
        modules[module] = foreign
    package = ModuleType("training_of_others")
    for foreign in modules.values():
        monkeypatch.setattr(package, foreign.__name__, foreign, raising=False)
    monkeypatch.setitem(sys.modules, "training_of_others", package)
    saved = tiny()
    for module, foreign in zip(saved.modules(), modules.values(), strict=True):
        module.__class__ = foreign
    how = {"_use_new_zipfile_serialization": zipped}
    torch.save({"G": None, "net": saved.half() if half else saved}, tmp_path / "g.pt", **how)
    monkeypatch.delitem(sys.modules, "training_of_others")
    loaded = load(tmp_path / "g.pt")
    tolerance = {"atol": 0.05, "rtol": 0.05} if half else {}
    ours, theirs = loaded.state_dict(), G.state_dict()
    for name in theirs:
        torch.testing.assert_close(ours[name], theirs[name], **tolerance)


def test_persistent_module_in_an_archive(tmp_path, monkeypatch):
    """PTI saves NVIDIA's module by torch.save: an archive that asks for their reconstruction."""
    package, module = ModuleType("torch_utils"), ModuleType("torch_utils.persistence")

    def _reconstruct_persistent_obj(meta):
        raise SystemExit("code in the file was run")

    _reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"
    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    monkeypatch.setattr(
        module, "_reconstruct_persistent_obj", _reconstruct_persistent_obj, raising=False
    )
    monkeypatch.setitem(sys.modules, "torch_utils", package)
    monkeypatch.setitem(sys.modules, "torch_utils.persistence", module)

    class Persistent:
        def __init__(self, meta):
            self.meta = meta

        def __reduce__(self):
            return _reconstruct_persistent_obj, (self.meta,)

    def real(x):
        if isinstance(x, Call):
            return Persistent(real(x.args[0])) if x.args else {}
        return type(x)((k, real(v)) for k, v in x.items()) if isinstance(x, dict) else x

    for content in (real(as_nvidia(G)["G_ema"]), real(as_nvidia(G))):
        torch.save(content, tmp_path / "model_RUN_photo.pt")
        check(tmp_path / "model_RUN_photo.pt")


def test_a_plain_pickle_of_a_state_dict(tmp_path):
    (tmp_path / "g.pkl").write_bytes(pickle.dumps(dict(G.state_dict()), 4))
    check(tmp_path / "g.pkl")
    arrays = {name: t.numpy() for name, t in G.state_dict().items()}
    (tmp_path / "g.pkl").write_bytes(pickle.dumps(arrays, 4))
    check(tmp_path / "g.pkl")


def test_a_surplus_weight_is_named(tmp_path):
    torch.save({"g_ema": dict(G.state_dict()) | {"wavelet.iwt": Z}}, tmp_path / "g.pt")
    with pytest.raises(StudioError, match=r"wavelet\.iwt.*another network, or a variant"):
        load(tmp_path / "g.pt")


def test_foreign_things_beside_the_network(tmp_path):
    content = as_nvidia(
        G,
        D=Call("pg_modules.discriminator", "ProjectedDiscriminator", "seventeen", 3),
        augment_pipe=Call("training.augment", "AugmentPipe"),
        training_set_kwargs=Call("dnnlib.util", "EasyDict"),
        loss=Call("functools", "partial", 3),
    )
    check(forge(tmp_path / "g.pkl", content))
