"""A tiny StyleGAN2 with random weights, written as the published checkpoint formats have it."""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.generators.stylegan2 import StyleGAN2
from models.generators.stylegan3 import StyleGAN3

TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])
KERNEL = TAPS.outer(TAPS) / 64


def tiny(**changes: Any) -> StyleGAN2:
    """16 px, every width another, every weight random."""
    settings = {
        "resolution": 16,
        "z_dim": 10,
        "w_dim": 12,
        "channels": {4: 8, 8: 7, 16: 5},
        "mapping_layers": 3,
    }
    with torch.random.fork_rng():
        torch.manual_seed(3)
        G = StyleGAN2(**(settings | changes))
        state = {name: torch.randn_like(t) for name, t in G.state_dict().items()}
        for name in state:
            if ".fc" in name:
                state[name] /= 0.01
        G.load_state_dict(state)
    return G.eval().requires_grad_(False)


def as_rosinality(G: StyleGAN2) -> dict[str, Any]:
    """The content of a rosinality file, by the table of names."""
    ours = {name: t.clone() for name, t in G.state_dict().items()}
    g: dict[str, Tensor] = OrderedDict()

    def move(there: str, here: str, shape: tuple[int, ...] | None = None) -> None:
        g[there] = ours[here] if shape is None else ours[here].reshape(shape)

    def layer(there: str, here: str) -> None:
        move(f"{there}.conv.weight", f"{here}.weight", (1, *ours[f"{here}.weight"].shape))
        move(f"{there}.conv.modulation.weight", f"{here}.affine.weight")
        move(f"{there}.conv.modulation.bias", f"{here}.affine.bias")

    def conv(there: str, here: str) -> None:
        layer(there, here)
        move(f"{there}.noise.weight", f"{here}.noise_strength", (1,))
        move(f"{there}.activate.bias", f"{here}.bias")

    def torgb(there: str, here: str) -> None:
        layer(there, here)
        move(f"{there}.bias", f"{here}.bias", (1, len(ours[f"{here}.bias"]), 1, 1))

    for i in range(G.settings["mapping_layers"]):
        move(f"style.{i + 1}.weight", f"mapping.fc{i}.weight")
        move(f"style.{i + 1}.bias", f"mapping.fc{i}.bias")
    move("input.input", "synthesis.b4.const", (1, *ours["synthesis.b4.const"].shape))
    conv("conv1", "synthesis.b4.conv1")
    torgb("to_rgb1", "synthesis.b4.torgb")
    h, w = G.content_shape[1:]
    move("noises.noise_0", "synthesis.b4.conv1.noise_const", (1, 1, h, w))
    for j, r in enumerate(list(G.settings["channels"])[1:]):
        for k in (0, 1):
            conv(f"convs.{2 * j + k}", f"synthesis.b{r}.conv{k}")
            noise = f"synthesis.b{r}.conv{k}.noise_const"
            move(f"noises.noise_{2 * j + 1 + k}", noise, (1, 1, *ours[noise].shape))
        g[f"convs.{2 * j}.conv.blur.kernel"] = KERNEL * 4
        torgb(f"to_rgbs.{j}", f"synthesis.b{r}.torgb")
        g[f"to_rgbs.{j}.upsample.kernel"] = KERNEL * 4
    return {"g_ema": g, "latent_avg": ours["mapping.w_avg"]}


class Call:
    """Pickles as a call of the global `module.name` with `args`; the global need not exist."""

    def __init__(self, module: str, name: str, *args: Any) -> None:
        self.module, self.name, self.args = module, name, args


class Built:
    """Pickles as a new object of the class `module.name`, whose state is then set."""

    def __init__(self, module: str, name: str, state: Any) -> None:
        self.module, self.name, self.state = module, name, state


