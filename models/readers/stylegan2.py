"""StyleGAN2 in a checkpoint, wherever it stands and however its tensors are called.

What older or stripped files leave out is rebuilt, and `Generator.notes` says so: noise maps,
the mean of w, the resampling filter. Everything else must be there, and fill the network exactly.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models import assemble
from models.generators.stylegan2 import StyleGAN2
from models.readers import nvidia, prefixes, rosinality
from models.readers.contents import Contents, Fact
from models.readers.sentences import another

STANDARD = "Take the standard StyleGAN2 (architecture 'skip', as configuration F has it)."


@dataclass(frozen=True)
class Place:
    """A StyleGAN2 in a file: the prefix of its names, and how they are to be read."""

    prefix: str
    ours: Callable[[str], str | None]
    filters: re.Pattern[str]
    filter_gain: float


def places(found: Contents) -> list[Place]:
    """Every StyleGAN2 in the file, the one to draw first."""
    named = []
    for name in found.tensors:
        for dialect in (rosinality, nvidia):
            if anchor := dialect.ANCHOR.fullmatch(name):
                prefix = anchor[1] or ""
                named.append(Place(prefix, dialect.ours, dialect.FILTER, dialect.FILTER_GAIN))
    return sorted(named, key=lambda place: prefixes.rank(place.prefix))


def read(found: Contents, place: Place, source: str, size: int) -> StyleGAN2:
    """The generator at that place, float32; `size` is that of the file in bytes.

    Raises StudioError if it is not strictly a StyleGAN2: every key used, every key filled.
    """
    prefix, notes = place.prefix, [*prefixes.unaveraged(place.prefix)]
    names, tensors, filters = {}, {}, 0
    for full in found.tensors:
        if not full.startswith(prefix):
            continue
        name = full.removeprefix(prefix)
        if place.filters.fullmatch(here := place.ours(name) or name) or place.filters.fullmatch(
            name
        ):
            assemble.check_filter(found.tensors[full], place.filter_gain, full, source)
            filters += 1
        elif here not in prefixes.AVERAGES and not name.endswith("num_batches_tracked"):
            names[here] = full
            tensors[full] = found.tensors[full]
    if not filters:
        notes.append("The file has no resampling filters; StyleGAN2's own [1, 3, 3, 1] was taken.")
    facts = prefixes.facts_under(found, prefix)
    ours = {here: tensors[full] for here, full in names.items()}
    settings = _settings(ours, facts, source)
    rebuilt = _noises(ours, settings)
    if rebuilt:
        notes.append(
            f"The file lacks {len(rebuilt)} noise maps; random ones, always the same, were put in"
            " their place."
        )
    average = prefixes.average(found, prefix, settings["w_dim"])
    if average is None:
        rebuilt["mapping.w_avg"] = torch.zeros(settings["w_dim"])
    else:
        names["mapping.w_avg"], tensors[average[0]] = average
    size += 2 * sum(x.numel() for x in rebuilt.values())
    model = assemble.generator(StyleGAN2, settings, tensors | rebuilt, names, source, size)
    if not settings["mapping_layers"]:
        notes.append(
            "The file has no mapping network: what needs z cannot be searched, and styles are drawn"
            " evenly around 0 where samples of w are needed."
        )
    elif average is None:
        model.mapping.w_avg.copy_(model.w_statistics()[0])
        notes.append("The file has no mean of w; it was computed from 10 000 samples.")
    model.notes = tuple(notes)
    return model


def _settings(ours: dict[str, Tensor], facts: dict[str, Fact], source: str) -> dict[str, Any]:
    """The constructor's arguments, by the shapes, and by what the file says beside them."""

    def shape(name: str, least: int = 1) -> torch.Size:
        if name not in ours or ours[name].ndim < least:
            raise another(source, f"no whole StyleGAN2: it lacks {name!r}", "Get the file again.")
        return ours[name].shape

    blocks = {int(m[1]) for name in ours if (m := re.match(r"synthesis\.b(\d{1,5})\.", name))}
    sizes = [4 << k for k in range(max(blocks, default=0).bit_length() - 2)]
    for r in sizes:
        shape(f"synthesis.b{r}.conv1.bias")
    said = re.compile(r"(synthesis\.)?b\d+\.architecture")
    kinds = {v for k, v in facts.items() if said.fullmatch(k) and isinstance(v, str)}
    bare = [r for r in sizes if f"synthesis.b{r}.torgb.weight" not in ours]
    if other := sorted(kinds - {"skip"}) or (["orig' or 'resnet"] if bare else []):
        noun = f"a StyleGAN2 of the architecture '{other[0]}'"
        raise another(source, f"{noun}, which is not drawn here", STANDARD)
    activations = {v for k, v in facts.items() if k.endswith("conv1.activation")}
    if activations - {"lrelu", None}:
        raise another(source, "a StyleGAN2 with another activation than the leaky ReLU", STANDARD)
    colours = shape("synthesis.b4.torgb.weight", 4)[-4]
    if colours not in (1, 3):
        raise another(
            source,
            f"a generator of pictures with {colours} channels",
            "Only colour (3) and grey (1) can be projected.",
        )
    layers = sum(re.fullmatch(r"mapping\.fc\d+\.weight", name) is not None for name in ours)
    w_dim = shape("synthesis.b4.conv1.affine.weight", 2)[1]
    embed = "mapping.embed.weight" in ours
    z_dim = shape("mapping.fc0.weight", 2)[1] - (w_dim if embed else 0) if layers else w_dim
    height, width = shape("synthesis.b4.const", 3)[-2:]
    noisy = any(name.endswith(".noise_strength") for name in ours)
    clamp = facts.get("synthesis.b4.conv1.conv_clamp", facts.get("b4.conv1.conv_clamp"))
    lr = prefixes.rate(facts.get("mapping.fc0.bias_gain"), facts.get("style.1.lr_mul"))
    settings: dict[str, Any] = {
        "resolution": sizes[-1] if sizes else 0,
        "z_dim": z_dim,
        "w_dim": w_dim,
        "channels": {r: shape(f"synthesis.b{r}.conv1.bias")[-1] for r in sizes},
        "mapping_layers": layers,
        "mapping_lr": 0.01 if lr is None else lr,
        "class_dim": shape("mapping.embed.weight", 2)[1] if embed else 0,
        "conv_clamp": clamp if isinstance(clamp, int | float) else None,
        "noise": noisy,
    }
    if colours == 1:
        settings["grey"] = True
    if (height, width) != (4, 4):
        settings["base"] = (int(height), int(width))
    return settings


def _noises(ours: dict[str, Tensor], settings: dict[str, Any]) -> dict[str, Tensor]:
    """Random maps, of a fixed seed, for every layer that has a noise strength and no map."""
    rng, found = torch.Generator().manual_seed(0), {}
    height, width = settings.get("base", (4, 4))
    for name in sorted(ours):
        if layer := re.fullmatch(r"(synthesis\.b(\d+)\.conv[01])\.noise_strength", name):
            k = int(layer[2]) // 4
            too_large = k * max(height, width) > assemble.LIMITS["resolution"]
            if too_large or int(layer[2]) not in settings["channels"]:
                continue
            noise = torch.randn(k * height, k * width, generator=rng)
            if f"{layer[1]}.noise_const" not in ours:
                found[f"{layer[1]}.noise_const"] = noise
    return found
