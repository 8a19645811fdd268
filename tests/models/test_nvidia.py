"""models/readers/nvidia.py"""

import pickletools

import pytest
import torch

from models.errors import StudioError
from models.readers import nvidia
from tests.models.published import Call, as_nvidia, forge, module, persistent, tiny


@pytest.fixture
def G():
    return tiny()


def test_file_would_run_code_if_unpickled(G, tmp_path):
    """The forged file is the real thing: it names NVIDIA's reconstruction, and carries source."""
    path = forge(tmp_path / "g.pkl", as_nvidia(G))
    operations = list(pickletools.genops(path.read_bytes()))
    names = {arg for opcode, arg, _ in operations if opcode.name == "GLOBAL"}
    assert "torch_utils.persistence _reconstruct_persistent_obj" in names
    assert any(arg and "SystemExit" in str(arg) for _, arg, _ in operations)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"class_dim": 5},
        {"conv_clamp": 0.8},
        {"mapping_layers": 2, "mapping_lr": 0.1},
        {"resolution": 4, "channels": {4: 6}},
    ],
    ids=str,
)
def test_draws_the_same_pictures(tmp_path, changes):
    G = tiny(**changes)
    loaded = nvidia.read(forge(tmp_path / "g.pkl", as_nvidia(G)))
    rng = torch.Generator().manual_seed(1)
    z = torch.randn(3, 10, generator=rng)
    c = torch.eye(5)[:3] if G.class_dim else None
    assert torch.equal(loaded.synthesize(loaded.map(z, c)), G.synthesize(G.map(z, c)))
    assert torch.equal(loaded.w_mean(), G.w_mean())
    assert loaded.settings == G.settings


def test_channels_last_weights_keep_their_values(G, tmp_path):
    for name in ("synthesis.b8.conv0.weight", "synthesis.b16.conv1.weight"):
        weight = G.get_parameter(name)
        weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    loaded = nvidia.read(forge(tmp_path / "g.pkl", as_nvidia(G)))
    for name, tensor in G.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name


def state(content):
    return content["G_ema"].args[0]["state"]


def inside(content, path):
    here = state(content)
    for name in path.split("."):
        here = here["_modules"][name].args[0]["state"]
    return here


@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("mapping.fc1.bias", lambda f: inside(f, "mapping.fc1")["_parameters"].pop("bias")),
        ("mapping.w_avg", lambda f: inside(f, "mapping")["_buffers"].pop("w_avg")),
        (
            "extra.thing",
            lambda f: state(f)["_modules"].update(extra=module("X", {"thing": torch.ones(2)})),
        ),
        (
            "b8.conv0.bias",
            lambda f: inside(f, "synthesis.b8.conv0")["_parameters"].update(bias=torch.ones(9)),
        ),
        (
            "b8.resample_filter",
            lambda f: inside(f, "synthesis.b8")["_buffers"].update(
                resample_filter=torch.ones(4, 4) / 16
            ),
        ),
        ("skip", lambda f: inside(f, "synthesis.b8").update(architecture="resnet")),
        ("RGB", lambda f: state(f).update(img_channels=1)),
        ("img_resolution", lambda f: state(f).pop("img_resolution")),
        ("z_dim of 100000000", lambda f: state(f).update(z_dim=10**8)),
        ("z_dim of -4", lambda f: state(f).update(z_dim=-4)),
        ("mapping_layers", lambda f: inside(f, "mapping").update(num_layers=10**9)),
        ("12", lambda f: state(f).update(img_resolution=12)),
        (
            "mapping.fc0.weight",
            lambda f: inside(f, "mapping.fc0")["_parameters"].update(weight="text"),
        ),
        ("synthesis", lambda f: state(f)["_modules"].update(synthesis=3)),
        ("G_ema", lambda f: f.pop("G_ema")),
        ("G_ema", lambda f: f.update(G_ema={"weights": torch.ones(2)})),
    ],
)
def test_what_is_wrong_is_named(G, tmp_path, named, change):
    content = as_nvidia(G)
    change(content)
    with pytest.raises(StudioError, match=named.replace(".", r"\.")):
        nvidia.read(forge(tmp_path / "g.pkl", content))


def test_modules_that_hold_each_other_do_not_run_forever(tmp_path):
    """Thirty modules, each holding the next one twice: 2^30 paths in a small file."""
    leaf = persistent("Leaf", _parameters={}, _buffers={}, _modules={})
    for _ in range(30):
        leaf = persistent("Node", _parameters={}, _buffers={}, _modules={"a": leaf, "b": leaf})
    with pytest.raises(StudioError, match="modules"):
        nvidia.read(forge(tmp_path / "g.pkl", {"G_ema": leaf}))


def test_hostile_global_beside_the_generator_is_refused(G, tmp_path):
    path = forge(tmp_path / "g.pkl", as_nvidia(G, augment_pipe=Call("os", "system", "touch ran")))
    with pytest.raises(StudioError, match=r"os\.system"):
        nvidia.read(path)


def test_tensorflow_pickle_is_refused_by_name(tmp_path):
    path = forge(tmp_path / "g.pkl", (Call("dnnlib.tflib.network", "Network"),) * 3)
    with pytest.raises(StudioError, match=r"dnnlib\.tflib\.network\.Network"):
        nvidia.read(path)


@pytest.mark.parametrize("keep", [0.01, 0.5, 0.999])
def test_truncated_file_is_called_cut_short(G, tmp_path, keep):
    path = forge(tmp_path / "g.pkl", as_nvidia(G))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(StudioError, match="cut short"):
        nvidia.read(path)
