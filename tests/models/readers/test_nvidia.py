"""NVIDIA's pickles: models/readers/stylegan2.py and nvidia.py"""

import pickletools

import pytest
import torch

from models.errors import StudioError
from models.readers import read
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
        {"mapping_layers": 2, "mapping_lr": 1},  # a whole number in the file
        {"resolution": 4, "channels": {4: 6}},
    ],
    ids=str,
)
def test_draws_the_same_pictures(tmp_path, changes):
    G = tiny(**changes)
    loaded = read(forge(tmp_path / "g.pkl", as_nvidia(G)))
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
    loaded = read(forge(tmp_path / "g.pkl", as_nvidia(G)))
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
        ("resnet", lambda f: inside(f, "synthesis.b8").update(architecture="resnet")),
        ("another activation", lambda f: inside(f, "synthesis.b8.conv1").update(activation="relu")),
        (
            "mapping.fc0.weight",
            lambda f: inside(f, "mapping.fc0")["_parameters"].update(weight="text"),
        ),
        ("mapping.fc1.weight", lambda f: inside(f, "mapping.fc1")["_parameters"].pop("weight")),
        ("synthesis.b8", lambda f: inside(f, "synthesis")["_modules"].pop("b8")),
        ("file without any weights", lambda f: f.pop("G_ema")),
    ],
)
def test_what_is_wrong_is_named(G, tmp_path, named, change):
    content = as_nvidia(G)
    change(content)
    with pytest.raises(StudioError, match=named.replace(".", r"\.")):
        read(forge(tmp_path / "g.pkl", content))


def test_modules_that_hold_each_other_do_not_run_forever(tmp_path):
    """Thirty modules, each holding the next one twice: 2^30 paths in a small file."""
    leaf = persistent("Leaf", _parameters={}, _buffers={}, _modules={})
    for _ in range(30):
        leaf = persistent("Node", _parameters={}, _buffers={}, _modules={"a": leaf, "b": leaf})
    with pytest.raises(StudioError, match="without any weights"):
        read(forge(tmp_path / "g.pkl", {"G_ema": leaf}))


def test_hostile_global_beside_the_generator_is_refused(G, tmp_path):
    path = forge(tmp_path / "g.pkl", as_nvidia(G, augment_pipe=Call("os", "system", "touch ran")))
    with pytest.raises(StudioError, match=r"os\.system"):
        read(path)


@pytest.mark.parametrize(
    "claim",
    [{"z_dim": 10**8}, {"img_resolution": 12}, {"img_channels": 4}, {"c_dim": 7}, {"w_dim": "x"}],
    ids=str,
)
def test_what_the_file_says_of_itself_does_not_count_beside_its_tensors(G, tmp_path, claim):
    content = as_nvidia(G)
    state(content).update(claim)
    assert read(forge(tmp_path / "g.pkl", content)).settings == G.settings


@pytest.mark.parametrize("changes", [{"grey": True}, {"base": (4, 3)}, {"base": (2, 4)}], ids=str)
def test_grey_and_rectangular_networks(tmp_path, changes):
    G = tiny(**changes)
    loaded = read(forge(tmp_path / "g.pkl", as_nvidia(G)))
    z = torch.randn(2, 10)
    assert torch.equal(loaded.generate(z), G.generate(z)) and loaded.settings == G.settings
    assert loaded.frame == G.frame and loaded.grey == G.grey


@pytest.mark.parametrize("keep", [0.01, 0.5, 0.999])
def test_truncated_file_is_called_cut_short(G, tmp_path, keep):
    path = forge(tmp_path / "g.pkl", as_nvidia(G))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(StudioError, match="cut short"):
        read(path)