class Name:
    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Forge(pickle._Pickler):
    """A pickler that writes globals by name, without importing them."""

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, Name):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, Call):
            self.save(Name(obj.module, obj.name))
            self.save(obj.args)
            self.write(pickle.REDUCE)
        elif isinstance(obj, Built):
            self.save(Name(obj.module, obj.name))
            self.write(pickle.EMPTY_TUPLE + pickle.NEWOBJ)
            self.save(obj.state)
            self.write(pickle.BUILD)
        else:
            super().save(obj, save_persistent_id)


def forge(path: Path, value: Any) -> Path:
    """Writes `value`, which may hold Calls, as a pickle of protocol 3, the one NVIDIA's have."""
    with path.open("wb") as file:
        Forge(file, protocol=3).dump(value)
    return path


def persistent(name: str, **state: Any) -> Call:
    """An object as torch_utils.persistence writes it, with a source that shows if it was run."""
    meta = {
        "type": "class",
        "version": 6,
        "module_src": "raise SystemExit('the source in the pickle was run')",
        "class_name": name,
        "state": state,
    }
    return Call("torch_utils.persistence", "_reconstruct_persistent_obj", meta)


def module(name: str, tensors: dict[str, Tensor], **state: Any) -> Call:
    """The state of an nn.Module and its children; tensors' names are dotted."""
    own = {k: t for k, t in tensors.items() if "." not in k}
    buffers = {"noise_const", "w_avg", "resample_filter", "transform", "freqs", "phases"}
    buffers |= {"magnitude_ema", "up_filter", "down_filter"}
    children = {}
    for child in dict.fromkeys(k.split(".")[0] for k in tensors if "." in k):
        inside = {
            k.removeprefix(child + "."): t for k, t in tensors.items() if k.startswith(child + ".")
        }
        children[child] = module(child, inside, **state.pop(child, {}))
    parameters = {k: torch.nn.Parameter(t) for k, t in own.items() if k not in buffers}
    return persistent(
        name,
        training=False,
        _parameters=OrderedDict(parameters, unused=None),
        _buffers=OrderedDict({k: t for k, t in own.items() if k in buffers}),
        _non_persistent_buffers_set=set(),
        _backward_hooks=OrderedDict(),
        _modules=OrderedDict(children, absent=None),
        **state,
    )


def as_nvidia(G: StyleGAN2, **extra: Any) -> dict[str, Any]:
    """The content of an NVIDIA network pickle."""
    settings = G.settings
    tensors = {name: t.clone() for name, t in G.state_dict().items()}
    blocks: dict[str, Any] = {}
    for r in settings["channels"]:
        filters = ["", "conv1."] + (["conv0."] if r > 4 else [])
        tensors |= {f"synthesis.b{r}.{part}resample_filter": KERNEL for part in filters}
        clamp = {"conv_clamp": settings["conv_clamp"], "act_gain": np.float64(2**0.5)}
        blocks[f"b{r}"] = {"architecture": "skip", "resolution": r, "conv1": clamp}
    network = module(
        "Generator",
        tensors,
        z_dim=settings["z_dim"],
        c_dim=settings["class_dim"],
        w_dim=settings["w_dim"],
        img_resolution=G.resolution,
        img_channels=1 if G.grey else 3,
        _init_args=(),
        _init_kwargs=Call("dnnlib.util", "EasyDict"),
        mapping={
            "num_layers": settings["mapping_layers"],
            "fc0": {"bias_gain": settings["mapping_lr"]},
        },
        synthesis=blocks,
    )
    return {"G": None, "D": None, "G_ema": network, "training_set_kwargs": None, **extra}


def network(
    version: int, arrays: dict[str, Any], components: dict[str, Any], **kwargs: Any
) -> Built:
    """A network as dnnlib.tflib pickled it, with a source that shows if it was run."""
    state = {
        "version": version,
        "name": "Gs",
        "static_kwargs": kwargs or Call("dnnlib.util", "EasyDict"),
        "components": components,
        "build_module_src": "raise SystemExit('the source in the pickle was run')",
        "build_func_name": "G_main",
        "variables": [
            (name, torch.as_tensor(array).numpy().copy()) for name, array in arrays.items()
        ],
    }
    return Built("dnnlib.tflib.network", "Network", state)


