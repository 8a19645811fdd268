"""NVIDIA's StyleGAN2 of the TensorFlow era, most of the networks in circulation: a pickle of
(G, D, Gs), of which Gs, the averaged generator, is drawn.

Each is a `dnnlib.tflib.network.Network` that carries Python source; here it is data:
`static_kwargs` has the architecture, `variables` the arrays, `components` the mapping and synthesis
networks. The arrays become what NVIDIA's own PyTorch release would have called and shaped them.
"""

import re
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from models.readers import prefixes
from models.readers.contents import Contents
from models.readers.pickles.values import Array, Opaque
from models.readers.sentences import another

FIRST_STYLEGAN2 = 4  # of the format's version; StyleGAN1 is older
MAX_NETWORKS = 16  # in one another
TAPS = [1, 3, 3, 1]
LAYER = re.compile(r"synthesis/(\d{1,5})x\1/(Conv|Conv0_up|Conv1|ToRGB)/(\w+)")
CONVERT = "Convert it to PyTorch (legacy.py of StyleGAN2-ADA), or take its PyTorch twin."


def networks(content: object) -> list[Opaque]:
    """The networks of a TensorFlow pickle, in order; none if it is another kind of file."""
    values = content if isinstance(content, list | tuple) else [content]
    return [v for v in values if isinstance(v, Opaque) and v.name.endswith("Network")
            and v.name.startswith(("dnnlib.tflib", "tfutil", "network"))]  # fmt: skip


def read(found: list[Opaque], source: str) -> Contents:
    """Gs under NVIDIA's PyTorch names. Raises StudioError, by name, for what is no StyleGAN2."""
    network = found[-1]
    state = network.attributes
    version, settings = state.get("version", 0), _settings(network)
    about = f"{state.get('build_func_name', '')} {state.get('static_kwargs')!s:.2000}"
    if network.name.startswith(("tfutil", "network")):
        raise another(source, "a Progressive GAN of the TensorFlow era", CONVERT)
    if not isinstance(version, int) or version < FIRST_STYLEGAN2:
        noun = "a StyleGAN1 of the TensorFlow era (StyleGAN2 came with version 4 of this format)"
        if not state:
            noun = "a pickle of the TensorFlow era without a network in it"
        raise another(source, noun, "Only StyleGAN2 can be read. Take a StyleGAN2 checkpoint.")
    if (kind := settings.get("architecture", "skip")) != "skip":
        raise another(
            source, f"a TensorFlow StyleGAN2 of the architecture {kind!r}, which is not drawn here",
            "Take one of configuration F, whose architecture is 'skip'.",
        )  # fmt: skip
    if settings.get("resample_kernel", TAPS) not in (TAPS, tuple(TAPS)):
        raise another(source, "a StyleGAN2 with another resampling filter", "Take a standard one.")
    arrays = dict(_variables(network))
    if not any(name.startswith("synthesis/") for name in arrays):
        noun = "a TensorFlow network without a synthesis part, such as a discriminator"
        raise another(source, f"{noun} ({about.split()[0] if about.split() else 'no name'})",
                      "Take the file that holds Gs, the averaged generator.")  # fmt: skip
    if "mapping/LabelConcat/weight" in arrays:
        raise another(
            source, "a class-conditional StyleGAN2 of the first TensorFlow release",
            "Take one that StyleGAN2-ADA trained.",
        )  # fmt: skip
    taps = torch.tensor(TAPS) / 8  # as its settings say, or as they are where these say nothing
    tensors = {"synthesis.b4.resample_filter": taps.outer(taps)}
    for name, array in arrays.items():
        renamed = _renamed(name, array)
        if renamed is not None:
            tensors[renamed[0]] = renamed[1]
    facts: dict[str, Any] = {}
    if (lr := prefixes.rate(settings.get("mapping_lrmul"))) is not None:
        facts["mapping.fc0.bias_gain"] = lr
    if isinstance(clamp := settings.get("conv_clamp"), int | float):
        facts["synthesis.b4.conv1.conv_clamp"] = clamp
    if (act := settings.get("nonlinearity", settings.get("act", "lrelu"))) != "lrelu":
        raise another(source, f"a StyleGAN2 with the activation {act!r}", "Take a standard one.")
    return Contents(tensors, facts)


def _settings(network: Opaque, depth: int = 0) -> dict[Any, Any]:
    """The constructor's arguments, those of the parts beneath those of the whole."""
    found: dict[Any, Any] = {}
    for part in _components(network).values() if depth < MAX_NETWORKS else ():
        found |= _settings(part, depth + 1)
    own = network.attributes.get("static_kwargs")
    return found | (own if isinstance(own, dict) else {})


def _components(network: Opaque) -> dict[Any, Opaque]:
    parts = network.attributes.get("components")
    parts = parts.items if isinstance(parts, Opaque) else parts
    if not isinstance(parts, dict):
        return {}
    return {name: part for name, part in parts.items() if isinstance(part, Opaque)}


def _variables(network: Opaque, place: str = "", depth: int = 0) -> Iterator[tuple[str, Tensor]]:
    """Every array under its full name, "synthesis/4x4/Conv/weight"."""
    listed = network.attributes.get("variables")
    for entry in listed if isinstance(listed, list | tuple) else ():
        match entry:
            case (str(name), Array() as array) if array.dtype is not None:
                own = name if name.startswith(place) else place + name
                yield own, torch.from_numpy(array.numpy())
    for name, part in _components(network).items() if depth < MAX_NETWORKS else ():
        yield from _variables(part, f"{place}{name}/", depth + 1)


def _renamed(name: str, x: Tensor) -> tuple[str, Tensor] | None:
    """A variable as PyTorch's release names and shapes it; None for one that only training needs,
    and one that is unknown under its own name, to be refused by it."""
    if name in ("lod", "synthesis/lod"):
        return None
    if name == "dlatent_avg":
        return "mapping.w_avg", x
    if dense := re.fullmatch(r"mapping/(Dense(\d+)|LabelEmbed)/(weight|bias)", name):
        place = "embed" if dense[2] is None else f"fc{dense[2]}"
        return f"mapping.{place}.{dense[3]}", _transposed(x)
    if name == "synthesis/4x4/Const/const":
        return "synthesis.b4.const", x
    if noise := re.fullmatch(r"synthesis/noise(\d{1,2})", name):
        return f"{_convolution(int(noise[1]))}.noise_const", x
    layer = LAYER.fullmatch(name)
    if layer is None:
        return "synthesis." + name, x
    resolution, kind, part = layer.groups()
    place = {"Conv": "conv1", "Conv1": "conv1", "Conv0_up": "conv0", "ToRGB": "torgb"}[kind]
    place = f"synthesis.b{resolution}.{place}"
    match part:
        case "weight" if x.ndim == 4:
            # [k, k, in, out]; the doubling convolution is stored turned by half a turn
            x = x.permute(3, 2, 0, 1)
            return f"{place}.weight", x.flip(2, 3) if kind == "Conv0_up" else x
        case "mod_weight":
            return f"{place}.affine.weight", _transposed(x)
        case "mod_bias":
            return f"{place}.affine.bias", x + 1
    return f"{place}.{part}", x


def _transposed(x: Tensor) -> Tensor:
    return x.T if x.ndim == 2 else x


def _convolution(number: int) -> str:
    """The convolution that a noise map belongs to: 0 at 4x4, then two a resolution."""
    if number == 0:
        return "synthesis.b4.conv1"
    return f"synthesis.b{8 << min((number - 1) // 2, 16)}.conv{(number - 1) % 2}"