def as_tensorflow(G: StyleGAN2, version: int = 4, **kwargs: Any) -> tuple[Any, ...]:
    """The content of a pickle of StyleGAN2's TensorFlow release, by the table of names."""
    ours = {name: t.clone() for name, t in G.state_dict().items()}
    mapping: dict[str, Any] = {}
    for i in range(G.settings["mapping_layers"]):
        mapping[f"Dense{i}/weight"] = ours[f"mapping.fc{i}.weight"].T
        mapping[f"Dense{i}/bias"] = ours[f"mapping.fc{i}.bias"]
    if G.class_dim:
        mapping["LabelEmbed/weight"] = ours["mapping.embed.weight"].T
        mapping["LabelEmbed/bias"] = ours["mapping.embed.bias"]
    synthesis = {"4x4/Const/const": ours["synthesis.b4.const"][None]}
    number = 0
    for r in G.settings["channels"]:
        layers = [("conv1", "Conv")] if r == 4 else [("conv0", "Conv0_up"), ("conv1", "Conv1")]
        for here, there in [*layers, ("torgb", "ToRGB")]:
            layer, name = f"synthesis.b{r}.{here}", f"{r}x{r}/{there}"
            weight = ours[f"{layer}.weight"].permute(2, 3, 1, 0)
            synthesis[f"{name}/weight"] = weight.flip(0, 1) if here == "conv0" else weight
            synthesis[f"{name}/mod_weight"] = ours[f"{layer}.affine.weight"].T
            synthesis[f"{name}/mod_bias"] = ours[f"{layer}.affine.bias"] - 1
            synthesis[f"{name}/bias"] = ours[f"{layer}.bias"]
            if here != "torgb":
                synthesis[f"{name}/noise_strength"] = ours[f"{layer}.noise_strength"]
                synthesis[f"noise{number}"] = ours[f"{layer}.noise_const"][None, None]
                number += 1
    settings = {"resolution": G.resolution, "mapping_lrmul": G.settings["mapping_lr"], **kwargs}
    parts = {
        "synthesis": network(version, synthesis, {}, architecture="skip"),
        "mapping": network(version, mapping, {}),
    }
    whole = network(version, {"dlatent_avg": ours["mapping.w_avg"]}, parts, **settings)
    return network(version, {}, {}), network(version, {}, {}), whole


def tiny3(**changes: Any) -> StyleGAN3:
    """A StyleGAN3 of 16 px, every width another, every weight random."""
    settings = {"resolution": 16, "z_dim": 10, "w_dim": 12, "channels": [8, 7, 6, 5]}
    with torch.random.fork_rng():
        torch.manual_seed(3)
        G = StyleGAN3(**(settings | changes))
        for name, x in G.state_dict().items():
            if "bias" in name or "w_avg" in name or "input.affine" in name:
                x += 0.1 * torch.randn_like(x)
            if name.endswith("magnitude_ema"):
                x.fill_(0.5)
    return G.eval().requires_grad_(False)


def as_nvidia3(G: StyleGAN3) -> dict[str, Any]:
    """The content of a pickle of NVIDIA's StyleGAN3."""
    tensors = {name: t.clone() for name, t in G.state_dict().items()}
    tensors |= {name: t.clone() for name, t in G.named_buffers()}
    network = module(
        "Generator",
        tensors,
        img_resolution=G.resolution,
        img_channels=3,
        mapping={"num_layers": 2, "fc0": {"bias_gain": 0.01}},
        synthesis={"num_layers": 4, "num_critical": 2, "margin_size": 10, "output_scale": 0.25},
    )
    return {"G": None, "D": None, "G_ema": network}
